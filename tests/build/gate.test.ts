// The gate finds each promise that a module breaks, and lets a good one through.
import assert from "node:assert/strict"
import { violations } from "../../build/gate.ts"
import { mapViolations, readMemoryMap } from "../../build/memory-map.ts"
import { EXPORTED, GOOD, LAYOUT, constants, globalsWith, map, moduleWith, type Parts } from "../modules.ts"
import { F32, F64, I32, body, dataSegment, exported, functionType, global, importedFunction, pages, startSection } from "../wasm.ts"

/** What the gate says of a good module with some parts replaced. */
const found = (parts: Partial<Parts>, budget = 100_000): string[] => violations(moduleWith(parts), { map, layout: LAYOUT }, budget)

/** The gate says exactly one thing of it, which matches. */
function finds(parts: Partial<Parts>, sentence: RegExp): void {
  const sentences = found(parts)
  assert.equal(sentences.length, 1, sentences.join("\n"))
  assert.match(sentences[0] ?? "", sentence)
}

describe("The gate", () => {
  it("lets a good module through", () => { assert.deepEqual(found({}), []) })

  it("finds an import", () => { finds({ imports: [importedFunction("env", "abort", 0)] }, /imports env\.abort/) })

  it("finds a mutable global", () => { finds({ globals: [...GOOD.globals, global(I32, true, [0x41, 0])] }, /1 mutable globals/) })

  it("finds memory.grow, however deep", () => {
    finds({ code: body([0x02, 0x40, 0x03, 0x40, 0x41, 1, 0x40, 0, 0x1a, 0x0b, 0x0b, 0x41, 0]) }, /memory\.grow/)
  })

  it("takes numbers that look like instructions for numbers", () => {
    const code = [0x41, 0xc0, 0x80, 0x01, 0x42, 0xab, 0x01, 0x1a, 0x1a, 0x41, 0, 0x28, 2, 0x40, 0x0e, 2, 0x40, 0x43, 0]
    assert.deepEqual(found({ code: body(code) }), [])
  })

  it("finds a memory of another size", () => {
    for (const memory of [pages(1), pages(1, 2), pages(2, 2), pages(0, 1)]) finds({ memory }, /not one page/)
  })

  it("finds a start function", () => { finds({ start: startSection(0) }, /start function/) })

  it("finds floating-point instructions of every kind", () => {
    const constants = [[0x43, 0, 0, 0x80, 0x3f, 0x1a], [0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x1a]]
    const others = [[0x41, 0, 0x2a, 2, 0], [0x91], [0xa8], [0xbf], [0xfc, 3], [0x5b], [0x38, 2, 0]]
    for (const code of [...constants, ...others]) finds({ code: body([...code, 0x41, 0]) }, /floating-point instructions/)
  })

  it("finds floating-point types of parameters, results, locals, blocks and globals", () => {
    finds({ types: [functionType([F32], [I32])] }, /floating-point type/)
    finds({ types: [functionType([I32], [F64])] }, /floating-point type/)
    finds({ code: body([0x41, 0], [F64]) }, /floating-point type/)
    finds({ code: body([0x02, F32, 0x00, 0x0b, 0x1a, 0x41, 0]) }, /floating-point type/)
    assert.ok(found({ globals: [...GOOD.globals, global(F32, false, [0x43, 0, 0, 0, 0])] }).some((sentence) => /floating-point type/.test(sentence)))
  })

  it("finds an export that is missing, one too many, one of another kind and one of another value", () => {
    finds({ exports: EXPORTED.slice(1) }, /does not export memory/)
    finds({ exports: [...EXPORTED, exported("extra", "function", 0)] }, /exports extra/)
    finds({ exports: [...EXPORTED.slice(1), exported("memory", "table", 0)] }, /memory is exported as a table/)
    finds({ globals: globalsWith({ ABI_VERSION: 2 }) }, /ABI_VERSION is exported as 2, but the sources say 1/)
    finds({ globals: globalsWith({ LAYOUT: 5 }) }, /LAYOUT is exported as 5, but the sources say/)
  })

  it("finds static data before, behind and partly outside the constants", () => {
    const end = constants.at + constants.size
    for (const at of [0, constants.at - 1, end - 2, end]) finds({ data: dataSegment(at, [1, 2, 3]) }, /outside CONSTANTS/)
    assert.deepEqual(found({ data: dataSegment(end - 3, [1, 2, 3]) }), [])
  })

  it("finds a module over the budget", () => { assert.match(found({}, 300).join(), /more than the budget of 300/) })

  it("finds instructions and sections that it cannot follow", () => {
    finds({ code: body([0xfd, 0, 0x41, 0]) }, /unknown instruction 0xfd/)
    finds({ code: body([0x06, 0x41, 0]) }, /unknown instruction 0x6/)
    assert.match(violations(Uint8Array.of(0, 1, 2), { map, layout: LAYOUT }, 1000).join(), /cannot be read/)
  })
})

describe("The memory map", () => {
  it("of the sources has no faults", () => { assert.deepEqual(mapViolations(map), []) })

  it("must fit the page, not overlap, and keep the rooms' shares inside STATE", () => {
    const places: [string, number, number][] = [["A", 0x100, 0x100], ["B", 0x1ff, 1], ["STATE", 0x300, 16], ["X_STATE", 0x308, 9], ["LAST", 0xfffe, 3]]
    const lines = places.map(([name, at, size]) => `export const ${name}: usize = ${at}\nexport const ${name}_SIZE: usize = ${size}`)
    const bad = readMemoryMap(lines.join("\n"))
    assert.deepEqual(mapViolations(bad), ["LAST ends outside the page", "X_STATE is not inside STATE", "A runs into B"])
  })
})
