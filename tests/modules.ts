// Small modules with everything that a module of the phone must have, and with one thing wrong.
import { readMemoryMap } from "../build/memory-map.ts"
import { FUNCTIONS, REGIONS } from "../host/abi.ts"
import {
  F32, F64, I32, I64, SECTION, body, dataSegment, exported, functionType, global, importedFunction, pages, section, signed, startSection, wasmModule,
} from "./wasm.ts"

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

/** A module that has everything and wants more memory for its functions than a board has. */
export function hungry(): Uint8Array { return moduleWith({ functions: 9000 }) }

/** The same module in so many bytes: what nobody reads is behind it. */
export function filledWith(module: Uint8Array, length: number): Uint8Array {
  const FILL = 5, all = new Uint8Array(length)
  all.set(module)
  all.set([0, ...Array.from({ length: FILL }, (_, i) => (length - module.length - 1 - FILL) >>> 7 * i & 127 | (i < FILL - 1 ? 128 : 0))], module.length)
  return all
}

/** Modules with one thing wrong, and what host/facts.ts and board/facts.c say of it. */
export const BAD: readonly { story: string; module: Uint8Array; host: RegExp; board: RegExp }[] = [
  { story: "text", module: Buffer.from("no module"), host: /not a WebAssembly module/, board: /not a whole WebAssembly module/ },
  { story: "nothing at all", module: new Uint8Array(0), host: /ends in the middle/, board: /not a whole WebAssembly module/ },
  { story: "half of one", module: moduleWith().subarray(0, 300), host: /cannot be read/, board: /not a whole WebAssembly module/ },
  { story: "another program", module: wasmModule(section(SECTION.memory, pages(1, 1))), host: /it is not the phone/, board: /it is not the phone/ },
  { story: "another version of the interface", module: moduleWith({ globals: globalsWith({ ABI_VERSION: 2 }) }), host: /speaks version 2/, board: /another version of the interface/ },
  { story: "an import", module: moduleWith({ imports: [importedFunction("env", "abort", 0)] }), host: /imports env\.abort/, board: /it imports something/ },
  { story: "two pages", module: moduleWith({ memory: pages(2, 2) }), host: /not one page/, board: /not one page/ },
  { story: "a page that may grow", module: moduleWith({ memory: pages(1) }), host: /not one page/, board: /not one page/ },
  { story: "memory.grow, deep inside", module: moduleWith({ code: body([0x02, 0x40, 0x03, 0x40, 0x41, 1, 0x40, 0, 0x1a, 0x0b, 0x0b, 0x41, 0]) }), host: /memory\.grow/, board: /memory grow/ },
  { story: "a global that changes", module: moduleWith({ globals: [...GOOD.globals, global(I32, true, [0x41, 0])] }), host: /1 mutable globals/, board: /a global that changes/ },
  { story: "a start function", module: moduleWith({ start: startSection(0) }), host: /start function/, board: /start function/ },
  { story: "a multiplication of f32", module: moduleWith({ code: body([0x94, 0x41, 0]) }), host: /floating-point instructions/, board: /floating point/ },
  { story: "a constant of f64", module: moduleWith({ code: body([0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x1a, 0x41, 0]) }), host: /floating-point instructions/, board: /floating point/ },
  { story: "a conversion with saturation", module: moduleWith({ code: body([0xfc, 3, 0x41, 0]) }), host: /floating-point instructions/, board: /floating point/ },
  { story: "a parameter of f32", module: moduleWith({ types: [functionType([F32], [I32])] }), host: /floating-point type/, board: /floating point/ },
  { story: "a local of f64", module: moduleWith({ code: body([0x41, 0], [F64]) }), host: /floating-point type/, board: /floating point/ },
  { story: "a block of f32", module: moduleWith({ code: body([0x02, F32, 0x00, 0x0b, 0x1a, 0x41, 0]) }), host: /floating-point type/, board: /floating point/ },
  { story: "an instruction that nobody knows", module: moduleWith({ code: body([0xfd, 0, 0x41, 0]) }), host: /unknown instruction/, board: /instruction that is not known/ },
  { story: "an export that is missing", module: moduleWith({ exports: EXPORTED.slice(0, -1) }), host: /does not export STATE_SIZE/, board: /lacks an export/ },
  { story: "an export too many", module: moduleWith({ exports: [...EXPORTED, exported("extra", "function", 0)] }), host: /exports extra/, board: /exports what/ },
  { story: "a function in the place of the memory", module: moduleWith({ exports: [exported("memory", "function", 0), ...EXPORTED.slice(1)] }), host: /memory is exported as a function/, board: /exports what/ },
  { story: "a region that ends behind the page", module: moduleWith({ globals: globalsWith({ LOG_SIZE: 70_000 }) }), host: /LOG is not in the page/, board: /not in its page/ },
  { story: "a region over another", module: moduleWith({ globals: globalsWith({ IO_AT: place("SCREEN").at }) }), host: /lies over another/, board: /lies over another/ },
  { story: "constants before the end of the regions", module: moduleWith({ data: dataSegment(constants.at - 1, [1, 2, 3]) }), host: /not behind its regions/, board: /not behind its regions/ },
  { story: "constants behind the page", module: moduleWith({ data: dataSegment(0x10000 - 2, [1, 2, 3]) }), host: /not behind its regions/, board: /not behind its regions/ },
]
