import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { buildBoard, type Board } from "../../build/board/compile.ts"
import { OUT } from "../../build/core.ts"
import { Bench } from "../../host/board/bench.ts"
import { TYPE_ARP, TYPE_IP, writeArpReply, writeFrame, writePortUnreachable, writeUdp } from "../../host/board/packet.ts"
import { BOARD_ADDRESS, BOARD_HARDWARE } from "../../host/board/segment.ts"
import { damage, putModule, slotIn } from "../../host/board/store.ts"
import { LAB_PASSWORD } from "../../host/lab/lab.ts"
import { Random } from "../../host/sim/random.ts"
import { filledWith, hungry, moduleWith } from "../modules.ts"
import { needsBoard } from "./needs.ts"
import { portOf } from "./ports.ts"

const MODULE = "build/out/linehunt.wasm"
const SEED = Number(process.env["SEED"] ?? 20)
const SERVER = { address: "198.51.100.2", port: 5060 }
/** A half of a frame keeps the console to itself until nothing has come for 1.5 s of the board, which are longer on a machine that is busy. */
const GAP_MS = 2500, TRIES = 10

/** So many datagrams each so many milliseconds. */
const FLOOD = 16, FLOOD_MS = 20

/** A server sends a request again that is not answered. */
const T1_MS = 500

describe(`What comes in wrong, on the emulated board (SEED=${SEED} repeats it)`, function () {
  this.timeout(120_000)
  const folder = mkdtempSync(join(tmpdir(), "linehunt-input-"))
  const random = new Random(SEED, "board")
  let board: Board, bench: Bench

  before(async function () {
    needsBoard(this)
    board = await buildBoard({ module: MODULE })
    bench = await Bench.start({ program: board.program, dns: [] })
  })
  after(async () => {
    await bench?.end()
    rmSync(folder, { recursive: true, force: true })
  })

  it("A lease that names no DNS server: the phone says that DNS does not answer, and registers as soon as there is one", async () => {
    await bench.until("the lease", () => bench.seen.some(({ call }) => call.call === "network" && call.up && call.text === `address ${BOARD_ADDRESS}`))
    await bench.until("the reason", () => bench.console.includes("REGISTRATION_FAILED not registered: DNS does not answer"))
    assert.ok((await bench.command("status")).includes("state: waiting, DNS does not answer"), bench.console.join("\n"))
    bench.segment.dns = [bench.lab.dns.split(":")[0] ?? ""]
    const from = bench.seen.length
    await bench.board.plug(false)
    await bench.until("the network is down", () => bench.seen.slice(from).some(({ call }) => call.call === "network" && !call.up))
    await bench.board.plug(true)
    await bench.event("registered")
  })

  it("Bytes of all kinds on the serial line, halves of frames among them: the next command is answered", async () => {
    const halves = ["\x10B\x24\x00", "\x10D\x04\x02", "\x10E\x00\x00", "\x10T\x05\x00"]
    const garbage = Array.from({ length: 2000 }, () => random.chance(0.02) ? random.pick(halves) : String.fromCharCode(random.between(0, 255))).join("")
    bench.board.type(Buffer.from(garbage, "latin1"))
    const from = bench.seen.length, isHeard = (): boolean => bench.seen.slice(from).some(({ call }) => call.call === "command" && call.line === "status")
    for (let i = 0; i < TRIES && !isHeard(); i++) {
      await new Promise((resolve) => setTimeout(resolve, GAP_MS))
      bench.board.type("\x03\x03status\r")
      await bench.quiet()
    }
    await isWell()
  })

  it("Frames that are too long, too short, or not what they say: none of them does anything", async () => {
    const to = BOARD_HARDWARE, from = Buffer.from("02005e005301", "hex"), port = portOf(bench)
    const datagram = writeUdp({ from: SERVER.address, fromPort: SERVER.port, to: BOARD_ADDRESS, toPort: port, payload: Buffer.alloc(200, "x") })
    const back = writeUdp({ from: BOARD_ADDRESS, fromPort: port, to: SERVER.address, toPort: SERVER.port, payload: Buffer.alloc(9) })
    const lease = writeUdp({ from: "192.0.2.1", fromPort: 67, to: BOARD_ADDRESS, toPort: 68, payload: Buffer.alloc(300, 2) })
    const whole = [datagram, lease, writePortUnreachable(back)].map((payload) => writeFrame({ to, from, type: TYPE_IP, payload }))
    whole.push(writeFrame({ to, from, type: TYPE_ARP, payload: writeArpReply("192.0.2.1", from, Buffer.concat([to, Buffer.from([192, 0, 2, 15])])) }))
    for (const length of [1, 5, 13, 14, 15, 33, 34, 41, 42, 59]) for (const frame of whole) bench.segment.sendFrame(frame.subarray(0, length))
    for (const length of [1500, 1501, 1514, 1515, 1516, 1517, 4000, 60_000]) bench.segment.sendFrame(Buffer.concat([whole[0] ?? Buffer.alloc(0), Buffer.alloc(length)]).subarray(0, length))
    for (let i = 0; i < 500; i++) {
      const frame = Buffer.from(random.pick(whole))
      // The head of IP says how long it is, and which part of what.
      for (let n = random.between(1, 4); n > 0; n--) frame[random.between(12, random.chance(0.7) ? 45 : frame.length - 1)] = random.between(0, 255)
      bench.segment.sendFrame(random.chance(0.2) ? frame.subarray(0, random.between(1, frame.length)) : frame)
    }
    await isWell()
  })

  it("More datagrams than it can work off: the console, its keys and its timers have their turns all the same", async () => {
    const from = bench.seen.length, comes = (kind: string): number => bench.seen.slice(from).filter(({ call }) => call.call === kind).length
    let sent = 0
    const flood = setInterval(() => {
      for (let i = 0; i < FLOOD; i++) bench.segment.send(SERVER, portOf(bench), Buffer.from(options(`${from}-flood-${sent++}`)))
    }, FLOOD_MS)
    try {
      await bench.until("the flood", () => comes("datagram") > 20)
      bench.board.type("status\r")
      bench.board.press("1")
      await bench.until("a command, a key and a timer", () => comes("command") > 0 && comes("key") > 1 && comes("timeout") > 0)
      assert.ok(comes("datagram") < sent / 2, `${comes("datagram")} of ${sent} were worked off: that is no flood`)
    } finally {
      clearInterval(flood)
    }
    bench.board.press("B")
    await isWell()
  })

  it("Settings of which both copies are damaged: the phone starts without, says so, and is registered when it is told a server by its address, without DNS", async () => {
    await bench.command("cfg set display_name Second")
    await bench.command("cfg save")
    await bench.off()
    for (const copy of [0, 1]) damage(bench.store, copy, 40, Buffer.from("damaged"))
    bench.segment.dns = []
    const from = bench.seen.length
    await bench.boot()
    await bench.until("the sentence", () => bench.console.includes("No copy of the settings in flash is whole: the phone starts without."))
    for (const line of ["domain rapidtech.phones", `server ${SERVER.address}`, "user 6001", `password ${LAB_PASSWORD}`]) await bench.command(`cfg set ${line}`)
    await bench.command("cfg save")
    await bench.command("register")
    await bench.event("registered", from)
  })

  it("A firmware whose module does not fit into the heap: one line says so, the console works, and another module runs", async () => {
    const firmware = new Uint8Array(readFileSync(join(OUT, "linehunt.wasm"))), tooLarge = filledWith(hungry(), firmware.length)
    const image = readFileSync(board.program), at = image.indexOf(firmware), program = join(folder, "hungry.bin")
    assert.ok(at > 0 && image.indexOf(firmware, at + 1) < 0, "the module lies in the flash once")
    image.set(tooLarge, at)
    writeFileSync(program, image)
    const full = await Bench.start({ program })
    try {
      await full.until("the sentence", () => full.console.some((line) => /^The module of the firmware cannot be used: .*(allocat|memory)/.test(line)))
      await full.command("status", /The phone does not run just now/)
      await full.update(moduleWith())
      await full.until("it is tried", () => full.console.includes("The phone starts with the module of an update."))
      await full.until("it is given up", () => slotIn(full.store, 0)?.givenUp)
      await full.command("status", /The phone does not run just now/)
      assert.equal(full.starts, 0)
      await full.off()
      putModule(full.store, 0, 2, firmware, tooLarge)
      await full.boot()
      await full.event("registered")
    } finally {
      await full.end()
    }
  })

  /** It is registered, it never stopped itself, and a server gets an answer. */
  async function isWell(): Promise<void> {
    const from = bench.seen.length, request = Buffer.from(options(String(from)))
    const again = setInterval(() => bench.segment.send(SERVER, portOf(bench), request), T1_MS)
    await bench.until("an answer to OPTIONS", () => bench.seen.slice(from).flatMap(({ outputs }) => outputs)
      .some((output) => output.kind === "send" && new RegExp(`^SIP/2\\.0 200[^]*options-${from}`).test(Buffer.from(output.bytes).toString("latin1"))))
      .finally(() => clearInterval(again))
    assert.ok((await bench.command("status")).some((line) => /^state: (registered|refreshing)$/.test(line)), bench.console.slice(-20).join("\n"))
    assert.equal(bench.starts, 1)
  }
})

function options(name: string): string {
  return [
    `OPTIONS sip:6001@${BOARD_ADDRESS} SIP/2.0`, `Via: SIP/2.0/UDP ${SERVER.address}:5060;branch=z9hG4bK${name}`, "Max-Forwards: 70", `From: <sip:x@${SERVER.address}>;tag=a`,
    "To: <sip:6001@rapidtech.phones>", `Call-ID: options-${name}`, "CSeq: 1 OPTIONS", "Content-Length: 0", "", "",
  ].join("\r\n")
}
