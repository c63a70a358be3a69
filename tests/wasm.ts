// Writes small WebAssembly modules by hand, for what the compiler would not make.

export const I32 = 0x7f, I64 = 0x7e, F32 = 0x7d, F64 = 0x7c

/** Section numbers. */
export const SECTION = {
  type: 1, import: 2, function: 3, table: 4, memory: 5, global: 6, export: 7, start: 8, element: 9, code: 10, data: 11,
} as const

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

/** A module of these sections, which are in the order of their numbers. */
export function wasmModule(...sections: number[][]): Uint8Array { return Uint8Array.from([...HEADER, ...sections.flat()]) }

/** A section of several items. */
export function section(id: number, ...items: number[][]): number[] {
  const content = [...leb(items.length), ...items.flat()]
  return [id, ...leb(content.length), ...content]
}

/** The start section, which has one index and no count. */
export function startSection(index: number): number[] { return [SECTION.start, 1, index] }

export function functionType(parameters: number[], results: number[]): number[] {
  return [0x60, ...leb(parameters.length), ...parameters, ...leb(results.length), ...results]
}

export function exported(name: string, kind: "function" | "table" | "memory" | "global", index: number): number[] {
  return [...text(name), ["function", "table", "memory", "global"].indexOf(kind), ...leb(index)]
}

export function importedFunction(module: string, name: string, type: number): number[] { return [...text(module), ...text(name), 0, ...leb(type)] }

/** Linear memory of so many pages. */
export function pages(min: number, max?: number): number[] { return max === undefined ? [0, ...leb(min)] : [1, ...leb(min), ...leb(max)] }

export function global(type: number, mutable: boolean, initial: number[]): number[] { return [type, mutable ? 1 : 0, ...initial, 0x0b] }

/** A function's body; `locals` are the types of its locals. The end is added. */
export function body(code: number[], locals: number[] = []): number[] {
  const content = [...leb(locals.length), ...locals.flatMap((type) => [1, type]), ...code, 0x0b]
  return [...leb(content.length), ...content]
}

export function dataSegment(at: number, bytes: number[]): number[] { return [0, 0x41, ...signed(at), 0x0b, ...leb(bytes.length), ...bytes] }

function text(name: string): number[] { return [...leb(name.length), ...new TextEncoder().encode(name)] }

/** Unsigned LEB128. */
export function leb(value: number): number[] { return value < 128 ? [value] : [value & 127 | 128, ...leb(value >>> 7)] }

/** Signed LEB128. */
export function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 127] : [value & 127 | 128, ...signed(value >> 7)]
}
