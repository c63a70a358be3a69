// The flash in which the emulated board keeps its settings and modules, as a file: two copies, each with a number and a checksum (board/store.c), two slots (board/slots.c), and the code
// area (board/area.c).
import { createHash } from "node:crypto"
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs"
import { crc32 } from "./crc.ts"

/** The size of the file. */
export const BANK_BYTES = 32 * 1024 * 1024
const SECTOR_BYTES = 256 * 1024, COPIES = 2, NOTES = 2, FIRST_SLOT = 4, SLOTS = 2, CODE_AREA = FIRST_SLOT + SLOTS, CODE_SECTORS = 2
const SECTORS = CODE_AREA + CODE_SECTORS, HEAD_BYTES = 16, MAGIC = 0x4c485354

/** Makes the file with these settings in the first copy; what is not written is erased. */
export function makeStore(path: string, settings: Uint8Array): void {
  const file = openSync(path, "w", 0o600)
  try {
    ftruncateSync(file, BANK_BYTES)
    writeSync(file, Buffer.alloc(SECTORS * SECTOR_BYTES, 0xff), 0, undefined, 0)
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

/** The settings of each copy, or the notes; undefined for one that is not whole. */
export function copiesIn(path: string, what: "settings" | "notes" = "settings"): Array<string | undefined> {
  const file = bankOf(path), first = what === "notes" ? NOTES : 0
  return Array.from({ length: COPIES }, (_, i) => {
    const copy = file.subarray((first + i) * SECTOR_BYTES, (first + i + 1) * SECTOR_BYTES), length = copy.readUInt32LE(8)
    if (copy.readUInt32LE(0) !== MAGIC || length > SECTOR_BYTES - HEAD_BYTES) return undefined
    const text = copy.subarray(HEAD_BYTES, HEAD_BYTES + length)
    return crc32(Buffer.concat([copy.subarray(4, 12), text])) === copy.readUInt32LE(12) ? text.toString("latin1") : undefined
  })
}

/** The part of the bank that is used; the rest of its 32 MB is a hole. */
function bankOf(path: string): Buffer {
  const bytes = Buffer.alloc(SECTORS * SECTOR_BYTES), file = openSync(path, "r")
  try { readSync(file, bytes, 0, bytes.length, 0) } finally { closeSync(file) }
  return bytes
}

/** Writes over a part of the file, as a fault of the flash would. */
export function damage(path: string, copy: number, at: number, bytes: Uint8Array): void {
  writeAt(path, copy * SECTOR_BYTES + at, bytes)
}

/** Damages the code area (board/area.c) at a place behind its beginning. */
export function damageCode(path: string, at: number, bytes: Uint8Array): void { writeAt(path, CODE_AREA * SECTOR_BYTES + at, bytes) }

// -- Module slots: board/slots.c

const SLOT_MAGIC = 0x4c48534d, MARK_AT = 64, MODULE_AT = 512, CHECKED_BYTES = 60

/** Where a slot begins in the file. */
const slotAt = (slot: number): number => (FIRST_SLOT + slot) * SECTOR_BYTES

/** Writes a module into a slot as an update does; `firmware` is the module that the board came with. */
export function putModule(path: string, slot: number, number: number, module: Uint8Array, firmware: Uint8Array): void {
  const bytes = Buffer.alloc(SECTOR_BYTES, 0xff), print = (wasm: Uint8Array): Buffer => createHash("sha256").update(wasm).digest()
  bytes.writeUInt32LE(SLOT_MAGIC, 0)
  bytes.writeUInt32LE(number, 4)
  bytes.writeUInt32LE(module.length, 8)
  print(module).copy(bytes, 12)
  print(firmware).copy(bytes, 44, 0, 16)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, CHECKED_BYTES)), CHECKED_BYTES)
  bytes.set(module, MODULE_AT)
  writeAt(path, slotAt(slot), bytes)
}

/** Damages a slot at a place behind its beginning. */
export function damageSlot(path: string, slot: number, at: number, bytes: Uint8Array): void { writeAt(path, slotAt(slot) + at, bytes) }

/** What a slot holds: the module's SHA-256, and whether it has been given up; undefined when it is empty. */
export function slotIn(path: string, slot: number): { hash: string; givenUp: boolean } | undefined {
  const bytes = bankOf(path).subarray(slotAt(slot), slotAt(slot) + SECTOR_BYTES)
  if (bytes.readUInt32LE(0) !== SLOT_MAGIC) return undefined
  return { hash: bytes.subarray(12, 44).toString("hex"), givenUp: bytes.readUInt32LE(MARK_AT) !== 0xffffffff }
}

function writeAt(path: string, at: number, bytes: Uint8Array): void {
  const file = openSync(path, "r+")
  try { writeSync(file, bytes, 0, undefined, at) } finally { closeSync(file) }
}
