// The scenes of the line, of the menus and of messages: how to come to each picture of screens.md. The tests of keys begin from them too.
import { REFUSALS, TROUBLES, type Phone } from "./phone.ts"

const ACCOUNT = "domain: rapidtech.phones\nuser: 6001\npassword: secret\n"
const THREE = [
  { address: "192.0.2.11", name: "one.rapidtech.phones", priority: 0, status: "up" as const },
  { address: "192.0.2.12", name: "two.rapidtech.phones", priority: 0, status: "down" as const },
  { address: "192.0.2.13", name: "backup.rapidtech.phones", priority: 1 },
]

const VERSITY = "profile: versity\ndomain: TestDomain.local; 172.29.102.138; 172.29.102.139\nuser: 6001\npassword: secret\n"
const BAKER = "profile: baker\ndomain: example.com\nserver: primary.example.com; backup.example.com:5070\nuser: 6001\npassword: secret\nbackup_ttl: 600\nfailback: never\n"
const SEED = [
  { address: "172.29.102.139", priority: 2, status: "up" as const },
  { address: "172.29.102.138", priority: 1, status: "up" as const },
]

// Title in the reference, and how to come there from a phone that was just started
export const LINE_SCENES: [string, (phone: Phone) => void][] = [
  ["A new phone has no account and says where to enter one", (phone) => phone.stand("off", "no domain")],
  ["Looking up the domain", (phone) => { phone.settings(ACCOUNT); phone.stand("locating"); phone.pass(1500) }],
  ["Looking up the server that is set", (phone) => { phone.settings(ACCOUNT + "server: a.very.long.host.name.example:5070\n"); phone.stand("locating") }],
  ["Registering, with the seconds that it has taken", (phone) => {
    phone.settings(ACCOUNT); phone.servers(THREE); phone.stand("registering", "none", 0, 1); phone.pass(12_000)
  }],
  ["Registered: at which server, VE-36", (phone) => {
    phone.settings(ACCOUNT); phone.servers(THREE, 0); phone.clock("2026-03-01T13:31:30Z", 60); phone.stand("registered", "none", 200, 0); phone.times(3600, 3600, 3000, 0); phone.pass(60_000)
  }],
  ["Registered at an address that no name led to, on another port", (phone) => {
    phone.settings("domain: [2001:db8::1]\nuser: 6001\ndisplay_name: Zoë Ångström-Müller\n")
    phone.servers([{ address: "[2001:db8::1]:5070", status: "up" }], 0); phone.clock("2026-03-01T13:31:30Z"); phone.stand("refreshing", "none", 200, 0); phone.times(3600, 3000, 600, 0)
  }],
  ["A refresh that lasts longer than the registration", (phone) => {
    phone.settings(ACCOUNT); phone.servers(THREE); phone.clock("2026-03-01T13:31:30Z"); phone.stand("refreshing", "none", 200, 0)
  }],
  ["Logging off", (phone) => { phone.settings(ACCOUNT); phone.servers(THREE, 0); phone.stand("unregistering", "none", 0, 0) }],
  ["Logged off", (phone) => { phone.settings(ACCOUNT); phone.stand("off", "stopped") }],
  ["Switched off by the settings", (phone) => { phone.settings(ACCOUNT + "enabled: 0\n"); phone.stand("off", "stopped") }],
  ["Waiting after all servers failed, VE-37", (phone) => { phone.settings(ACCOUNT); phone.servers(THREE); phone.stand("waiting", "all failed"); phone.times(0, 0, 0, 25) }],
  ["Waiting for long", (phone) => { phone.settings(ACCOUNT); phone.stand("waiting", "dns dead"); phone.times(0, 0, 0, 1790) }],
  ...["not found", "service absent", "not carried"].map((trouble): [string, (phone: Phone) => void] =>
    [`Waiting: ${trouble}`, (phone) => { phone.settings(ACCOUNT); phone.stand("waiting", trouble); phone.times(0, 0, 0, 25) }]),
  ["The network is down", (phone) => { phone.settings(ACCOUNT); phone.stand("waiting", "network down") }],
  ["Refused with a code", (phone) => { phone.settings(ACCOUNT); phone.stand("failed", "refused code", 404); phone.times(0, 0, 0, 1800) }],
  ["Without a password", (phone) => { phone.settings(ACCOUNT); phone.stand("failed", "no password"); phone.times(0, 0, 0, 1800) }],
  ["SIP status: the servers of the document, in the order of DNS, VE-20, VE-21, VE-38", (phone) => {
    phone.settings(ACCOUNT); phone.servers(SEED, 1); phone.stand("registered", "none", 200, 1); phone.times(3600, 3600, 3000, 0); phone.press("left")
  }],
  ["SIP status: every status, VE-22, and a server that DNS no longer names, AMB-18", (phone) => {
    phone.settings(ACCOUNT)
    phone.servers([...(["unknown", "up", "down", "failed"] as const).map((status, i) => ({ address: `192.0.2.${i}`, status, priority: i })),
      { address: "192.0.2.9", status: "up", rank: 0 }], 4)
    phone.stand("registered", "none", 200, 4); phone.times(3600, 3600, 3000, 0); phone.press("left")
  }],
  ["SIP status: the same, scrolled to the end", (phone) => {
    phone.settings(ACCOUNT)
    phone.servers([...(["unknown", "up", "down", "failed"] as const).map((status, i) => ({ address: `192.0.2.${i}`, status, priority: i })),
      { address: "192.0.2.9", status: "up", rank: 0 }], 4)
    phone.stand("registered", "none", 200, 4); phone.times(3600, 3600, 3000, 0); phone.press("left"); phone.press(Array(20).fill("down").join(" "))
  }],
  ["SIP status: long addresses take the rows that they need", (phone) => {
    phone.settings(ACCOUNT); phone.servers([{ address: "[2001:db8:1111:2222:3333:4444:5555:6666]:65535", rank: 4, priority: 65535, status: "unknown" }]); phone.press("left")
  }],
  ["SIP status: servers that share the load, the last one not asked yet", (phone) => {
    phone.settings(ACCOUNT)
    phone.servers(["138", "139", "140", "141"].map((end, i) => ({ address: `172.29.102.${end}`, status: i < 3 ? "up" as const : "unknown" as const })), 0)
    phone.stand("registered", "none", 200, 0); phone.times(3600, 3600, 3000, 0); phone.press(`left ${Array(20).fill("down").join(" ")}`)
  }],
  ["SIP status: being registered", (phone) => {
    phone.settings(ACCOUNT); phone.servers(THREE.slice(1)); phone.stand("registering", "none", 0, 0); phone.press(`left ${Array(20).fill("down").join(" ")}`)
  }],
  ["SIP status: not registered, and why", (phone) => {
    phone.settings(ACCOUNT); phone.servers(THREE.slice(1)); phone.stand("waiting", "all failed"); phone.times(0, 0, 0, 25)
    phone.press(`left ${Array(20).fill("down").join(" ")}`)
  }],
  ["A server: where we are registered", (phone) => {
    phone.settings(ACCOUNT); phone.servers(THREE, 0); phone.stand("registered", "none", 200, 0); phone.times(3600, 3600, 3000, 0)
    phone.know(0, { code: 200, roundTripMs: 12, seen: 35, probe: 250 }); phone.dns("one.rapidtech.phones", 1, [192, 0, 2, 11]); phone.press("left middle")
  }],
  ["A server: the same, scrolled to the end", (phone) => {
    phone.settings(ACCOUNT); phone.servers(THREE, 0); phone.stand("registered", "none", 200, 0); phone.times(3600, 3600, 3000, 0)
    phone.know(0, { code: 200, roundTripMs: 12, seen: 35, probe: 250 }); phone.dns("one.rapidtech.phones", 1, [192, 0, 2, 11])
    phone.press(`left middle ${Array(20).fill("down").join(" ")}`)
  }],
  ["A server: the next one, which was left", (phone) => {
    phone.settings(ACCOUNT); phone.servers(THREE, 0); phone.stand("registered", "none", 200, 0); phone.times(3600, 3600, 3000, 0)
    phone.know(1, { code: 503, failures: 2, reason: "code", seen: 41, left: 40, avoided: 80, held: 260, probe: 20 }); phone.press("left ok middle")
  }],
  ["A server: why it was left, and what comes next", (phone) => {
    phone.settings(ACCOUNT); phone.servers(THREE, 0); phone.stand("registered", "none", 200, 0); phone.times(3600, 3600, 3000, 0)
    phone.know(1, { code: 503, failures: 2, reason: "code", seen: 41, left: 40, avoided: 80, held: 260, probe: 20 })
    phone.press(`left ok middle ${Array(20).fill("down").join(" ")}`)
  }],
  ["A server whose failure is rehearsed", (phone) => {
    phone.settings(ACCOUNT); phone.servers(THREE, 0); phone.stand("registered", "none", 200, 0); phone.times(3600, 3600, 3000, 0)
    phone.type("fail 192.0.2.11 refuse for 60", 1000); phone.press(`left middle ${Array(20).fill("down").join(" ")}`)
  }],
  ["SIP status before anything is known", (phone) => phone.press("left")],
  ["Registered: all servers are up, VE-46", (phone) => {
    phone.settings(ACCOUNT); phone.servers(SEED, 1); phone.stand("registered", "none", 200, 1); phone.times(3600, 3600, 3000, 0)
  }],
  ["Registered, with voice mail", (phone) => {
    phone.settings(ACCOUNT); phone.servers(THREE, 0); phone.stand("registered", "none", 200, 0); phone.times(3600, 3600, 3000, 0); phone.voiceMail(2); phone.past("missed", "", "6002")
  }],
  ["Why: three servers, one left, one that took us", (phone) => { phone.settings(ACCOUNT); phone.servers(THREE, 0); phone.call("decided"); phone.press("left right") }],
  ["Why: scrolled to the end", (phone) => {
    phone.settings(ACCOUNT); phone.servers(THREE, 0); phone.call("decided"); phone.press(`left right ${Array(30).fill("down").join(" ")}`)
  }],
  ["Why, when nothing was decided yet", (phone) => phone.press("left right")],
  ["The menu", (phone) => phone.press("right down down")],
  ["The menu: its second page", (phone) => phone.press("right up")],
  ["The account form: the password is not shown", (phone) => { phone.settings(ACCOUNT + "display_name: Zoë Ångström-Müller\n"); phone.press("right 4 down down") }],
  ["The account form: another profile", (phone) => { phone.settings(ACCOUNT); phone.press("right 4 up forward forward") }],
  ["Biz Phone, the form of Versity: its tabs, VE-39", (phone) => { phone.settings(VERSITY); phone.press("right 4") }],
  ["Biz Phone: a tab without settings, VE-39", (phone) => { phone.settings(VERSITY); phone.press("right 4 3") }],
  ["Biz Phone, SIP: as it comes, VE-39", (phone) => { phone.settings("profile: versity\n"); phone.press("right 4 1") }],
  ["Biz Phone, SIP: the same, further down", (phone) => { phone.settings("profile: versity\n"); phone.press("right 4 1 down down down down") }],
  ["Biz Phone, SIP: a domain with its servers", (phone) => { phone.settings(VERSITY); phone.press("right 4 1 down") }],
  ["Biz Phone, SIP: the same being edited, VE-09", (phone) => { phone.settings(VERSITY); phone.press("right 4 1 down right") }],
  ["Biz Phone, SIP: another transport, not submitted yet", (phone) => { phone.settings(VERSITY); phone.press("right 4 1 down down down forward") }],
  ["Biz Phone, SIP: a port for all servers that is none", (phone) => { phone.settings(VERSITY); phone.press("right 4 1 down down right left left left left 9 9 9 9 9 right") }],
  ["Line, the form of Baker: as it comes, BK-31", (phone) => { phone.settings("profile: baker\n"); phone.press("right 4") }],
  ["Line: the registration", (phone) => { phone.settings(BAKER); phone.press("right 4 down down down down") }],
  ["Line: SIP Server1, as it comes, BK-19 to BK-21", (phone) => { phone.settings("profile: baker\n"); phone.press("right 4 down down down down down down down down") }],
  ["Line: SIP Server1 and SIP Server2 that are set, BK-23 to BK-25", (phone) => { phone.settings(BAKER); phone.press(`right 4 ${Array(11).fill("down").join(" ")}`) }],
  ["Line: SIP Server2, to its end", (phone) => { phone.settings(BAKER); phone.press(`right 4 ${Array(12).fill("down").join(" ")}`) }],
  ["Line: another line while this one has changes", (phone) => { phone.settings("profile: baker\n"); phone.press("right 4 down forward up forward") }],
  ["Line: Basic Settings, as they come, BK-27 to BK-29", (phone) => { phone.settings("profile: baker\n"); phone.press("right 4 up up up") }],
  ["Line: a port without an address", (phone) => { phone.settings("profile: baker\n"); phone.press(`right 4 ${Array(7).fill("down").join(" ")} right left 1 right`) }],
  ["Biz Phone, SIP: more servers than the keys can edit", (phone) => {
    phone.settings(`profile: versity\ndomain: ${"long.".repeat(22)}com\nserver: ${"server.".repeat(20)}com\n`); phone.press("right 4 1 down right")
  }],
  ["The editor: servers, of which there may be none", (phone) => { phone.settings(ACCOUNT); phone.press("right 4 5") }],
  ["The editor, with letters", (phone) => { phone.settings(ACCOUNT); phone.press("right 4 1 left left left left left left 2 2 2 forward 2 9 9 1 6") }],
  ["The editor: a long text shows its end", (phone) => { phone.settings(`domain: ${"long.".repeat(25)}com\n`); phone.press("right 4 1") }],
  ["The editor hides a password but for the letter being typed", (phone) => { phone.settings(ACCOUNT); phone.press("right 4 3 7 7 7 7 3") }],
  ["The form with a change that is not saved yet", (phone) => { phone.settings(ACCOUNT); phone.press("right 4 2 left 2 right") }],
  ["A value that is not allowed", (phone) => { phone.settings(ACCOUNT); phone.press("right 4 1 # # * * right") }],
  ["About", (phone) => { phone.network("address 192.0.2.10\ndns 192.0.2.53", 5060); phone.press("right 9") }],
  ["About: two addresses", (phone) => { phone.network("address 192.0.2.10\naddress 2001:db8::10\n", 45060); phone.press("right 9 down") }],
  ["About: the port is not open", (phone) => { phone.call("network", phone.write("address 192.0.2.10\n")); phone.press("right 9") }],
  ["About, without a network", (phone) => phone.press("right 9")],
  ...TROUBLES.filter((trouble) => !["none", "refused code"].includes(trouble)).map((trouble): [string, (phone: Phone) => void] =>
    [`Message: ${trouble}`, (phone) => { phone.settings(ACCOUNT); phone.stand("waiting", trouble); phone.fail() }]),
  ...REFUSALS.map((refusal): [string, (phone: Phone) => void] => [`Message: a call is refused, ${refusal}`, (phone) => { phone.settings(ACCOUNT); phone.refuse(refusal) }]),
  ["Message: refused code 404", (phone) => { phone.stand("failed", "refused code", 404); phone.fail() }],
  ["Message: refused code 486", (phone) => { phone.stand("failed", "refused code", 486); phone.fail() }],
]

/** A phone that was just started, without settings. */
export function beginNew(phone: Phone): void {
  phone.open()
  phone.settings("")
  phone.type("fail 192.0.2.11 well", 0)
  phone.servers([])
}
