import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { once } from "node:events"
import { createServer, type AddressInfo, type Server, type Socket } from "node:net"
import { buildBoard } from "../../build/board/compile.ts"
import { compile } from "../../build/core.ts"
import { STREAM_PIECE } from "../../host/abi.ts"
import { Bench } from "../../host/board/bench.ts"
import { QEMU } from "../../host/board/machine.ts"
import type { Network } from "../../host/board/tap.ts"
import type { EngineName } from "../../host/engine/engine.ts"
import { otherLoader } from "../../host/loader.ts"
import { replay } from "../../host/replay.ts"
import { skipWithout } from "../needs.ts"
import { needsBoard } from "./needs.ts"

const MODULE = "build/out/stream.wasm", BLOCK = 1000, HELLO = "hello\n"

/** QEMU's own network, which has a TCP of its own (libslirp, from BSD's): this machine's loopback is at HOST there, and nobody is at NOBODY. */
const HOST = "192.0.2.2", NOBODY = "192.0.2.99"
const network: Network = {
  attach: async () => {}, detach() {},
  netdev: () => `user,id=net,net=192.0.2.0/24,host=${HOST},dns=192.0.2.3,dhcpstart=192.0.2.15`,
}

/** What tests/entries/stream.ts writes as its nth block. */
const block = (n: number): Buffer => Buffer.from(Array.from({ length: BLOCK }, (_, i) => n * 31 + i & 255))

describe("TCP on the emulated board (AMB-31)", function () {
  let server: Server, bench: Bench, port = 0, blocks = 0, nobodys = 0
  const peers: Socket[] = []
  const heard = new Map<Socket, Buffer>()

  before(async function () {
    needsBoard(this)
    skipWithout(this, spawnSync(QEMU, ["-netdev", "help"], { encoding: "utf8" }).stdout.includes("\nuser\n") ? undefined : `this ${QEMU} has no network of its own (-netdev user)`)
    await compile("tests/entries/stream.ts", MODULE)
    const { program } = await buildBoard({ module: MODULE })
    server = createServer({ allowHalfOpen: true }, (socket) => {
      peers.push(socket)
      heard.set(socket, Buffer.alloc(0))
      socket.on("data", (bytes: Buffer) => { heard.set(socket, Buffer.concat([heard.get(socket) ?? Buffer.alloc(0), bytes])) })
      socket.on("error", () => {})
    })
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    port = (server.address() as AddressInfo).port
    bench = new Bench(network, Buffer.from(`${HOST}:${port}`), { program })
    await bench.boot()
  })
  after(async () => {
    await bench?.end()
    for (const peer of peers) peer.destroy()
    server?.close()
  })

  /** Waits for a line of the module. */
  const says = (what: RegExp, from: number): Promise<string> => bench.until(`it says ${String(what)}`, () => bench.console.slice(from).find((line) => what.test(line)), 60_000)
  const hears = (peer: Socket, what: string | Buffer): Promise<unknown> =>
    bench.until("the peer hears it", () => heard.get(peer)?.equals(Buffer.from(what)), 60_000)
  const last = (): Socket => peers[peers.length - 1] as Socket
  /** What the core was given of streams since a call. */
  const given = (from: number): Buffer => Buffer.concat(bench.seen.slice(from).flatMap(({ call }) => call.call === "datagram" ? [call.bytes] : []))

  async function connected(): Promise<Socket> {
    const from = bench.console.length, before = peers.length
    await bench.command(`open ${HOST}:${port}`)
    await says(/^opened /, from)
    await bench.until("somebody connects", () => peers.length > before)
    return last()
  }

  /** The module writes blocks, no more at once than the board has room for. */
  async function writes(peer: Socket, count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      const before = heard.get(peer) ?? Buffer.alloc(0)
      bench.board.type("write 1\r")
      await hears(peer, Buffer.concat([before, block(++blocks)]))
    }
  }

  it("It connects to the peer that is set, knows where it is bound, and says a line", async () => {
    assert.match(await says(/^opened /, 0), /^opened 192\.0\.2\.15:\d+$/)
    await bench.until("somebody connects", () => peers.length > 0)
    await hears(last(), HELLO)
    await bench.command("end")
    await bench.command(`open ${NOBODY}:9`)
    nobodys = bench.seen.flatMap(({ outputs }) => outputs).flatMap((output) => output.kind === "open" ? [output.flow] : []).at(-1) ?? 0
    await hears(await connected(), HELLO)
  })

  it("Several KB go both ways, in order and whole, the core's pieces no longer than 1,024 bytes", async () => {
    const peer = last(), from = bench.seen.length
    await bench.command("quiet")
    const long = Buffer.from(Array.from({ length: 24_000 }, (_, i) => i * 7 + (i >> 8) & 255))
    for (let at = 0, size = 1; at < long.length; at += size, size = size * 7 % 2003 + 1) peer.write(long.subarray(at, at + size))
    await writes(peer, 12)
    await bench.until("the board hears all", () => given(from).length >= long.length, 60_000)
    assert.ok(given(from).equals(long))
    assert.ok(bench.seen.every(({ call }) => call.call !== "datagram" || call.bytes.length <= STREAM_PIECE))
  })

  it("What it has no room for fails whole, 5, and nothing else is missing", async () => {
    const peer = last(), before = heard.get(peer) ?? Buffer.alloc(0), from = bench.seen.length
    await bench.command("write 20")
    const failures = bench.seen.slice(from).filter(({ call }) => call.call === "flow" && call.event.kind === "failed" && call.event.code === 5).length
    assert.ok(failures > 0 && failures < 20, `${failures} of 20`)
    const all = Buffer.concat(Array.from({ length: 20 - failures }, (_, i) => block(blocks + 1 + i)))
    blocks += 20
    await hears(peer, Buffer.concat([before, all]))
    await writes(peer, 1)
  })

  it("When the peer has said all it still answers, then ends (half close)", async () => {
    const peer = await connected(), from = bench.console.length, ends = once(peer, "end")
    await hears(peer, HELLO)
    peer.end("a line\n")
    await says(/^closed$/, from)
    await hears(peer, `${HELLO}a line\nbye\n`)
    await ends
  })

  it("A port where nobody listens refuses", async () => {
    const gone = createServer(), from = bench.console.length
    gone.listen(0, "127.0.0.1")
    await once(gone, "listening")
    const where = `${HOST}:${(gone.address() as AddressInfo).port}`
    gone.close()
    await bench.command(`open ${where}`)
    await says(new RegExp(`^refused ${where}$`), from)
  })

  it("A reset by the peer is a failure of its own, 7", async () => {
    const peer = await connected(), from = bench.console.length
    await hears(peer, HELLO)
    peer.resetAndDestroy()
    await says(/^failed 7$/, from)
  })

  it("TLS is not carried: 6", async () => {
    const from = bench.console.length
    await bench.command(`tls ${HOST}:${port}`)
    await says(/^failed 6$/, from)
  })

  it("Streams come and go, and none is left behind", async () => {
    const before = await bench.figures()
    for (let i = 0; i < 8; i++) {
      const peer = await connected()
      await hears(peer, HELLO)
      const ends = once(peer, "end")
      await bench.command("end")
      await ends
      if (i % 2 === 0) peer.end()
    }
    assert.equal((await bench.figures())["heap-high"], before["heap-high"])
  })

  it("A peer that is not there is given up after some 10 s, 4, while others are spoken to", async () => {
    const failed = await bench.until("it is given up", () => bench.seen.find(({ call }) => call.call === "flow" && call.flow === nobodys && call.event.kind !== "opened"), 60_000)
    assert.ok(failed.call.call === "flow" && failed.call.event.kind === "failed" && failed.call.event.code === 4)
    const asked = bench.seen.find(({ outputs }) => outputs.some((output) => output.kind === "open" && output.flow === nobodys))
    const ms = failed.now - (asked?.now ?? 0)
    assert.ok(ms > 9000 && ms < 17_000, `${ms} ms`)
  })

  it("When the cable is pulled the stream is over, 2, and plugged in again it connects", async () => {
    const peer = await connected(), from = bench.console.length, many = peers.length
    await hears(peer, HELLO)
    await bench.board.plug(false)
    await says(/^failed 2$/, from)
    await bench.board.plug(true)
    await bench.until("it connects again", () => peers.length > many, 60_000)
    await hears(last(), HELLO)
  })

  it("A piece that stopped the core is kept from the next one, whose stream is over with it (9)", async () => {
    const peer = last(), from = bench.console.length, many = peers.length
    peer.write("TRAP")
    await says(/^The phone stopped itself/, from)
    await bench.until("the fresh one connects", () => peers.length > many, 60_000)
    await hears(last(), HELLO)
    const next = bench.console.length
    last().write("TRAP")
    await says(/^failed 9$/, next)
    assert.ok(!bench.console.slice(next).some((line) => line.startsWith("The phone stopped itself")))
  })

  it("It has three streams; for a fourth there is no room, 5", async () => {
    for (let i = 0; i < 3; i++) await connected()
    const from = bench.console.length
    await bench.command(`open ${HOST}:${port}`)
    await says(/^failed 5$/, from)
  })

  for (const engine of ["v8", "wasm3"] as EngineName[]) {
    it(`What it did is what ${engine} in Node does, byte by byte`, () => {
      const { load, hash } = otherLoader(engine, MODULE)
      const text = bench.trace.map((line) => line.replace('"module":""', `"module":"${hash}"`)).join("\n")
      const verdict = replay({ text, name: "the board's trace", load, module: hash, password: undefined, known: [], warn: assert.fail })
      assert.ok(verdict.same, verdict.same ? "" : verdict.lines.join("\n"))
    })
  }
})
