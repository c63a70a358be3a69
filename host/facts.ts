// What must hold of any module that is to be the phone, whatever build it comes from: the gate proves it of ours, and an update is refused without it.
import { ABI_VERSION, EXPORTS, FUNCTIONS, REGIONS, type Region } from "./abi.ts"
import { readWasm, WasmUnreadable, type WasmExport, type WasmSummary } from "./wasm-reader.ts"

const I32 = 0x7f
const FLOAT_TYPES = [0x7d, 0x7c]
const MEMORY_GROW = 0x40
// Loads, stores, constants, comparisons, arithmetic and conversions of f32 and f64; with the prefix 0xfc, the saturating conversions.
const FLOAT_OPCODES: [number, number][] = [
  [0x2a, 0x2b], [0x38, 0x39], [0x43, 0x44], [0x5b, 0x66], [0x8b, 0xa6], [0xa8, 0xab], [0xae, 0xbf], [0xfc00, 0xfc07],
]
const PAGE_BYTES = 0x10000

/** Regions that are a part of another. */
const INSIDE: Partial<Record<Region, Region>> = { FRAME: "TX", CONFIG: "RX" }

/** What keeps a module from being used by this host, a sentence for each; none for a good one. */
export function unusable(wasm: Uint8Array): string[] {
  try {
    const module = readWasm(wasm), version = valueOf(module, "ABI_VERSION")
    if (version !== ABI_VERSION) return [version === undefined ? "it is not the phone" : `it speaks version ${version} of the interface, this host version ${ABI_VERSION}`]
    return [...contentViolations(module), ...exportViolations(module), ...placeViolations(module)]
  } catch (error) {
    if (error instanceof WasmUnreadable) return [`it cannot be read: ${error.message}`]
    throw error
  }
}

/** How the records of a good module lie in its memory: another with the same number can go on with it. */
export function layoutOf(wasm: Uint8Array): number { return (valueOf(readWasm(wasm), "LAYOUT") ?? 0) >>> 0 }

/** No imports, one page that never grows, nothing that changes but memory, no floating point. */
export function contentViolations(module: WasmSummary): string[] {
  return [...module.imports.map((name) => `it imports ${name}: the core imports nothing`), ...shapeViolations(module), ...floatViolations(module)]
}

function shapeViolations({ memories, globals, opcodes, hasStart }: WasmSummary): string[] {
  const memory = memories[0]
  const found: string[] = []
  if (memories.length !== 1 || memory?.min !== 1 || memory.max !== 1) found.push("its memory is not one page that never grows")
  if (opcodes.has(MEMORY_GROW)) found.push("it uses memory.grow")
  if (hasStart) found.push("it has a start function: _initialize is called by the host")
  const mutable = globals.filter((global) => global.mutable).length
  if (mutable > 0) found.push(`it has ${mutable} mutable globals: state belongs in memory, not in a top-level let`)
  return found
}

function floatViolations({ opcodes, types }: WasmSummary): string[] {
  const used = [...opcodes].filter((opcode) => FLOAT_OPCODES.some(([first, last]) => opcode >= first && opcode <= last))
  const found: string[] = []
  if (used.length > 0) found.push(`it uses floating-point instructions: ${used.map((opcode) => `0x${opcode.toString(16)}`).join(", ")}`)
  if (FLOAT_TYPES.some((type) => types.has(type))) found.push("it has a parameter, result, local, global or block of a floating-point type")
  return found
}

/** Exactly the exports of abi.ts, each of its kind. */
export function exportViolations(module: WasmSummary): string[] {
  const found = module.exports.map(({ name }) => name)
  const wrongKind = module.exports.filter(({ name, kind }) => EXPORTS.includes(name) && kind !== expectedKind(name))
  return [
    ...EXPORTS.filter((name) => !found.includes(name)).map((name) => `it does not export ${name}, which host/abi.ts lists`),
    ...found.filter((name) => !EXPORTS.includes(name)).map((name) => `it exports ${name}, which host/abi.ts does not list`),
    ...wrongKind.map(({ name, kind }) => `${name} is exported as a ${kind}`),
  ]
}

function expectedKind(name: string): WasmExport["kind"] {
  if (name === "memory") return "memory"
  return FUNCTIONS.some((known) => known === name) ? "function" : "global"
}

/** The value of an exported i32 constant. */
export function valueOf({ exports, globals }: WasmSummary, name: string): number | undefined {
  const entry = exports.find((each) => each.name === name && each.kind === "global")
  const global = entry === undefined ? undefined : globals[entry.index]
  return global?.type === I32 ? global.value : undefined
}

/** Its regions are in the page and not over one another, and what it puts into memory at the start lies behind all of them. */
function placeViolations(module: WasmSummary): string[] {
  const places = REGIONS.map((name) => ({ name, at: valueOf(module, `${name}_AT`) ?? -1, size: valueOf(module, `${name}_SIZE`) ?? -1 }))
  const outside = places.filter(({ at, size }) => at < 0 || size <= 0 || at + size > PAGE_BYTES)
  if (outside.length > 0) return outside.map(({ name }) => `its region ${name} is not in the page`)
  const wholes = places.filter(({ name }) => INSIDE[name] === undefined).sort((a, b) => a.at - b.at)
  const over = wholes.filter(({ at }, i) => at < (wholes[i - 1]?.at ?? 0) + (wholes[i - 1]?.size ?? 0))
  const end = Math.max(...wholes.map(({ at, size }) => at + size))
  const misplaced = module.data.filter(({ at, length }) => at < end || at + length > PAGE_BYTES)
  return [
    ...over.map(({ name }) => `its region ${name} lies over another`),
    ...misplaced.map(({ at, length }) => `its static data at ${at}-${at + length - 1} is not behind its regions, within the page`),
  ]
}
