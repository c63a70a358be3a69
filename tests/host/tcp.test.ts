import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createServer, type AddressInfo, type Server, type Socket } from "node:net"
import { FAILURE, STREAM_PIECE, type Endpoint } from "../../host/abi.ts"
import type { EngineName } from "../../host/engine/engine.ts"
import { makeFlows, type FlowEvent } from "../../host/net/flows.ts"
import { WRITTEN_MAX, openTcp } from "../../host/net/tcp.ts"
import { openUdp } from "../../host/net/udp.ts"
import { until } from "../interop/process.ts"
import { StreamPhone } from "./stream-phone.ts"

const BLOCK = 1000, ROUND = 500, HELLO = "hello\n"

/** What tests/entries/stream.ts writes as its nth block. */
const block = (n: number): Buffer => Buffer.from(Array.from({ length: BLOCK }, (_, i) => n * 31 + i & 255))
const blocks = (from: number, count: number): Buffer => Buffer.concat(Array.from({ length: count }, (_, i) => block(from + i)))

/** The other end of a stream. */
class Peer {
  readonly socket: Socket
  heard: Buffer = Buffer.alloc(0)
  ended = false

  constructor(socket: Socket) {
    this.socket = socket
    socket.on("data", (bytes: Buffer) => { this.heard = Buffer.concat([this.heard, bytes]) })
    socket.on("end", () => { this.ended = true })
    socket.on("error", () => {})
  }

  hears(what: string | Buffer): Promise<void> {
    const wanted = Buffer.from(what)
    return until(() => `the peer hears ${wanted.length} bytes; it heard ${this.heard.length}`, 20_000, () => this.heard.length >= wanted.length && this.heard.equals(wanted))
  }
}

for (const engine of ["v8", "wasm3"] as EngineName[]) describe(`TCP flows of a module under ${engine} (AMB-31)`, () => {
  let server: Server, at: string, peers: Peer[], phone: StreamPhone

  beforeEach(async () => {
    peers = []
    server = createServer({ allowHalfOpen: true }, (socket) => { peers.push(new Peer(socket)) })
    at = await listening(server)
    phone = await StreamPhone.start(engine)
  })
  afterEach(async () => {
    await phone.end()
    for (const { socket } of peers) socket.destroy()
    server.close()
    const verdict = phone.replayed()
    assert.ok(verdict.same, verdict.same ? "" : verdict.lines.join("\n"))
  })

  async function connected(): Promise<Peer> {
    phone.command(`open ${at}`)
    await phone.says(/^opened 127\.0\.0\.1:\d+$/)
    await until(() => "somebody connects", 10_000, () => peers.length > 0)
    return peers.pop() as Peer
  }

  it("It connects, says a line and hears; when the peer has said all it still answers, then ends (half close)", async () => {
    const peer = await connected()
    await peer.hears(HELLO)
    assert.equal(peer.socket.remotePort, Number(/opened 127\.0\.0\.1:(\d+)/.exec(phone.trace.map(openedIn).join(" "))?.[1]))
    peer.socket.end("first\nsecond\n")
    await phone.says(/^closed$/)
    await peer.hears(`${HELLO}first\nsecond\nbye\n`)
    await until(() => "the phone's end", 10_000, () => peer.ended)
    assert.deepEqual(phone.said, [])
  })

  it("A port where nobody listens refuses, and so the flow is over", async () => {
    const gone = createServer(), where = await listening(gone)
    gone.close()
    phone.command(`open ${where}`)
    await phone.says(new RegExp(`^refused ${where}$`))
    phone.command("write 1")
    phone.command("end")
    assert.deepEqual(phone.said, [])
  })

  it("A reset by the peer is a failure of its own, 7, and the end of the flow", async () => {
    const peer = await connected()
    await peer.hears(HELLO)
    peer.socket.resetAndDestroy()
    await phone.says(/^failed 7$/)
    phone.command("write 1")
    await connected()
    assert.ok(phone.said.every((line) => !line.startsWith("failed")), phone.said.join("; "))
  })

  it("A long stream in pieces of any size arrives in order both ways, and the core gets no more than 1,024 bytes at once", async () => {
    const peer = await connected()
    await peer.hears(HELLO)
    const long = blocks(1, 200)
    for (let from = 0, size = 1; from < long.length; from += size, size = size * 7 % 4001 + 1) {
      if (!peer.socket.write(long.subarray(from, from + size))) await once(peer.socket, "drain")
    }
    await peer.hears(Buffer.concat([Buffer.from(HELLO), long]))
    const pieces = phone.pieces()
    assert.equal(pieces.reduce((sum, each) => sum + each, 0), long.length)
    assert.equal(Math.max(...pieces), STREAM_PIECE)
  })

  it("What a peer that does not read has no room for fails whole, 5; the rest arrives without a gap when it reads, and the flow goes on", async () => {
    const peer = await connected()
    await peer.hears(HELLO)
    peer.socket.pause()
    // How much the system takes by itself is its own affair.
    let asked = 0
    for (; !phone.said.includes("failed 5"); asked += ROUND) phone.command(`write ${ROUND}`)
    phone.said.length = 0
    peer.socket.resume()
    let before = -1
    await until(() => "all that was taken is there", 20_000, () => {
      const isStill = before === peer.heard.length && before > HELLO.length
      before = peer.heard.length
      return isStill
    })
    const taken = (peer.heard.length - HELLO.length) / BLOCK
    assert.ok(Number.isInteger(taken) && taken >= WRITTEN_MAX / BLOCK - 1 && taken < asked, `${taken} blocks`)
    phone.command("write 1")
    await peer.hears(Buffer.concat([Buffer.from(HELLO), blocks(1, taken), block(asked + 1)]))
  })

  it("What was written before the flow was closed still arrives", async () => {
    const peer = await connected()
    peer.socket.pause()
    phone.command("write 40")
    phone.command("end")
    peer.socket.resume()
    await peer.hears(Buffer.concat([Buffer.from(HELLO), blocks(1, 40)]))
    await until(() => "the end", 10_000, () => peer.ended)
  })

  it("TLS, and a flow that waits for somebody to connect, are not carried: 6", async () => {
    phone.command(`tls ${at}`)
    await phone.says(/^failed 6$/)
    phone.command("accept")
    await phone.says(/^failed 6$/)
  })

  it("A piece that stopped the core is kept from the next one, whose stream is over with it: there is no hole in a stream (9)", async () => {
    const first = await connected()
    first.socket.write("TRAP")
    await phone.says(/^The phone starts again\.$/)
    await until(() => "the stream is closed", 10_000, () => first.ended)
    const second = await connected()
    await second.hears(HELLO)
    second.socket.write("TRAP")
    await phone.says(/^failed 9$/)
    await until(() => "the stream is closed", 10_000, () => second.ended)
    assert.ok(!phone.said.includes("The phone starts again."))
  })
})

describe("TCP flows (AMB-31)", () => {
  it("A peer that does not answer is given up after a while: 4", async () => {
    // A program that stands still takes two connections, and then none.
    const script = "require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () { console.log(this.address().port); process.kill(process.pid, 'SIGSTOP') })"
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] })
    const told: FlowEvent[] = []
    const flows = makeFlows((_flow, event) => { told.push(event) }, { udp: openUdp, tcp: (peer, tell) => openTcp(peer, tell, { connectMs: 300, leavingMs: 1 }) })
    try {
      const [port] = await once(child.stdout, "data") as [Buffer]
      const peer: Endpoint = { address: "127.0.0.1", port: Number(port.toString()) }
      for (let flow = 1; flow <= 6; flow++) flows.open(flow, 2, { local: { address: "", port: 0 }, peer })
      await until(() => `six answers; there are ${JSON.stringify(told)}`, 10_000, () => told.length === 6)
      const failures = told.flatMap((event) => event.kind === "failed" ? [event.why] : [])
      assert.ok(failures.length > 0 && failures.every((why) => why === FAILURE.timedOut), JSON.stringify(told))
      assert.equal(flows.count(), 6 - failures.length)
    } finally {
      flows.closeAll()
      child.kill("SIGKILL")
    }
  })

  it("An address that cannot be reached is told as such: 2", async () => {
    const told: FlowEvent[] = []
    const flows = makeFlows((_flow, event) => { told.push(event) }, { udp: openUdp, tcp: openTcp })
    flows.open(1, 2, { local: { address: "", port: 0 }, peer: { address: "255.255.255.255", port: 5060 } })
    await until(() => "an answer", 10_000, () => told.length > 0)
    const [event] = told
    assert.ok(event?.kind === "failed" && event.why === FAILURE.unreachable, JSON.stringify(event))
    assert.equal(flows.count(), 0)
  })
})

async function listening(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Where a flow was told to be open, in a line of a trace. */
function openedIn(line: string): string {
  const { call } = JSON.parse(line) as { call?: { event?: { kind: string; local?: string } } }
  return call?.event?.kind === "opened" ? `opened ${call.event.local}` : ""
}
