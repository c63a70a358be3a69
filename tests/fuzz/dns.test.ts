// Answers cut at every byte, with every bit flipped, and made at random: the resolver neither traps nor runs long, and goes on working.
import assert from "node:assert/strict"
import { Random } from "../../host/sim/random.ts"
import { parseZone } from "../../host/sim/zone.ts"
import { PacketBuilder } from "../locate/packet.ts"
import { Resolving, TYPES } from "../locate/resolving.ts"

const SEED = Number(process.env["SEED"] ?? 1)
const RANDOM_ANSWERS = 3000
// Loop turns and calls that one datagram may cost.
const FUEL = 200_000

const ZONE = parseZone("$TTL 60\n@ SOA ns h 1 1 1 1 30\ngood A 192.0.2.1", { origin: "one.example" })
const NAME = "_sip._udp.one.example"

type Template = readonly [type: keyof typeof TYPES, build: (id: number) => PacketBuilder]
const TEMPLATES: { readonly [name: string]: Template } = {
  srv: ["SRV", (id) => PacketBuilder.answer(id, NAME, TYPES.SRV, [3, 0, 1])
    .record(NAME, TYPES.SRV, 60, (p) => p.u16(0, 40, 5060).name("sipserver1.one.example"))
    .record(NAME, TYPES.SRV, 60, (p) => p.u16(0, 60, 5060).name("sipserver2.one.example"))
    .record(NAME, TYPES.SRV, 60, (p) => p.u16(1, 5, 5060).name("sipserverbackup.one.example")).raw(0).u16(41, 1232).u32(0).u16(0)],
  naptr: ["NAPTR", (id) => PacketBuilder.answer(id, NAME, TYPES.NAPTR, [2, 0, 0])
    .record(NAME, TYPES.NAPTR, 60, (p) => p.u16(1, 60).text("s").text("SIP+D2U").text("").name("_sip._udp.two.example"))
    .record(NAME, TYPES.NAPTR, 60, (p) => p.u16(2, 60).text("u").text("E2U+sip").text("!^.*$!sip:info@example.com!").raw(0))],
  aliases: ["A", (id) => PacketBuilder.answer(id, NAME, TYPES.A, [4, 0, 0])
    .record(NAME, TYPES.CNAME, 60, (p) => p.name("a.one.example")).record("a.one.example", TYPES.CNAME, 60, (p) => p.name("b.two.example"))
    .record("b.two.example", TYPES.A, 60, (p) => p.raw(192, 0, 2, 1)).record("b.two.example", TYPES.A, 60, (p) => p.raw(192, 0, 2, 2))],
  negative: ["AAAA", (id) => PacketBuilder.answer(id, NAME, TYPES.AAAA, [0, 1, 0], 0x8183)
    .record("one.example", TYPES.SOA, 60, (p) => p.name("ns.one.example").name("h.one.example").u32(1).u32(2).u32(3).u32(4).u32(5))],
}

/** A resolver that waits for an answer; gives the id that it has to have and a way to deliver it. */
function waiting(world: Resolving, type: keyof typeof TYPES): { id: number, deliver: (bytes: Uint8Array) => void } {
  world.call("reset", 1)
  world.call("flush")
  world.servers.length = 0
  world.ports.clear()
  const server = world.addServer([ZONE])
  server.fault = { kind: "silent" }
  world.askOnce(type, NAME)
  const id = Buffer.from(world.sent.at(-1)?.bytes ?? []).readUInt16BE(0)
  const flow = [...world.ports.keys()][0] ?? -1
  world.sent.length = 0
  return { id, deliver: (bytes) => world.deliver(flow, bytes) }
}

/** What must hold after any answer. */
function check(world: Resolving): void {
  assert(world.call("used") <= world.call("capacity"))
  const server = world.servers[0]
  if (server !== undefined) server.fault = { kind: "none" }
  assert.equal(world.ask("A", "good.one.example"), "FOUND")
}

describe("DNS answers that are damaged", () => {
  for (const [name, [type, build]] of Object.entries(TEMPLATES)) {
    it(`may be cut at every byte of an answer with ${name} (RF-05)`, async () => {
      const world = await Resolving.begin([])
      const length = build(0).length
      for (let end = 0; end <= length; end++) {
        const { id, deliver } = waiting(world, type)
        deliver(build(id).bytes().slice(0, end))
        const { answered } = world.counts()
        assert.equal(answered, end === length ? 1 : 0, `cut at ${end} of ${length}`)
        check(world)
      }
    })

    it(`may have any bit flipped of an answer with ${name} (RF-05)`, async () => {
      const world = await Resolving.begin([])
      const bits = build(0).length * 8
      for (let bit = 0; bit < bits; bit++) {
        const { id, deliver } = waiting(world, type)
        const bytes = build(id).bytes()
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ 1 << (bit & 7)
        deliver(bytes)
        check(world)
      }
    })
  }

  it(`may be made of random pieces (seed ${SEED}; SEED=n repeats another; RF-05)`, async () => {
    const world = await Resolving.begin([])
    const random = new Random(SEED, "dns answers")
    const types = Object.keys(TYPES) as (keyof typeof TYPES)[]
    for (let i = 0; i < RANDOM_ANSWERS; i++) {
      const type = random.pick(types)
      const { id, deliver } = waiting(world, type)
      deliver(randomAnswer(random, id, TYPES[type]))
      check(world)
    }
  })

  it("cost no more than a bounded number of steps, whatever they hold, and give the same on wasm3 (RF-05)", async () => {
    const worlds = [await Resolving.begin([], 1, 1, "wasm3"), await Resolving.begin([], 1, 1, "v8")]
    let worst = 0
    const long = Array.from({ length: 3 }, (_, i) => String(i).repeat(63)).join(".")
    const heavy: Template[] = [
      // As many records as fit into the longest datagram, all for the name asked for, with names as long as can be.
      ["SRV", (id) => many(PacketBuilder.answer(id, NAME, TYPES.SRV, [150, 0, 0]), 150, (p, i) =>
        p.record(NAME, TYPES.SRV, 60, (q) => q.u16(i, 1, 5060).name(`x.${long}`)))],
      ["A", (id) => many(PacketBuilder.answer(id, NAME, TYPES.A, [240, 0, 0]), 240, (p) => p.record(NAME, TYPES.A, 60, (q) => q.raw(1, 2, 3, 4)))],
      ["A", (id) => many(PacketBuilder.answer(id, NAME, TYPES.A, [300, 0, 0]), 300, (p, i) =>
        p.record(i < 292 ? "x.one.example" : i === 299 ? NAME : `a${299 - i}.b`, TYPES.CNAME, 60, (q) => q.name(i < 292 ? NAME : `a${300 - i}.b`)))],
      ["NAPTR", (id) => many(PacketBuilder.answer(id, NAME, TYPES.NAPTR, [130, 0, 0]), 130, (p, i) =>
        p.record(NAME, TYPES.NAPTR, 60, (q) => q.u16(i, 1).text("s").text("SIP+D2U").text("").name(`x.${long}`)))],
    ]
    for (const [type, build] of heavy) {
      const outcomes = worlds.map((world) => {
        world.core.setFuel(FUEL)
        const { id, deliver } = waiting(world, type)
        deliver(build(id).bytes().slice(0, 4096))
        worst = Math.max(worst, world.core.fuelUsed())
        check(world)
        return world.show()
      })
      assert.deepEqual(outcomes[0], outcomes[1])
    }
    assert(worst > 0 && worst < FUEL, `${worst} steps`)
  })
})

function many(packet: PacketBuilder, count: number, add: (packet: PacketBuilder, i: number) => unknown): PacketBuilder {
  for (let i = 0; i < count; i++) add(packet, i)
  return packet
}

/** The question is right, so that the rest is read; behind it there are records with random parts. */
function randomAnswer(random: Random, id: number, type: number): Uint8Array {
  const packet = PacketBuilder.answer(id, NAME, type, [random.between(0, 6), random.between(0, 2), random.between(0, 2)], 0x8000 | (random.chance(0.8) ? 0 : random.between(0, 0x7ff)))
  const names = [NAME, "a.one.example", "b.two.example", "one.example", ""]
  for (let i = random.between(0, 9); i > 0; i--) {
    const kind = random.chance(0.7) ? type : random.pick([1, 2, 5, 6, 28, 33, 35, 41, 99])
    packet.record(random.pick(names), random.chance(0.8) ? kind : TYPES.CNAME, random.u32(), (p) => {
      if (random.chance(0.3)) p.raw(...Array.from({ length: random.between(0, 40) }, () => random.between(0, 255)))
      else if (kind === 33) p.u16(random.between(0, 3), random.between(0, 3), 5060).name(random.pick(names))
      else if (kind === 35) p.u16(random.between(0, 3), 1).text("s").text("SIP+D2U").text("").name(random.pick(names))
      else if (kind === 5) p.name(random.pick(names))
      else p.raw(1, 2, 3, 4)
    })
  }
  const bytes = packet.bytes()
  for (let i = random.between(0, 3); i > 0 && bytes.length > 40; i--) bytes[random.between(40, bytes.length - 1)] = random.between(0, 255)
  return bytes
}
