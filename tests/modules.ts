// Small modules with everything that a module of the phone must have, and with one thing wrong.
import { readMemoryMap } from "../build/memory-map.ts"
import { FUNCTIONS, REGIONS } from "../host/abi.ts"
import { I32, I64, SECTION, body, dataSegment, exported, functionType, global, pages, section, signed, wasmModule } from "./wasm.ts"

export const LAYOUT = 0x12345678
export const map = readMemoryMap()
const place = (name: string) => map.find((region) => region.name === name) ?? { at: 0, size: 0 }
export const constants = place("CONSTANTS")

/** A global that is a constant. */
export const constantOf = (value: number): number[] => global(I32, false, [0x41, ...signed(value)])

const GLOBALS: [string, number[]][] = [
  ["ABI_VERSION", constantOf(1)], ["LAYOUT", constantOf(LAYOUT)],
  ...REGIONS.flatMap((name): [string, number[]][] => [[`${name}_AT`, constantOf(place(name).at)], [`${name}_SIZE`, constantOf(place(name).size)]]),
]

/** The globals of a good module with some values changed. */
export function globalsWith(values: Readonly<Record<string, number>>): number[][] {
  return GLOBALS.map(([name, code]) => values[name] === undefined ? code : constantOf(values[name]))
}

export const EXPORTED = [
  exported("memory", "memory", 0),
  ...FUNCTIONS.map((name) => exported(name, "function", 0)),
  ...GLOBALS.map(([name], i) => exported(name, "global", i)),
]

export type Parts = {
  types: number[][]; imports: number[][]; memory: number[]; globals: number[][]; exports: number[][]
  start: number[]; code: number[]; data: number[]
  /** How many functions it has, all alike. */
  functions: number
}
export const GOOD: Parts = {
  types: [functionType([I32, I64], [I32])], imports: [], memory: pages(1, 1), globals: GLOBALS.map(([, code]) => code), exports: EXPORTED, start: [],
  code: body([0x41, 0]), data: dataSegment(constants.at, [1, 2, 3]), functions: 1,
}

/** A good module with some parts replaced. */
export function moduleWith(parts: Partial<Parts> = {}): Uint8Array {
  const all = { ...GOOD, ...parts }
  const repeated = (item: number[]): number[][] => Array.from({ length: all.functions }, () => item)
  const imports = all.imports.length > 0 ? section(SECTION.import, ...all.imports) : []
  return wasmModule(
    section(SECTION.type, ...all.types), imports, section(SECTION.function, ...repeated([0])), section(SECTION.memory, all.memory),
    section(SECTION.global, ...all.globals), section(SECTION.export, ...all.exports), all.start, section(SECTION.code, ...repeated(all.code)), section(SECTION.data, all.data))
}
