// The settings: what is accepted, what is refused with which sentence, and what is written.
import assert from "node:assert/strict"
import { testCore } from "../harness.ts"
import { openSettings, type Settings } from "./opened.ts"

const DEFAULTS = `domain: 
server: 
records: 
user: 
auth_user: 
password: 
display_name: 
failover_codes: 500 503 504
failover_invite: 503
failover_other: 503
options_down_codes: 408 5xx
emergency: 112 911
enabled: 1
profile: auto
register_ttl: 3600
retry_mode: count
retry_count: 3
retry_period: 8
last_server_full: 1
dirty_host_ttl: 60
dirty_max_ttl: 1800
weight_algo: proportional
equal_choice: random
addr_order: dns
use_naptr: auto
server_affinity: registration
register_before_use: 1
probe_method: options
probe_interval: 300
keepalive_interval: 0
failback: probe
failback_interval: 1800
failback_order: make_before_break
hold_down: 300
register_max_refresh: 0
backup_ttl: 0
auth_fail_retry: 1800
dns_refresh: ttl
dns_requery_interval: 7200
removed_active: keep
mwi: unsolicited
refer: domain
failover_methods: register invite subscribe bye refresh
route_rewrite: 0
retry_after_policy: mark
retry_after_max: 3600
call_setup_max: 0
hedge_after_ms: 2000
hedge_slow_ms: 500
start_spread: 5
failback_in_call: 0
nat_contact: 0
transport: udp
backup_transport: udp
sip_port: 5060
default_line: 1
sip_retry_t1: 500
learn_t1: 0
sip_t2: 4000
sip_t4: 5000
dns_serve_stale: 86400
dns_min_ttl: 30
filter_registrar: 0
codecs: pcmu,pcma
ptime: 20
comfort_noise: 0
dtmf: rfc4733
volume: 6
ring_timeout: 120
rtp_port_min: 16384
rtp_port_max: 32767
call_waiting: 1
dnd: 0
auto_answer: off
session_expires: 1800
session_min_se: 90
prack: supported
`

// One refusal per line: name, value | sentence
const REFUSED = `
domain, a host | domain is a host name or IP address, not a host
domain, <a.example> | domain is a host name or IP address, not <a.example>
domain, a..example | domain is a host name or IP address, not a..example
domain, 192.0.2 | domain is a host name or IP address, not 192.0.2
domain, 192.0.2.256 | domain is a host name or IP address, not 192.0.2.256
domain, 192.0.2.1.5 | domain is a host name or IP address, not 192.0.2.1.5
domain, 2001:db8::1 | domain is a host name or IP address, not 2001:db8::1
domain, [2001:db8::g] | domain is a host name or IP address, not [2001:db8::g]
domain, example.com:5060 | domain is a host name or IP address, not example.com:5060
domain, sip:example.com | domain is a host name or IP address, not sip:example.com
server, 2001:db8::1 | server is host names or IP addresses, :port if not 5060, at most 4 with ; between, not 2001:db8::1
server, example.com:0 | server is host names or IP addresses, :port if not 5060, at most 4 with ; between, not example.com:0
server, example.com:65536 | server is host names or IP addresses, :port if not 5060, at most 4 with ; between, not example.com:65536
server, example.com: | server is host names or IP addresses, :port if not 5060, at most 4 with ; between, not example.com:
server, :5060 | server is host names or IP addresses, :port if not 5060, at most 4 with ; between, not :5060
server, [2001:db8::1]:x | server is host names or IP addresses, :port if not 5060, at most 4 with ; between, not [2001:db8::1]:x
user, 6001@example.com | user is letters, digits and -_.!~*'()&=+$,;?/%hh, not 6001@example.com
user, a b | user is letters, digits and -_.!~*'()&=+$,;?/%hh, not a b
user, 100% | user is letters, digits and -_.!~*'()&=+$,;?/%hh, not 100%
sip_port, 65536 | sip_port is 0 to 65535, not 65536
sip_port, -1 | sip_port is 0 to 65535, not -1
sip_port,  | sip_port is 0 to 65535, not empty
sip_port, 5060x | sip_port is 0 to 65535, not 5060x
sip_port, 12345678901234 | sip_port is 0 to 65535, not 12345678901234
sip_retry_t1, 20 | sip_retry_t1 is 50 to 5000 ms, not 20
register_ttl, 59 | register_ttl is 60 to 86400 s, not 59
enabled, 2 | enabled is 0 or 1, not 2
retry_mode, often | retry_mode is 64t1, count or period, not often
use_naptr, 2 | use_naptr is auto, 0 or 1, not 2
failover_codes, 200 | failover_codes is codes from 300 to 699 such as 500 5xx, not 200
failover_codes, 5000 | failover_codes is codes from 300 to 699 such as 500 5xx, not 5000
failover_codes, 5x0 | failover_codes is codes from 300 to 699 such as 500 5xx, not 5x0
failover_methods, register ack | failover_methods is any of register invite subscribe bye refresh, not register ack
options_down_codes, 200 | options_down_codes is codes from 300 to 699 such as 500 5xx, not 200
retry_after_policy, maybe | retry_after_policy is mark or ignore, not maybe
retry_after_max, 86401 | retry_after_max is 0 to 86400 s, not 86401
call_setup_max, 601 | call_setup_max is 0 to 600 s, not 601
hedge_after_ms, 32001 | hedge_after_ms is 0 to 32000 ms, not 32001
hedge_slow_ms, 10001 | hedge_slow_ms is 0 to 10000 ms, not 10001
route_rewrite, 2 | route_rewrite is 0 or 1, not 2
display_name, a\tb | display_name is printable UTF-8
password, a\x7fb | password is printable UTF-8
sip_retry_t2, 1 | there is no setting sip_retry_t2; did you mean sip_retry_t1?
passwort, x | there is no setting passwort; did you mean password?
colour, red | there is no setting colour; cfg show lists them
2.colour, red | there is no setting 2.colour; cfg show lists them
2.passwort, x | there is no setting 2.passwort; did you mean 2.password?
2.domain, a..example | 2.domain is a host name or IP address, not a..example
3.retry_count, 11 | 3.retry_count is 0 to 10, not 11
2.volume, 3 | volume is a setting of the phone and not of a line
0.user, 1 | there is no line 0
5.user, 1 | there is no line 5
x.user, 1 | there is no setting x.user; cfg show lists them
`.trim().split("\n").map((line) => /^(.*?), (.*) \| (.*)$/.exec(line)!.slice(1).map((part) => part.replace("\\t", "\t").replace("\\x7f", "\x7f")) as [string, string, string])

const ACCEPTED: [string, string][] = [
  ["domain", "example.com"], ["domain", "a-b.c3.example"], ["domain", "192.0.2.1"], ["domain", "[2001:db8::1]"], ["domain", "localhost"], ["domain", "pbx_1.lan"], ["domain", "1.1.1.1"], ["domain", ""],
  ["server", "example.com"], ["server", "example.com:5070"], ["server", "192.0.2.1"], ["server", "192.0.2.1:65535"], ["server", "[2001:db8::1]"], ["server", "[::1]:5061"],
  ["user", "6001"], ["user", "anna.b-c+d"], ["user", "%23%c3%a9"], ["auth_user", "anna @ home"], ["password", "p:#'\"\u00e9 \u20ac"], ["display_name", "Zoë Åberg"],
  ["failover_codes", "500 503 5xx"], ["failover_codes", "404,408, 6xx"], ["failover_codes", ""], ["retry_mode", "period"], ["weight_algo", "dns_order"], ["use_naptr", "1"],
  ["sip_port", "0"], ["SIP_Port", "5070"], ["failover_methods", "invite bye"], ["failover_methods", ""],
]

// A text that is refused | its sentence
const BAD_TEXTS: [string, string][] = [
  ["# mine\n\nsip_retry_t1: 20\n", "line 3: sip_retry_t1 is 50 to 5000 ms, not 20"],
  ["user: 1\nuser: 2\n", "line 2: user is given twice"],
  ["user 6001", "line 1: a line is name: value, not user..."],
  ["password=secret", "line 1: a line is name: value, not password..."],
  ["<?xml version=\"1.0\"?>", "line 1: a line is name: value"],
  ["user: 1\n\0\0\0\0\0", "line 2: a line is name: value"],
  ["# linehunt settings 1\nuser: 60", "line 2: the text is cut short: it does not end with its end mark"],
  ["# linehunt settings 1\n", "line 1: the text is cut short: it does not end with its end mark"],
  ["# linehunt settings 1\nuser: 1\n# end of 2 settings\n", "line 3: the end mark does not count the settings above it; lines are missing or were added"],
  ["# linehunt settings 1\nuser: 1\n# end of 1 set", "line 3: the end mark does not count the settings above it; lines are missing or were added"],
  ["# linehunt settings 1\n# end of 0 settings\nuser: 1\n", "line 3: nothing may follow the end mark"],
  ["# linehunt settings 2\n# end of 0 settings\n", "line 1: this firmware reads # linehunt settings 1 only"],
  ["2.user: 1\nuser: 2\n2.user: 3\n", "line 3: 2.user is given twice"],
  ["user: 1\n1.user: 2\n", "line 2: 1.user is given twice"],
  ["3.sip_port: 5070\n", "line 1: sip_port is a setting of the phone and not of a line"],
  ["domain: " + "a".repeat(129), "line 1: domain is at most 128 characters, not 129"],
]

for (const engine of ["v8", "wasm3"] as const) {
  describe(`settings under ${engine}`, () => {
    let settings: Settings
    beforeEach(async function () {
      settings = openSettings(await testCore("settings", engine))
    })

    it("start from their defaults", () => {
      assert.equal(settings.names.map((name) => `${name}: ${settings.shown(name)}\n`).join(""), DEFAULTS)
    })

    it("take every value that is allowed, and give it back", () => {
      for (const [name, value] of ACCEPTED) {
        assert.equal(settings.assign(name, value), "")
        assert.equal(settings.shown(name.toLowerCase(), 1), value)
      }
    })

    it("refuse what is not allowed with one sentence, and change nothing", () => {
      for (const [name, value, sentence] of REFUSED) {
        const before = settings.all()
        assert.equal(settings.assign(name, value), sentence)
        assert.equal(settings.all(), before)
      }
    })

    it("refuse texts that are too long, one byte past the limit of each", () => {
      for (const name of settings.names.filter(settings.isText)) {
        assert.match(settings.assign(name, "9".repeat(settings.most(name) + 1)), / is at most \d+ characters, not \d+$/)
      }
      assert.equal(settings.names.filter(settings.isText).reduce((sum, name) => sum + settings.most(name), 0), 911)
    })

    it("take every setting once in one text, and none of them twice", () => {
      const all = settings.names.map((name) => `${name}: ${settings.shown(name)}\n`)
      assert.equal(settings.load(all.join("")), 0)
      for (const [i, line] of all.entries()) {
        assert.equal(settings.load([...all.slice(0, i + 1), line].join("")), i + 2)
        assert.equal(settings.fault(), `line ${i + 2}: ${settings.names[i]} is given twice`)
      }
    })

    it("refuse a text at its first bad line and apply none of it", () => {
      settings.load("user: 6001\nsip_port: 5070\n")
      for (const [text, sentence] of BAD_TEXTS) {
        assert.equal(settings.load(text), Number(/line (\d+)/.exec(sentence)![1]))
        assert.equal(settings.fault(), sentence)
        assert.deepEqual([settings.words("user"), settings.number("sip_port")], ["6001", 5070])
      }
    })

    it("read a text written by hand: comments, blank lines, CR LF, a byte order mark, spaces, no end", () => {
      assert.equal(settings.load("\ufeff# mine\r\n\r\n  user :  6001  \r\nsip_port:5070\r\ndomain: example.com"), 0)
      assert.deepEqual([settings.words("user"), settings.number("sip_port"), settings.words("domain")], ["6001", 5070, "example.com"])
      assert.equal(settings.load(""), 0)
      assert.deepEqual([settings.words("user"), settings.number("sip_port")], ["", 5060])
    })

    it("write what is not at its default, and read it back as it was", () => {
      const values: [string, string][] = [["domain", "example.com"], ["user", "6001"], ["password", "\" s e # : c "], ["display_name", "Zoë"], ["sip_port", "0"], ["retry_mode", "period"]]
      for (const [name, value] of values) assert.equal(settings.assign(name, value.startsWith("\"") ? `"${value}"` : value), "")
      const written = settings.all()
      assert.equal(written, "# linehunt settings 1\ndomain: example.com\nuser: 6001\npassword: \"\" s e # : c \"\ndisplay_name: Zoë\n" +
        "retry_mode: period\nsip_port: 0\n# end of 6 settings\n")
      settings.load("")
      assert.equal(settings.load(written), 0)
      assert.equal(settings.words("password"), "\" s e # : c ")
      assert.equal(settings.all(), written)
    })

    it("are of a line where a number stands before them, and of the first where none does (BK-30)", () => {
      assert.equal(settings.load("domain: a.example\n2.domain: b.example; 192.0.2.1; c.example:5070\n2.profile: baker\n1.user: 1\n2.user: 2\n4.retry_count: 7\nvolume: 3"), 0)
      const line = (number: number, name: string) => settings.ofLine(number, name)
      assert.deepEqual(["domain", "server", "user", "profile", "retry_count", "volume"].map((name) => [1, 2, 3, 4].map((number) => line(number, name))), [
        ["a.example", "b.example", "", ""], ["", "192.0.2.1; c.example:5070", "", ""], ["1", "2", "", ""], ["auto", "baker", "auto", "auto"], ["3", "3", "3", "7"], ["3", "3", "3", "3"]])
      assert.equal(line(2, "failover_codes"), "500 503", "what nobody has set follows the profile of the line")
      const written = settings.all()
      assert.equal(written, "# linehunt settings 1\ndomain: a.example\nuser: 1\nvolume: 3\n2.domain: b.example\n2.server: 192.0.2.1; c.example:5070\n2.user: 2\n2.profile: baker\n" +
        "4.retry_count: 7\n# end of 8 settings\n")
      assert.equal(settings.load(written), 0)
      assert.equal(settings.all(), written)
    })

    it("take texts of the lines until they are full, refuse one more and keep what they have", () => {
      const long = "p".repeat(64), set: string[] = []
      for (const line of ["", "2.", "3.", "4."]) for (const name of ["password", "auth_user", "display_name", "user"]) {
        const value = long.slice(0, settings.most(name))
        if (settings.assign(line + name, value) === "") set.push(line + name)
        else assert.equal(settings.fault(), "there is no room for so many and so long settings")
      }
      assert.ok(set.length >= 12, `${set.length} texts fit`)
      const before = settings.all()
      assert.notEqual(settings.load(["", "2.", "3.", "4."].map((line) => `${line}display_name: ${"n".repeat(48)}\n${line}server: ${Array.from({ length: 4 }, () => "s".repeat(38)).join(";")}\n` +
        `${line}auth_user: ${"a".repeat(64)}\n${line}password: ${"p".repeat(64)}\n`).join("")), 0)
      assert.match(settings.fault(), /^line \d+: there is no room for so many and so long settings$/)
      assert.notEqual(settings.assign("server", "s".repeat(160)), "")
      assert.equal(settings.all(), before)
      assert.equal(settings.assign("2.password", "short"), "", "a shorter one takes the place of a longer one")
    })

    it("notice a text of their own that is cut at any byte", () => {
      for (const [name, value] of [["user", "6001"], ["password", "secret"], ["sip_port", "5070"]] as const) settings.assign(name, value)
      const written = settings.all()
      for (let length = "# linehunt".length; length < written.length - 1; length++) {
        assert.notEqual(settings.load(written.slice(0, length)), 0, `cut at ${length}`)
      }
    })

    it("never show the password, in no value and no sentence", () => {
      settings.assign("password", "hunter2")
      assert.equal(settings.shown("password"), "********")
      for (const text of ["password: hunter2\npassword: hunter2\n", "password hunter2", "password: hunter2\tx", "password: " + "hunter2".repeat(20)]) {
        assert.notEqual(settings.load(text), 0)
        assert.doesNotMatch(settings.fault(), /hunter/)
      }
    })

    it("keep the phone book with them, in the order of the names, and count it", () => {
      const text = "user: 6001\ncontact: bob = 6003\ncontact:Anna Berg=sip:anna@example.com;transport=udp\ncontact: Zoë = 1\ncontact: BOB = 6004\n"
      assert.equal(settings.load(text), 0)
      const written = "# linehunt settings 1\nuser: 6001\ncontact: Anna Berg = sip:anna@example.com;transport=udp\ncontact: BOB = 6004\ncontact: Zoë = 1\n# end of 4 settings\n"
      assert.equal(settings.all(), written)
      assert.equal(settings.load(written), 0)
      assert.equal(settings.all(), written)
      assert.equal(settings.load(written.replace("contact: Zoë = 1\n", "")), 5)
    })

    it("refuse a contact that is none, or one too many, and keep the phone book as it was", () => {
      settings.load("contact: Anna = 6002\n")
      for (const line of ["contact:", "contact: Anna", "contact: = 6002", "contact: Anna =", "contact: Anna = 60 02", `contact: ${"n".repeat(33)} = 1`, `contact: n = ${"1".repeat(81)}`, "contact: A\tB = 1"]) {
        assert.equal(settings.load(`user: 6001\n${line}\n`), 2, line)
        assert.match(settings.fault(), /^line 2: a contact is NAME = NUMBER/)
      }
      const many = (count: number, more = "") => Array.from({ length: count }, (_, i) => `contact: name${i}${more} = ${i}\n`).join("")
      assert.equal(settings.load(many(13)), 13)
      assert.equal(settings.fault(), "line 13: the phone book is full")
      assert.notEqual(settings.load(Array.from({ length: 12 }, (_, i) => `contact: ${"n".repeat(20)}${i} = ${"1".repeat(40)}\n`).join("")), 0)
      assert.match(settings.all(), /contact: Anna = 6002/)
      assert.equal(settings.load(many(12)), 0)
      assert.equal(settings.load(""), 0)
      assert.doesNotMatch(settings.all(), /contact/)
    })

    it("fit their longest values into the region that keeps the text", () => {
      for (const name of settings.names.filter(settings.isText)) {
        const value = name === "domain" || name === "server" ? ("a".repeat(60) + ".").repeat(3).slice(0, settings.most(name) - 1) + "a"
          : name === "records" ? "one A 192.0.2.1;".repeat(20).slice(0, settings.most(name))
          : /^failover_|_codes$/.test(name) ? "503 ".repeat(12).slice(0, settings.most(name) - 1) : "9".repeat(settings.most(name))
        assert.equal(settings.assign(name, value), "")
      }
      assert.ok(settings.all().length > 500 && settings.all().length < 0x0c00)
    })

    it("find codes in a list, one by one and by class", () => {
      settings.assign("failover_codes", "500, 503 6xx")
      assert.deepEqual([500, 501, 503, 600, 604, 699, 408, 700].filter(settings.inCodes), [500, 503, 600, 604, 699])
    })

    it("read the words of a set in any order, once or twice, with spaces or commas, and write them in one order", () => {
      for (const value of ["bye invite", "invite,bye", " bye , invite  bye"]) {
        assert.equal(settings.assign("failover_methods", value), "")
        assert.equal(settings.shown("failover_methods"), "invite bye")
      }
    })

    it("tell a mistyped word from another word", () => {
      const pairs: [string, string, number][] = [["servers", "servers", 0], ["sever", "servers", 2], ["usr", "user", 1], ["domian", "domain", 1], ["dsn", "dns", 1],
        ["tsaus", "status", 2], ["mem", "dns", 99], ["x", "why", 99], ["", "why", 99], ["a".repeat(4000), "why", 99]]
      for (const [a, b, mistakes] of pairs) assert.equal(settings.mistakes(a, b), mistakes, `${a} for ${b}`)
    })

    it("explain every setting in one short line", () => {
      for (const name of settings.names) {
        assert.ok(settings.help(name).length > 10 && settings.help(name).length <= 60, name)
        assert.ok(settings.allowed(name).length > 0, name)
      }
    })
  })
}
