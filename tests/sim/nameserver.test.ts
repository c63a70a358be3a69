// The nameserver of lab and simulation, and the zone texts that it serves.
import assert from "node:assert/strict"
import { decode, encode, type DecodedPacket, type RecordType } from "dns-packet"
import { Nameserver, type Asked } from "../../host/sim/nameserver.ts"
import { parseZone, ZoneError, type ZoneOptions } from "../../host/sim/zone.ts"

// The zone text of the blog, as it is written there: no $ORIGIN, hosts without addresses, a blank before the third SRV.
const RAPIDTECH = `$TTL 1800
@               IN SOA          dns1.dnsserver.phones.     root.dns1.dnsserver.phones. (
                                2012022302      ; serial
                                1800                    ; refresh time in seconds
                                600                      ; retry time in seconds
                                1w                        ; expiry time
                                1800 )                  ; minimum TTL

rapidtech.phones.        IN NS           dns1.dnsserver.phones.
sipserver1  IN A  
sipserver2  IN A  
NTP            IN A  
FTP             IN A  

_sip._udp.rapidtech.phones.   IN SRV 0 40 5060 sipserver1.rapidtech.phones.
_sip._udp.rapidtech.phones.   IN SRV 0 60 5060 sipserver2.rapidtech.phones.
 _sip._udp.rapidtech.phones.  IN SRV 1 5 5060 sipserverbackup.rapidtech.phones.
`

const SNOM = `$ORIGIN rocks.
snom 3600 IN SOA ns.snom hostmaster.snom ( 1 2h 10m 1w 30 )
snom.rocks. 60 IN NAPTR 1 60 "s" "SIP+D2U" "" _sip._udp.snom.rocks.
$TTL 5m
$ORIGIN snom.rocks.
_sip._udp IN SRV 1 50 5060 sipserver52
          IN SRV 1 50 5060 sipserver114
sipserver52  A 192.0.2.52
sipserver114 IN 7 A 192.0.2.114
sipserver114 8 IN AAAA 2001:db8::114
www CNAME sipserver52
out CNAME www.elsewhere.example.
*.wild A 192.0.2.9
a.b.c TXT "one; two" three
`

function refusal(text: string, options: ZoneOptions = {}): string {
  try {
    parseZone(text, options)
  } catch (error) {
    assert(error instanceof ZoneError)
    return error.message
  }
  return "taken"
}

function ask(server: Nameserver, type: RecordType, name: string, edns = true): DecodedPacket {
  const query = encode({ type: "query", id: 7, flags: 0x100, questions: [{ type, name }], additionals: edns
    ? [{ type: "OPT", name: ".", udpPayloadSize: 1232, flags: 0, flag_do: false, extendedRcode: 0, ednsVersion: 0, options: [] }] : [] })
  const bytes = server.receive(new Uint8Array(query))
  assert(bytes !== null)
  return decode(Buffer.from(bytes))
}

const brief = (packet: DecodedPacket): string => [
  (packet.flags ?? 0) & 15, ...(packet.answers ?? []).map((a) => `${a.type} ${"ttl" in a ? a.ttl : ""} ${"data" in a ? JSON.stringify(a.data) : ""}`),
].join("\n")

describe("zone text", () => {
  it("is refused with the line number where a record has no address, as the blog's hosts (BL-14, BL-15)", () => {
    assert.equal(refusal(RAPIDTECH, { origin: "rapidtech.phones" }), "line 10: A needs an IPv4 address, and the line ends")
  })

  it("of the blog is read as it is written when it may be lenient, and says what it left out (BL-15)", () => {
    const zone = parseZone(RAPIDTECH, { origin: "rapidtech.phones.", lenient: true })
    assert.equal(zone.apex, "rapidtech.phones")
    assert.deepEqual(zone.warnings, [
      ...[10, 11, 12, 13].map((line) => `line ${line}: A needs an IPv4 address, and the line ends; left out`),
      "line 17: blanks before an owner; taken for _sip._udp.rapidtech.phones",
    ])
    assert.deepEqual(zone.records.map(({ type, ttl }) => `${type} ${ttl}`), ["SOA 1800", "NS 1800", "SRV 1800", "SRV 1800", "SRV 1800"])
    assert.deepEqual(zone.records[0], {
      name: "rapidtech.phones", ttl: 1800, type: "SOA", mname: "dns1.dnsserver.phones", rname: "root.dns1.dnsserver.phones",
      serial: 2012022302, refresh: 1800, retry: 600, expire: 604800, minimum: 1800,
    })
    assert.deepEqual(zone.records[4], { name: "_sip._udp.rapidtech.phones", ttl: 1800, type: "SRV", priority: 1, weight: 5, port: 5060, target: "sipserverbackup.rapidtech.phones" })
  })

  it("has $TTL, $ORIGIN, relative names, parentheses, strings, TTL and class in either order, and owners that go on (BL-08, BL-15)", () => {
    const zone = parseZone(SNOM)
    assert.equal(zone.apex, "snom.rocks")
    assert.deepEqual(zone.records.map(({ name, ttl, type }) => `${name} ${ttl} ${type}`), [
      "snom.rocks 3600 SOA", "snom.rocks 60 NAPTR", "_sip._udp.snom.rocks 300 SRV", "_sip._udp.snom.rocks 300 SRV", "sipserver52.snom.rocks 300 A",
      "sipserver114.snom.rocks 7 A", "sipserver114.snom.rocks 8 AAAA", "www.snom.rocks 300 CNAME", "out.snom.rocks 300 CNAME", "*.wild.snom.rocks 300 A",
      "a.b.c.snom.rocks 300 TXT",
    ])
    assert.deepEqual(zone.records.at(-1), { name: "a.b.c.snom.rocks", ttl: 300, type: "TXT", strings: ["one; two", "three"] })
  })

  it("is refused with a line number and a reason (BL-15)", () => {
    const origin = "example."
    assert.deepEqual([
      "a 60 IN A 1.2.3", "a 60 IN A 1.2.3.4 5", "a 60 CH A 1.2.3.4", "\n\na 60 IN MX 1 b", "a 60 IN SRV 0 0 65536 b", 'a 60 TXT "x', "a 60 IN SOA ( a b",
      "a 60 A )", "$INCLUDE x", "a IN A 1.2.3.4", "a..b 60 A 1.2.3.4", "a 60 AAAA 1::2::3", "$TTL 3y", "a 60", `${"x".repeat(64)} 60 A 1.2.3.4`,
    ].map((text) => refusal(text, { origin })), [
      "line 1: A needs an IPv4 address, not 1.2.3",
      "line 1: 5 is too much for A",
      "line 1: class CH: only IN is served",
      "line 3: MX is no record type that is known here: A, AAAA, CNAME, NS, SRV, NAPTR, SOA, TXT",
      "line 1: SRV needs a number from 0 to 65535 here, not 65536",
      "line 1: a quotation mark without its partner",
      "line 1: this parenthesis is never closed",
      "line 1: a closing parenthesis without an opening one",
      "line 1: $INCLUDE is not known here; $TTL and $ORIGIN are",
      "line 1: the record has no TTL, and no $TTL stands before it",
      "line 1: a..b is no name: labels have 1 to 63 characters, a name 253 at most, and none of them is escaped",
      "line 1: AAAA needs an IPv6 address, not 1::2::3",
      "line 1: 3y is no time: a number of seconds, or such as 1w, 2d, 1h30m",
      "line 1: there is no record type",
      `line 1: ${"x".repeat(64)} is no name: labels have 1 to 63 characters, a name 253 at most, and none of them is escaped`,
    ])
    assert.equal(refusal("a 60 A 1.2.3.4"), "line 1: a is relative, and no $ORIGIN stands before it")
  })
})

describe("nameserver", () => {
  const zones = [parseZone(SNOM)]

  it("answers from its zones, in any case, with aliases followed (SN-08)", () => {
    const server = new Nameserver(zones)
    assert.equal(brief(ask(server, "NAPTR", "SNOM.rocks")),
      '0\nNAPTR 60 {"order":1,"preference":60,"flags":"s","services":"SIP+D2U","regexp":"","replacement":"_sip._udp.snom.rocks"}')
    assert.equal(brief(ask(server, "A", "www.snom.rocks")), '0\nCNAME 300 "sipserver52.snom.rocks"\nA 300 "192.0.2.52"')
    assert.equal(brief(ask(server, "A", "out.snom.rocks")), '0\nCNAME 300 "www.elsewhere.example"')
    assert.equal(brief(ask(server, "A", "x.y.wild.snom.rocks")), '0\nA 300 "192.0.2.9"')
  })

  it("tells no such record from no such name, each with the SOA (BL-09, RF-05)", () => {
    const server = new Nameserver(zones)
    const codes = ["A snom.rocks", "A b.c.snom.rocks", "A nobody.snom.rocks", "A elsewhere.example"].map((text) => {
      const [type, name] = text.split(" ") as [RecordType, string]
      const packet = ask(server, type, name)
      return `${(packet.flags ?? 0) & 15} ${packet.authorities?.map(({ type }) => type).join()}`
    })
    assert.deepEqual(codes, ["0 SOA", "0 SOA", "3 SOA", "5 "])
  })

  it("cuts an answer that is longer than the client takes, and says so (P-20)", () => {
    const many = Array.from({ length: 40 }, (_, i) => `_sip._udp 60 SRV ${i} 1 5060 host${i}.with.a.rather.long.name`).join("\n")
    const server = new Nameserver([parseZone(many, { origin: "edge.example" })])
    const sizes = [true, false].map((edns) => {
      const packet = ask(server, "SRV", "_sip._udp.edge.example", edns)
      return `${packet.flag_tc} ${packet.answers?.length}`
    })
    assert.deepEqual(sizes, ["true 14", "true 5"])
  })

  it("fails in every way that it is told to, and reports what it was asked", () => {
    const asked: Asked[] = []
    const server = new Nameserver(zones, { onQuery: (query) => asked.push(query) })
    const query = new Uint8Array(encode({ type: "query", id: 7, questions: [{ type: "A", name: "sipserver52.snom.rocks" }] }))
    const outcome = (fault: Nameserver["fault"]): string => {
      server.fault = fault
      return server.replies(query).map(({ bytes, delayMs, otherSource }) => {
        let what: string
        try {
          const packet = decode(Buffer.from(bytes))
          what = `id ${packet.id} ${packet.questions?.[0]?.name} rcode ${(packet.flags ?? 0) & 15}${packet.flag_tc ? " TC" : ""} ${packet.answers?.map((a) => `${"data" in a ? String(a.data) : ""}/${"ttl" in a ? a.ttl : ""}`).join()}`
        } catch (error) {
          what = (error as Error).message
        }
        return `${what}${delayMs > 0 ? ` after ${delayMs} ms` : ""}${otherSource ? " from elsewhere" : ""}`
      }).join(" | ")
    }
    assert.deepEqual([
      outcome({ kind: "none" }), outcome({ kind: "silent" }), outcome({ kind: "slow", ms: 300 }), outcome({ kind: "servfail" }), outcome({ kind: "nxdomain" }),
      outcome({ kind: "refused" }), outcome({ kind: "wrong id first" }), outcome({ kind: "wrong question first" }), outcome({ kind: "truncated" }),
      outcome({ kind: "pointer loop" }), outcome({ kind: "other source" }), outcome({ kind: "ttl", seconds: 0 }), outcome({ kind: "no edns" }),
    ], [
      "id 7 sipserver52.snom.rocks rcode 0 192.0.2.52/300",
      "",
      "id 7 sipserver52.snom.rocks rcode 0 192.0.2.52/300 after 300 ms",
      "id 7 sipserver52.snom.rocks rcode 2 ",
      "id 7 sipserver52.snom.rocks rcode 3 ",
      "id 7 sipserver52.snom.rocks rcode 5 ",
      "id 4659 sipserver52.snom.rocks rcode 0 127.0.9.9/300 | id 7 sipserver52.snom.rocks rcode 0 192.0.2.52/300",
      "id 7 xsipserver52.snom.rocks rcode 0 127.0.9.9/300 | id 7 sipserver52.snom.rocks rcode 0 192.0.2.52/300",
      "id 7 sipserver52.snom.rocks rcode 0 TC ",
      "Cannot decode name (bad pointer)",
      "id 7 sipserver52.snom.rocks rcode 0 192.0.2.52/300 from elsewhere",
      "id 7 sipserver52.snom.rocks rcode 0 192.0.2.52/0",
      "id 7 sipserver52.snom.rocks rcode 0 192.0.2.52/300",
    ])
    assert.deepEqual(asked.map(({ rcode }) => rcode).slice(0, 6), ["NOERROR", "-", "NOERROR", "SERVFAIL", "NXDOMAIN", "REFUSED"])
    server.fault = { kind: "dead" }
    assert.equal(server.listening, false)
  })

  it("loses the first question of each name only, when it is told to", () => {
    const server = new Nameserver(zones)
    server.fault = { kind: "lossy first" }
    const query = new Uint8Array(encode({ type: "query", id: 7, questions: [{ type: "A", name: "sipserver52.snom.rocks" }] }))
    assert.deepEqual([server.receive(query) === null, server.receive(query) === null], [true, false])
  })

  it("gives the records of a set in turn", () => {
    const server = new Nameserver(zones, { rotate: true })
    const first = [1, 2, 3].map(() => ask(server, "SRV", "_sip._udp.snom.rocks").answers?.[0])
    assert.deepEqual(first.map((answer) => answer?.type === "SRV" ? answer.data.target : ""), ["sipserver52.snom.rocks", "sipserver114.snom.rocks", "sipserver52.snom.rocks"])
  })

  it("ignores what is no question", () => {
    const server = new Nameserver(zones)
    assert.deepEqual([new Uint8Array(0), new Uint8Array(12), new Uint8Array(40).fill(255)].map((bytes) => server.receive(bytes)), [null, null, null])
  })
})
