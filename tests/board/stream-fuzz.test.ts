// Streams of the emulated board on a network that sends damage: TCP segments bent from real ones by a seeded stream, each with right checksums.
import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer, type AddressInfo, type Server, type Socket } from "node:net"
import { buildBoard } from "../../build/board/compile.ts"
import { compile } from "../../build/core.ts"
import { Bench } from "../../host/board/bench.ts"
import { refreshed } from "../../host/board/packet.ts"
import { BOARD_HARDWARE } from "../../host/board/segment.ts"
import type { Network } from "../../host/board/tap.ts"
import { Random } from "../../host/sim/random.ts"
import { needsBoard } from "./needs.ts"

const SEED = Number(process.env["SEED"] ?? 1), REPEAT = `SEED=${SEED} npx mocha tests/board/stream-fuzz.test.ts`
const MODULE = "build/out/stream.wasm", HOST = "192.0.2.2", ROUNDS = 40, TOGETHER = 8
const LENGTH_BYTES = 4, IP_AT = 14, TCP_AT = 34, TCP_HEAD = 20, PROTOCOL_TCP = 6

/** A hub with three plugs: the board, QEMU's own network with its TCP, and this process, which hears every frame and sends its own. */
class Hub implements Network {
  /** TCP segments for the board. */
  readonly heard: Buffer[] = []
  readonly extra: string[] = []
  private server: Server | undefined
  private socket: Socket | undefined
  private rest: Buffer = Buffer.alloc(0)

  async attach(path: string): Promise<void> {
    this.server = createServer((socket) => {
      this.socket = socket
      socket.on("data", (chunk: Buffer) => this.take(chunk))
      socket.on("error", () => {})
    })
    this.server.listen(path)
    await once(this.server, "listening")
    this.extra.push(
      "-netdev", `user,id=out,net=192.0.2.0/24,host=${HOST},dns=192.0.2.3,dhcpstart=192.0.2.15`, "-netdev", "hubport,id=second,hubid=0,netdev=out",
      "-netdev", `stream,id=here,server=off,addr.type=unix,addr.path=${path}`, "-netdev", "hubport,id=third,hubid=0,netdev=here")
  }

  detach(): void {
    this.socket?.destroy()
    this.server?.close()
  }

  netdev(): string { return "hubport,id=net,hubid=0" }

  send(frame: Buffer): void {
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt32BE(frame.length)
    this.socket?.write(Buffer.concat([length, frame]))
  }

  private take(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk])
    while (this.rest.length >= LENGTH_BYTES && this.rest.length >= LENGTH_BYTES + this.rest.readUInt32BE(0)) {
      const end = LENGTH_BYTES + this.rest.readUInt32BE(0), frame = this.rest.subarray(LENGTH_BYTES, end)
      this.rest = this.rest.subarray(end)
      if (frame.subarray(0, 6).equals(BOARD_HARDWARE) && frame.readUInt16BE(12) === 0x0800 && frame[IP_AT + 9] === PROTOCOL_TCP) this.heard.push(Buffer.from(frame))
    }
  }
}

describe("The streams of the emulated board on a network that sends damage", function () {
  const hub = new Hub(), peers: Socket[] = []
  let server: Server, bench: Bench, where = "", echoed = Buffer.alloc(0)

  before(async function () {
    needsBoard(this)
    await compile("tests/entries/stream.ts", MODULE)
    const { program } = await buildBoard({ module: MODULE })
    server = createServer({ allowHalfOpen: true }, (socket) => {
      peers.push(socket)
      socket.on("data", (bytes: Buffer) => { if (socket === peers.at(-1)) echoed = Buffer.concat([echoed, bytes]) })
      socket.on("error", () => {})
    })
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    where = `${HOST}:${(server.address() as AddressInfo).port}`
    bench = new Bench(hub, Buffer.from(where), { program, extra: hub.extra })
    await bench.boot()
    await bench.until("it connects", () => peers.length > 0 && echoed.length > 0)
  })
  after(async () => {
    await bench?.end()
    for (const peer of peers) peer.destroy()
    server?.close()
  })

  /** Another stream in the place of the one before; it says a line. */
  async function again(): Promise<Socket> {
    const before = peers.length
    await bench.command("end")
    echoed = Buffer.alloc(0)
    await bench.command(`open ${where}`)
    await bench.until("it connects", () => peers.length > before && echoed.length > 0, 60_000)
    return peers.at(-1) as Socket
  }

  it(`${ROUNDS * TOGETHER} damaged segments later it has not restarted, and a stream carries what it did (DC-06; ${REPEAT})`, async () => {
    const random = new Random(SEED, "segments"), starts = bench.starts, [first = Buffer.alloc(0)] = hub.heard
    const packet = first.subarray(IP_AT, IP_AT + first.readUInt16BE(IP_AT + 2))
    assert.deepEqual(summed(refreshed(Buffer.from(packet))), packet, "the checksums are as they came")
    for (let round = 0; round < ROUNDS; round++) {
      const peer = peers.at(-1)
      if (peer?.destroyed === false) peer.write(`line ${round} `.repeat(random.between(1, 60)))
      for (let i = 0; i < TOGETHER; i++) hub.send(damaged(random, random.chance(0.7) ? random.pick(hub.heard.slice(-12)) : random.pick(hub.heard)))
      if (round % 4 === 3) await again()
    }
    assert.equal(bench.starts, starts, REPEAT)
    assert.ok(!bench.console.some((line) => /stopped itself|was reset|assert/i.test(line)), bench.console.join("\n"))
    const peer = await again()
    let said = echoed.toString()
    for (let i = 0; i < 12; i++) {
      const line = `${i} ${"x".repeat(900)}\n`
      said += line
      peer.write(line)
      await bench.until(`the answer to line ${i} (${REPEAT})`, () => echoed.toString() === said, 60_000)
    }
  })

  /** Numbers, flags, head length, options, bytes, length: whatever it is, the checksums are right, so that it is looked at. */
  function damaged(random: Random, whole: Buffer): Buffer {
    const frame = Buffer.from(whole.subarray(0, IP_AT + whole.readUInt16BE(IP_AT + 2)))
    for (let changes = random.between(1, 3); changes > 0; changes--) {
      random.pick<() => unknown>([
        () => { frame[TCP_AT + 13] = random.between(0, 63) },
        () => { frame[TCP_AT + 12] = random.between(0, 15) << 4 },
        () => frame.writeUInt32BE(frame.readUInt32BE(TCP_AT + 4) + random.between(0, 3000) >>> 0, TCP_AT + 4),
        () => frame.writeUInt32BE(random.u32() >>> 0, TCP_AT + random.pick([4, 8])),
        () => frame.writeUInt16BE(random.pick([0, 1, 536, 65_535]), TCP_AT + 14),
        () => frame.writeUInt16BE(random.between(0, 65_535), TCP_AT + random.pick([0, 2, 18])),
        () => { frame[random.between(TCP_AT, frame.length - 1)] = random.between(0, 255) },
      ])()
    }
    const length = random.chance(0.2) ? random.between(TCP_AT, frame.length) : frame.length
    frame.writeUInt16BE(length - IP_AT, IP_AT + 2)
    return Buffer.concat([frame.subarray(0, IP_AT), summed(refreshed(frame.subarray(IP_AT, length)))])
  }
})

/** The packet with the checksum of TCP that it ought to have (RFC 9293 3.1), where it has a head. */
function summed(packet: Buffer): Buffer {
  const tcp = packet.subarray(TCP_AT - IP_AT)
  if (tcp.length < TCP_HEAD) return packet
  tcp.writeUInt16BE(0, 16)
  const all = Buffer.concat([packet.subarray(12, 20), Buffer.from([0, PROTOCOL_TCP, tcp.length >> 8, tcp.length & 255]), tcp, Buffer.alloc(tcp.length & 1)])
  let sum = 0
  for (let i = 0; i < all.length; i += 2) sum += all.readUInt16BE(i)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  tcp.writeUInt16BE(~sum & 0xffff, 16)
  return packet
}
