// From names to targets: NAPTR, SRV and address records as RFC 3263 wants them, and every oddity of the zone edge.example.
import assert from "node:assert/strict"
import { parseZone } from "../../host/sim/zone.ts"
import { Resolving, zoneOf } from "./resolving.ts"

const ZONES = ["snom", "rapidtech", "edge"].map(zoneOf)
const begin = (servers = 1, seed = 1): Promise<Resolving> => Resolving.begin(ZONES, servers, seed)

describe("target search", () => {
  it("asks NAPTR, SRV and the addresses of both servers, in that order and nothing else (SN-01, SN-07, SN-08, BL-02)", async () => {
    const world = await begin()
    world.set("domain", "snom.rocks")
    assert.equal(world.locate(), "READY")
    assert.deepEqual(world.asked, ["NAPTR snom.rocks", "SRV _sip._udp.snom.rocks", "A sipserver52.snom.rocks", "A sipserver114.snom.rocks"])
    assert.deepEqual(world.targets(), ["1/60 1/50 #0 sipserver52.snom.rocks 192.0.2.52:5060", "1/60 1/50 #1 sipserver114.snom.rocks 192.0.2.114:5060"])
    assert.deepEqual(world.log(), [])
  })

  it("asks for AAAA as well when the host has IPv6 (SN-01, RF-11)", async () => {
    const world = await begin()
    world.call("setFamilies", 1, 1)
    assert.equal(world.locate("snom.rocks"), "READY")
    assert.deepEqual(world.asked.slice(2), [
      "A sipserver52.snom.rocks", "AAAA sipserver52.snom.rocks", "A sipserver114.snom.rocks", "AAAA sipserver114.snom.rocks"])
  })

  it("uses SRV where there is no NAPTR, and leaves out the backup without address with a warning (BL-01, BL-12, BL-13, BL-14, BL-17)", async () => {
    const world = await begin()
    world.set("domain", "rapidtech.phones")
    assert.equal(world.locate(), "READY")
    assert.deepEqual(world.asked, ["NAPTR rapidtech.phones", "SRV _sip._udp.rapidtech.phones", "A sipserver1.rapidtech.phones",
      "A sipserver2.rapidtech.phones", "A sipserverbackup.rapidtech.phones"])
    assert.deepEqual(world.targets(), ["0/0 0/40 #0 sipserver1.rapidtech.phones 192.0.2.1:5060", "0/0 0/60 #1 sipserver2.rapidtech.phones 192.0.2.2:5060"])
    assert.deepEqual(world.log(), ["4 dns A sipserverbackup.rapidtech.phones: no address, this server is left out"])
  })

  it("asks nothing for an address, and only for addresses when a port is given (SN-07, VE-12, AMB-16)", async () => {
    const world = await begin()
    const results = ["192.0.2.77", "192.0.2.77:5080", "[2001:db8::7]:5061", "four.edge.example:5090"].map((server) => {
      world.set("server", server)
      return [world.locate(), ...world.targets()]
    })
    assert.deepEqual(results, [
      ["READY", "0/0 1/0 #0 - 192.0.2.77:5060"], ["READY", "0/0 1/0 #0 - 192.0.2.77:5080"], ["READY", "0/0 1/0 #0 - [2001:db8::7]:5061"],
      ["READY", ...[14, 11, 13, 12].map((n) => `0/0 1/0 #0 four.edge.example 192.0.2.${n}:5090`)]])
    assert.deepEqual(world.asked, ["A four.edge.example"])
  })

  it("takes the port of a server from its SRV record, else from the setting, else 5060, in one mixed list (VE-12, VE-48, BK-20, BK-24)", async () => {
    const world = await begin()
    world.set("domain", "example.com")
    world.set("server", "192.0.2.77; twoports.edge.example; 192.0.2.78:5080; four.edge.example:5090")
    assert.equal(world.locate(), "READY")
    assert.deepEqual(world.targets().map((target) => target.replace(/^.* /, "")), ["192.0.2.77:5060", "192.0.2.1:5060", "192.0.2.1:5070", "192.0.2.78:5080",
      ...[14, 11, 13, 12].map((n) => `192.0.2.${n}:5090`)])
    assert.deepEqual(world.asked.filter((question) => question.includes("example.com")), [])
  })

  it("takes the setting server before the domain, and finds nothing when neither is set (SN-07)", async () => {
    const world = await begin()
    assert.equal(world.locate(), "NOT_FOUND")
    world.set("domain", "snom.rocks")
    world.set("server", "lonelybackup.edge.example")
    assert.equal(world.locate(), "READY")
    assert.equal(world.targets().length, 3)
    assert.equal(world.asked.some((question) => question.includes("snom")), false)
  })

  it("does not ask for NAPTR when it is told not to (AMB-24)", async () => {
    const world = await begin()
    world.set("use_naptr", "0")
    assert.equal(world.locate("snom.rocks"), "READY")
    assert.equal(world.asked[0], "SRV _sip._udp.snom.rocks")
  })

  // name, result, targets, and a part of each line in the log
  const oddities: [string, string, string[], string[], string][] = [
    ["order", "READY", ["50/20 0/0 #0 c.edge.example 192.0.2.3:5060", "50/100 0/0 #1 b.edge.example 192.0.2.2:5060"], [],
      "NAPTR order counts before preference, and records of a higher order are left alone (SN-03, RF-04)"],
    ["tcpfirst", "READY", ["90/10 0/0 #0 a.edge.example 192.0.2.1:5060"], ["TCP and TLS", "TCP and TLS"],
      "NAPTR records for TCP and TLS are passed over with a warning (SN-03, SN-09)"],
    ["tcponly", "NOT_CARRIED", [], ["TCP and TLS"], "a domain that offers TCP only is reported as not carried (SN-09)"],
    ["nomatch", "READY", ["0/0 0/0 #0 a.edge.example 192.0.2.1:5060"], [], "NAPTR without a usable transport is as no NAPTR (P-17)"],
    ["naptra", "READY", ["0/0 0/0 #0 a.edge.example 192.0.2.1:5060"], [], "a NAPTR record with flag a is none for SIP (RF-04)"],
    ["regexp", "READY", ["0/0 0/0 #0 c.edge.example 192.0.2.3:5060"], [], "a NAPTR record with a regular expression is none for SIP (SN-08)"],
    ["MIXed", "READY", ["1/1 0/0 #0 a.edge.example 192.0.2.1:5060"], [], "names, services and flags count in any case (P-16)"],
    ["danglingnaptr", "READY", ["2/1 0/0 #0 b.edge.example 192.0.2.2:5060"], ["leads here"], "a NAPTR record that leads nowhere gives way to the next (P-18)"],
    ["lostnaptr", "READY", ["0/0 1/0 #0 lostnaptr.edge.example 192.0.2.8:5060"], ["leads here"], "when no NAPTR record leads anywhere the name itself is tried (P-18)"],
    ["foreign", "READY", ["1/1 0/40 #0 sipserver1.rapidtech.phones 192.0.2.1:5060", "1/1 0/60 #1 sipserver2.rapidtech.phones 192.0.2.2:5060"],
      ["no address"], "a NAPTR record may lead to another domain (P-19)"],
    ["onlyhost", "READY", ["0/0 1/0 #0 onlyhost.edge.example 192.0.2.7:5060", "0/0 1/0 #0 onlyhost.edge.example 192.0.2.8:5060"], [],
      "a name with addresses alone is reached at port 5060 (RF-02)"],
    ["noservice", "SERVICE_ABSENT", [], [], "a target . says that there is no service, and nothing else is tried (P-10, RF-03)"],
    ["noaddress", "NO_ADDRESS", [], ["no address"], "SRV records without any address end the search (BL-14, P-09)"],
    ["nothing", "NOT_FOUND", [], ["no address"], "a name that does not exist is not found"],
    ["lonelybackup", "READY", ["0/0 0/10 #0 a.edge.example 192.0.2.1:5060", "0/0 0/20 #1 b.edge.example 192.0.2.2:5060", "0/0 9/0 #2 c.edge.example 192.0.2.3:5060"], [],
      "a lone backup is kept (BL-06, P-08)"],
    ["twoports", "READY", ["0/0 0/1 #0 a.edge.example 192.0.2.1:5060", "0/0 0/1 #1 a.edge.example 192.0.2.1:5070"], [],
      "one host with two ports is two targets (SN-18, P-24, BL-10)"],
    ["pool", "READY", [14, 11, 13, 12].map((n) => `0/0 0/1 #0 four.edge.example 192.0.2.${n}:5060`), [], "all addresses of a host count, in the order of DNS (VE-13, AMB-25)"],
    ["cnametarget", "READY", ["0/0 0/0 #0 alias.edge.example 192.0.2.1:5060"], ["is an alias"], "an alias as target is followed with a warning (BL-11, P-15)"],
    ["looptarget", "READY", ["0/0 1/0 #1 b.edge.example 192.0.2.2:5060"], ["no address"], "aliases in a circle come to an end, and the next record is used (BL-11, P-15)"],
    ["wholealias", "READY", [14, 11, 13, 12].map((n) => `0/0 0/1 #0 four.edge.example 192.0.2.${n}:5060`), [], "an alias for the SRV name is followed"],
    ["v6only", "NO_ADDRESS", [], ["no address"], "a host with IPv6 alone has no address for a host without (P-23)"],
    ["dual", "READY", ["0/0 0/0 #0 dualhost.edge.example 192.0.2.21:5060", "0/0 1/0 #1 a.edge.example 192.0.2.1:5060"], [], "IPv6 addresses are not asked for without IPv6 (P-23)"],
  ]
  for (const [name, result, targets, warnings, title] of oddities) {
    it(`${name}: ${title}`, async () => {
      const world = await begin()
      assert.equal(world.locate(`${name}.edge.example`), result)
      assert.deepEqual(world.targets(), targets)
      const log = world.log()
      assert.deepEqual(log.map((line, i) => line.includes(warnings[i] ?? "-") ? warnings[i] : line), warnings)
    })
  }

  it("asks for both families of each target before the next record (RF-11, P-23)", async () => {
    const world = await begin()
    world.call("setFamilies", 1, 1)
    assert.equal(world.locate("dual.edge.example"), "READY")
    assert.deepEqual(world.targets(), [
      "0/0 0/0 #0 dualhost.edge.example 192.0.2.21:5060", "0/0 0/0 #0 dualhost.edge.example [2001:db8::1]:5060", "0/0 1/0 #1 a.edge.example 192.0.2.1:5060"])
    assert.equal(world.locate("v6only.edge.example"), "READY")
    assert.deepEqual(world.targets(), ["0/0 0/0 #0 v6host.edge.example [2001:db8::2]:5060"])
  })

  it("asks for AAAA alone when the host has no IPv4 (P-23)", async () => {
    const world = await begin()
    world.call("setFamilies", 0, 1)
    assert.equal(world.locate("v6only.edge.example"), "READY")
    assert.equal(world.asked.some((question) => question.startsWith("A ")), false)
  })

  it("never asks for the address of a domain that has SRV records (P-09, P-10)", async () => {
    const world = await begin()
    world.locate("noaddress.edge.example")
    world.locate("noservice.edge.example")
    assert.deepEqual(world.asked.filter((question) => question.startsWith("A ")), ["A gone.edge.example"])
  })

  it("keeps 16 of more targets, those preferred by priority, and says so (VE-13, P-20)", async () => {
    const records = Array.from({ length: 18 }, (_, i) => `_sip._udp SRV ${i < 2 ? 9 : 1} ${i} 5060 h${i}\nh${i} A 192.0.2.${i + 1}`).join("\n")
    const world = await Resolving.begin([parseZone(`$TTL 60\n${records}`, { origin: "many.example" })])
    assert.equal(world.locate("many.example"), "READY")
    assert.deepEqual(world.targets().map((line) => line.split(" ")[3]), Array.from({ length: 16 }, (_, i) => `h${i + 2}.many.example`))
    assert.match(world.log().join("\n"), /more records than can be kept/)
  })

  it("keeps 16 of the addresses of many hosts, those of the preferred records, in the order of DNS (VE-13)", async () => {
    const records = Array.from({ length: 4 }, (_, i) => [`_sip._udp SRV ${4 - i} 1 5060 h${i}`, ...Array.from({ length: 6 }, (_, k) => `h${i} A 192.0.2.${10 * i + k}`)].join("\n"))
    const world = await Resolving.begin([parseZone(`$TTL 60\n${records.join("\n")}`, { origin: "many.example" })])
    assert.equal(world.locate("many.example"), "READY")
    assert.deepEqual(world.targets().map((line) => line.split(" ")[4]), [
      ...[10, 11, 12, 13].map((n) => `192.0.2.${n}:5060`), ...[20, 21, 22, 23, 24, 25].map((n) => `192.0.2.${n}:5060`), ...[30, 31, 32, 33, 34, 35].map((n) => `192.0.2.${n}:5060`)])
    assert.match(world.log().join("\n"), /more addresses than can be kept/)
  })

  it("expires with the first of its answers, and asks again only then (SN-02, BL-07)", async () => {
    const world = await begin()
    world.locate("rapidtech.phones")
    const until = Number(world.core.exports["expires"]?.()) - Number(world.now)
    assert(until > 299_000 && until <= 300_000, `${until}`)
    world.asked.length = 0
    world.pass(298_000)
    world.locate("rapidtech.phones")
    assert.deepEqual(world.asked, [])
    world.pass(3000)
    world.locate("rapidtech.phones")
    assert.deepEqual(world.asked, ["SRV _sip._udp.rapidtech.phones"])
  })

  it("follows a changed zone with the first search after its TTL (SN-02)", async () => {
    const world = await begin()
    world.locate("snom.rocks")
    const server = world.servers[0]
    assert(server !== undefined)
    server.zones = [parseZone("$TTL 300\n@ NAPTR 1 1 s SIP+D2U \"\" _sip._udp\n_sip._udp SRV 3 1 5062 new\nnew A 192.0.2.200", { origin: "snom.rocks" })]
    world.pass(299_000)
    world.locate("snom.rocks")
    assert.equal(world.targets().length, 2)
    world.pass(2000)
    world.locate("snom.rocks")
    assert.deepEqual(world.targets(), ["1/1 3/1 #0 new.snom.rocks 192.0.2.200:5062"])
  })

  it("uses answers with TTL 0 for this search only, and asks at most once a second (P-14)", async () => {
    const world = await begin()
    assert.equal(world.locate("ttl0.edge.example"), "READY")
    assert.deepEqual(world.targets(), ["0/0 0/0 #0 ttl0host.edge.example 192.0.2.5:5060"])
    const questions = (): number => world.asked.filter((question) => question.startsWith("SRV")).length
    for (let i = 0; i < 50; i++) {
      world.locate("ttl0.edge.example")
      world.pass(100)
    }
    assert(questions() >= 4 && questions() <= 6, `${questions()} questions in 5 s`)
  })

  it("raises a short TTL to dns_min_ttl (AMB-08)", async () => {
    const world = await begin()
    world.locate("short.edge.example")
    world.pass(28_000)
    world.asked.length = 0
    world.locate("short.edge.example")
    assert.deepEqual(world.asked, [])
    world.pass(3000)
    world.locate("short.edge.example")
    assert.deepEqual(world.asked, ["SRV _sip._udp.short.edge.example"])
  })

  it("remembers that there is no NAPTR for as long as the SOA says (BL-09, AMB-24)", async () => {
    const world = await begin()
    const naptr = (): number => world.asked.filter((question) => question.startsWith("NAPTR")).length
    world.locate("onlyhost.edge.example")
    world.pass(59_000)
    world.locate("onlyhost.edge.example")
    assert.equal(naptr(), 1)
    world.pass(2000)
    world.locate("onlyhost.edge.example")
    assert.equal(naptr(), 2)
  })

  it("goes on to SRV in bounded time where NAPTR is never answered, and then leaves NAPTR alone for a while (BL-13, AMB-24)", async () => {
    const world = await begin()
    const server = world.servers[0]
    assert(server !== undefined)
    const replies = server.replies.bind(server)
    server.replies = (query) => query.includes(35) && Buffer.from(query).readUInt16BE(query.length - 15) === 35 ? [] : replies(query)
    const before = world.now
    assert.equal(world.locate("rapidtech.phones"), "READY")
    assert(world.now - before < 6200n, `${world.now - before} ms`)
    const sent = world.sent.length
    world.pass(200_000)
    world.locate("rapidtech.phones")
    assert.equal(world.sent.length, sent)
    world.pass(102_000)
    world.locate("rapidtech.phones")
    assert(world.sent.length > sent)
  })

  it("says that DNS is dead when no name server answers, without asking for the domain's address (P-09)", async () => {
    const world = await begin(2)
    for (const server of world.servers) server.fault = { kind: "silent" }
    const before = world.now
    assert.equal(world.locate("snom.rocks"), "DNS_DEAD")
    assert(world.now - before <= 12_100n, `${world.now - before} ms`)
    assert.deepEqual([...new Set(world.asked)], ["NAPTR snom.rocks", "SRV _sip._udp.snom.rocks"])
  })

  it("goes without a server whose address cannot be had, and asks again half a minute later", async () => {
    const world = await begin()
    const server = world.servers[0]
    assert(server !== undefined)
    const replies = server.replies.bind(server)
    server.replies = (query) => Buffer.from(query).includes("sipserver52") ? [] : replies(query)
    assert.equal(world.locate("snom.rocks"), "READY")
    assert.deepEqual(world.targets(), ["1/60 1/50 #1 sipserver114.snom.rocks 192.0.2.114:5060"])
    const until = Number(world.core.exports["expires"]?.()) - Number(world.now)
    assert(until > 0 && until <= 30_000, `${until}`)
    server.replies = replies
    world.pass(31_000)
    assert.equal(world.locate("snom.rocks"), "READY")
    assert.equal(world.targets().length, 2)
  })

  it("serves old answers when DNS is dead, for as long as dns_serve_stale says (AMB-08)", async () => {
    const world = await begin()
    world.locate("snom.rocks")
    const server = world.servers[0]
    assert(server !== undefined)
    server.fault = { kind: "silent" }
    world.pass(301_000)
    const before = world.now
    assert.equal(world.locate("snom.rocks"), "READY")
    assert.equal(world.call("stale"), 1)
    assert.equal(world.targets().length, 2)
    assert(world.now - before <= 9000n, `${world.now - before} ms`)
    world.pass(86_400_000)
    assert.equal(world.locate("snom.rocks"), "DNS_DEAD")
  })

  it("keeps what it knew when a domain that worked does not exist all at once (P-22)", async () => {
    const world = await begin()
    world.locate("snom.rocks")
    const server = world.servers[0]
    assert(server !== undefined)
    server.fault = { kind: "nxdomain" }
    world.pass(301_000)
    assert.equal(world.locate("snom.rocks"), "READY")
    assert.equal(world.call("stale"), 1)
    assert.match(world.log().join("\n"), /said not to exist any more/)
    server.fault = { kind: "none" }
    world.pass(62_000)
    assert.equal(world.locate("snom.rocks"), "READY")
    assert.equal(world.call("stale"), 0)
  })

  it("finds the same on wasm3 as on V8", async function () {
    const [v8, wasm3] = [await Resolving.begin(ZONES, 2, 5, "v8"), await Resolving.begin(ZONES, 2, 5, "wasm3")]
    const results = [v8, wasm3].map((world) => {
      world.call("setFamilies", 1, 1)
      const found = ["snom.rocks", "rapidtech.phones", ...oddities.map(([name]) => `${name}.edge.example`)].map((name) => [name, world.locate(name), ...world.targets()])
      return [found, world.sent.map(({ at, bytes }) => `${at} ${Buffer.from(bytes).toString("hex")}`), world.show(), world.log()]
    })
    assert.deepEqual(results[1], results[0])
  })
})
