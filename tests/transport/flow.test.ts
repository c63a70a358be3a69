// Flows: which sockets are asked of the host, on which ports, and what becomes of them.
import assert from "node:assert/strict"
import { CLOSE, OPEN, REST, transport, type Transport } from "./bench.ts"

const LISTEN = 1, SERVER = 2, QUERY = 3
const BUSY = 1, NO_ROUTE = 2
const WAIT = -1, LOST = -2

async function listening(port = 5060): Promise<[Transport, number]> {
  const t = await transport()
  const flow = t.call("listen", port)
  t.drainFlows()
  t.opened(flow, "192.0.2.10", port || 49152)
  return [t, flow]
}

describe("transport/flow", () => {
  it("a listening flow is opened unconnected on the SIP port", async () => {
    const t = await transport()
    const flow = t.call("listen", 5060)
    assert.deepEqual(t.drainFlows(), [`OPEN ${flow} udp local none:5060 peer none:0`])
    assert.equal(t.call("isOpen", flow), 0)
    t.opened(flow, "192.0.2.10", 5060)
    assert.equal(t.call("isOpen", flow), 1)
    assert.equal(t.call("kindOf", flow), LISTEN)
    assert.equal(t.local(flow), "192.0.2.10:5060")
  })

  it("a flow to a server waits for the listening one and takes the port that it got", async () => {
    const t = await transport()
    const common = t.call("listen", 0)
    const server = t.towards("192.0.2.1", 5060, 0)
    assert.deepEqual(t.drainFlows(), [`OPEN ${common} udp local none:0 peer none:0`])
    assert.equal(t.call("carrier", server), WAIT)
    t.opened(common, "192.0.2.10", 40001)
    assert.deepEqual(t.drainFlows(), [`OPEN ${server} udp local none:40001 peer 192.0.2.1:5060`])
    assert.equal(t.call("kindOf", server), SERVER)
  })

  it("the same server is reached by the same flow, another port of it by another one", async () => {
    const [t] = await listening()
    const first = t.towards("192.0.2.1", 5060, 0)
    assert.equal(t.towards("192.0.2.1", 5060, 5), first)
    assert.notEqual(t.towards("192.0.2.1", 5062, 5), first)
  })

  it("when all are taken, the flow to a server that was unused longest and that nobody holds is replaced", async () => {
    const [t] = await listening()
    const flows = Array.from({ length: 19 }, (_, i) => t.towards("192.0.2.1", 6000 + i, i))
    t.drainFlows().forEach(() => undefined)
    flows.forEach((flow, i) => t.opened(flow, "192.0.2.10", 5060 + i * 0))
    t.call("hold", flows[0]!)
    t.towards("192.0.2.1", 6001, 100)
    const fresh = t.towards("192.0.2.99", 5060, 101)
    assert.equal(fresh & 0xff, flows[2]! & 0xff)
    assert.notEqual(fresh, flows[2])
    assert.equal(t.call("kindOf", flows[2]!), 0)
    assert.deepEqual(t.drainFlows(), [`CLOSE ${flows[2]}`, `OPEN ${fresh} udp local none:5060 peer 192.0.2.99:5060`])
  })

  it("when every flow is held there is none for another server, until one is let go", async () => {
    const [t] = await listening()
    const flows = Array.from({ length: 19 }, (_, i) => t.towards("192.0.2.1", 6000 + i, i))
    for (const flow of flows) t.call("hold", flow)
    assert.equal(t.towards("192.0.2.99", 5060, 100), -1)
    t.call("letGo", flows[7]!)
    assert.equal(t.towards("192.0.2.99", 5060, 100) & 0xff, flows[7]! & 0xff)
  })

  it("the number of a flow that was closed is not used again for the next one in its place", async () => {
    const [t] = await listening()
    const first = t.towards("192.0.2.1", 5060, 0)
    t.drainFlows()
    t.call("release", first)
    assert.deepEqual(t.drainFlows(), [`CLOSE ${first}`])
    const second = t.towards("192.0.2.1", 5060, 0)
    assert.notEqual(second, first)
    t.opened(first, "192.0.2.10", 5060)
    assert.equal(t.call("isOpen", second), 0, "a late report about the old flow")
  })

  it("questions leave by random ports from 1024 that are never the SIP port (RFC 5452)", async () => {
    const [t] = await listening(2000)
    const ports = new Set<number>()
    for (let i = 0; i < 300; i++) {
      const flow = t.query("192.0.2.53", 53)
      const [opening] = t.drainFlows()
      const port = Number(/local none:(\d+) peer 192\.0\.2\.53:53/.exec(opening!)![1])
      assert.ok(port >= 1024 && port !== 2000)
      ports.add(port)
      t.call("release", flow)
      t.drainFlows()
    }
    assert.ok(ports.size > 280, `${ports.size} different ports`)
  })

  it("a question whose port is taken tries other ports under the same number, and gives up after nine", async () => {
    const [t] = await listening()
    const flow = t.query("192.0.2.53", 53)
    const tried = new Set<string>()
    for (let i = 0; i < 8; i++) {
      tried.add(t.drainFlows()[0]!)
      assert.equal(t.call("failed", flow, BUSY), 0)
    }
    tried.add(t.drainFlows()[0]!)
    assert.equal(tried.size, 9)
    assert.equal(t.call("failed", flow, BUSY), 1)
    assert.deepEqual(t.drainFlows(), [])
    assert.equal(t.call("carrier", flow), LOST)
    assert.equal(t.call("kindOf", flow), QUERY)
  })

  it("where the system denies a second socket on the port, the listening flow carries the packets", async () => {
    const [t, common] = await listening()
    const server = t.towards("192.0.2.1", 5060, 0)
    t.drainFlows()
    assert.equal(t.call("failed", server, BUSY), 1)
    assert.equal(t.call("carrier", server), common)
    assert.equal(t.local(server), "192.0.2.10:5060")
  })

  it("a server without a route is lost, and tried anew when it is asked for again", async () => {
    const [t] = await listening()
    const server = t.towards("192.0.2.1", 5060, 0)
    t.drainFlows()
    t.call("failed", server, NO_ROUTE)
    assert.equal(t.call("carrier", server), LOST)
    assert.equal(t.call("faultOf", server), NO_ROUTE)
    const again = t.towards("192.0.2.1", 5060, 1)
    assert.deepEqual(t.drainFlows(), [`OPEN ${again} udp local none:5060 peer 192.0.2.1:5060`])
  })

  it("one peer out of reach leaves the listening flow open", async () => {
    const [t, common] = await listening()
    assert.equal(t.call("failed", common, NO_ROUTE), 1)
    assert.equal(t.call("isOpen", common), 1)
  })

  it("after the network changed every flow is closed before any is opened", async () => {
    const [t, common] = await listening()
    const server = t.towards("192.0.2.1", 5060, 0)
    t.drainFlows()
    t.opened(server, "192.0.2.10", 5060)
    t.call("closeAll")
    const next = t.call("listen", 5060)
    assert.deepEqual(t.drainFlows(), [`CLOSE ${common}`, `CLOSE ${server}`, `OPEN ${next} udp local none:5060 peer none:0`])
    assert.equal(t.call("carrier", server), LOST)
  })

  it("reports about flows that were never there change nothing", async () => {
    const [t, common] = await listening()
    const before = Buffer.from(t.core.bytes)
    for (const flow of [0, 1, common + 256, 0xffff, -1]) {
      t.call("closed", flow)
      t.call("failed", flow, BUSY)
      t.call("release", flow)
      t.call("letGo", flow)
    }
    assert.ok(before.equals(Buffer.from(t.core.bytes)))
  })

  it("kinds of output have the numbers of the interface", () => {
    assert.deepEqual([REST, OPEN, CLOSE], [0, 3, 4])
  })
})
