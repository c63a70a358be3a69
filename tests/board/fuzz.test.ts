// The emulated board on a network that sends it damage: frames, and what is in them, bent from real ones by a seeded stream.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { buildBoard } from "../../build/board/compile.ts"
import { OUT } from "../../build/core.ts"
import { Bench } from "../../host/board/bench.ts"
import { TYPE_ARP, TYPE_IP, DHCP_CLIENT_PORT, DHCP_SERVER_PORT, answerDhcp, readFrame, readUdp, refreshed, writeArpReply, writeFrame, writePortUnreachable, writeUdp, type Udp } from "../../host/board/packet.ts"
import { BOARD_ADDRESS, BOARD_HARDWARE, ROUTER, ROUTER_HARDWARE } from "../../host/board/segment.ts"
import { LAB_PASSWORD } from "../../host/lab/lab.ts"
import { makeLoader } from "../../host/loader.ts"
import { replay } from "../../host/replay.ts"
import { Random } from "../../host/sim/random.ts"
import { sha256 } from "../../host/trace.ts"
import { bytesFrom, sipFrom } from "../fuzz/mutate.ts"
import { needsBoard } from "./needs.ts"

const SEED = Number(process.env["SEED"] ?? 1)
const FRAMES = 400, TOGETHER = 5
const FRAME_MAX = 1600, IP_AT = 14
const REPEAT = `SEED=${SEED} npx mocha tests/board/fuzz.test.ts`

describe("The emulated board on a network that sends damage", function () {
  let bench: Bench
  /** What came to the board, and what it sent, as it registered and talked. */
  const heard: Udp[] = [], said: Buffer[] = []

  before(async function () {
    needsBoard(this)
    const board = await buildBoard({ module: "build/out/linehunt.wasm" })
    bench = await Bench.start({ program: board.program, module: sha256(readFileSync(join(OUT, "linehunt.wasm"))) })
    bench.segment.onDatagram = (datagram) => { if (datagram.to === BOARD_ADDRESS) heard.push(datagram) }
    bench.segment.onFrame = (frame) => { said.push(Buffer.from(frame)) }
    await bench.event("registered")
    await bench.talk("600", 200, 440)
    await hangUp()
    const before = bench.seen.length
    bench.lab.call("601")
    await bench.event("callIncoming", before)
    await bench.command("answer")
    await bench.event("callTalking", before)
    await hangUp()
    bench.segment.onDatagram = () => {}
  })
  after(() => bench?.end())

  it(`${FRAMES} damaged frames of ARP, DHCP, DNS, SIP and RTP later it is registered, calls, and has neither restarted nor lost memory (DC-06; ${REPEAT})`, async () => {
    const random = new Random(SEED, "board"), before = await bench.figures(), starts = bench.starts
    try {
      for (let sent = 0; sent < FRAMES; sent += TOGETHER) {
        for (let i = 0; i < TOGETHER; i++) bench.segment.sendFrame(damaged(random).subarray(0, FRAME_MAX))
        await answersArp(sent)
      }
      // Whatever a damaged INVITE has begun is ended.
      for (let i = 0; i < 4; i++) await bench.command("hangup")
      await bench.until("registered", () => bench.lab.lines().some(({ registered }) => registered))
      await bench.talk("600", 200, 440)
      await hangUp()
      const after = await bench.figures(), growth = (after["heap-used"] ?? Infinity) - (before["heap-used"] ?? 0)
      assert.equal(bench.starts, starts, "it has restarted")
      assert.ok(!bench.console.some((line) => /stopped itself|was reset/.test(line)))
      assert.ok(growth < 2048, `the heap has ${growth} bytes more in use`)
      assert.ok((after["heap-largest"] ?? 0) >= 48 * 1024, `${after["heap-largest"]} bytes free`)
    } catch (error) {
      throw new Error(`${(error as Error).message}\nThe same again: ${REPEAT}`, { cause: error })
    }
  })

  it("What it made of them is what Node makes of them, byte by byte (DC-02)", () => {
    const { load, module } = makeLoader("v8")
    const verdict = replay({ name: "the board's trace", load, module: sha256(module), password: undefined, known: [LAB_PASSWORD], warn: assert.fail, text: bench.trace.join("\n") })
    assert.ok(verdict.same, verdict.same ? "" : verdict.lines.join("\n"))
  })

  async function hangUp(): Promise<void> {
    const from = bench.seen.length
    await bench.command("hangup")
    await bench.event("callEnded", from)
  }

  /** The board has worked off what was sent before: it answers a question, which like any frame gets lost where there is no room for it. */
  async function answersArp(number: number): Promise<void> {
    const from = said.length, asker = `192.0.2.${100 + number % 100}`
    const request = writeArpReply(asker, ROUTER_HARDWARE, Buffer.concat([Buffer.alloc(6), addressBytes(BOARD_ADDRESS)]))
    request[7] = 1
    const isAnswer = (frame: Buffer): boolean => frame.readUInt16BE(12) === TYPE_ARP && frame[21] === 2 && frame.subarray(38, 42).equals(addressBytes(asker))
    const asking = setInterval(() => bench.segment.sendFrame(frameOf(TYPE_ARP, request)), 250)
    bench.segment.sendFrame(frameOf(TYPE_ARP, request))
    try {
      await bench.until(`an answer to ARP after ${number} frames`, () => said.slice(from).some(isAnswer))
    } finally {
      clearInterval(asking)
    }
  }

  function damaged(random: Random): Buffer {
    const whole = (): Udp => random.pick(random.chance(0.6) ? heard.filter(({ payload }) => payload.includes("SIP/2.0")) : heard)
    return random.pick<() => Buffer>([
      () => udpFrame(bent(random, whole())),
      () => udpFrame(bent(random, whole())),
      () => udpFrame({ ...bent(random, whole()), from: `203.0.113.${random.between(0, 255)}`, fromPort: random.between(0, 65535) }),
      () => udpFrame({ ...whole(), toPort: random.between(0, 65535), payload: Buffer.from(random.bytes(random.between(0, 1472))) }),
      () => udpFrame(lease(random)),
      () => frameOf(TYPE_ARP, bytesFrom(random, writeArpReply(random.pick([ROUTER, BOARD_ADDRESS, "198.51.100.2", "255.255.255.255"]), ROUTER_HARDWARE, BOARD_HARDWARE_AND_ADDRESS))),
      () => frameOf(TYPE_IP, refreshed(bytesFrom(random, refusal(random)))),
      () => headBent(random, udpFrame(whole())),
      () => bytesFrom(random, udpFrame(whole())),
      () => udpFrame(whole()).subarray(0, random.between(1, 60)),
      () => frameOf(random.u32() & 0xffff, Buffer.from(random.bytes(random.between(0, 1500)))),
    ])()
  }

  /** What is in the datagram is damaged, and the checksums are right. */
  function bent(random: Random, udp: Udp): Udp {
    const payload = udp.payload.includes("SIP/2.0") ? sipFrom(random, udp.payload) : bytesFrom(random, udp.payload)
    return { ...udp, payload: payload.subarray(0, 1472) }
  }

  function lease(random: Random): Udp {
    const asked = said.map((frame) => readUdp(frame.subarray(IP_AT))).find((udp) => udp?.toPort === DHCP_SERVER_PORT)
    const answer = answerDhcp(asked?.payload ?? Buffer.alloc(0), { address: "192.0.2.77", server: ROUTER, dns: ["192.0.2.78"], leaseSec: random.between(0, 60) }) ?? Buffer.alloc(240)
    return { from: ROUTER, fromPort: DHCP_SERVER_PORT, to: BOARD_ADDRESS, toPort: DHCP_CLIENT_PORT, payload: bytesFrom(random, answer) }
  }

  /** Says that something that the board has sent was refused. */
  function refusal(random: Random): Buffer {
    const packets = said.map((frame) => readFrame(frame)).filter((frame) => frame?.type === TYPE_IP).map((frame) => frame?.payload ?? Buffer.alloc(0))
    return writePortUnreachable(random.pick(packets))
  }

  /** Lengths, fragments, options, protocols; the head's checksum is right again. */
  function headBent(random: Random, frame: Buffer): Buffer {
    for (let i = random.between(1, 3); i > 0; i--) frame[IP_AT + random.pick([0, 2, 3, 4, 5, 6, 7, 9, 24, 25])] = random.pick([0, 1, 0x20, 0x3f, 0x46, 0x4f, 0xff, random.between(0, 255)])
    return Buffer.concat([frame.subarray(0, IP_AT), refreshed(frame.subarray(IP_AT))])
  }
})

const addressBytes = (address: string): Buffer => Buffer.from(address.split(".").map(Number))
const BOARD_HARDWARE_AND_ADDRESS = Buffer.concat([BOARD_HARDWARE, addressBytes(BOARD_ADDRESS)])
const frameOf = (type: number, payload: Buffer): Buffer => writeFrame({ to: BOARD_HARDWARE, from: ROUTER_HARDWARE, type, payload })
const udpFrame = (udp: Udp): Buffer => frameOf(TYPE_IP, writeUdp(udp))
