import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { buildBoard, type Board } from "../../build/board/compile.ts"
import { boardBudget, measuresOf, overBudget } from "../../build/board/size.ts"
import { OUT } from "../../build/core.ts"
import { EVENT } from "../../host/abi.ts"
import type { Machine, Output } from "../../host/calls.ts"
import { Bench } from "../../host/board/bench.ts"
import { copiesIn, damage } from "../../host/board/store.ts"
import type { EngineName } from "../../host/engine/engine.ts"
import { LAB_PASSWORD } from "../../host/lab/lab.ts"
import { makeLoader } from "../../host/loader.ts"
import { replay } from "../../host/replay.ts"
import { sha256 } from "../../host/trace.ts"
import { needsBoard } from "./needs.ts"
import { loudness } from "./sound.ts"

const MODULE = "build/out/linehunt.wasm"
const DEAD_DNS = "198.51.100.99"
const LOOKS = 20

describe("The emulated board", function () {
  let board: Board
  let bench: Bench
  let registered: Record<string, number>, calling: Record<string, number>
  /** What was on the display, and how many pictures the phone had drawn by then. */
  const shown = new Map<string, { picture: string; drawn: number }>()

  before(async function () {
    needsBoard(this)
    board = await buildBoard({ module: MODULE })
    bench = await Bench.start({ program: board.program, module: sha256(readFileSync(join(OUT, "linehunt.wasm"))), dns: [DEAD_DNS, "lab", "198.51.100.98"] })
  })
  after(() => bench?.end())

  it("It registers at the server that SRV names, past a name server that is dead (DC-02, DC-07)", async () => {
    await look("searching", /^Looking up/)
    const text = await bench.event("registered")
    assert.match(text, /registered at 198\.51\.100\.[23]:5060/)
    const network = bench.seen.map(({ call }) => call).find((call) => call.call === "network" && call.up)
    assert.equal(network?.call === "network" && network.text, `address 192.0.2.15\ndns ${DEAD_DNS}\ndns 198.51.100.1\ndns 198.51.100.98`)
  })

  it("Its display shows the idle screen, and the menu at a key", async () => {
    await look("idle", /^Registered at/)
    await press("c")
    await look("menu", /^1 Calls/)
    await press("B")
    await look("idle again", /^Registered at/)
  })

  it("Its keys are those of the phone, pressed and let go once each", async () => {
    const before = bench.seen.length
    for (const key of ["D", "1", "*", "#", "B"]) await press(key)
    assert.equal(keysFrom(before).join(" "), "+D -D +1 -1 +* -* +# -# +B -B")
  })

  it("Its console edits lines, remembers them and answers", async () => {
    bench.board.type("statux\x7fs\x1b[D\x1b[D\x1b[D\x01\x05\r")
    await bench.until("status", () => bench.console.some((line) => line === "state: registered"))
    const before = bench.seen.length
    bench.board.type("\x1b[A\r")
    await bench.until("the line before", () => bench.seen.slice(before).some(({ call }) => call.call === "command" && call.line === "status"))
  })

  it("It makes a call, with sound both ways, and hangs up", async () => {
    const before = bench.seen.length
    registered = await bench.figures()
    const played = await bench.talk("600", 1500, 440)
    calling = await bench.figures()
    await look("in a call", / Talking/)
    assert.ok(loudness(played, 440) > 500 && loudness(played, 440) > 4 * loudness(played, 700), `${loudness(played, 440)} at 440 Hz, ${loudness(played, 700)} at 700`)
    await bench.command("hangup")
    await bench.event("callEnded", before)
  })

  it("It is called, rings, and answers by a key", async () => {
    const before = bench.seen.length
    assert.equal(bench.lab.call("601"), undefined)
    await bench.event("callIncoming", before)
    await look("ringing", / Incoming call/)
    bench.board.press("O")
    await bench.event("callTalking", before)
    await bench.command("hangup")
    await bench.event("callEnded", before)
  })

  it("When its server crashes it moves to another one", async () => {
    const before = bench.seen.length
    const at = bench.lab.lines().findIndex(({ registered }) => registered)
    await bench.lab.set(at + 1, "crashed")
    await bench.event("moved", before, 15_000)
    assert.ok(bench.seen.slice(before).some(({ call }) => call.call === "flow" && call.event.kind === "refused"), "the refusal (ICMP) was told to the core")
    assert.ok(bench.lab.lines().some(({ registered }, i) => registered && i !== at))
    await press("a")
    await look("servers, one down", / down$/)
    await press("B")
    await bench.lab.set(at + 1, "up")
  })

  it("When its cable is pulled it says so, and plugged in again it registers", async () => {
    let before = bench.seen.length
    await bench.board.plug(false)
    await bench.until("the network is down", () => bench.seen.slice(before).some(({ call }) => call.call === "network" && !call.up))
    await look("no network", /^Network is down/)
    before = bench.seen.length
    await bench.board.plug(true)
    await bench.until("the network is up", () => bench.seen.slice(before).some(({ call }) => call.call === "network" && call.up))
    await bench.event("registered", before, 20_000)
  })

  it("What it takes of the board stays within the budgets, 48 KB free in a call among them (DC-06)", () => {
    assert.deepEqual(overBudget(measuresOf({ registered, calling }, bench.seen, board)), [])
    assert.ok((boardBudget()["heap, largest free block in a call"] ?? 0) >= 48 * 1024)
  })

  for (const engine of ["v8", "wasm3"] as EngineName[]) {
    it(`What it did is what ${engine} in Node does, byte by byte, and its display has shown the pictures that are drawn there, pixel by pixel (DC-02)`, () => {
      const { load, module } = makeLoader(engine)
      const drawn: string[] = []
      const verdict = replay({
        name: "the board's trace", module: sha256(module), password: undefined, known: [LAB_PASSWORD], warn: assert.fail, text: bench.trace.join("\n"),
        load: (keep) => drawing(load(keep), (frame) => { drawn.push(hex(frame)) }),
      })
      assert.ok(verdict.same, verdict.same ? "" : verdict.lines.join("\n"))
      assert.ok(verdict.calls > 50, `${verdict.calls} calls`)
      assert.deepEqual([...shown.keys()], ["searching", "idle", "menu", "idle again", "in a call", "ringing", "servers, one down", "no network"])
      for (const [name, { picture, drawn: count }] of shown) assert.equal(picture, drawn[count - 1], `${name}: a pixel is another one`)
    })
  }

  it("Its settings outlive the power, also when the last copy of them is damaged", async () => {
    await bench.command("cfg set display_name First")
    await bench.command("cfg save")
    await bench.command("cfg set display_name Second")
    await bench.command("cfg save")
    const copies = copiesIn(bench.store)
    assert.deepEqual(copies.map((text) => /display_name: (.*)/.exec(text ?? "")?.[1]).sort(), ["First", "Second"])
    await bench.off()
    await bench.boot()
    await bench.event("registered", bench.seen.length)
    assert.ok((await bench.command("cfg get display_name")).some((line) => line.includes("Second")))
    await bench.off()
    damage(bench.store, copies.findIndex((text) => text?.includes("Second")), 40, new Uint8Array(8))
    await bench.boot()
    await bench.event("registered", bench.seen.length)
    assert.ok((await bench.command("cfg get display_name")).some((line) => line.includes("First")))
  })

  it("It knows the events of the interface by the same names", () => {
    const names = [...readFileSync(new URL("../../board/abi.c", import.meta.url), "latin1").matchAll(/"([A-Z_?]+)"/g)].map(([, name]) => name)
    for (const [name, code] of Object.entries(EVENT)) assert.equal(names[code], name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase())
  })

  /** Waits for a screen that has such a row, and keeps what QEMU shows then. */
  async function look(name: string, row: RegExp): Promise<void> {
    await bench.until(`the screen ${name}`, () => bench.picture?.lines.some((line) => row.test(line)))
    const drawn = (): number => bench.seen.flatMap(({ outputs }) => outputs).filter(({ kind }) => kind === "display").length
    // The board draws page by page, and a clock on the screen goes on meanwhile.
    for (let i = 0; i < LOOKS; i++) {
      const before = drawn(), picture = hex(await bench.board.picture())
      shown.set(name, { picture, drawn: before })
      if (picture === hex(bench.picture?.frame) && drawn() === before) return
    }
    assert.fail(`${name}: the display does not come to show what the phone has drawn`)
  }

  const hex = (bytes: Uint8Array = new Uint8Array(0)): string => Buffer.from(bytes).toString("hex")

  /** Until it has been let go: what comes and goes while the phone is busy is lost, as on any keypad that is looked at between two inputs. */
  async function press(key: string): Promise<void> {
    const before = bench.seen.length
    bench.board.press(key)
    await bench.until(`key ${key}`, () => keysFrom(before).length === 2)
  }

  function keysFrom(from: number): string[] {
    return bench.seen.slice(from).flatMap(({ call }) => call.call === "key" ? [`${call.down ? "+" : "-"}${call.key}`] : [])
  }
})

/** A phone whose pictures are looked at as they come. */
function drawing(phone: Machine, onFrame: (frame: Uint8Array) => void): Machine {
  const poll = (): Output | undefined => {
    const output = phone.poll()
    if (output?.kind === "display") onFrame(output.picture.frame)
    return output
  }
  return { ...phone, poll }
}
