import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { buildBoard } from "../../build/board/compile.ts"
import { OUT } from "../../build/core.ts"
import { Bench } from "../../host/board/bench.ts"
import { damageCode, putModule } from "../../host/board/store.ts"
import { LAB_PASSWORD } from "../../host/lab/lab.ts"
import { makeLoader } from "../../host/loader.ts"
import { replay } from "../../host/replay.ts"
import { sha256 } from "../../host/trace.ts"
import { NEXT_WORD, nextBuild } from "../builds.ts"
import { needsBoard } from "./needs.ts"
import { loudness } from "./sound.ts"

const MODULE = "build/out/linehunt.wasm", DAMAGED = "The compiled code in flash is damaged: it is made anew."
/** Where the head has the firmware, and where there are records of the first functions and of later ones. */
const FIRMWARE_AT = 8, EARLY = 60_000, LATE = 300_000

describe("Compiled code that the emulated board keeps in flash", function () {
  this.timeout(240_000)
  let bench: Bench
  let firmware: Uint8Array, next: Uint8Array
  let all = 0

  before(async function () {
    needsBoard(this)
    firmware = new Uint8Array(readFileSync(join(OUT, "linehunt.wasm")))
    next = await nextBuild()
    bench = await Bench.start({ program: (await buildBoard({ module: MODULE })).program, module: sha256(firmware) })
  })
  after(() => bench?.end())

  it("A phone that rests compiles everything, and its keys and its console work meanwhile; wherever the power goes, it goes on from there (DC-06)", async () => {
    await bench.event("registered")
    const called = (await bench.figures())["flash-functions"] ?? 0
    assert.ok(called > 100, `${called} functions were called and are in flash`)
    const more = await compiled((figures) => (figures["flash-functions"] ?? 0) > called + 50)
    const from = bench.seen.length
    bench.board.press("D")
    await bench.until("the key", () => bench.seen.slice(from).filter(({ call }) => call.call === "key").length === 2)
    await bench.command("status")
    await bench.off()
    const before = bench.seen.length
    await bench.boot()
    const kept = (await bench.figures())["flash-functions"] ?? 0
    assert.ok(kept >= (more["flash-functions"] ?? Infinity), `${kept} functions are still there`)
    await bench.event("registered", before)
    const figures = await compiled((each) => each["flash-functions"] === each["module-functions"])
    all = figures["module-functions"] ?? 0
    assert.ok(all > 1000)
    assert.ok(!bench.console.includes(DAMAGED))
  })

  it("After that it registers and talks without compiling anything, also after the power was off, and what it does is what Node does (DC-02, DC-06)", async () => {
    const lines = bench.trace.length
    await restart()
    const played = await bench.talk("600", 600, 440)
    assert.ok(loudness(played, 440) > 500 && loudness(played, 440) > 4 * loudness(played, 700))
    await bench.command("hangup")
    const { "code-compiled": count, "code-evicted": evicted, "flash-functions": kept, "heap-largest": free = 0 } = await bench.figures()
    assert.deepEqual([count, evicted, kept], [0, 0, all])
    assert.ok(free > 80 * 1024, `${free} bytes free`)
    const { load, module } = makeLoader("v8")
    const verdict = replay({ name: "the board's trace", load, module: sha256(module), password: undefined, known: [LAB_PASSWORD], warn: assert.fail, text: bench.trace.slice(lines).join("\n") })
    assert.ok(verdict.same, verdict.same ? "" : verdict.lines.join("\n"))
  })

  it("Of another firmware's code nothing is used; a call, also one on hold, runs from RAM, and at the next rest the code gives way", async () => {
    const from = bench.seen.length
    await restart(() => damageCode(bench.store, FIRMWARE_AT, Uint8Array.of(0)))
    const played = await bench.talk("600", 600, 440)
    assert.ok(loudness(played, 440) > 500 && loudness(played, 440) > 4 * loudness(played, 700))
    const early = (await bench.figures())["flash-functions"]
    await bench.command("hold")
    await new Promise((resolve) => setTimeout(resolve, 2500))
    const late = (await bench.figures())["flash-functions"]
    // A machine that is busy may let the board rest for a second before the call; then functions go to flash as they are called.
    assert.ok(late === 0 || early !== 0, `${late} functions`)
    await bench.command("hangup")
    await bench.event("callEnded", from)
    await whole()
    assert.ok(!bench.console.includes(DAMAGED))
  })

  it("Code that is damaged is not run: the phone works, says so in one line, and makes it anew", async () => {
    const from = bench.console.length
    await restart(() => {
      for (let at = EARLY; at < LATE; at += 300) damageCode(bench.store, at, Uint8Array.of(0x5a, 0xa5))
    })
    await bench.until("the line", () => bench.console.slice(from).includes(DAMAGED))
    await whole()
    assert.equal(bench.console.slice(from).filter((line) => line.includes("damaged")).length, 1)
    await restart()
    assert.equal((await bench.figures())["code-compiled"], 0)
  })

  it("Another module has its own, which takes the place of the one before at rest", async () => {
    await restart(() => putModule(bench.store, 0, 1, next, firmware))
    assert.equal((await bench.figures())["flash-functions"], 0)
    await whole()
    await restart()
    const { "code-compiled": count, "flash-functions": kept, "module-functions": functions } = await bench.figures()
    assert.deepEqual([count, kept], [0, functions])
    assert.ok((await bench.command("mem")).some((line) => line.includes(NEXT_WORD)))
  })

  /** Waits until the board's figures are so. */
  async function compiled(holds: (figures: Record<string, number>) => boolean): Promise<Record<string, number>> {
    for (const end = performance.now() + 120_000; performance.now() < end;) {
      const figures = await bench.figures()
      if (holds(figures)) return figures
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    throw new Error(`it is not compiled: ${bench.console.slice(-30).join("\n")}`)
  }

  const whole = (): Promise<unknown> => compiled((figures) => figures["flash-functions"] === figures["module-functions"])

  async function restart(change = (): void => {}): Promise<void> {
    await bench.off()
    change()
    const from = bench.seen.length
    await bench.boot()
    await bench.event("registered", from)
  }
})
