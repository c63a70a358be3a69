// The DNS codec: questions against an independent decoder, names with compression, and everything that must not be believed.
import assert from "node:assert/strict"
import { decode } from "dns-packet"
import { PacketBuilder } from "./packet.ts"
import { Resolving, TYPES } from "./resolving.ts"

let world: Resolving
beforeEach(async () => { world = await Resolving.begin([]) })

/** Puts an answer together, with the id of the question asked, delivers it, and says what came of it. */
function answered(type: keyof typeof TYPES, name: string, build: (id: number) => PacketBuilder): string {
  world.addServer([])
  const server = world.servers[0]
  if (server !== undefined) server.fault = { kind: "silent" }
  world.askOnce(type, name)
  const query = world.sent.at(-1)?.bytes ?? new Uint8Array(2)
  const flow = [...world.ports.keys()].at(-1) ?? -1
  world.deliver(flow, build(Buffer.from(query).readUInt16BE(0)).bytes())
  const { answered, ignored, useless } = world.counts()
  return `${answered > 0 ? "taken" : useless > 0 ? "useless" : ignored > 0 ? "ignored" : "lost"} ${world.show().join(" | ")}`
}

const readName = (bytes: Uint8Array, offset: number): string | number => {
  const length = world.call("name", world.put(bytes), offset)
  return length < 0 ? length : world.out(length)
}

describe("DNS codec", () => {
  it("writes questions that another decoder reads back", () => {
    for (const [type, number] of Object.entries(TYPES)) {
      const length = world.call("question", world.put("_sip._udp.Snom.rocks."), 0xbeef, number, 1)
      const packet = decode(Buffer.from(world.outBytes(length)))
      assert.deepEqual([packet.id, packet.type, packet.questions, packet.flag_rd, packet.additionals?.length], [
        0xbeef, "query", [{ name: "_sip._udp.Snom.rocks", type, class: "IN" }], true, 1])
      const opt = packet.additionals?.[0]
      assert(opt?.type === "OPT")
      assert.equal(opt.udpPayloadSize, 1232)
    }
  })

  it("reads names with compression, in lower case", () => {
    const bytes = new PacketBuilder().raw(...new Uint8Array(12)).name("Example.COM").name("www.example.com").name("example.com").raw(0).bytes()
    assert.deepEqual([12, 25, 31, 33].map((offset) => readName(bytes, offset)), ["example.com", "www.example.com", "example.com", ""])
  })

  it("refuses pointers forwards, to themselves, in circles and into the header, reserved labels, and names that are too long (RF-05)", () => {
    const header = [...new Uint8Array(12)]
    const label = (length: number): number[] => [length, ...Array.from({ length }, () => 120)]
    const long = [...label(63), ...label(63), ...label(63)]
    const cases: [string, number[], number, string | number][] = [
      ["forwards", [0xc0, 14, 1, 97, 0], 0, -1],
      ["to itself", [0xc0, 12], 0, -1],
      ["two in a circle", [1, 97, 0xc0, 16, 1, 98, 0xc0, 12], 4, -1],
      ["back to its own label", [1, 97, 0xc0, 12], 0, -1],
      ["into the header", [0xc0, 0], 0, -1],
      ["cut in the pointer", [0xc0], 0, -1],
      ["reserved 01", [0x41, 97, 0], 0, -1],
      ["reserved 10", [0x81, 97, 0], 0, -1],
      ["label beyond the end", [5, 97, 98], 0, -1],
      ["no end", [1, 97], 0, -1],
      ["255 bytes", [...long, ...label(61), 0], 0, [...long, ...label(61)].filter((byte) => byte === 120).length + 3],
      ["256 bytes", [...long, ...label(62), 0], 0, -1],
      ["256 bytes by way of a pointer", [...label(62), 0, ...long, 0xc0, 12], 64, -1],
      ["a dot in a label", [3, 97, 46, 98, 0], 0, -2],
      ["a blank in a label", [3, 97, 32, 98, 0], 0, -2],
      ["a byte outside ASCII", [1, 0xe4, 0], 0, -2],
    ]
    const found = cases.map(([title, bytes, offset]) => {
      const name = readName(new Uint8Array([...header, ...bytes]), 12 + offset)
      return [title, typeof name === "string" ? name.length : name]
    })
    assert.deepEqual(found, cases.map(([title, , , expected]) => [title, expected]))
  })

  it("reads compressed SRV, NAPTR and CNAME records (SN-08, BL-02)", () => {
    assert.equal(answered("SRV", "_sip._udp.one.example", (id) => PacketBuilder.answer(id, "_sip._udp.one.example", TYPES.SRV, [2, 0, 0])
      .record("_sip._udp.one.example", TYPES.SRV, 60, (p) => p.u16(1, 2, 5070).name("a.one.example"))
      .record("_SIP._udp.one.example", TYPES.SRV, 90, (p) => p.u16(3, 4, 5080).name("b.one.example"))),
    "taken _sip._udp.one.example 60 SRV 1 2 5070 a.one.example.; 3 4 5080 b.one.example.")
  })

  it("reads NAPTR records, and leaves out one whose strings are none of ours (SN-08, RF-04)", () => {
    assert.equal(answered("NAPTR", "one.example", (id) => PacketBuilder.answer(id, "one.example", TYPES.NAPTR, [3, 0, 0])
      .record("one.example", TYPES.NAPTR, 60, (p) => p.u16(1, 60).text("s").text("SIP+D2U").text("").name("_sip._udp.one.example"))
      .record("one.example", TYPES.NAPTR, 60, (p) => p.u16(1, 61).text("s").text("x".repeat(40)).text("").name("_sip._udp.one.example"))
      .record("one.example", TYPES.NAPTR, 60, (p) => p.u16(1, 62).text("u").text("E2U+sip").text("!^.*$!sip:a@b!").raw(0))),
    'taken one.example 60 NAPTR 1 60 "s" "SIP+D2U" "" _sip._udp.one.example.; 1 62 "u" "E2U+sip" "..." .')
  })

  const aRecord = (bytes: number[], length = bytes.length) => (id: number): PacketBuilder =>
    PacketBuilder.answer(id, "one.example", TYPES.A, [1, 0, 0]).name("one.example").u16(TYPES.A, 1).u32(60).u16(length).raw(...bytes)

  it("believes nothing of an answer in which a length is wrong (RF-05)", async () => {
    const srv = (write: (p: PacketBuilder) => unknown) => (id: number): PacketBuilder =>
      PacketBuilder.answer(id, "one.example", TYPES.SRV, [1, 0, 0]).record("one.example", TYPES.SRV, 60, write)
    const naptr = (write: (p: PacketBuilder) => unknown) => (id: number): PacketBuilder =>
      PacketBuilder.answer(id, "one.example", TYPES.NAPTR, [1, 0, 0]).record("one.example", TYPES.NAPTR, 60, write)
    const cases: [string, keyof typeof TYPES, (id: number) => PacketBuilder][] = [
      ["A of 3 bytes", "A", aRecord([1, 2, 3])], ["A of 5 bytes", "A", aRecord([1, 2, 3, 4, 5])], ["A beyond the end", "A", aRecord([1, 2, 3, 4], 5)],
      ["SRV without target", "SRV", srv((p) => p.u16(1, 2, 3))], ["SRV of 2 bytes", "SRV", srv((p) => p.u16(1))],
      ["SRV with bytes behind the target", "SRV", srv((p) => p.u16(1, 2, 3).name("a.example").raw(0))],
      ["SRV whose target runs out", "SRV", srv((p) => p.u16(1, 2, 3).raw(9, 97))],
      ["NAPTR cut in flags", "NAPTR", naptr((p) => p.u16(1, 2).raw(9, 97))], ["NAPTR without replacement", "NAPTR", naptr((p) => p.u16(1, 2).text("s").text("SIP+D2U").text(""))],
      ["NAPTR of 4 bytes", "NAPTR", naptr((p) => p.u16(1, 2))],
      ["a good A, then a broken record", "A", (id) => PacketBuilder.answer(id, "one.example", TYPES.A, [2, 0, 0])
        .record("one.example", TYPES.A, 60, (p) => p.raw(1, 2, 3, 4)).raw(0, 0)],
      ["fewer records than announced", "A", (id) => PacketBuilder.answer(id, "one.example", TYPES.A, [9, 0, 0]).record("one.example", TYPES.A, 60, (p) => p.raw(1, 2, 3, 4))],
    ]
    for (const [title, type, build] of cases) {
      world = await Resolving.begin([])
      assert.match(answered(type, "one.example", build), /^useless /, title)
    }
  })

  it("ignores what is no answer to its question: id, kind, opcode, name, type, class, number of questions (RF-05, P-39)", async () => {
    const good = [1, 2, 3, 4]
    const packet = (id: number, name = "one.example", type: number = TYPES.A, flags = 0x8180): PacketBuilder =>
      PacketBuilder.answer(id, name, type, [1, 0, 0], flags).record(name, TYPES.A, 60, (p) => p.raw(...good))
    const cases: [string, (id: number) => PacketBuilder][] = [
      ["another id", (id) => packet(id ^ 1)], ["a question", (id) => packet(id, "one.example", TYPES.A, 0x0100)], ["opcode NOTIFY", (id) => packet(id, "one.example", TYPES.A, 0xa180)],
      ["another name", (id) => packet(id, "two.example")], ["a longer name", (id) => packet(id, "a.one.example")], ["another type", (id) => packet(id, "one.example", TYPES.AAAA)],
      ["another class", (id) => new PacketBuilder().u16(id, 0x8180, 1, 0, 0, 0).name("one.example").u16(TYPES.A, 3)],
      ["no question", (id) => new PacketBuilder().u16(id, 0x8180, 0, 0, 0, 0)], ["two questions", (id) => new PacketBuilder().u16(id, 0x8180, 2, 0, 0, 0).name("one.example").u16(1, 1)],
      ["too short", (id) => new PacketBuilder().u16(id)], ["nothing", () => new PacketBuilder()], ["cut in the question", (id) => new PacketBuilder().u16(id, 0x8180, 1, 0, 0, 0).text("one")],
    ]
    for (const [title, build] of cases) {
      world = await Resolving.begin([])
      assert.match(answered("A", "one.example", build), /^ignored one.example 0 A nothing known \(asking\)$/, title)
    }
    world = await Resolving.begin([])
    assert.equal(answered("A", "ONE.example", (id) => packet(id, "oNe.EXAMPLE")), "taken one.example 60 A 1.2.3.4")
  })

  it("asks the next server when the code says so, also one that only EDNS can say (RF-05)", async () => {
    const codes = [2, 4, 5, 9, 15].map((code) => (id: number) => PacketBuilder.answer(id, "one.example", TYPES.A, [0, 0, 0], 0x8180 | code))
    const extended = (id: number): PacketBuilder => PacketBuilder.answer(id, "one.example", TYPES.A, [0, 0, 1]).raw(0).u16(41, 1232).u32(0x01000000).u16(0)
    const outcomes: string[] = []
    for (const build of [...codes, extended]) {
      world = await Resolving.begin([])
      outcomes.push(answered("A", "one.example", build).split(" ")[0] ?? "")
    }
    // NOTIMP is first answered with the question without EDNS.
    assert.deepEqual(outcomes, ["useless", "lost", "useless", "useless", "useless", "useless"])
  })

  it("holds a referral for no answer, and a bare empty answer for a negative one that is not kept (RF-05)", async () => {
    assert.match(answered("A", "one.example", (id) => PacketBuilder.answer(id, "one.example", TYPES.A, [0, 1, 0]).record("example", 2, 60, (p) => p.name("ns.example"))), /^useless/)
    world = await Resolving.begin([])
    assert.equal(answered("A", "one.example", (id) => PacketBuilder.answer(id, "one.example", TYPES.A, [0, 0, 0])), "taken one.example 0 A no such record (expired)")
  })
})
