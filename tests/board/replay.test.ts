import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { buildBoard } from "../../build/board/compile.ts"
import { FEW_CALLS, costsOf, firstCosts, recordLife, type Life } from "../../build/board/costs.ts"
import { boardBudget, overBudget } from "../../build/board/size.ts"
import { OUT } from "../../build/core.ts"
import { BOOT } from "../../host/abi.ts"
import type { Call } from "../../host/calls.ts"
import { ReplayBoard, replayOn, verdictOn } from "../../host/board/replay.ts"
import { step } from "../../host/driver.ts"
import { makeLoader } from "../../host/loader.ts"
import { makeTrace, sha256 } from "../../host/trace.ts"
import { needsBoard } from "./needs.ts"

const CALLS = 2 * FEW_CALLS

describe("The emulated board makes calls that were recorded in Node", function () {
  let program: string
  let module: Uint8Array
  let life: Life
  let board: ReplayBoard
  const parts = (text: string) => ({ text, name: "a.trace", module: sha256(module), password: "secret", known: [], warn: assert.fail })

  before(async function () {
    needsBoard(this)
    module = new Uint8Array(readFileSync(join(OUT, "linehunt.wasm")))
    program = (await buildBoard({ module: "build/out/linehunt.wasm", replay: true })).program
    life = await recordLife(module, CALLS)
    board = await ReplayBoard.start(program)
  })
  after(() => board?.end())

  it("All functions of the module are compiled in flash, with room for a larger one (DC-06)", async () => {
    const figures = await board.workAhead()
    assert.ok((figures["module-functions"] ?? 0) > 1000)
    assert.equal(figures["flash-functions"], figures["module-functions"])
    assert.deepEqual(overBudget([{ name: "code area, used", value: figures["flash-bytes"] ?? NaN, unit: "bytes" }]), [])
  })

  it("What V8 in Node did with calls, sound and a server that crashes is what the board does, byte by byte, and more calls take no more of its heap (DC-02, DC-06)", async () => {
    const few = life.given.findIndex((given) => "call" in given && given.now >= life.fewUntil)
    await board.give(life.given.slice(0, few))
    const before = await board.figures()
    await board.give(life.given.slice(few))
    const verdict = verdictOn(board.made, parts(life.text)), after = await board.figures()
    assert.ok(verdict.same, verdict.same ? "" : verdict.lines.join("\n"))
    assert.ok(verdict.calls > 1000 && verdict.note === "", `${verdict.calls} calls${verdict.note}`)
    assert.equal(after["heap-high"], before["heap-high"])
    assert.ok((after["heap-largest"] ?? 0) >= 48 * 1024, `${after["heap-largest"]} bytes free`)
    assert.equal(after["code-compiled"], 0, "nothing is compiled any more")
  })

  it("What the phone's work costs stays within the budgets, and is the same instruction by instruction on another run (DC-06)", async () => {
    const measures = costsOf(board.made, life), budget = boardBudget()
    assert.deepEqual(overBudget(measures), [])
    assert.deepEqual(measures.filter(({ name, value }) => !(name in budget) || !(value > 0)), [])
    const again = await ReplayBoard.start(program)
    try {
      await again.workAhead()
      const made = await again.give(life.given.slice(0, 400))
      assert.deepEqual(made.map(({ instructions }) => instructions), board.made.slice(0, made.length).map(({ instructions }) => instructions))
    } finally {
      await again.end()
    }
  })

  it("With nothing in flash it does the same, for what the budgets allow (DC-02, DC-06)", async () => {
    const measures = await firstCosts(program, module), budget = boardBudget()
    assert.deepEqual(overBudget(measures), [])
    assert.deepEqual(measures.filter(({ name, value }) => !(name in budget) || !(value > 0)), [])
  })

  it("Every kind of call is made as in Node, with what a restart keeps and what the phone refuses", async () => {
    const text = everyKind(), verdict = await replayOn(board, parts(text))
    assert.ok(verdict.same, verdict.same ? "" : verdict.lines.join("\n"))
    assert.equal(verdict.calls, 2 * EVERY.length)
  })

  it("A byte that is not the same is told with its call", async () => {
    const text = everyKind().replace('"deadline":null', '"deadline":7')
    const verdict = await replayOn(board, parts(text))
    assert.ok(!verdict.same && /^call \d+ \(.*\): its end: deadline/.test(verdict.lines[0] ?? ""), JSON.stringify(verdict))
  })

  const peer = { address: "192.0.2.1", port: 5060 }
  const EVERY: Call[] = [
    { call: "entropy", bytes: new Uint8Array(64).fill(9) }, { call: "open", bytes: Buffer.from("domain: 192.0.2.1\nuser: 6001\nnonsense: 1\n"), boot: BOOT.cold },
    { call: "open", bytes: Buffer.from("domain: 192.0.2.1\nuser: 6001\n"), boot: BOOT.power }, { call: "wallclock", unixMs: 1_900_000_000_000, zoneMin: -90 },
    { call: "network", up: true, text: "address 192.0.2.100\ndns 192.0.2.53" },
    { call: "flow", flow: 1, event: { kind: "opened", local: { address: "0.0.0.0", port: 5060 } } }, { call: "flow", flow: 2, event: { kind: "opened", local: { address: "192.0.2.100", port: 5060 } } },
    { call: "datagram", flow: 2, peer, bytes: Buffer.from("SIP/2.0 200 OK\r\n\r\n") }, { call: "flow", flow: 2, event: { kind: "refused", peer } },
    { call: "flow", flow: 2, event: { kind: "failed", code: 2 } }, { call: "flow", flow: 2, event: { kind: "closed" } },
    { call: "key", key: "D", down: true }, { call: "key", key: "D", down: false }, { call: "command", line: "cfg set display_name Zoë" }, { call: "command", line: "status" },
    { call: "audio", bytes: new Uint8Array(320).fill(3) }, { call: "datagram", flow: 1, peer: { address: "2001:db8::1", port: 5060 }, bytes: new Uint8Array(0) },
    { call: "timeout" }, { call: "resume" }, { call: "network", up: false, text: "" }, { call: "close" },
  ]

  /** A trace of all of them, and again by an instance that takes over what the first has kept. */
  function everyKind(): string {
    const { load } = makeLoader("v8"), lines: string[] = [], trace = makeTrace((line) => { lines.push(line) }, sha256(module), 1, "v8")
    let keep: Uint8Array | undefined
    for (const boot of [BOOT.cold, BOOT.trap]) {
      const machine = load(keep)
      trace.start(boot, keep)
      for (const [i, call] of EVERY.entries()) {
        trace.called(call, 7 * i)
        trace.done(step(machine, call, 7 * i, trace.output))
      }
      keep = machine.keep()
    }
    return `${lines.join("\n")}\n`
  }
})
