// The console: every example of docs/console.md is typed in, and the whole reply compared; then what the page cannot show.
import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { ACTIONS, openPhone, type Phone } from "./phone.ts"

const PROFILES = new URL("../redundancy/profiles.md", import.meta.url)
const PAGE = join(import.meta.dirname, "../../docs/console.md")
const COMMANDS = ["help", "status", "servers", "register", "unregister", "dns show", "dns flush", "dns log on", "sip trace on", "sip status", "cfg show",
  "cfg get user", "cfg set user 6002", "cfg save", "why", "mem", "version", "reboot", "calls", "volume", "volume 7", "mute on", "mute off", "dtmf 12#", "history",
  "history clear", "history", "contacts", "contacts add Carl 6004", "fail", "fail 2 slow", "fail"]
const REFUSED = ["dial", "answer", "answer 9", "answer x", "reject", "hangup 0", "hold 7", "resume 300", "conference", "transfer", "dtmf 1x", "mute", "volume 11",
  "contacts add Anna", "contacts add A=B 1", "contacts delete Nobody", "calls 1", "swap 1", "history now"]
const A = 1, SRV = 33

/** A phone that has been registered for 12 seconds, at the second server that it tried. */
function begin(phone: Phone) {
  phone.open()
  phone.settings("domain: rapidtech.phones\nuser: 6001\npassword: hunter2\ncontact: Anna Berg = 6002\ncontact: Zoë = sip:zoe@example.com\n")
  phone.servers([
    { address: "192.0.2.11", name: "one.rapidtech.phones", priority: 0, status: "up" },
    { address: "192.0.2.12", name: "two.rapidtech.phones", priority: 0, status: "down" },
    { address: "192.0.2.13:5070", name: "backup.rapidtech.phones", priority: 1 },
  ], 0)
  phone.know(0, { code: 200, roundTripMs: 12, seen: 0, probe: 250 })
  phone.know(1, { code: 503, failures: 1, reason: "code", seen: 0, left: 0, avoided: 60, held: 300, probe: 20 })
  phone.stand("registered", "none", 200, 0)
  phone.times(3600, 3600, 3100, 0)
  phone.clock("2026-03-01T11:05:00Z", 60)
  phone.past("dialled", "", "6002")
  phone.past("missed", "Carl", "+358912345678")
  phone.ring(0, { state: "talking", number: "6002", talked: 0, server: 1, marks: ["outgoing", "focused"] })
  phone.ring(1, { state: "talking", name: "Dora", number: "6005", talked: 0, marks: ["held"] })
  phone.call("decided")
  const name = (text: string) => [text.length, ...text].map((part) => typeof part === "number" ? part : part.charCodeAt(0))
  phone.dns("_sip._udp.rapidtech.phones", SRV, [0, 0, 40, 0, 0xc4, 0x13, ...name("one.rapidtech.phones")], [0, 0, 60, 0, 0xc4, 0x13, ...name("two.rapidtech.phones")])
  phone.dns("one.rapidtech.phones", A, [192, 0, 2, 11])
}

function examples(phone: Phone): string {
  begin(phone)
  return readFileSync(PAGE, "utf8").replace(/(?<=```console\n)[^]*?(?=```)/g, (block) =>
    block.split("\n").filter((line) => line.startsWith("> ")).map((line) => `${line}\n${phone.type(line.slice(2), 12_000).text}\n`).join(""))
}

/** Where the regions of memory lie is no matter of the console. */
const withoutMap = (page: string) => page.replace(/\d+ bytes at \d+/g, "N bytes at N")

for (const engine of ["v8", "wasm3"] as const) {
  describe(`the console under ${engine}`, () => {
    let phone: Phone
    before(async function () {
      this.timeout(180_000)
      phone = await openPhone(engine)
    })
    beforeEach(() => begin(phone))

    it("The examples in docs/console.md are true", () => {
      const typed = examples(phone)
      if (process.env.UPDATE === "1") writeFileSync(PAGE, typed)
      assert.equal(withoutMap(typed), withoutMap(readFileSync(PAGE, "utf8")))
    })

    it("Every command has a reply in JSON that is one document, and in text that has no JSON; refused or not", () => {
      for (const command of [...COMMANDS, "", "x", "dns log x", "cfg set sip_port x", "cfg get x", "mem y", ...REFUSED]) {
        const text = phone.type(command, 0), json = phone.type(`${command} --json`, 0)
        assert.ok(text.text.length > 0 && !text.text.startsWith("{"), command)
        const document = JSON.parse(json.text) as { error?: { code: string; message: string } }
        assert.equal(document.error !== undefined, json.code !== 0, command)
        assert.deepEqual([text.code, text.action], [json.code, json.action], command)
        if (document.error !== undefined) assert.equal(document.error.message, text.text)
      }
    })

    it("Commands ask the phone for what they are for, and nothing else", () => {
      const asked = COMMANDS.map((command) => [command, phone.type(command, 0).action]).filter(([, action]) => action !== "none")
      assert.deepEqual(asked, [["register", "register"], ["unregister", "unregister"], ["dns flush", "dns flush"], ["sip trace on", "trace on"],
        ["cfg set user 6002", "apply"], ["cfg save", "store"], ["reboot", "reboot"], ["contacts add Carl 6004", "store"]])
      assert.deepEqual(["sip trace off", "cfg set dirty_host_ttl 60", "cfg set sip_port x", "register now", "contacts delete Carl"].map((command) => phone.type(command, 0).action),
        ["trace off", "none", "none", "none", "store"])
    })

    it("cfg show tells a default from what the profile sets, as does its JSON; what the console sets is neither", () => {
      phone.type("cfg set profile baker", 0)
      phone.type("cfg set retry_count 4", 0)
      const lines = phone.type("cfg show", 0).text.split("\n"), line = (name: string) => lines.find((each) => each.startsWith(`${name}:`))
      assert.deepEqual(["failback", "retry_mode", "use_naptr", "sip_t2", "profile", "retry_count"].map(line),
        ["failback: duration  (profile baker)", "retry_mode: count  (default)", "use_naptr: 0  (profile baker)", "sip_t2: 4000 ms  (default)", "profile: baker", "retry_count: 4"])
      const { settings } = JSON.parse(phone.type("cfg show --json", 0).text) as { settings: { name: string; default: boolean; from: string }[] }
      const known = (name: string) => { const found = settings.find((each) => each.name === name)!; return [found.default, found.from] }
      assert.deepEqual(["failback", "retry_mode", "sip_t2", "retry_count", "user"].map(known),
        [[false, "profile"], [true, "profile"], [true, "default"], [false, "console"], [false, "file"]])
      assert.match(phone.type("cfg show --why", 0).text, /^retry_mode: count {2}\(profile baker\)\nretry_count: 4 {2}\(console\)$/m)
    })

    it("cfg show --why says of each knob of a profile that it is the profile's, with the value of tests/redundancy/profiles.md (requirements 1.8)", () => {
      const [head = "", , ...rows] = readFileSync(PROFILES, "utf8").split("\n").filter((line) => line.startsWith("|")).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()).join("|"))
      head.split("|").slice(1).forEach((profile, i) => {
        phone.settings(`profile: ${profile}\n`)
        const lines = phone.type("cfg show --why", 0).text.split("\n")
        const told = rows.map((row) => lines.find((line) => line.startsWith(`${row.split("|")[0]}: `)))
        assert.deepEqual(told.map((line) => line?.replace(/ (s|ms)(?= {2}\()/, "")), rows.map((row) => `${row.split("|")[0]}: ${row.split("|")[i + 1]}  (profile ${profile})`))
      })
    })

    it("VE-09: a domain that comes with its servers is answered with both", () => {
      assert.equal(phone.type("cfg set domain TestDomain.local; 172.29.102.138; sip2.example.com:5070", 0).text,
        "domain: TestDomain.local\nserver: 172.29.102.138; sip2.example.com:5070\nuntil the next start; cfg save keeps it")
      const document = JSON.parse(phone.type("cfg set domain example.com --json", 0).text) as Record<string, unknown>
      assert.deepEqual([document["value"], document["server"]], ["example.com", "172.29.102.138; sip2.example.com:5070"])
      phone.type("cfg set server \"\"", 0)
      assert.equal(phone.type("cfg set domain example.com", 0).text, "domain: example.com\nuntil the next start; cfg save keeps it")
    })

    it("Without an account, or switched off, registering is refused with what to do", () => {
      phone.settings("")
      assert.equal(phone.type("register", 0).text, "there is no account: set domain and user first, with cfg set")
      assert.equal(phone.type("status", 0).text.split("\n")[0], "account: none")
      phone.settings("domain: example.com\nuser: 1\nenabled: 0\n")
      assert.deepEqual(phone.type("register", 0), { text: "registering is switched off: cfg set enabled 1", code: 5, action: "none" })
    })

    it("The password is in no reply", () => {
      for (const command of [...COMMANDS, "cfg get password", "cfg set password hunter3", "cfg set passwort hunter4", "cfg set password hunter\t5"]) {
        for (const form of [command, `${command} --json`]) assert.doesNotMatch(phone.type(form, 0).text, /hunter/, form)
      }
    })

    it("A value may hold spaces, quotes and --json; JSON escapes it", () => {
      assert.equal(phone.type("cfg set display_name A \"B\" \\C  D", 0).code, 0)
      assert.equal((JSON.parse(phone.type("cfg get display_name --json", 0).text) as { value: string }).value, "A \"B\" \\C  D")
      assert.equal(phone.type("cfg set auth_user \"x --json\"", 0).code, 0)
      assert.equal((JSON.parse(phone.type("cfg get auth_user --json", 0).text) as { value: string }).value, "x --json")
      phone.type("cfg set display_name Zoë €", 0)
      assert.equal((JSON.parse(phone.type("cfg show --json", 0).text) as { settings: { name: string; value: string }[] }).settings.find(({ name }) => name === "display_name")?.value, "Zoë €")
    })

    it("What the status says while the phone is not registered", () => {
      phone.servers([])
      phone.stand("waiting", "dns dead")
      phone.times(0, 0, 0, 25)
      assert.equal(phone.type("status", 5_000).text, "account: 6001@rapidtech.phones\nstate: waiting, DNS does not answer\nnext try: in 20 s\nservers: 0\nredundancy: none")
      const status = JSON.parse(phone.type("status --json", 5_000).text) as Record<string, unknown>
      assert.deepEqual([status.reg_icon, status.reason, status.retry_in_sec], ["fail", "dns_dead", 20])
    })

    it("What is refused says why, in a sentence and in a word", () => {
      const said = (line: string) => `${phone.type(line, 0).text} (${(JSON.parse(phone.type(`${line} --json`, 0).text) as { error: { code: string } }).error.code})`
      assert.deepEqual(REFUSED.map((line) => `${line}: ${said(line)}`), [
        "dial: usage: dial [--line LINE] TARGET (usage)", "answer: there is no such call (no_call)", "answer 9: there is no such call (no_call)", "answer x: usage: answer [CALL] (usage)",
        "reject: there is no such call (no_call)", "hangup 0: there is no such call (no_call)", "hold 7: there is no such call (no_call)",
        "resume 300: usage: resume [CALL] (usage)", "conference: usage: conference on|off (usage)", "transfer: that is not possible now (not_now)",
        "dtmf 1x: usage: dtmf 0-9*#A-D (usage)", "mute: usage: mute on|off (usage)", "volume 11: volume is 0 to 10, not 11 (setting_refused)",
        "contacts add Anna: usage: contacts add NAME NUMBER (usage)",
        "contacts add A=B 1: a contact is NAME = NUMBER: a name of at most 32 bytes without =, a number or URI without spaces (setting_refused)",
        "contacts delete Nobody: there is no contact of that name (setting_refused)", "calls 1: usage: calls (usage)", "swap 1: usage: swap (usage)",
        "history now: usage: history (usage)",
      ])
    })

    it("The refusals of calls have the codes of docs/console.md", () => {
      // NOT_NOW, NO_CALL, ALL_BUSY, NO_ACCOUNT, BAD_TARGET, NO_NETWORK
      assert.deepEqual([-1, -2, -3, -4, -5, -6].map((refusal) => Number(phone.call("consoleRefusal", refusal))), [6, 7, 8, 4, 9, 10])
    })

    it("The phone book takes names in any order, gives them sorted, and says when it is full", () => {
      const names = ["Zoë", "bob", "Anna", "Carl", "Ångström", "dave", "Eve", "frank", "Grace", "heidi"]
      for (const name of names) assert.equal(phone.type(`contacts add ${name} 60${name.length}`, 0).code, 0, name)
      assert.deepEqual(phone.type("contacts", 0).text.split("\n").map((line) => line.split(" =")[0]),
        ["Anna", "Anna Berg", "bob", "Carl", "dave", "Eve", "frank", "Grace", "heidi", "Zoë", "Ångström"])
      assert.equal(phone.type("contacts add zoë sip:z@example.com", 0).text, "zoë = sip:z@example.com")
      assert.equal(phone.type("contacts add Twelve 12", 0).code, 0)
      assert.equal(phone.type("contacts add Thirteen 13", 0).text, "the phone book is full")
      phone.type("contacts delete bob", 0)
      assert.equal(phone.type(`contacts add Thirteen ${"9".repeat(80)}`, 0).code, 0)
      assert.equal(phone.type(`contacts add ${"N".repeat(32)} 1`, 0).text, "the phone book is full")
    })

    it("Digits from the console are played one after the other", () => {
      phone.type("dtmf 1#A", 0)
      const heard: string[] = []
      for (let i = 0; i < 12; i++) { phone.pass(50); if (heard.at(-1) !== phone.digit()) heard.push(phone.digit()) }
      assert.deepEqual(heard, ["1", "", "#", "", "A", ""])
    })

    it("Any bytes as a command are answered with one reply, and the longest line too", () => {
      let seed = 20260301
      const next = () => (seed = Math.imul(seed, 1103515245) + 12345 >>> 0) >>> 16
      for (let round = 0; round < 400; round++) {
        const length = round % 40 === 0 ? 4096 : next() % 60
        const base = [...new TextEncoder().encode(COMMANDS[next() % COMMANDS.length]! + " ")]
        const bytes = Array.from({ length }, (_, i) => i < base.length && next() % 8 > 0 ? base[i]! : next() & 0xff)
        const reply = phone.type(Uint8Array.from([...bytes, ...(round % 2 === 0 ? new TextEncoder().encode(" --json") : [])].slice(-4096)), 0)
        if (round % 2 === 0) assert.doesNotThrow(() => JSON.parse(reply.text), `seed 20260301, round ${round}`)
      }
    })
  })
}

it("The actions have the names that the tests give them", () => assert.equal(ACTIONS.length, 10))
