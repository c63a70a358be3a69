// The stamp of a module says whether it can go on with the memory of another; nobody has to remember to change it.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { ROOT, filesBelow, stampsOf } from "../../build/core.ts"
import { layoutOf, unusable } from "../../host/facts.ts"
import { movedBuild, nextBuild } from "../builds.ts"
import { compile } from "../../build/core.ts"

const sources = Object.fromEntries(filesBelow("assembly").filter((path) => path.endsWith(".ts")).map((path) => [path, readFileSync(join(ROOT, path), "utf8")]))

/** The stamps when one file is written otherwise. */
function stampsWith(path: string, find: string, put: string) {
  const text = sources[path] ?? ""
  assert.ok(text.includes(find), `${path} has no ${find}`)
  return stampsOf({ ...sources, [path]: text.replace(find, () => put) })
}

type Change = [story: string, path: string, find: string, put: string]

const HARMLESS: Change[] = [
  ["a comment in a record", "assembly/dialog/call.ts", "  held: bool           // by us", "  held: bool // by us, not by them"],
  ["a sentence", "assembly/outputs.ts", 'prose("no server answers")', 'prose("there is no server that answers")'],
  ["a sentence in a table", "assembly/settings/table.ts", 'prose("your name as others see it")', 'prose("your name as all others see it")'],
  ["the version", "assembly/product.ts", "0.1.0", "0.2.0"],
  ["what a function does", "assembly/dialog/calls.ts", "export function liveCalls(): i32 {", "export function liveCalls(): i32 {\n  if (CALLS == 0) return 0"],
  ["one function more", "assembly/dialog/call.ts", "export function clearCalls()", "export function isCall(i: i32): bool { return i < 3 }\nexport function clearCalls()"],
  ["how a message is read", "assembly/wire/via.ts", "export function", "function first(p: usize): u32 { return load<u8>(p, 17) }\nexport function"],
]

const HARMFUL: Change[] = [
  ["a field more", "assembly/dialog/call.ts", "  held: bool ", "  spare: bool\n  held: bool "],
  ["a field of another type", "assembly/transport/flow.ts", "  users: u16 ", "  users: i16 "],
  ["two fields in the other order", "assembly/transport/flow.ts", "  kind: u8             // FlowKind\n  phase: u8 ", "  phase: u8\n  kind: u8 "],
  ["a field with another name, and so with another meaning", "assembly/transport/flow.ts", "  users: u16 ", "  owners: u16 "],
  ["an enum with one member more", "assembly/transport/flow.ts", "enum FlowKind { ", "enum FlowKind { SPARE, "],
  ["a limit", "assembly/config.ts", "export const DIALOGS = 6 ", "export const DIALOGS = 7 "],
  ["the size of a region", "assembly/memory.ts", "BOOK_STATE_SIZE: usize = 0x0200", "BOOK_STATE_SIZE: usize = 0x0240"],
  ["a place within a function", "assembly/outputs.ts", "changetype<Owing>(PHONE_STATE + 96)", "changetype<Owing>(PHONE_STATE + 100)"],
  ["an offset within a function", "assembly/ui/history.ts", "store<u8>(p, <u8>named, 1)", "store<u8>(p, <u8>named, 3)"],
  ["a table by whose order things are numbered", "assembly/settings/table.ts", 'text("auth_user")', 'text("auth_name")'],
]

describe("The stamp of the layout", function () {

  for (const [story, ...change] of HARMLESS) {
    it(`It stays as it is with ${story}`, async () => { assert.deepEqual(await stampsWith(...change), await stampsOf(sources)) })
  }

  for (const [story, ...change] of HARMFUL) {
    it(`It is another one with ${story}`, async () => {
      const before = await stampsOf(sources), after = await stampsWith(...change)
      assert.notEqual(after.layout, before.layout)
      assert.equal(after.keepLayout, before.keepLayout, "KEEP is laid out as before")
    })
  }

  it("That of KEEP is another one with what KEEP holds, and then that of the rest is too", async () => {
    const before = await stampsOf(sources), after = await stampsWith("assembly/account/identity.ts", "  cseq: u32 ", "  spare: u32\n  cseq: u32 ")
    assert.notEqual(after.keepLayout, before.keepLayout)
    assert.notEqual(after.layout, before.layout)
  })

  it("A build whose texts lie elsewhere has the same, one whose records lie elsewhere has another, and both can be used", async () => {
    const wasm = await compile("assembly/index.ts"), next = await nextBuild(), moved = await movedBuild()
    assert.deepEqual([wasm, next, moved].map(unusable), [[], [], []])
    assert.equal(layoutOf(next), layoutOf(wasm))
    assert.notEqual(layoutOf(moved), layoutOf(wasm))
    assert.equal(layoutOf(wasm), (await stampsOf(sources)).layout)
  })
})
