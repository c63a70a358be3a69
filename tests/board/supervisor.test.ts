import assert from "node:assert/strict"
import { buildBoard } from "../../build/board/compile.ts"
import { compile } from "../../build/core.ts"
import { BOOT } from "../../host/abi.ts"
import { Bench } from "../../host/board/bench.ts"
import { needsBoard } from "./needs.ts"
import { portOf } from "./ports.ts"

/** How soon the phone must be back. */
const BACK_MS = 2000

/** 0.6 s of the board, which are longer on a machine that is busy. */
const WATCHDOG_MS = 12_000

const SERVER = { address: "198.51.100.2", port: 5060 }

describe("The emulated board with bugs planted in its phone", function () {
  this.timeout(60_000)
  let bench: Bench

  before(async function () {
    needsBoard(this)
    await compile("tests/entries/planted.ts", "build/out/board/planted.wasm")
    const board = await buildBoard({ module: "build/out/board/planted.wasm", faults: true })
    bench = await Bench.start({ program: board.program })
    await bench.event("registered")
  })
  after(() => bench?.end())

  // What is told of each, and the pause before the restart: the first comes at once.
  const bugs = [
    { word: "TRAP", story: "a trap", told: "[trap] unreachable executed", pauseMs: 0 },
    { word: "LOOP", story: "an endless loop", told: "[trap] out of fuel", pauseMs: 1000 },
    { word: "WILD", story: "stores over all of its memory and beyond", told: "[trap] out of bounds memory access", pauseMs: 2000 },
    { word: "DEEP", story: "calls without end", told: "[trap] stack overflow", pauseMs: 4000 },
  ]
  for (const { word, story, told, pauseMs } of bugs) {
    it(`After ${story} it is registered and answers again, and the same datagram does no more harm (design 3)`, async () => {
      const before = bench.seen.length, port = portOf(bench)
      const contact = lastOf("Contact"), callId = lastOf("Call-ID"), cseq = Number.parseInt(lastOf("CSeq"))
      bench.segment.send(SERVER, port, Buffer.from(`${word} of the phone`))
      await bench.until("the report", () => bench.console.some((line) => line.startsWith(`The phone stopped itself: ${told}`)))
      await bench.event("registered", before, pauseMs + BACK_MS)
      assert.ok(bench.console.some((line) => line.startsWith(`"${word} of the phone"`)), "the input that did it is told")
      assert.ok(bench.console.some((line) => line.startsWith("log: ")), "the last lines of the log are told")
      const starts = bench.starts
      if (word !== "WILD") assert.deepEqual([lastOf("Contact").replace(/;expires=\d+/, ""), lastOf("Call-ID")], [contact.replace(/;expires=\d+/, ""), callId])
      if (word !== "WILD") assert.ok(Number.parseInt(lastOf("CSeq")) > cseq, "the CSeq goes on")
      bench.segment.send(SERVER, portOf(bench), Buffer.from(`${word} of the phone`))
      await answers()
      assert.equal(bench.starts, starts)
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
