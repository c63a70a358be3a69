import assert from "node:assert/strict"
import { createSocket, type Socket as Datagrams } from "node:dgram"
import { once } from "node:events"
import { FAILURE, type Endpoint } from "../../host/abi.ts"
import { makeFlows, type FlowEvent, type Flows } from "../../host/net/flows.ts"
import { openTcp } from "../../host/net/tcp.ts"
import { openUdp } from "../../host/net/udp.ts"

const ANY: Endpoint = { address: "", port: 0 }
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const text = (from: Uint8Array): string => Buffer.from(from).toString()

type Told = { flow: number; event: FlowEvent }

/** Flows whose events can be waited for. */
function flowsUnderTest(): { flows: Flows; told: Told[]; next(kind: FlowEvent["kind"], flow?: number): Promise<FlowEvent> } {
  const told: Told[] = []
  let wake = (): void => {}
  const flows = makeFlows((flow, event) => {
    told.push({ flow, event })
    wake()
  }, { udp: openUdp, tcp: openTcp })
  async function next(kind: FlowEvent["kind"], flow?: number): Promise<FlowEvent> {
    for (;;) {
      const at = told.findIndex((each) => each.event.kind === kind && (flow === undefined || each.flow === flow))
      const [found] = at < 0 ? [] : told.splice(at, 1)
      if (found !== undefined) return found.event
      await new Promise<void>((resolve) => { wake = resolve })
    }
  }
  return { flows, told, next }
}

async function peerAt(address: string): Promise<{ socket: Datagrams; at: Endpoint }> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4")
  socket.bind(0, address)
  await once(socket, "listening")
  return { socket, at: { address, port: socket.address().port } }
}

/** A port on which nobody listens. */
async function deadPort(): Promise<Endpoint> {
  const { socket, at } = await peerAt("127.0.0.1")
  socket.close()
  return at
}

describe("UDP flows", () => {
  const open: Array<() => void> = []
  afterEach(() => { for (const close of open.splice(0)) close() })
  function make(): ReturnType<typeof flowsUnderTest> {
    const made = flowsUnderTest()
    open.push(() => made.flows.closeAll())
    return made
  }
  async function peer(address = "127.0.0.1"): ReturnType<typeof peerAt> {
    const made = await peerAt(address)
    open.push(() => { try { made.socket.close() } catch { /* closed by the test */ } })
    return made
  }

  it("A listening flow and connected flows share one local port, and each datagram arrives at the flow of its sender", async () => {
    const { flows, told, next } = make()
    const known = await peer(), stranger = await peer()
    flows.open(1, 1, { local: ANY, peer: undefined })
    const listening = await next("opened", 1)
    assert(listening.kind === "opened")
    flows.open(2, 1, { local: { address: "", port: listening.local.port }, peer: known.at })
    const connected = await next("opened", 2)
    assert.deepEqual(connected, { kind: "opened", local: { address: "127.0.0.1", port: listening.local.port } })
    known.socket.send("from the server", listening.local.port, "127.0.0.1")
    stranger.socket.send("from a stranger", listening.local.port, "127.0.0.1")
    const [first, second] = [await next("datagram", 2), await next("datagram", 1)]
    assert(first.kind === "datagram" && second.kind === "datagram")
    assert.equal(text(first.bytes), "from the server")
    assert.deepEqual(second.peer, stranger.at)
    assert.deepEqual(told, [])
  })

  it("A refusal by the peer's machine is told with the peer, every time (SN-04, AMB-32)", async () => {
    const { flows, next } = make()
    const dead = await deadPort()
    flows.open(7, 1, { local: ANY, peer: dead })
    await next("opened", 7)
    flows.send(7, bytes("one"), dead)
    assert.deepEqual(await next("refused", 7), { kind: "refused", peer: dead })
    flows.send(7, bytes("two"), dead)
    assert.deepEqual(await next("refused", 7), { kind: "refused", peer: dead })
  })

  it("Datagrams of one flow arrive in the order in which they were sent", async () => {
    const { flows } = make()
    const { socket, at } = await peer()
    const arrived: string[] = []
    const all = new Promise<void>((resolve) => socket.on("message", (message) => { if (arrived.push(message.toString()) === 50) resolve() }))
    flows.open(1, 1, { local: ANY, peer: at })
    for (let i = 0; i < 50; i++) flows.send(1, bytes(String(i)), at)
    await all
    assert.deepEqual(arrived, Array.from({ length: 50 }, (_, i) => String(i)))
  })

  it("A port that another program has is busy, although that program would share it", async () => {
    const { flows, next } = make()
    const other = createSocket({ type: "udp4", reuseAddr: true })
    open.push(() => other.close())
    other.bind(0, "0.0.0.0")
    await once(other, "listening")
    flows.open(1, 1, { local: { address: "", port: other.address().port }, peer: undefined })
    const event = await next("failed", 1)
    assert(event.kind === "failed")
    assert.equal(event.why, FAILURE.busyPort)
    assert.equal(flows.count(), 0)
  })

  it("A listening flow is opened again on its port while connected flows are there", async () => {
    const { flows, next } = make()
    const { at } = await peer()
    flows.open(1, 1, { local: ANY, peer: undefined })
    const first = await next("opened", 1)
    assert(first.kind === "opened")
    flows.open(2, 1, { local: { address: "", port: first.local.port }, peer: at })
    await next("opened", 2)
    flows.close(1)
    flows.open(3, 1, { local: { address: "", port: first.local.port }, peer: undefined })
    assert.deepEqual(await next("opened", 3), first)
  })

  it("An address that cannot be reached is told as a failure of the flow (P-23)", async () => {
    const { flows, next } = make()
    flows.open(1, 1, { local: { address: "192.0.2.77", port: 0 }, peer: undefined })
    const event = await next("failed", 1)
    assert(event.kind === "failed")
    assert.equal(event.why, FAILURE.unreachable)
  })

  it("A connection that may not be made is told as a failure of the flow", async () => {
    const { flows, next } = make()
    flows.open(1, 1, { local: ANY, peer: { address: "255.255.255.255", port: 5060 } })
    const event = await next("failed", 1)
    assert(event.kind === "failed")
    assert.equal(event.why, FAILURE.notPermitted)
  })

  it("IPv6 peers are spoken to over the same listening flow", async function () {
    let there: Awaited<ReturnType<typeof peerAt>>
    try { there = await peer("::1") } catch { return this.skip() }
    const { flows, next } = make()
    flows.open(1, 1, { local: ANY, peer: undefined })
    const opened = await next("opened", 1)
    assert(opened.kind === "opened")
    const arrived = once(there.socket, "message")
    flows.send(1, bytes("hello"), there.at)
    assert.equal(String((await arrived)[0]), "hello")
    there.socket.send("good day", opened.local.port, "::1")
    const event = await next("datagram", 1)
    assert(event.kind === "datagram")
    assert.deepEqual(event.peer, there.at)
  })

  it("What is not UDP fails, and sending to a flow that is gone does nothing", async () => {
    const { flows, next } = make()
    flows.open(1, 2, { local: ANY, peer: undefined })
    assert.equal((await next("failed", 1)).kind, "failed")
    flows.send(1, bytes("x"), { address: "127.0.0.1", port: 9 })
    flows.close(1)
  })
})
