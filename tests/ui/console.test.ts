// The console: every example of docs/console.md is typed in, and the whole reply compared; then what the page cannot show.
import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { ACTIONS, openPhone, type Phone } from "./phone.ts"

const PAGE = join(import.meta.dirname, "../../docs/console.md")
const COMMANDS = ["help", "status", "servers", "register", "unregister", "dns show", "dns flush", "dns log on", "sip trace on", "sip status", "cfg show",
  "cfg get user", "cfg set user 6002", "cfg save", "why", "mem", "version", "reboot"]
const A = 1, SRV = 33

/** A phone that has been registered for 12 seconds, at the second server that it tried. */
function begin(phone: Phone) {
  phone.open()
  phone.settings("domain: rapidtech.phones\nuser: 6001\npassword: hunter2\n")
  phone.servers([
    { address: "192.0.2.11", name: "one.rapidtech.phones", priority: 0, status: "up" },
    { address: "192.0.2.12", name: "two.rapidtech.phones", priority: 0, status: "down" },
    { address: "192.0.2.13:5070", name: "backup.rapidtech.phones", priority: 1 },
  ], 0)
  phone.stand("registered", "none", 200, 0)
  phone.times(3600, 3600, 3100, 0)
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
      this.timeout(60_000)
      phone = await openPhone(engine)
    })
    beforeEach(() => begin(phone))

    it("The examples in docs/console.md are true", () => {
      const typed = examples(phone)
      if (process.env.UPDATE === "1") writeFileSync(PAGE, typed)
      assert.equal(withoutMap(typed), withoutMap(readFileSync(PAGE, "utf8")))
    })

    it("Every command has a reply in JSON that is one document, and in text that has no JSON; refused or not", () => {
      for (const command of [...COMMANDS, "", "x", "dns log x", "cfg set sip_port x", "cfg get x", "mem y"]) {
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
        ["cfg set user 6002", "apply"], ["cfg save", "store"], ["reboot", "reboot"]])
      assert.deepEqual(["sip trace off", "cfg set dirty_host_ttl 60", "cfg set sip_port x", "register now"].map((command) => phone.type(command, 0).action),
        ["trace off", "none", "none", "none"])
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
      assert.equal((JSON.parse(phone.type("cfg show --json", 0).text) as { settings: { value: string }[] }).settings[5]!.value, "Zoë €")
    })

    it("What the status says while the phone is not registered", () => {
      phone.servers([])
      phone.stand("waiting", "dns dead")
      phone.times(0, 0, 0, 25)
      assert.equal(phone.type("status", 5_000).text, "account: 6001@rapidtech.phones\nstate: waiting, DNS does not answer\nnext try: in 20 s\nservers: 0 of 0 up, redundancy none")
      const status = JSON.parse(phone.type("status --json", 5_000).text) as Record<string, unknown>
      assert.deepEqual([status.reg_icon, status.reason, status.retry_in_sec], ["fail", "dns_dead", 20])
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
