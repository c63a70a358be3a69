import assert from "node:assert/strict"
import { buildBoard } from "../../build/board/compile.ts"
import { compile } from "../../build/core.ts"
import { BOOT, EVENT } from "../../host/abi.ts"
import { Bench, type Seen } from "../../host/board/bench.ts"
import { needsBoard } from "./needs.ts"
import { portOf } from "./ports.ts"

/** How soon the phone must be back, in time of the board; the watchdog of this board waits 0.6 s of it. */
const BACK_MS = 2000

/** 0.6 s of the board, which are longer on a machine that is busy. */
const WATCHDOG_MS = 25_000

/** How long a row of calls took without the waiting for what servers send: on a machine that is busy they let the board wait, also until it asks once more. */
function ownTime(seen: Seen[]): number {
  const asked = new Set<string>()
  let last = seen[0]?.now ?? 0, sum = 0
  for (const { call, now, outputs } of seen.slice(1)) {
    const peers = outputs.flatMap((output) => (output.kind === "send" || output.kind === "open") && output.peer ? [`${output.peer.address} ${output.peer.port}`] : [])
    const isWait = call.call === "datagram" || call.call === "timeout" && peers.some((peer) => asked.has(peer))
    // A processor that was reset counts from nought.
    if (!isWait) sum += now < last ? now : now - last
    last = now
    for (const peer of peers) asked.add(peer)
  }
  return sum
}

const SERVER = { address: "198.51.100.2", port: 5060 }

describe("The emulated board with bugs planted in its phone", function () {
  let bench: Bench

  before(async function () {
    needsBoard(this)
    await compile("tests/entries/planted.ts", "build/out/board/planted.wasm")
    const board = await buildBoard({ module: "build/out/board/planted.wasm", faults: true })
    bench = await Bench.start({ program: board.program })
    await bench.event("registered")
  })
  after(() => bench?.end())

  const bugs = [
    { word: "TRAP", story: "a trap", told: "The phone stopped itself: [trap] unreachable executed" },
    { word: "LOOP", story: "an endless loop", told: "The phone stopped itself: [trap] out of fuel" },
    { word: "WILD", story: "stores over all of its memory and beyond", told: "The phone stopped itself: [trap] out of bounds memory access" },
    { word: "DEEP", story: "calls without end", told: "The phone stopped itself: [trap] stack overflow" },
    { word: "FAIL", story: "a condition that does not hold", told: "it expected: no packet that begins with FAIL" },
    { word: "LAST", story: "work that lasts until the watchdog", told: "The processor was reset: cause 80000007" },
  ]
  for (const { word, story, told } of bugs) {
    it(`After ${story} it is registered and answers again within two seconds of its own time, and the same datagram does no more harm (design 3)`, async () => {
      // A phone that has just been switched on has not fallen before, and so does not pause.
      await restart()
      const before = bench.seen.length, from = bench.console.length, poison = `${word} of the phone`
      const contact = lastOf("Contact"), callId = lastOf("Call-ID"), cseq = Number.parseInt(lastOf("CSeq"))
      bench.segment.send(SERVER, portOf(bench), Buffer.from(poison))
      await bench.until("the report", () => bench.console.slice(from).some((line) => line.startsWith(told)), WATCHDOG_MS)
      await bench.event("registered", before, WATCHDOG_MS)
      // A processor that is reset while it works does not tell what it was given.
      const given = bench.seen.findIndex(({ call }, i) => i >= before && call.call === "datagram" && latin1(call.bytes) === poison)
      const fell = given < 0 ? before - 1 : given
      const back = bench.seen.findIndex(({ outputs }, i) => i > fell && outputs.some((output) => output.kind === "event" && output.code === EVENT.registered))
      const took = ownTime(bench.seen.slice(fell, back + 1))
      assert.ok(back > fell && took <= BACK_MS, `it took ${took} ms`)
      const said = bench.console.slice(from)
      assert.ok(said.some((line) => line === `"${poison}"`), "the input that did it is told")
      // The wild one has written over its log; what a reset of the processor leaves is what was being worked on.
      if (word === "WILD") assert.ok(said.some((line) => /^It was given, .*: a datagram of 17 bytes/.test(line)))
      else if (word !== "LAST") assert.ok(said.some((line) => line.startsWith("log: ")), "the last lines of the log are told")
      else assert.ok(said.some((line) => /^It was working on this when the processor was reset, .*: a datagram of 17 bytes/.test(line)))
      const starts = bench.starts
      if (word !== "WILD") assert.deepEqual([lastOf("Contact").replace(/;expires=\d+/, ""), lastOf("Call-ID")], [contact.replace(/;expires=\d+/, ""), callId])
      if (word !== "WILD") assert.ok(Number.parseInt(lastOf("CSeq")) > cseq, "the CSeq goes on")
      bench.segment.send(SERVER, portOf(bench), Buffer.from(poison))
      await answers()
      assert.equal(bench.starts, starts, "the second time it is hidden")
    })
  }

  // Bytes of the console that fail on a board built so, and what mcause says afterwards.
  const faults = [
    { byte: "\x1d", story: "an access to nothing", told: "cause 7 at" },
    { byte: "\x1f", story: "a native stack without end, which meets its guard", told: "cause 7 at" },
    { byte: "\x1e", story: "a loop without end, which meets the watchdog", told: "cause 80000007 at" },
  ]
  for (const { byte, story, told } of faults) {
    it(`After ${story} the processor starts again, and the phone goes on with what it kept`, async () => {
      await restart()
      const before = bench.seen.length, from = bench.console.length, callId = lastOf("Call-ID"), cseq = Number.parseInt(lastOf("CSeq"))
      bench.board.type(byte)
      await bench.event("registered", before, WATCHDOG_MS + BACK_MS)
      assert.ok(bench.console.slice(from).some((line) => line.startsWith(`The processor was reset: ${told}`)))
      const opened = bench.seen.slice(before).map(({ call }) => call).find((call) => call.call === "open")
      assert.equal(opened?.call === "open" && opened.boot, BOOT.watchdog)
      assert.equal(lastOf("Call-ID"), callId)
      assert.ok(Number.parseInt(lastOf("CSeq")) > cseq)
    })
  }

  it("A processor that is reset three times within a minute pauses, so that it is in no endless loop", async () => {
    await restart()
    for (let n = 0; n < 2; n++) {
      const before = bench.seen.length
      bench.board.type("\x1d")
      await bench.event("registered", before, WATCHDOG_MS + BACK_MS)
    }
    const starts = bench.starts
    bench.board.type("\x1d")
    await bench.until("a pause", () => bench.console.includes("That was the third time within a minute: the phone waits before it starts again."))
    await bench.command("status", /does not run just now/)
    assert.equal(bench.starts, starts)
  })

  /** Switched off and on, and registered. */
  async function restart(): Promise<void> {
    await bench.off()
    const from = bench.seen.length
    await bench.boot()
    await bench.event("registered", from)
  }

  /** OPTIONS from a server of the line gets its 200. */
  async function answers(): Promise<void> {
    const from = bench.seen.length, { address } = SERVER
    const request = [
      "OPTIONS sip:6001@192.0.2.15 SIP/2.0", `Via: SIP/2.0/UDP ${address}:5060;branch=z9hG4bK${from}`, "Max-Forwards: 70", `From: <sip:x@${address}>;tag=a`,
      "To: <sip:6001@rapidtech.phones>", `Call-ID: options-${from}`, "CSeq: 1 OPTIONS", "Content-Length: 0", "", "",
    ].join("\r\n")
    bench.segment.send(SERVER, portOf(bench), Buffer.from(request))
    await bench.until("an answer to OPTIONS", () => bench.seen.slice(from).flatMap(({ outputs }) => outputs)
      .some((output) => output.kind === "send" && Buffer.from(output.bytes).toString("latin1").startsWith("SIP/2.0 200")), BACK_MS)
  }

  /** A field of the last REGISTER. */
  function lastOf(name: string): string {
    const texts = bench.seen.flatMap(({ outputs }) => outputs).map((output) => output.kind === "send" ? Buffer.from(output.bytes).toString("latin1") : "")
    const last = texts.filter((text) => text.startsWith("REGISTER")).at(-1) ?? ""
    return new RegExp(`^${name}\\s*:\\s*(.*)\\r$`, "mi").exec(last)?.[1] ?? ""
  }
})

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1")
