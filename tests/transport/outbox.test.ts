// The outbox and the pace: what leaves when, and in which order.
import assert from "node:assert/strict"
import { transport, type Transport } from "./bench.ts"

const SLOTS = 16, LONGEST = 1472, ROOM = 5

async function open(): Promise<[Transport, number]> {
  const t = await transport()
  const flow = t.call("listen", 5060)
  t.drainFlows()
  t.opened(flow, "192.0.2.10", 5060)
  return [t, flow]
}

const texts = (lines: string[]) => lines.map((line) => line.split(" ")[2])
const soonest = (t: Transport) => t.core.exports.outboxSoonest!() as bigint
const NEVER = 2n ** 63n - 1n

describe("transport/outbox", () => {
  it("a message leaves once, by its flow and for its peer, and is kept", async () => {
    const [t, flow] = await open()
    const slot = t.send("REGISTER", flow, "192.0.2.1", 5062)
    assert.deepEqual(t.drainSends(0), [`${flow} 192.0.2.1:5062 REGISTER`])
    assert.deepEqual(t.drainSends(1), [])
    t.call("again", slot)
    assert.deepEqual(t.drainSends(2), [`${flow} 192.0.2.1:5062 REGISTER`])
  })

  it("a message waits until its flow is open", async () => {
    const [t] = await open()
    const server = t.towards("192.0.2.1", 5060, 0)
    t.send("A", server, "192.0.2.1", 5060)
    assert.deepEqual(t.drainSends(0), [])
    assert.equal(soonest(t), NEVER)
    t.drainFlows()
    t.opened(server, "192.0.2.10", 5060)
    assert.deepEqual(texts(t.drainSends(5)), ["A"])
  })

  it("messages leave in the order in which they became due, whatever their slots", async () => {
    const [t, flow] = await open()
    const a = t.send("A", flow, "192.0.2.1", 5060)
    const b = t.send("B", flow, "192.0.2.1", 5060)
    t.send("C", flow, "192.0.2.1", 5060)
    assert.deepEqual(texts(t.drainSends(0)), ["A", "B", "C"])
    t.call("again", b)
    t.call("again", a)
    assert.deepEqual(texts(t.drainSends(1)), ["B", "A"])
  })

  it("asked twice before it could leave, it leaves once (P-34)", async () => {
    const [t, flow] = await open()
    const slot = t.send("A", flow, "192.0.2.1", 5060)
    t.call("again", slot)
    t.call("again", slot)
    assert.deepEqual(texts(t.drainSends(0)), ["A"])
  })

  it("never more than ten packets leave in any second (SK-27)", async () => {
    const [t, flow] = await open()
    const slots = Array.from({ length: 12 }, (_, i) => t.send(String(i), flow, "192.0.2.1", 5060))
    const sent: number[] = []
    for (let now = 2 ** 32 - 500; now < 2 ** 32 + 9500; now += 37) {
      t.drainSends(now).forEach(() => sent.push(now))
      for (const slot of slots) t.call("again", slot)
    }
    assert.ok(sent.length >= 90, `${sent.length} were sent`)
    for (const start of sent) assert.ok(sent.filter((at) => at >= start && at <= start + 1000).length <= 10)
  })

  it("tells when the pace lets the next packet leave", async () => {
    const [t, flow] = await open()
    for (let i = 0; i < 11; i++) t.send(String(i), flow, "192.0.2.1", 5060)
    assert.equal(t.drainSends(100).length, 10)
    assert.equal(soonest(t), 1101n)
    assert.deepEqual(t.drainSends(1100), [])
    assert.deepEqual(texts(t.drainSends(1101)), ["10"])
    assert.equal(soonest(t), NEVER)
  })

  it("packets of the resolver count in the same pace", async () => {
    const [t, flow] = await open()
    for (let i = 0; i < 10; i++) t.call("spent", 50n)
    t.send("A", flow, "192.0.2.1", 5060)
    assert.deepEqual(t.drainSends(60), [])
    assert.equal(t.call("mayAt", 60n), 1051)
    assert.equal(t.drainSends(1051).length, 1)
  })

  it("all slots taken is told, and a dropped one is free after it has left", async () => {
    const [t, flow] = await open()
    const slots = Array.from({ length: SLOTS }, () => t.send("A", flow, "192.0.2.1", 5060))
    assert.equal(t.call("take"), -1)
    t.call("drop", slots[0]!)
    assert.equal(t.call("take"), -1)
    t.drainSends(0)
    assert.equal(t.call("take"), slots[0])
    assert.equal(t.call("take"), -1)
    t.call("drop", slots[1]!)
    assert.equal(t.call("take"), slots[1], "it had left before")
  })

  it("a discarded message does not leave", async () => {
    const [t, flow] = await open()
    t.call("discard", t.send("A", flow, "192.0.2.1", 5060))
    assert.deepEqual(t.drainSends(0), [])
    assert.equal(t.call("count"), 0)
  })

  it("a message whose flow is lost waits until its owner says otherwise; one that nobody owns is forgotten", async () => {
    const [t] = await open()
    const server = t.towards("192.0.2.1", 5060, 0)
    const kept = t.send("A", server, "192.0.2.1", 5060)
    t.call("drop", t.send("B", server, "192.0.2.1", 5060))
    t.call("release", server)
    assert.deepEqual(t.drainSends(0), [])
    assert.equal(t.call("isDue", kept), 1)
    t.call("recall", kept)
    assert.equal(t.call("isDue", kept), 0)
    t.call("discard", t.call("take"))
    assert.equal(t.call("count"), 1)
  })

  it("as many messages of full length are kept as there is room for, and told apart", async () => {
    const [t, flow] = await open()
    const letters = Array.from({ length: ROOM }, (_, i) => String.fromCharCode(65 + i).repeat(LONGEST))
    const slots = letters.map((letter) => t.send(letter, flow, "192.0.2.1", 5060))
    assert.equal(t.call("take"), -1)
    assert.deepEqual(texts(t.drainSends(0)), letters)
    t.call("drop", slots[1]!)
    const z = "z".repeat(LONGEST)
    assert.equal(t.send(z, flow, "192.0.2.1", 5060), slots[1])
    for (const slot of slots) t.call("again", slot)
    assert.deepEqual(texts(t.drainSends(2000)).sort(), letters.with(1, z).sort(), "whatever has moved")
  })

  it("answers leave room for two requests of full length, and seven slots", async () => {
    const [t, flow] = await open()
    for (let i = 0; i < ROOM - 2; i++) {
      assert.equal(t.call("mayAnswer"), 1)
      t.send("-".repeat(LONGEST), flow, "192.0.2.1", 5060)
    }
    assert.equal(t.call("mayAnswer"), 0)
    const [few, by] = await open()
    for (let i = 0; i < SLOTS - 7; i++) {
      assert.equal(few.call("mayAnswer"), 1)
      few.send("-", by, "192.0.2.1", 5060)
    }
    assert.equal(few.call("mayAnswer"), 0)
  })

  it("a writer goes on where its message was moved", async () => {
    const [t, flow] = await open()
    const long = "-".repeat(LONGEST), slots = Array.from({ length: ROOM - 1 }, () => t.send(long, flow, "192.0.2.1", 5060))
    const half = t.call("take")
    t.text("mess")
    t.call("write", half, 4)
    t.call("discard", slots[0]!)
    const other = t.call("take")
    assert.equal(other, slots[0])
    t.text("age")
    t.call("write", half, 3)
    t.give("192.0.2.1", 5060)
    t.call("send", half, flow)
    assert.deepEqual(texts(t.drainSends(0)).slice(-1), ["message"])
  })

  it("a message that does not fit is noticed by its writer", async () => {
    const [t] = await open()
    assert.equal(t.call("write", t.call("take"), 1472), 0)
    assert.equal(t.call("write", t.call("take"), 1473), 1)
  })
})
