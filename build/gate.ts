// The gate: proves on the built module what the design promises of it, and prints its size and memory map.
// Exits with 1 and a sentence for each promise broken.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { ABI_VERSION, REGIONS } from "../host/abi.ts"
import { contentViolations, exportViolations, valueOf } from "../host/facts.ts"
import { readWasm, WasmUnreadable, type WasmSummary } from "../host/wasm-reader.ts"
import { OUT, ROOT, layoutOfSources } from "./core.ts"
import { mapText, mapViolations, readMemoryMap, type MapRegion } from "./memory-map.ts"

/** The largest module that passes, in bytes. To be lowered when the code has shrunk, raised only with a reason in the commit. */
export function sizeBudget(): number {
  const budget = JSON.parse(readFileSync(join(ROOT, "build/budget.json"), "utf8")) as { wasmBytes: number }
  return budget.wasmBytes
}

/** What the sources say of a module: where its regions are, and the stamp of their records. */
export type Sources = { map: MapRegion[]; layout: number }

/** Everything that is wrong with a module, a sentence for each; none for a good one. */
export function violations(wasm: Uint8Array, sources: Sources, budget: number): string[] {
  try {
    const module = readWasm(wasm), over = module.bytes - budget, { map } = sources
    return [
      ...contentViolations(module), ...exportViolations(module), ...valueViolations(module, sources), ...dataViolations(module, map), ...mapViolations(map),
      ...(over > 0 ? [`it has ${module.bytes} bytes, ${over} more than the budget of ${budget} in build/budget.json`] : []),
    ]
  } catch (error) {
    if (error instanceof WasmUnreadable) return [`it cannot be read: ${error.message}`]
    throw error
  }
}

function valueViolations(module: WasmSummary, sources: Sources): string[] {
  return module.exports.filter(({ kind }) => kind === "global").flatMap(({ name }) => {
    const expected = expectedValue(name, sources), value = valueOf(module, name)
    if (expected === undefined || value !== undefined && value >>> 0 === expected) return []
    return [`${name} is exported as ${value ?? "no i32 constant"}, but the sources say ${expected}`]
  })
}

function expectedValue(name: string, { map, layout }: Sources): number | undefined {
  if (name === "ABI_VERSION") return ABI_VERSION
  if (name === "LAYOUT") return layout
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
  const found = violations(wasm, { map, layout: await layoutOfSources() }, budget)
  try { console.log(report(readWasm(wasm), map, budget)) } catch { /* said below */ }
  for (const sentence of found) console.error(`gate: ${sentence}.`)
  if (found.length > 0) process.exitCode = 1
}
