// The resolver against nameservers in all sorts of trouble, in virtual time: what is believed, who is asked next, what is kept and for how long.
import assert from "node:assert/strict"
import { encode, type Answer } from "dns-packet"
import type { Fault } from "../../host/sim/nameserver.ts"
import { parseZone } from "../../host/sim/zone.ts"
import { Resolving, zoneOf } from "./resolving.ts"

const ZONES = ["snom", "rapidtech", "edge"].map(zoneOf)
const begin = (servers = 1, seed = 1): Promise<Resolving> => Resolving.begin(ZONES, servers, seed)

/** A resolver whose first servers fail so, and whose last one is good. */
async function withFaults(...faults: Fault[]): Promise<Resolving> {
  const world = await begin(faults.length)
  faults.forEach((fault, i) => {
    const server = world.servers[i]
    if (server !== undefined) server.fault = fault
  })
  return world
}

/** Asks for a host, and says how that ended and after how many ms. */
function ask(world: Resolving, name = "a.edge.example"): string {
  const before = world.now
  return `${world.ask("A", name)} ${world.now - before}`
}

const GOOD: Fault = { kind: "none" }

describe("resolver", () => {
  const troubles: [string, Fault[], string, string][] = [
    ["one good server", [GOOD], "FOUND 5", "a 300 A 192.0.2.1"],
    ["a dead server, then a good one (ICMP; P-21)", [{ kind: "dead" }, GOOD], "FOUND 6", ""],
    ["a silent server, then a good one (P-21)", [{ kind: "silent" }, GOOD], "FOUND 2005", ""],
    ["a server that takes 3 s, alone", [{ kind: "slow", ms: 3000 }], "FOUND 3005", ""],
    ["a server that takes 3 s, and one that is silent", [{ kind: "slow", ms: 3000 }, { kind: "silent" }], "FOUND 3005", ""],
    ["two servers that take 3 s", [{ kind: "slow", ms: 3000 }, { kind: "slow", ms: 3000 }], "FOUND 3005", ""],
    ["SERVFAIL, then a good one", [{ kind: "servfail" }, GOOD], "FOUND 10", ""],
    ["REFUSED, then a good one", [{ kind: "refused" }, GOOD], "FOUND 10", ""],
    ["NXDOMAIN, which is an answer", [{ kind: "nxdomain" }, GOOD], "NXDOMAIN 5", ""],
    ["a forged id before the answer (P-39)", [{ kind: "wrong id first" }], "FOUND 5", ""],
    ["a forged question before the answer (P-39)", [{ kind: "wrong question first" }], "FOUND 5", ""],
    ["an answer cut off with nothing in it, then a good one (P-20)", [{ kind: "truncated" }, GOOD], "FOUND 10", ""],
    ["an answer that points at itself, then a good one (RF-05)", [{ kind: "pointer loop" }, GOOD], "FOUND 10", ""],
    ["a length beyond the message, then a good one (RF-05)", [{ kind: "short rdata" }, GOOD], "FOUND 10", ""],
    ["the first packet lost", [{ kind: "lossy first" }], "FOUND 2005", ""],
    ["an answer from another port, then a good one (P-39)", [{ kind: "other source" }, GOOD], "FOUND 2005", ""],
    ["a server without EDNS (RF-05)", [{ kind: "no edns" }], "FOUND 10", ""],
    ["two dead servers", [{ kind: "dead" }, { kind: "dead" }], "FAILED 2", ""],
    ["one silent server", [{ kind: "silent" }], "FAILED 6000", ""],
    ["four silent servers", Array.from({ length: 4 }, (): Fault => ({ kind: "silent" })), "FAILED 16000", ""],
    ["three silent servers and the fourth good", [{ kind: "silent" }, { kind: "silent" }, { kind: "silent" }, GOOD], "FOUND 6005", ""],
    ["SERVFAIL from all", [{ kind: "servfail" }, { kind: "servfail" }], "FAILED 10", ""],
  ]
  for (const [title, faults, outcome] of troubles) {
    it(`copes with ${title}: ${outcome} ms`, async () => {
      const world = await withFaults(...faults)
      assert.equal(ask(world), outcome)
      assert.equal(world.ports.size, 0)
      if (outcome.startsWith("FOUND")) assert.deepEqual(world.show(), ["a.edge.example 300 A 192.0.2.1"])
    })
  }

  it("counts what is no answer to its question and waits on (P-39)", async () => {
    const world = await withFaults({ kind: "wrong id first" })
    ask(world)
    assert.deepEqual(world.counts(), { sent: 1, answered: 1, ignored: 1, useless: 0, refused: 0, silent: 0, failed: 0 })
  })

  it("keeps to the server that answered (P-21)", async () => {
    const world = await withFaults({ kind: "silent" }, GOOD)
    ask(world)
    assert.equal(ask(world, "b.edge.example"), "FOUND 5")
    assert.deepEqual(world.sent.map(({ server }) => server), [0, 1, 1])
  })

  it("forgets which server was good when the network changes", async () => {
    const world = await withFaults({ kind: "silent" }, GOOD)
    ask(world)
    world.call("clearServers")
    world.servers.length = 0
    world.addServer(ZONES)
    world.call("networkChanged", world.now)
    assert.equal(ask(world, "b.edge.example"), "FOUND 5")
    assert.equal(world.sent.at(-1)?.server, 0)
  })

  it("begins questions anew when the network changes", async () => {
    const world = await withFaults({ kind: "silent" })
    world.askOnce("A", "a.edge.example")
    world.pass(1000)
    const server = world.servers[0]
    if (server !== undefined) server.fault = GOOD
    world.call("networkChanged", world.now)
    assert.equal(ask(world), "FOUND 5")
  })

  it("fails at once without any name server, and not for long", async () => {
    const world = await begin(0)
    assert.equal(ask(world), "FAILED 0")
    world.addServer(ZONES)
    world.call("networkChanged", world.now)
    assert.equal(ask(world), "FOUND 5")
  })

  it("asks with a random id from a random port each time (RF-05, P-39)", async () => {
    const world = await begin()
    const ids = new Set<number>(), ports = new Set<number>()
    for (let i = 0; i < 100; i++) {
      world.askOnce("A", `host${i}.edge.example`)
      for (const port of world.ports.values()) ports.add(port)
      world.pass(200)
      ids.add(Buffer.from(world.sent.at(-1)?.bytes ?? []).readUInt16BE(0))
    }
    assert(ids.size > 97, `${ids.size} ids`)
    assert(ports.size > 97, `${ports.size} ports`)
    assert([...ports].every((port) => port >= 1024))
  })

  it("asks with EDNS and a size of 1232, and without when the server does not know it (RF-05)", async () => {
    const world = await withFaults({ kind: "no edns" })
    ask(world)
    assert.deepEqual(world.sent.map(({ bytes }) => Buffer.from(bytes).subarray(-11).toString("hex")), ["00002904d0000000000000", Buffer.from(world.sent[1]?.bytes ?? []).subarray(-11).toString("hex")])
    assert.deepEqual(world.sent.map(({ bytes }) => Buffer.from(bytes).readUInt16BE(10)), [1, 0])
  })

  it("never sends more than ten questions a second (SK-27)", async () => {
    const world = await begin()
    for (let i = 0; i < 40; i++) {
      for (const letter of "pqrs") world.askOnce("A", `${letter}${i}.edge.example`)
      world.pass(50)
    }
    for (const { at } of world.sent) assert(world.sent.filter((other) => other.at >= at && other.at < at + 1000n).length <= 10)
    assert(world.sent.length > 15, `${world.sent.length}`)
  })

  it("uses what is complete of an answer that is cut off, and notes it (P-20)", async () => {
    const world = await withFaults({ kind: "truncated in part" })
    assert.equal(world.ask("A", "four.edge.example"), "FOUND")
    assert.deepEqual(world.show(), ["four.edge.example 300 A 192.0.2.14"])
    assert.deepEqual(world.log(), ["4 dns A four.edge.example: the answer was cut short, what is complete is used"])
  })

  it("keeps 16 of 40 SRV records cut off by size (P-20)", async () => {
    const many = Array.from({ length: 40 }, (_, i) => `_sip._udp 60 SRV ${40 - i} 1 5060 h${i}`).join("\n")
    const world = await Resolving.begin([parseZone(many, { origin: "big.example" })])
    assert.equal(world.ask("SRV", "_sip._udp.big.example"), "FOUND")
    const [line] = world.show()
    assert.equal(line?.split("; ").length, 16)
    assert.match(world.log().join(), /cut short/)
  })

  it("reads names in any case (P-16)", async () => {
    const world = await begin()
    assert.equal(world.ask("A", "A.EDGE.Example."), "FOUND")
    assert.equal(world.ask("A", "a.edge.example"), "FOUND")
    assert.equal(world.sent.length, 1)
  })

  it("knows without asking that no name is empty, has an empty label, or is too long (RF-05)", async () => {
    const world = await begin()
    const names = ["", ".", "a..b", ".a", `${"x".repeat(64)}.example`, Array.from({ length: 64 }, () => "xxx").join("."), "a b.example", "\u00e4.example"]
    assert.deepEqual(names.map((name) => world.ask("A", name)), names.map(() => "NXDOMAIN"))
    assert.equal(world.sent.length, 0)
    assert.equal(world.ask("A", `${"x".repeat(63)}.edge.example`), "NXDOMAIN")
    assert.equal(world.sent.length, 1)
  })

  it("follows eight aliases and no more (BL-11, P-15)", async () => {
    const world = await begin()
    assert.equal(world.ask("A", "chain0.edge.example"), "FOUND")
    assert.equal(world.ask("A", "longer.edge.example"), "NODATA")
    assert.equal(world.ask("A", "loop1.edge.example"), "NODATA")
    assert.equal(world.ask("A", "loop1.edge.example"), "NODATA")
    assert.equal(world.sent.length, 3)
  })

  it("asks on for the name that an alias leads to in another zone", async () => {
    const one = await Resolving.begin([parseZone("a 60 CNAME b.two.example.", { origin: "one.example" })])
    const two = parseZone("$TTL 60\n@ SOA ns h 1 1 1 1 30\nb A 192.0.2.2", { origin: "two.example" })
    assert.equal(one.askOnce("A", "a.one.example"), "PENDING")
    one.pass(10)
    const server = one.servers[0]
    if (server !== undefined) server.zones = [two]
    assert.equal(one.ask("A", "a.one.example"), "FOUND")
    assert.deepEqual(one.asked, ["A a.one.example", "A b.two.example"])
    assert.deepEqual(one.show(), ["a.one.example 60 A CNAME b.two.example.", "b.two.example 60 A 192.0.2.2"])
  })

  it("comes to an end when aliases lead in a circle from answer to answer (P-15)", async () => {
    const world = await Resolving.begin([parseZone("a 60 CNAME b.two.example.", { origin: "one.example" })])
    world.askOnce("A", "a.one.example")
    world.pass(10)
    const server = world.servers[0]
    if (server !== undefined) server.zones = [parseZone("b 60 CNAME a.one.example.", { origin: "two.example" })]
    assert.equal(world.ask("A", "a.one.example"), "NODATA")
    assert.equal(world.sent.length, 2)
  })

  it("keeps a negative answer for the lesser of SOA TTL and minimum, an hour at most (BL-09, RF-05)", async () => {
    const world = await Resolving.begin([["short", 120, 40], ["long", 90_000, 90_000], ["none", 50, 0]].map(([name, ttl, minimum]) =>
      parseZone(`@ ${ttl} SOA ns h 1 1 1 1 ${minimum}\n@ 60 TXT x`, { origin: `${name}.example` })))
    for (const name of ["short", "long", "none"]) assert.equal(world.ask("A", `${name}.example`), "NODATA")
    assert.equal(world.ask("A", "nobody.short.example"), "NXDOMAIN")
    assert.deepEqual(world.show(), ["short.example 40 A no such record", "long.example 3600 A no such record", "none.example 0 A no such record (expired)",
      "nobody.short.example 40 A no such name"])
  })

  it("holds a TTL with the top bit set for 0, and any other for a week at most (RF-05)", async () => {
    const world = await withFaults({ kind: "ttl", seconds: 0x8000_0001 })
    assert.equal(ask(world), "FOUND 5")
    const server = world.servers[0]
    if (server !== undefined) server.fault = { kind: "ttl", seconds: 0x7fff_ffff }
    ask(world, "b.edge.example")
    assert.deepEqual(world.show(), ["a.edge.example 0 A 192.0.2.1 (expired)", "b.edge.example 604800 A 192.0.2.2"])
  })

  it("ignores records of another class, of other names and from the additional section (BL-02, P-39)", async () => {
    const world = await begin()
    world.askOnce("A", "a.edge.example")
    const query = world.sent[0]?.bytes
    const flow = [...world.ports.keys()][0]
    assert(query !== undefined && flow !== undefined)
    const answer = (name: string, data: string, inClass: "IN" | "CH" = "IN"): Answer => ({ type: "A", name, class: inClass, ttl: 60, data })
    const bytes = encode({
      type: "response", id: Buffer.from(query).readUInt16BE(0), flags: 0x8180, questions: [{ type: "A", name: "a.edge.example" }],
      answers: [answer("a.edge.example", "192.0.2.91", "CH"), answer("b.edge.example", "192.0.2.92"), answer("A.edge.EXAMPLE", "192.0.2.93")],
      additionals: [answer("a.edge.example", "192.0.2.94"), answer("c.edge.example", "192.0.2.95")],
    })
    world.deliver(flow, bytes)
    assert.deepEqual(world.show(), ["a.edge.example 60 A 192.0.2.93"])
  })

  it("serves an old answer after one round of silence, at once the next time, and asks again half a minute later (AMB-08)", async () => {
    const world = await withFaults(GOOD, { kind: "silent" })
    ask(world)
    ask(world, "b.edge.example")
    const server = world.servers[0]
    if (server !== undefined) server.fault = { kind: "silent" }
    world.pass(301_000)
    assert.equal(ask(world), "STALE 4000")
    assert.equal(ask(world), "STALE 0")
    assert.equal(ask(world, "b.edge.example"), "STALE 4000")
    assert.match(world.log().join("\n"), /the old answer serves on/)
    if (server !== undefined) server.fault = GOOD
    world.pass(31_000)
    assert.equal(ask(world), "FOUND 5")
  })

  it("keeps nothing stale when it is told so (AMB-08)", async () => {
    const world = await begin()
    world.set("dns_serve_stale", 0)
    ask(world)
    const server = world.servers[0]
    if (server !== undefined) server.fault = { kind: "dead" }
    world.pass(301_000)
    assert.equal(ask(world), "FAILED 1")
  })

  it("forgets everything when it is flushed, and learns again", async () => {
    const world = await begin()
    ask(world)
    world.askOnce("A", "b.edge.example")
    world.call("flush")
    assert.deepEqual(world.show(), ["b.edge.example 0 A nothing known (asking)"])
    assert.equal(ask(world, "b.edge.example"), "FOUND 5")
    assert.equal(ask(world), "FOUND 5")
  })

  it("lets the answers go that expire first when the cache is full, and is never larger than it may be", async () => {
    const world = await begin()
    for (let i = 0; i < 200; i++) {
      world.ask("A", `${"long-name-".repeat(3)}${i}.edge.example`)
      world.pass(1000)
      assert(world.call("used") <= world.call("capacity"))
    }
    const sent = world.sent.length
    for (let i = 185; i < 200; i++) world.ask("A", `${"long-name-".repeat(3)}${i}.edge.example`)
    assert.equal(world.sent.length, sent)
    world.ask("A", `${"long-name-".repeat(3)}100.edge.example`)
    assert.equal(world.sent.length, sent + 1)
  })

  it("logs every question and answer with code, records and TTL when it is told to (BL-16)", async () => {
    const world = await begin()
    world.call("setLogging", 1)
    world.ask("SRV", "_sip._udp.snom.rocks")
    world.ask("A", "nobody.snom.rocks")
    assert.deepEqual(world.log(), [
      "3 dns SRV _sip._udp.snom.rocks ? 127.0.0.1:53",
      "3 dns SRV _sip._udp.snom.rocks NOERROR TTL 300: 1 50 5060 sipserver52.snom.rocks.; 1 50 5060 sipserver114.snom.rocks. < 127.0.0.1:53",
      "3 dns A nobody.snom.rocks ? 127.0.0.1:53",
      "3 dns A nobody.snom.rocks NXDOMAIN TTL 60: no such name < 127.0.0.1:53",
    ])
  })

  it("shows what it knows as a zone file would say it", async () => {
    const world = await begin()
    world.call("setFamilies", 1, 1)
    world.locate("snom.rocks")
    world.ask("AAAA", "v6host.edge.example")
    world.ask("A", "alias.edge.example")
    assert.deepEqual(world.show(), [
      'snom.rocks 300 NAPTR 1 60 "s" "SIP+D2U" "" _sip._udp.snom.rocks.',
      "_sip._udp.snom.rocks 300 SRV 1 50 5060 sipserver52.snom.rocks.; 1 50 5060 sipserver114.snom.rocks.",
      "sipserver52.snom.rocks 300 A 192.0.2.52",
      "sipserver52.snom.rocks 60 AAAA no such record",
      "sipserver114.snom.rocks 300 A 192.0.2.114",
      "sipserver114.snom.rocks 60 AAAA no such record",
      "v6host.edge.example 300 AAAA 2001:db8::2",
      "alias.edge.example 300 A CNAME a.edge.example.",
      "a.edge.example 300 A 192.0.2.1",
    ])
  })
})
