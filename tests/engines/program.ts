// Random WebAssembly functions that always end: whatever a compiler may write, in any order, weighted to what ours writes.
import type { Random } from "../../host/sim/random.ts"
import { I32, I64, SECTION, body, exported, functionType, leb, pages, section, signed, wasmModule } from "../wasm.ts"

type Type = "i32" | "i64"

// Opcodes of WebAssembly.
const BLOCK = 0x02, LOOP = 0x03, IF = 0x04, ELSE = 0x05, END = 0x0b, BRANCH = 0x0c, BRANCH_IF = 0x0d, RETURN = 0x0f, CALL = 0x10, SELECT = 0x1b
const GET = 0x20, SET = 0x21, TEE = 0x22, CONST = { i32: 0x41, i64: 0x42 }, EQUALS_ZERO = { i32: 0x45, i64: 0x50 }, WRAP = 0xa7, EXTEND = [0xac, 0xad]
const ADD = 0x6a, SUBTRACT = 0x6b, AND = 0x71, OR = { i32: 0x72, i64: 0x84 }, NO_RESULT = 0x40
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const UNARY = { i32: [...range(0x67, 0x69), 0xc0, 0xc1], i64: [...range(0x79, 0x7b), 0xc2, 0xc3, 0xc4] }
const BINARY = { i32: [ADD, ADD, SUBTRACT, 0x6c, ...range(0x71, 0x78)], i64: [0x7c, 0x7c, 0x7d, 0x7e, ...range(0x83, 0x8a)] }
const DIVIDING = { i32: range(0x6d, 0x70), i64: range(0x7f, 0x82) }
const COMPARING = { i32: range(0x46, 0x4f), i64: range(0x51, 0x5a) }
const LOADING = { i32: [0x28, ...range(0x2c, 0x2f)], i64: [0x29, ...range(0x30, 0x35)] }
const STORING = { i32: [0x36, 0x3a, 0x3b], i64: [0x37, ...range(0x3c, 0x3e)] }

// Parameters and locals of each function: four of each type, and one that counts the turns of its loops. The other function has no calls in it.
const LOCALS: Record<Type, number[]> = { i32: [0, 1, 4, 5], i64: [2, 3, 6, 7] }
const TURNS = 8
const TURNS_MAX = 12
const MEMORY_MASK = 0x7fff

/** A module with one page whose function run(i32, i32, i64, i64) returns an i64. */
export function randomModule(random: Random): Uint8Array {
  const parameters = [I32, I32, I64, I64], types = [functionType(parameters, [I64])]
  const writer = new Writer(random)
  const bodies = [false, true].map((calls) => body(writer.function(calls), [I32, I32, I64, I64, I32]))
  return wasmModule(
    section(SECTION.type, ...types), section(SECTION.function, [0], [0]), section(SECTION.memory, pages(1, 1)),
    section(SECTION.export, exported("run", "function", 1), exported("memory", "memory", 0)), section(SECTION.code, ...bodies))
}

class Writer {
  readonly #random: Random
  #calls = false
  #depth = 0

  constructor(random: Random) { this.#random = random }

  function(calls: boolean): number[] {
    this.#calls = calls
    return [...this.#statements(3), ...LOCALS.i32.flatMap((local) => [GET, local, 0xad, GET, 2, 0x85, SET, 2]), ...this.#expression("i64", 2), GET, 2, 0x7c]
  }

  #statements(depth: number): number[] { return Array.from({ length: this.#random.between(2, 5) }, () => this.#statement(depth)).flat() }

  #statement(depth: number): number[] {
    const type = this.#type(), choice = this.#random.between(0, depth > 0 ? 11 : 4)
    if (choice < 3) return [...this.#expression(type, 3), SET, this.#local(type)]
    if (choice < 4) return [...this.#address(), ...this.#expression(type, 2), this.#random.pick(STORING[type]), 0, ...this.#offset()]
    if (choice < 5) return this.#leave()
    if (choice < 8) return [...this.#expression("i32", 3), IF, NO_RESULT, ...this.#within(depth), ...this.#random.chance(0.5) ? [ELSE, ...this.#within(depth)] : [], END]
    if (choice < 10) return [BLOCK, NO_RESULT, ...this.#within(depth), END]
    return this.#loop(depth)
  }

  #within(depth: number): number[] {
    this.#depth++
    const code = this.#statements(depth - 1)
    this.#depth--
    return code
  }

  /** Out of a block or the function; loops are left and never begun anew by it, which only #loop does. */
  #leave(): number[] {
    if (this.#random.chance(0.1)) return [...this.#expression("i32", 2), IF, NO_RESULT, ...this.#expression("i64", 1), RETURN, END]
    if (this.#depth === 0) return [...this.#expression("i32", 2), SET, this.#local("i32")]
    return [...this.#expression("i32", 2), BRANCH_IF, this.#random.between(0, this.#depth - 1)]
  }

  /** A block around a loop, so that leaving by one level never begins another turn: turns are counted over the whole function. */
  #loop(depth: number): number[] {
    const begin = this.#depth
    this.#depth = 0
    const inner = [BLOCK, NO_RESULT, ...this.#within(depth), END]
    this.#depth = begin
    const again = this.#random.chance(0.5) ? [GET, TURNS, CONST.i32, TURNS_MAX, 0x49, BRANCH_IF, 0] : [GET, TURNS, CONST.i32, TURNS_MAX, 0x49, IF, NO_RESULT, BRANCH, 1, END]
    return [LOOP, NO_RESULT, ...inner, GET, TURNS, CONST.i32, 1, ADD, SET, TURNS, ...again, END]
  }

  #expression(type: Type, depth: number): number[] {
    if (depth === 0 || this.#random.chance(0.15)) return this.#random.chance(0.3) ? this.#constant(type) : [GET, this.#local(type)]
    const more = (of: Type = type): number[] => this.#expression(of, depth - 1)
    const choice = this.#random.between(0, 19)
    if (choice < 8) return [...more(), ...more(), this.#random.pick(BINARY[type])]
    if (choice < 9) return [...more(), this.#random.pick(UNARY[type])]
    if (choice < 12) return [...this.#address(), this.#random.pick(LOADING[type]), 0, ...this.#offset()]
    if (choice < 13) return [...more(), ...more(), ...more("i32"), SELECT]
    if (choice < 15) return [...more(), TEE, this.#local(type)]
    if (choice < 16) return [...more(), ...more(), ...this.#random.chance(0.05) ? [] : [CONST[type], 1, OR[type]], this.#random.pick(DIVIDING[type])]
    if (choice < 17 && this.#calls) {
      const call = [...more("i32"), ...more("i32"), ...more("i64"), ...more("i64"), CALL, 0]
      return type === "i64" ? call : [...call, WRAP]
    }
    if (type === "i64") return [...more("i32"), this.#random.pick(EXTEND)]
    const of = this.#type()
    return this.#random.chance(0.2) ? [...more(of), EQUALS_ZERO[of]] : [...more(of), ...more(of), this.#random.pick(COMPARING[of])]
  }

  /** Nearly always within the page. */
  #address(): number[] {
    const anywhere = this.#expression("i32", 1)
    return this.#random.chance(0.02) ? anywhere : [...anywhere, CONST.i32, ...signed(MEMORY_MASK), AND]
  }

  #offset(): number[] { return leb(this.#random.chance(0.5) ? 0 : this.#random.between(1, 300)) }

  #constant(type: Type): number[] { return [CONST[type], ...signed(this.#random.pick([0, 1, -1, 2, 7, 8, 31, 32, 63, 64, 255, 256, 0x7fffffff, -0x80000000, this.#random.u32() | 0]))] }

  #local(type: Type): number { return this.#random.pick(LOCALS[type]) }

  #type(): Type { return this.#random.chance(0.7) ? "i32" : "i64" }
}
