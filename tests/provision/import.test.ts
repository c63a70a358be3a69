import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { compile } from "../../build/core.ts"
import type { CoreExports } from "../../host/abi.ts"
import type { Machine } from "../../host/calls.ts"
import { loadV8 } from "../../host/engine/v8.ts"
import { UserError } from "../../host/errors.ts"
import { machineOf } from "../../host/machine.ts"
import { emptySheet, exportInto } from "../../host/provision/export.ts"
import { accountsOf, formatOf, importSheet, readSheet, type Imported } from "../../host/provision/import.ts"
import { settingLines, valuesOf } from "../../host/provision/ours.ts"
import { PROFILES, TABLES } from "../../host/provision/rows.ts"
import { FORMATS, type FormatName } from "../../host/provision/sheet.ts"
import { refusalOf } from "../../host/settings.ts"
import { Random } from "../../host/sim/random.ts"

const PASSWORD = "Okapi-99"
const FILES: Readonly<Record<FormatName, string>> = { "snom": "snom.txt", "snom-xml": "snom.xml", "fanvil": "fanvil.txt", "versity": "versity.txt" }
const fileOf = (format: FormatName): Buffer => readFileSync(new URL(`files/${FILES[format]}`, import.meta.url))
const NOTHING = new Uint8Array(0)

let wasm: Uint8Array
const load = (): Machine => machineOf(loadV8<CoreExports>(wasm), undefined)

const importOf = (text: string | Uint8Array, before: Uint8Array = NOTHING): Imported => importSheet(readSheet(Buffer.from(text), "a.cfg"), before, load)
const settingsOf = (imported: Imported): string => Buffer.from(imported.settings).toString("utf8")
const exported = (text: string | Uint8Array, ours: Uint8Array): string => Buffer.from(exportInto(readSheet(Buffer.from(text), "a.cfg"), ours, load, false).bytes).toString("utf8")

/** Our settings with some changed, as the phone itself would write them: without what is usual. */
function changed(settings: Uint8Array, ...changes: ReadonlyArray<readonly [name: string, value: string]>): Uint8Array {
  const names = changes.map(([name]) => name)
  const lines = [...settingLines(settings).filter(({ name }) => !names.includes(name)).map(({ line }) => line), ...changes.map(([name, value]) => `${name}: ${value}`)]
  const text = Buffer.from(`${lines.join("\n")}\n`)
  assert.equal(refusalOf(load, text), undefined)
  return text
}

describe("Settings files of real phones", function () {
  before(async () => { wasm = await compile("assembly/index.ts") })

  const KNOWN: ReadonlyArray<readonly [ids: string, file: string, setting: string]> = [
    ["SN-22", "sip_retry_t1$: 900", "sip_retry_t1: 900"], ["SN-22", "sip_retry_t1!: 900\nuser_name1!: 6001", "sip_retry_t1: 900"], ["SN-22", "sip_retry_t1&: 900", "sip_retry_t1: 900"],
    ["SN-22", '<sip_retry_t1 perm="">900</sip_retry_t1>', "sip_retry_t1: 900"], ["SN-22", '<settings><phone-settings><sip_retry_t1 perm="RW">900</sip_retry_t1></phone-settings></settings>', "sip_retry_t1: 900"],
    ["SN-16, SN-22", "user_host1$: snom.rocks\ndirty_host_ttl$: 300", "dirty_host_ttl: 300"], ["SN-07, SN-22", "user_host1$: snom.rocks", "domain: snom.rocks"],
    ["SN-07, SN-22", "user_host1$: snom.rocks:5070", "server: snom.rocks:5070"], ["SN-22", "user_host1$: a.example\nuser_outbound1$: <sip:proxy.example:5070;lr>", "server: proxy.example:5070"],
    ["SN-22", "user_name1$: 6001\nuser_pname1$: six", "auth_user: six"], ["SN-22", "user_host1: a.example\nuser_active1!: off", "enabled: 0"], ["SN-22", "filter_registrar!: on\nuser_host1$: a", "filter_registrar: 1"],
    ["SN-22", '<user_realname idx="1" perm="">Zo&#xEB; &amp; Co</user_realname><user_name idx="1">6001</user_name>', "display_name: Zoë & Co"],
    ["SN-22", "network_id_port$: 5062\nuser_host1$: a", "sip_port: 5062"], ["SN-22", "user_host1$: a\nuser_host1$: b.example", "domain: b.example"],
    ["BK-19", "SIP1 Register Addr       :pbx.example.com", "domain: pbx.example.com"], ["BK-20", "SIP1 Register Addr :192.0.2.1\nSIP1 Register Port :5070", "server: 192.0.2.1:5070"],
    ["BK-21", "SIP1 Register Addr :a\nSIP1 Register TTL :600", "register_ttl: 600"], ["BK-23", "SIP1 Register Addr :192.0.2.1\nSIP1 Backup Addr :192.0.2.2", "server: 192.0.2.1; 192.0.2.2"],
    ["BK-24", "SIP1 Register Addr :192.0.2.1\nSIP1 Backup Addr :192.0.2.2\nSIP1 Backup Port :5080", "server: 192.0.2.1; 192.0.2.2:5080"],
    ["BK-25", "SIP1 Register Addr :a\nSIP1 Backup TTL :900", "backup_ttl: 900"], ["BK-25", "SIP1 Register Addr :a\nSIP1 Backup Addr :b\nSIP1 Register TTL :600", "backup_ttl: 3600"], ["BK-27", "SIP1 Register Addr :a\nSIP1 Enable Failback :0", "failback: never"],
    ["BK-27", "SIP1 Register Addr :a\nSIP1 Enable Failback :1", "failback: duration"], ["BK-28", "SIP1 Register Addr :a\nSIP1 Failback Interval :60", "failback_interval: 60"],
    ["BK-29", "SIP1 Register Addr :a\nSIP1 Signal Retry Counts:5", "retry_count: 5"], ["BK-34", "SIP1 Register Addr :192.0.2.1\nSIP1 Local Domain :mtel.example", "domain: mtel.example"],
    ["BK-34", "SIP1 Register Addr :2001:db8::1\nSIP1 Register Port :5070\nSIP1 Local Domain :a.example", "server: [2001:db8::1]:5070"],
    ["VE-09, VE-11, VE-12", "Server Address: a.example; 192.0.2.1; b.example:5070", "domain: a.example; 192.0.2.1; b.example:5070"], ["VE-10", "Server Address: TestDomain.local", "domain: TestDomain.local"],
    ["VE-39, VE-40", "Enable SIP: off\nServer Address: a.example", "enabled: 0"], ["VE-48", "Server Address: a.example; 192.0.2.1; [2001:db8::1]; b:5080\nSIP Server Port: 5070", "domain: a.example; 192.0.2.1:5070; [2001:db8::1]:5070; b:5080"],
    ["VE-48", "Server Address: a.example\nSIP Server Port: 5070", "domain: a.example; a.example:5070"], ["VE-40", "SIP server: a.example\nExtension Number: 6001", "user: 6001"],
  ]
  for (const [ids, file, setting] of KNOWN) {
    it(`say "${file.replaceAll("\n", " ")}" for ${setting} (${ids})`, () => {
      const imported = importOf(`${file}\n`)
      assert.deepEqual(imported.wrong, [])
      assert(settingsOf(imported).split("\n").includes(setting), settingsOf(imported))
      assert.deepEqual(imported.unknown, [])
    })
  }

  it("choose the profile of their phone for each account", () => {
    for (const format of FORMATS) assert.match(settingsOf(importOf(fileOf(format))), new RegExp(`^profile: ${PROFILES[format]}$`, "m"))
  })

  it("have the defaults of the documents where they say nothing (BK-19 to BK-29, VE-39)", () => {
    for (const [format, text] of [["fanvil", "SIP1 Register Addr :192.0.2.1\n"], ["versity", "Server Address: a.example\n"]] as const) {
      const get = valuesOf(importOf(text).settings, load)
      for (const { name, facet, codec, usual } of TABLES[format]) {
        // The lifetime at the backup is that of the primary when nobody says otherwise: 3600 s both.
        if (usual === undefined || ["host", "port", "transport", "backup_host", "backup_port", "backup_transport", "backup_ttl", "field"].includes(facet)) continue
        assert.equal(get(facet), codec.read(usual), name)
      }
      assert.equal(get("register_ttl"), "3600")
      assert.equal(get("backup_ttl"), "0")
    }
  })

  it("are taken without what is not known here, which is counted and named", () => {
    const { known, unknown, unknownCount } = importOf(fileOf("snom"))
    assert.deepEqual([known, unknownCount, unknown.join(" ")], [14, 8, "update_policy setting_server ntp_server http_pass tone_scheme user_mailbox codec_priority_list1 fkey3"])
    const xml = importOf(fileOf("snom-xml"))
    assert.deepEqual([xml.known, xml.unknownCount, xml.unknown.join(" ")], [9, 5, "language setting_server backlight <functionKeys> <tbook>"])
    const list = importOf(fileOf("fanvil"))
    assert.deepEqual([list.known, list.unknownCount, list.unknown.length], [81, 59, 23])
  })

  const WRONG: ReadonlyArray<readonly [ids: string, file: string, ...sentences: string[]]> = [
    ["SN-06, SN-22", "user_host1$: a\nsip_retry_t1$: 20", "line 2: sip_retry_t1 is 50 to 5000 ms, not 20"], ["SN-16", "user_host1$: a\n\ndirty_host_ttl$: soon", "line 3: dirty_host_ttl is 0 to 86400 s, not soon"],
    ["SN-22", "user_host1$: a\nuser_active1$: perhaps", "line 2: user_active1 is on or off, not perhaps"], ["SN-22", "user_host1$: exam ple", "line 1: user_host1 is a host name or IP address, not exam ple"],
    ["SN-22", '<settings>\n<phone-settings>\n<user_host idx="1">a</user_host>\n<user_expiry idx="1">5</user_expiry></phone-settings></settings>', "line 4: user_expiry 1 is 60 to 86400 s, not 5"],
    ["BK-20", "SIP1 Register Addr :a\nSIP1 Register Port :70000", "line 2: SIP1 Register Port is 1 to 65535, not 70000"], ["BK-21", "SIP1 Register Addr :a\nSIP1 Register TTL  :5", "line 2: SIP1 Register TTL is 60 to 86400 s, not 5"],
    ["BK-22, AMB-29", "SIP1 Register Addr :a\nSIP1 Transport :2", "line 2: SIP1 Transport is 0 (UDP), 1 (TCP) or 3 (TLS), not 2"],
    ["BK-26, AMB-29", "SIP1 Register Addr :a\nSIP1 Backup Transport :2", "line 2: SIP1 Backup Transport is 0 (UDP), 1 (TCP) or 3 (TLS), not 2"],
    ["BK-23", "SIP1 Register Addr :192.0.2.1\nSIP1 Backup Addr :192 0 2 2", "line 2: SIP1 Backup Addr is a host name or IP address, not 192 0 2 2"], ["BK-25", "SIP1 Register Addr :a\nSIP1 Backup TTL :1e9", "line 2: SIP1 Backup TTL is 0 to 86400 s, not 1e9"],
    ["BK-27", "SIP1 Register Addr :a\nSIP1 Enable Failback :yes", "line 2: SIP1 Enable Failback is 0 or 1, not yes"], ["BK-28", "SIP1 Register Addr :a\nSIP1 Failback Interval :1", "line 2: SIP1 Failback Interval is 30 to 86400 s, not 1"],
    ["BK-29", "SIP1 Register Addr :a\nSIP1 Signal Retry Counts:11", "line 2: SIP1 Signal Retry Counts is 0 to 10, not 11"],
    ["VE-09", "Server Address: a; b; c; d; e; f", "line 1: Server Address: server is host names or IP addresses, :port if not 5060, at most 4 with ; between, not b; c; d; e; f"],
    ["VE-09, AMB-17", "Server Address: a.example:5070; b", "line 1: Server Address is a host name or IP address, not a.example:5070"], ["VE-39", "Server Address: a\nTransport: SCTP", "line 2: Transport is UDP, TCP or TLS, not SCTP"],
    ["VE-39", "Server Address: a\nSIP Server Port: 0\nEnable SIP: maybe\nExtension Number: 6 1", "line 2: SIP Server Port is 1 to 65535, not 0", "line 3: Enable SIP is on or off, not maybe",
      "line 4: Extension Number is letters, digits and -_.!~*'()&=+$,;?/%hh, not 6 1"],
  ]
  for (const [ids, file, ...sentences] of WRONG) {
    it(`are refused with line, key and what is allowed: ${sentences.join("; ")} (${ids})`, () => { assert.deepEqual(importOf(`${file}\n`).wrong, sentences) })
  }

  it("may name the field of servers as the form has it, or as the text has it that calls it otherwise in one place (AMB-30)", () => {
    const field = "TestDomain.local; 172.29.102.138; 172.29.102.139"
    const [form, text] = ["Server Address", "SIP server"].map((name) => settingsOf(importOf(`${name}: ${field}\n`)))
    assert.match(form ?? "", /^domain: TestDomain\.local; 172\.29\.102\.138; 172\.29\.102\.139$/m)
    assert.equal(text, form)
  })

  it("whose accounts have longer texts than the phone has room for are refused as a whole, and name what is too much", () => {
    const long = (letter: string, count: number): string => letter.repeat(count)
    const file = [1, 2, 3, 4].map((n) => `SIP${n} Phone Number :${long("6", 60)}\nSIP${n} Display Name :${long("n", 48)}\nSIP${n} Register Addr :${long("a", 60)}.${long("b", 60)}\n` +
      `SIP${n} Register User :${long("u", 64)}\nSIP${n} Register Pswd :${long("p", 64)}\n`).join("")
    const { wrong } = importOf(file)
    assert.ok(wrong.length > 0 && wrong.every((sentence) => /^line \d+: SIP\d .*: there is no room for so many and so long settings$/.test(sentence)), wrong.join("\n"))
  })

  it("may ask for TCP and TLS, which the phone refuses only where it would use it; the file comes back as it was (BK-22, BK-26, VE-39)", () => {
    const left = "which this phone cannot speak yet: such a server is left out"
    const cases: ReadonlyArray<readonly [file: string, note: string, setting: string]> = [
      ["SIP1 Register Addr :192.0.2.1\nSIP1 Transport :1\n", `line 2: SIP1 Transport asks for TCP, ${left}`, "transport: tcp"],
      ["SIP1 Register Addr :192.0.2.1\nSIP1 Transport :3\nSIP1 Enable Reg :1\n", `line 2: SIP1 Transport asks for TLS, ${left}`, "transport: tls"],
      ["SIP1 Register Addr :192.0.2.1\nSIP1 Backup Addr :192.0.2.2\nSIP1 Backup Transport :3\n", `line 3: SIP1 Backup Transport asks for TLS, ${left}`, "backup_transport: tls"],
      ["Server Address: a.example; b; c\nTransport: TLS\n", `line 2: Transport asks for TLS, ${left}`, "backup_transport: tls"],
      ["user_host1$: sip:a.example;transport=tcp\n", `line 1: user_host1 asks for TCP, ${left}`, "transport: tcp"],
      ["user_host1$: a.example\nuser_outbound1$: sips:b.example\n", `line 2: user_outbound1 asks for TLS, ${left}`, "transport: tls"],
    ]
    for (const [file, note, setting] of cases) {
      const imported = importOf(file)
      assert.deepEqual([imported.wrong, imported.notes], [[], [note]])
      assert(settingsOf(imported).split("\n").includes(setting), settingsOf(imported))
      assert.equal(exported(file, imported.settings), file)
    }
    assert.deepEqual(importOf("SIP1 Register Addr :192.0.2.1\nSIP1 Backup Transport :3\n").notes, [], "nobody asks a backup that is none")
  })

  it("fill as many accounts as the phone has, and say which more there are (BK-30, SN-22)", () => {
    const count = accountsOf(load)
    const file = Array.from({ length: 6 }, (_, i) => `SIP${i + 1} Phone Number :600${i + 1}\nSIP${i + 1} Register Addr :192.0.2.${i + 1}\nSIP${i + 1} Transport :${i < count ? 0 : 2}\n`).join("")
    const { wrong, notes, settings } = importOf(file)
    assert.deepEqual([wrong, notes], [[], [`more lines than this phone has, which is ${count}: ${[2, 3, 4, 5, 6].filter((n) => n > count).join(", ")}`]])
    const get = valuesOf(settings, load)
    for (let n = 1; n <= count; n++) assert.deepEqual([get(n === 1 ? "user" : `${n}.user`), get(n === 1 ? "domain" : `${n}.domain`), get(n === 1 ? "profile" : `${n}.profile`)], [`600${n}`, `192.0.2.${n}`, "baker"])
    assert.equal(exported(file, settings), file)
  })

  it("leave the phone book and what belongs to the handset alone, and replace everything else", () => {
    const before = Buffer.from("domain: old.example\nserver: 192.0.2.9\nhold_down: 60\nvolume: 9\ncontact: Anna Berg = 6002\nretry_count: 7\n")
    assert.deepEqual(settingsOf(importOf("user_host1$: snom.rocks\n", before)).split("\n"), ["volume: 9", "contact: Anna Berg = 6002", "profile: snom", "domain: snom.rocks", ""])
  })

  it("never tell a password, neither in what was taken nor in a refusal", () => {
    for (const format of FORMATS) {
      const secret = format === "snom-xml" ? "Okapi&lt;99" : PASSWORD
      const { settings: _, ...told } = importOf(fileOf(format).toString().replace(secret, `${secret} ${"\u0001"}`.replace("\u0001", format === "snom-xml" ? "\t" : "\u0001")).replace("6001", "6 001"))
      assert(told.wrong.length > 0)
      assert.equal(JSON.stringify(told).includes("Okapi"), false, JSON.stringify(told))
    }
  })

  it("are told apart from ours and from anything else", () => {
    assert.deepEqual(FORMATS.map((format) => formatOf(fileOf(format))), [...FORMATS])
    for (const text of ["", "domain: a\nuser: 6001\n", "# linehunt settings 1\nsip_retry_t1: 900\n# end of 1 settings\n", "sip_retry_t1: 900\ndirty_host_ttl: 60\n", "hello", "{}", "name,number\nAnna,6002\n"]) {
      assert.equal(formatOf(Buffer.from(text)), undefined, text)
    }
    for (const text of ["hello", "\u0000\u0001"]) assert.throws(() => importOf(text), (error) => error instanceof UserError && /^a\.cfg is no settings file of Snom, Baker, Fanvil or Versity phones; .*\.$/.test(error.message))
    assert.throws(() => importOf("<settings><phone-settings><a></phone-settings></settings>"), /^UserError: a\.cfg cannot be read as XML, line 1: unexpected close tag; export it again\.$/)
  })
})

describe("The export of settings", function () {
  before(async () => { wasm = await compile("assembly/index.ts") })

  const VARIANTS: ReadonlyArray<readonly [what: string, change: (text: string) => string]> = [
    ["as it is", (text) => text], ["with other line ends", (text) => text.includes("\r\n") ? text.replaceAll("\r\n", "\n") : text.replaceAll("\n", "\r\n")],
    ["without an end of its last line", (text) => text.trimEnd()], ["with a byte order mark", (text) => `\ufeff${text}`],
    ["with settings given twice", (text) => text.replace(/^.*(user_host|Register Port|SIP Server Port).*$/m, (line) => `${line}\n${line}`)], ["indented", (text) => text.startsWith("<?xml") ? text : text.replace(/^/gm, "   ")],
  ]
  for (const format of FORMATS) {
    for (const [what, change] of VARIANTS) {
      it(`gives the same ${format} file back, ${what} (SN-22, BK-34)`, () => {
        const text = change(fileOf(format).toString("utf8")), imported = importOf(text)
        assert.deepEqual(imported.wrong, [])
        assert.equal(exported(text, imported.settings), text)
        // The phone keeps only what is not usual.
        const kept = settingLines(imported.settings).filter(({ name, value }) => value !== valuesOf(Buffer.from(`profile: ${PROFILES[format]}\n`), load)(name)).map(({ line }) => `${line}\n`).join("")
        assert.equal(exported(text, Buffer.from(kept)), text)
      })
    }
  }

  /** The lines of two texts that are not the same: what was, what is. */
  const difference = (before: string, after: string): string[] => {
    const was = before.split(/\r?\n/), is = after.split(/\r?\n/)
    return [...was.filter((line) => !is.includes(line)).map((line) => `- ${line}`), ...is.filter((line) => !was.includes(line)).map((line) => `+ ${line}`)]
  }

  it("changes what has changed, and nothing else", () => {
    const cases: ReadonlyArray<readonly [FormatName, ReadonlyArray<readonly [string, string]>, string[]]> = [
      ["snom", [["sip_retry_t1", "700"], ["enabled", "0"]], ["- user_active1$: on", "- sip_retry_t1$: 900", "+ user_active1$: off", "+ sip_retry_t1$: 700"]],
      ["snom", [["server", "proxy.example"], ["auth_user", "six"], ["sip_port", "5062"]],
        ["- user_pname1$: ", "- user_outbound1$: ", "- network_id_port$: ", "+ user_pname1$: six", "+ user_outbound1$: proxy.example", "+ network_id_port$: 5062"]],
      ["snom-xml", [["display_name", "A & <B>"], ["server", "proxy.example:5070"]],
        ['-     <user_realname idx="1" perm="R">Berg &amp; Sons</user_realname>', '-     <user_outbound idx="1" perm="RW" />',
          '+     <user_realname idx="1" perm="R">A &amp; &lt;B&gt;</user_realname>', '+     <user_outbound idx="1" perm="RW" >proxy.example:5070</user_outbound>']],
      ["snom-xml", [["register_ttl", "600"]], ['+     <user_expiry idx="1" perm="">600</user_expiry>']],
      ["fanvil", [["server", "192.0.2.7:5070"], ["failback", "never"], ["display_name", "Zoë"]],
        ["- SIP1 Display Name       :Ward 3", "- SIP1 Register Addr      :192.0.2.1", "- SIP1 Backup Addr        :192.0.2.2",
          "+ SIP1 Display Name       :Zoë", "+ SIP1 Register Addr      :192.0.2.7", "+ SIP1 Register Port      :5070", "+ SIP1 Backup Addr        :", "+ SIP1 Enable Failback    :0"]],
      ["versity", [["transport", "tcp"]], ["- Transport: UDP", "+ Transport: TCP"]], ["snom", [["transport", "tls"]], ["- user_host1!: snom.rocks", "+ user_host1!: snom.rocks;transport=tls"]],
      ["fanvil", [["backup_transport", "tls"]], ["+ SIP1 Backup Transport   :3"]],
      ["versity", [["server", "172.29.102.138:5070; 172.29.102.139:5070"]], ["- SIP Server Port: 5060", "+ SIP Server Port: 5070"]],
      ["versity", [["server", "172.29.102.139"], ["enabled", "0"]],
        ["- Enable SIP: on", "- Server Address: TestDomain.local; 172.29.102.138; 172.29.102.139", "+ Enable SIP: off", "+ Server Address: TestDomain.local; 172.29.102.139"]],
    ]
    for (const [format, changes, expected] of cases) {
      const text = fileOf(format).toString("utf8"), next = exported(text, changed(importOf(text).settings, ...changes))
      assert.deepEqual(difference(text, next).filter((line) => !["- SIP1 Enable Failback    :1", "- SIP1 Register Port      :5060", "- SIP1 Backup Transport   :0"].includes(line)), expected)
      assert.deepEqual(importOf(next).wrong, [])
    }
  })

  it("makes a new file of each kind, which says the same when it is read again", () => {
    const ours = "domain: example.com\nserver: 192.0.2.1; 192.0.2.2:5070\nuser: 6001\nauth_user: six\npassword: Zebra & <4711>\ndisplay_name: Zoë\nregister_ttl: 600\nsip_retry_t1: 700\n"
    for (const format of FORMATS) {
      const one = format.startsWith("snom") ? ours.replace("; 192.0.2.2:5070", "") : ours
      const settings = Buffer.from(`profile: ${PROFILES[format]}\n${format === "versity" ? one.replace(/^(display_name|register_ttl|sip_retry_t1).*\n/gm, "") : one}`)
      const { bytes, unsaid } = exportInto(emptySheet(format), settings, load, true)
      assert.deepEqual(unsaid, [], format)
      assert.equal(formatOf(bytes), format)
      const again = importOf(bytes), get = valuesOf(again.settings, load), was = valuesOf(settings, load)
      assert.deepEqual(again.wrong, [])
      for (const name of ["domain", "server", "user", "auth_user", "password", "display_name", "register_ttl", "sip_retry_t1", "profile", "enabled", "failback", "retry_count", "failback_interval"]) assert.equal(get(name), was(name), `${format} ${name}`)
    }
  })

  it("says in a new file for Baker phones each of the eleven items (BK-19 to BK-29), and in one for Versity the four fields (VE-39)", () => {
    const make = (format: FormatName): string => Buffer.from(exportInto(emptySheet(format), Buffer.from("domain: 192.0.2.1\nuser: 6001\n"), load, true).bytes).toString()
    const list = make("fanvil")
    for (const line of ["Register Addr      :192.0.2.1", "Register Port      :5060", "Register TTL       :3600", "Transport          :0", "Backup Addr        :", "Backup Port        :5060", "Backup TTL         :3600",
      "Backup Transport   :0", "Enable Failback    :1", "Failback Interval  :1800", "Signal Retry Counts:3"]) assert(list.includes(`SIP1 ${line}\n`), `${line}\n${list}`)
    assert.equal(make("versity"), "Enable SIP: on\n\nSIP Registration 1\nServer Address: 192.0.2.1\nSIP Server Port: 5060\nTransport: UDP\nExtension Number: 6001\nUsername: 6001\n")
  })

  it("names what such a file cannot say", () => {
    const settings = Buffer.from("domain: example.com\nserver: a; b; c\nuser: 6001\nhold_down: 60\nprofile: auto\nretry_count: 5\n")
    const unsaid = (format: FormatName): string[] => [...exportInto(emptySheet(format), settings, load, true).unsaid]
    assert.deepEqual(unsaid("snom"), ["profile auto", "2 of 3 servers", "hold_down", "retry_count"])
    assert.deepEqual(unsaid("fanvil"), ["profile auto", "1 of 3 servers", "hold_down"])
    assert.deepEqual(unsaid("versity"), ["profile auto", "hold_down", "retry_count"])
  })
})

describe("Damaged settings files", function () {
  before(async () => { wasm = await compile("assembly/index.ts") })
  const SEED = Number(process.env["SEED"] ?? 20_261_122), ROUNDS = Number(process.env["ROUNDS"] ?? 120)
  const SPLINTERS = ["\n", "\r", "\0", ":", ";", "<", ">", "&", "&#0;", "&x;", "\"", "/>", "<a>", "</settings>", "<![CDATA[", "<!--", "]]>", " idx=\"99999\"", "SIP999 ", "user_host1$: ", "\xff\xfe", "[::", "99999999999999999999", "-1", " ".repeat(300), "x".repeat(3000)]

  for (const format of FORMATS) {
    it(`of kind ${format} are taken or refused, never more, and what is taken comes back (${ROUNDS} of them, SEED=${SEED})`, () => {
      const random = new Random(SEED, format)
      for (let round = 0; round < ROUNDS; round++) {
        let text = fileOf(format).toString("latin1")
        for (let i = random.between(1, 5); i > 0; i--) {
          const at = random.between(0, text.length), length = random.pick([0, 0, 1, 10, 400])
          text = text.slice(0, at) + random.pick(SPLINTERS) + text.slice(at + length)
        }
        if (random.chance(0.2)) text = text.slice(0, random.between(0, text.length))
        const bytes = Buffer.from(text, "latin1")
        try {
          const imported = importOf(bytes)
          for (const sentence of [...imported.wrong, ...imported.notes]) assert.match(sentence, /^(line \d+: |the file as a whole: |more lines )[^\n]*$/)
          if (imported.wrong.length > 0) continue
          assert.equal(refusalOf(load, imported.settings), undefined)
          const back = exportInto(readSheet(bytes, "a"), imported.settings, load, false)
          assert(Buffer.from(back.bytes).equals(bytes), `round ${round}: ${JSON.stringify(text)}`)
        } catch (error) {
          if (!(error instanceof UserError)) throw error
          assert.match(error.message, /^a\.cfg [^\n]*\.$/)
        }
      }
    })
  }
})
