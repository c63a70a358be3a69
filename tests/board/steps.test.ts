import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { buildBoard } from "../../build/board/compile.ts"
import { type Depth, measureDepth } from "../../build/board/depth.ts"
import { boardBudget, xtensaBudget } from "../../build/board/size.ts"
import { OUT, compile } from "../../build/core.ts"
import { Bench } from "../../host/board/bench.ts"
import { LAB_PASSWORD } from "../../host/lab/lab.ts"
import { makeLoader } from "../../host/loader.ts"
import { replay } from "../../host/replay.ts"
import { sha256 } from "../../host/trace.ts"
import { needsBoard, needsXtensa } from "./needs.ts"
import { portOf } from "./ports.ts"

const MODULE = "build/out/linehunt.wasm"

describe("The board as on a processor without tail calls", function () {
  let bench: Bench

  before(async function () {
    needsBoard(this)
    const board = await buildBoard({ module: MODULE, steps: true })
    bench = await Bench.start({ program: board.program, module: sha256(readFileSync(join(OUT, "linehunt.wasm"))) })
  })
  after(() => bench?.end())

  it("It registers, talks, and what it did is what Node does, byte by byte (DC-02)", async () => {
    await bench.event("registered")
    await bench.talk("600", 400, 440)
    await bench.command("hangup")
    await bench.event("callEnded")
    const { load, module } = makeLoader("v8")
    const parts = { name: "the board's trace", load, module: sha256(module), password: undefined, known: [LAB_PASSWORD], warn: assert.fail }
    const verdict = replay({ ...parts, text: bench.trace.join("\n") })
    assert.ok(verdict.same, verdict.same ? "" : verdict.lines.join("\n"))
  })

  it("Its native stack needs to be no larger than with tail calls", async () => {
    const figures = await bench.figures()
    assert.ok((figures["stack-high"] ?? Infinity) <= (boardBudget()["native stack, most"] ?? 0), `${figures["stack-high"]} bytes of stack`)
    assert.equal(bench.starts, 1)
  })
})

describe("The board as on a processor without tail calls, with bugs planted in its phone", function () {
  let bench: Bench

  before(async function () {
    needsBoard(this)
    await compile("tests/entries/planted.ts", "build/out/board/planted.wasm")
    const board = await buildBoard({ module: "build/out/board/planted.wasm", steps: true })
    bench = await Bench.start({ program: board.program })
    await bench.event("registered")
  })
  after(() => bench?.end())

  // How a call ends that cannot go on is decided where operations are put together, which is another way here.
  for (const [word, told] of [["DEEP", "stack overflow"], ["LOOP", "out of fuel"], ["TRAP", "unreachable executed"]]) {
    it(`${word} ends in "${told}" and not in a reset of the processor, and the phone registers again`, async () => {
      const before = bench.seen.length, port = portOf(bench)
      bench.segment.send({ address: "198.51.100.2", port: 5060 }, port, Buffer.from(`${word} of the phone`))
      await bench.until("the report", () => bench.console.some((line) => line.startsWith(`The phone stopped itself: [trap] ${told}`)))
      await bench.event("registered", before)
      assert.ok(!bench.console.some((line) => line.startsWith("The processor was reset")))
    })
  }
})

describe("The stack of an Xtensa", function () {
  let depth: Depth

  before(async function () {
    needsXtensa(this)
    depth = await measureDepth(new Uint8Array(readFileSync(join(OUT, "linehunt.wasm"))))
  })

  it("is large enough for the phone's deepest call, and for a compiler on top of it (DC-06)", () => {
    const budget = xtensaBudget()
    for (const name of ["running", "compiling", "around"] as const) assert.ok(depth[name] > 0 && depth[name] <= budget[name], `${name}: ${depth[name]} of ${budget[name]} bytes`)
    assert.ok(depth.levels >= 10, `${depth.levels} levels: the phone has worked`)
    assert.ok(budget.running + budget.compiling + budget.around + budget.interrupts <= budget.task, "the budgets fit the stack of the task")
  })
})
