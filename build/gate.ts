// The gate: proves on the built module what the design promises of it, and prints its size and memory map.
// Exits with 1 and a sentence for each promise broken.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { ABI_VERSION, EXPORTS, FUNCTIONS, REGIONS } from "../host/abi.ts"
import { OUT, ROOT } from "./core.ts"
import { mapText, mapViolations, readMemoryMap, type MapRegion } from "./memory-map.ts"
import { readWasm, WasmUnreadable, type WasmExport, type WasmSummary } from "./wasm-reader.ts"

const I32 = 0x7f
const FLOAT_TYPES = [0x7d, 0x7c]
const MEMORY_GROW = 0x40
// Loads, stores, constants, comparisons, arithmetic and conversions of f32 and f64; with the prefix 0xfc, the saturating conversions.
const FLOAT_OPCODES: [number, number][] = [
  [0x2a, 0x2b], [0x38, 0x39], [0x43, 0x44], [0x5b, 0x66], [0x8b, 0xa6], [0xa8, 0xab], [0xae, 0xbf], [0xfc00, 0xfc07],
]

/** The largest module that passes, in bytes. To be lowered when the code has shrunk, raised only with a reason in the commit. */
export function sizeBudget(): number {
  const budget = JSON.parse(readFileSync(join(ROOT, "build/budget.json"), "utf8")) as { wasmBytes: number }
  return budget.wasmBytes
}

/** Everything that is wrong with a module, a sentence for each; none for a good one. */
export function violations(wasm: Uint8Array, map: MapRegion[], budget: number): string[] {
  try {
    const module = readWasm(wasm), over = module.bytes - budget
    return [
      ...module.imports.map((name) => `it imports ${name}: the core imports nothing`),
      ...shapeViolations(module), ...floatViolations(module), ...exportViolations(module, map), ...dataViolations(module, map), ...mapViolations(map),
      ...(over > 0 ? [`it has ${module.bytes} bytes, ${over} more than the budget of ${budget} in build/budget.json`] : []),
    ]
  } catch (error) {
    if (error instanceof WasmUnreadable) return [`it cannot be read: ${error.message}`]
    throw error
  }
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

function exportViolations(module: WasmSummary, map: MapRegion[]): string[] {
  const found = module.exports.map(({ name }) => name)
  const wrongKind = module.exports.filter(({ name, kind }) => EXPORTS.includes(name) && kind !== expectedKind(name))
  return [
    ...EXPORTS.filter((name) => !found.includes(name)).map((name) => `it does not export ${name}, which host/abi.ts lists`),
    ...found.filter((name) => !EXPORTS.includes(name)).map((name) => `it exports ${name}, which host/abi.ts does not list`),
    ...wrongKind.map(({ name, kind }) => `${name} is exported as a ${kind}`),
    ...module.exports.filter(({ kind }) => kind === "global").flatMap((entry) => globalViolations(module, map, entry)),
  ]
}

function expectedKind(name: string): WasmExport["kind"] {
  if (name === "memory") return "memory"
  return FUNCTIONS.some((known) => known === name) ? "function" : "global"
}

function globalViolations({ globals }: WasmSummary, map: MapRegion[], { name, index }: WasmExport): string[] {
  const global = globals[index]
  const expected = expectedValue(name, map)
  if (expected === undefined || global?.type === I32 && global.value === expected) return []
  return [`${name} is exported as ${global?.value ?? "no i32 constant"}, but the sources say ${expected}`]
}

function expectedValue(name: string, map: MapRegion[]): number | undefined {
  if (name === "ABI_VERSION") return ABI_VERSION
  const region = REGIONS.find((known) => name === `${known}_AT` || name === `${known}_SIZE`)
  const place = map.find((entry) => entry.name === region)
  return name.endsWith("_AT") ? place?.at : place?.size
}

function dataViolations({ data }: WasmSummary, map: MapRegion[]): string[] {
  const constants = map.find(({ name }) => name === "CONSTANTS")
  if (constants === undefined) return ["assembly/memory.ts has no region CONSTANTS"]
  const end = constants.at + constants.size
  return data
    .filter(({ at, length }) => at < constants.at || at + length > end)
    .map(({ at, length }) => `static data at ${at}-${at + length - 1} is outside CONSTANTS (${constants.at}-${end - 1})`)
}

/** Size and memory map as text. */
export function report(module: WasmSummary, map: MapRegion[], budget: number): string {
  const constants = map.find(({ name }) => name === "CONSTANTS")
  const dataEnd = Math.max(constants?.at ?? 0, ...module.data.map(({ at, length }) => at + length))
  const used = dataEnd - (constants?.at ?? 0)
  return [
    `size: ${module.bytes} bytes (budget ${budget}), ${module.functions} functions in ${module.codeBytes} bytes of code`,
    `constants: ${used} bytes of ${constants?.size}`,
    "memory:", mapText(map),
  ].join("\n")
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const file = join(OUT, "linehunt.wasm")
  const wasm = new Uint8Array(readFileSync(file)), map = readMemoryMap(), budget = sizeBudget()
  const found = violations(wasm, map, budget)
  try { console.log(report(readWasm(wasm), map, budget)) } catch { /* said below */ }
  for (const sentence of found) console.error(`gate: ${sentence}.`)
  if (found.length > 0) process.exitCode = 1
}
