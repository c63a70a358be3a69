// The flash in which the emulated board keeps its settings, as a file: two copies, each with a number and a checksum (board/store.c).
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs"
import { crc32 } from "./crc.ts"

const BANK_BYTES = 32 * 1024 * 1024, SECTOR_BYTES = 256 * 1024, COPIES = 2, HEAD_BYTES = 16, MAGIC = 0x4c485354

/** Makes the file with these settings in the first copy; what is not written is erased. */
export function makeStore(path: string, settings: Uint8Array): void {
  const file = openSync(path, "w", 0o600)
  try {
    ftruncateSync(file, BANK_BYTES)
    writeSync(file, Buffer.alloc(COPIES * SECTOR_BYTES, 0xff), 0, undefined, 0)
    if (settings.length > 0) writeSync(file, copyOf(1, settings), 0, undefined, 0)
  } finally {
    closeSync(file)
  }
}

/** A copy as the board writes it. */
export function copyOf(number: number, settings: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt32LE(MAGIC, 0)
  head.writeUInt32LE(number, 4)
  head.writeUInt32LE(settings.length, 8)
  head.writeUInt32LE(crc32(Buffer.concat([head.subarray(4, 12), settings])), 12)
  return Buffer.concat([head, settings])
}

/** The settings of each copy; undefined for one that is not whole. */
export function copiesIn(path: string): Array<string | undefined> {
  const file = readFileSync(path)
  return Array.from({ length: COPIES }, (_, i) => {
    const copy = file.subarray(i * SECTOR_BYTES, (i + 1) * SECTOR_BYTES), length = copy.readUInt32LE(8)
    if (copy.readUInt32LE(0) !== MAGIC || length > SECTOR_BYTES - HEAD_BYTES) return undefined
    const text = copy.subarray(HEAD_BYTES, HEAD_BYTES + length)
    return crc32(Buffer.concat([copy.subarray(4, 12), text])) === copy.readUInt32LE(12) ? text.toString("latin1") : undefined
  })
}

/** Writes over a part of the file, as a fault of the flash would. */
export function damage(path: string, copy: number, at: number, bytes: Uint8Array): void {
  const file = openSync(path, "r+")
  try { writeSync(file, bytes, 0, undefined, copy * SECTOR_BYTES + at) } finally { closeSync(file) }
}
