// Reads what the gate and an update want to know of a WebAssembly module: its sections, and which instructions its functions use.

export type WasmExport = { name: string; kind: "function" | "table" | "memory" | "global" | "other"; index: number }
export type WasmGlobal = { type: number; mutable: boolean; value: number | undefined }

export type WasmSummary = {
  bytes: number
  imports: string[]
  exports: WasmExport[]
  /** Globals of the module itself; `value` where it is an i32 constant. */
  globals: WasmGlobal[]
  memories: { min: number; max: number | undefined }[]
  hasStart: boolean
  functions: number
  /** Bytes of all function bodies. */
  codeBytes: number
  data: { at: number; length: number }[]
  /** Instructions used: opcode, and 0xfc00 + number for those with the prefix 0xfc. */
  opcodes: Set<number>
  /** Value types used by parameters, results, locals, globals and blocks. */
  types: Set<number>
}

const SECTION = { type: 1, import: 2, function: 3, memory: 5, global: 6, export: 7, start: 8, code: 10, data: 11 } as const
const KINDS = ["function", "table", "memory", "global"] as const
const PREFIX = 0xfc
const END = 0x0b
const I32_CONST = 0x41

/** A module that this reader cannot follow. */
export class WasmUnreadable extends Error {
  readonly code = "WASM_UNREADABLE"
}

/** Reads a module. Throws WasmUnreadable at an instruction or a section that it does not know. */
export function readWasm(wasm: Uint8Array): WasmSummary {
  const summary: WasmSummary = {
    bytes: wasm.length, imports: [], exports: [], globals: [], memories: [], hasStart: false, functions: 0, codeBytes: 0, data: [],
    opcodes: new Set(), types: new Set(),
  }
  const reader = makeReader(wasm)
  if (reader.u32le() !== 0x6d736100 || reader.u32le() !== 1) throw new WasmUnreadable("not a WebAssembly module of version 1")
  while (!reader.done()) {
    const id = reader.byte(), size = reader.leb(), end = reader.at() + size
    READERS[id]?.(reader, summary)
    if (id in READERS && reader.at() !== end) throw new WasmUnreadable(`section ${id} does not end where it says`)
    reader.skipTo(end)
  }
  return summary
}

type Reader = ReturnType<typeof makeReader>

function makeReader(bytes: Uint8Array) {
  let at = 0
  function byte(): number {
    const value = bytes[at++]
    if (value === undefined) throw new WasmUnreadable("the module ends in the middle")
    return value
  }
  /** A LEB128 number; large and signed ones are only skipped by callers. */
  function leb(): number {
    let value = 0, scale = 1, next: number
    do {
      next = byte()
      value += (next & 127) * scale
      scale *= 128
    } while (next & 128)
    return value
  }
  /** A signed LEB128 number of 32 bits at most. */
  function signed(): number {
    let value = 0, shift = 0, next: number
    do {
      next = byte()
      value |= (next & 127) << shift
      shift += 7
    } while (next & 128)
    return shift < 32 && next & 64 ? value | -1 << shift : value
  }
  return {
    byte, leb, signed,
    at: () => at,
    done: () => at >= bytes.length,
    skip(count: number) { at += count },
    skipTo(end: number) { at = end },
    peek: () => bytes[at] ?? 0,
    u32le: () => byte() + byte() * 0x100 + byte() * 0x10000 + byte() * 0x1000000,
    text() {
      const length = leb()
      at += length
      return new TextDecoder().decode(bytes.subarray(at - length, at))
    },
    /** Reads a count, then so many items. */
    each(item: () => void) { for (let left = leb(); left > 0; left--) item() },
  }
}

const READERS: Record<number, (reader: Reader, summary: WasmSummary) => void> = {
  [SECTION.type](reader, { types }) {
    reader.each(() => {
      reader.byte()
      for (let lists = 0; lists < 2; lists++) reader.each(() => types.add(reader.byte()))
    })
  },
  [SECTION.import](reader, { imports }) {
    reader.each(() => {
      imports.push(`${reader.text()}.${reader.text()}`)
      const kind = reader.byte()
      if (kind === 0) reader.leb()
      else if (kind === 3) reader.skip(2)
      else { if (kind === 1) reader.byte(); limits(reader) }
    })
  },
  [SECTION.memory](reader, { memories }) { reader.each(() => memories.push(limits(reader))) },
  [SECTION.global](reader, { globals, types }) {
    reader.each(() => {
      const type = reader.byte(), mutable = reader.byte() === 1
      types.add(type)
      globals.push({ type, mutable, value: constant(reader) })
    })
  },
  [SECTION.export](reader, { exports }) {
    reader.each(() => exports.push({ name: reader.text(), kind: KINDS[reader.byte()] ?? "other", index: reader.leb() }))
  },
  [SECTION.start](reader, summary) {
    reader.leb()
    summary.hasStart = true
  },
  [SECTION.code](reader, summary) {
    reader.each(() => {
      const size = reader.leb(), end = reader.at() + size
      summary.functions++
      summary.codeBytes += size
      reader.each(() => { reader.leb(); summary.types.add(reader.byte()) })
      while (reader.at() < end) instruction(reader, summary)
    })
  },
  [SECTION.data](reader, { data }) {
    reader.each(() => {
      const mode = reader.leb()
      if (mode !== 0) throw new WasmUnreadable("a data segment that is not put in place at start")
      const at = constant(reader) ?? 0, length = reader.leb()
      data.push({ at, length })
      reader.skip(length)
    })
  },
}

function limits(reader: Reader): { min: number; max: number | undefined } {
  const flags = reader.byte()
  return { min: reader.leb(), max: flags & 1 ? reader.leb() : undefined }
}

/** An initial value: one constant and the end. */
function constant(reader: Reader): number | undefined {
  const isI32 = reader.peek() === I32_CONST
  let value: number | undefined
  if (isI32) {
    reader.byte()
    value = reader.signed()
  } else instruction(reader, { opcodes: new Set(), types: new Set() })
  if (reader.byte() !== END) throw new WasmUnreadable("an initial value that is not one constant")
  return value
}

/** Reads one instruction with what follows it. */
function instruction(reader: Reader, { opcodes, types }: Pick<WasmSummary, "opcodes" | "types">): void {
  const opcode = reader.byte()
  if (opcode === PREFIX) {
    const number = reader.leb()
    opcodes.add(PREFIX * 256 + number)
    return skipNumbers(reader, [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1][number] ?? unknown(opcode, number))
  }
  opcodes.add(opcode)
  if (opcode >= 0x02 && opcode <= 0x04) return blockType(reader, types)
  if (opcode === 0x0e) { reader.each(() => reader.leb()); return skipNumbers(reader, 1) }
  if (opcode === 0x1c) return reader.each(() => types.add(reader.byte()))
  if (opcode === 0x43) return reader.skip(4)
  if (opcode === 0x44) return reader.skip(8)
  skipNumbers(reader, numbersAfter(opcode))
}

/** How many LEB128 numbers follow an instruction. */
function numbersAfter(opcode: number): number {
  if ([0x0c, 0x0d, 0x10, 0x3f, 0x40, 0x41, 0x42].includes(opcode) || opcode >= 0x20 && opcode <= 0x26) return 1
  if (opcode === 0x11 || opcode >= 0x28 && opcode <= 0x3e) return 2
  const plain = [0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b].includes(opcode) || opcode >= 0x45 && opcode <= 0xc4
  return plain ? 0 : unknown(opcode)
}

function skipNumbers(reader: Reader, count: number): void { for (; count > 0; count--) reader.leb() }

function blockType(reader: Reader, types: Set<number>): void {
  const type = reader.peek()
  if (type >= 0x7c && type <= 0x7f) types.add(type)
  reader.leb()
}

function unknown(...opcode: number[]): never {
  throw new WasmUnreadable(`unknown instruction ${opcode.map((byte) => `0x${byte.toString(16)}`).join(" ")}`)
}
