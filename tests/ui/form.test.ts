// The forms of the Versity and of the Baker phones: their labels and defaults, and that nothing is applied before Submit.
import assert from "node:assert/strict"
import { openPhone, type Phone } from "./phone.ts"

const VERSITY = "profile: versity\ndomain: TestDomain.local\nuser: 6001\npassword: secret\n"
const BAKER = "profile: baker\ndomain: example.com\nserver: primary.example.com; backup.example.com:5070\nuser: 6001\npassword: secret\n"

describe("The forms of the account", () => {
  let phone: Phone
  before(async function () {
    this.timeout(180_000)
    phone = await openPhone("v8")
  })
  beforeEach(() => phone.open())

  const set = (name: string) => phone.type(`cfg get ${name}`, 0).text.split("\n")[0]!.replace(`${name}: `, "")
  const down = (count: number) => Array<string>(count).fill("down").join(" ")

  /** Every field of the form that is shown: its section, label and value. */
  function fields(): string[] {
    const found: string[] = []
    for (let i = 0; ; i++) {
      const lines = phone.screen().split("\n"), inverse = phone.inverse()
      const row = [1, 3, 5].find((each) => inverse[each * 21])!
      const field = [lines[0]!.slice(2, 20).trim(), lines[row]!.trim(), lines[row + 1]!.trim()].join(" | ").trim()
      if (field === found[0]) return found
      found.push(field)
      phone.press("down")
    }
  }

  /** Replaces the text of the field that is chosen. */
  function type(keys: string) {
    phone.press("right")
    while (phone.screen().split("\n")[1]![0] !== "_") phone.press("left")
    phone.press(`${keys} right`)
  }

  it("VE-39: Biz Phone has the tabs SIP, LDAP and Emergency Contacts; SIP has the fields of the document with their defaults", () => {
    phone.settings("profile: versity\n")
    phone.press("right 4")
    assert.deepEqual(phone.screen().split("\n").slice(0, 4).map((line) => line.slice(2).trim()), ["Biz Phone", "SIP", "LDAP", "Emergency Contacts"])
    for (const tab of ["2", "3"]) {
      phone.press(tab)
      assert.match(phone.screen(), /There is nothing to/)
      phone.press("back")
    }
    phone.press("1")
    assert.deepEqual(fields(), [
      "Biz Phone SIP | Enable SIP | on", "SIP Registration 1 | Server Address |", "SIP Registration 1 | SIP Server Port | 5060", "SIP Registration 1 | Transport: | UDP",
      "SIP Registration 1 | Extension Number |", "SIP Registration 1 | Username |", "SIP Registration 1 | Password |", "SIP Registration 1 | Profile | versity",
    ])
  })

  it("BK-19 to BK-31: Line, SIP has the eleven settings of the document in SIP Server1, SIP Server2 and Basic Settings, with their defaults", () => {
    phone.settings("profile: baker\n")
    phone.press("right 4")
    assert.deepEqual(fields(), [
      "Line SIP | Line | 1", "Line SIP | Enable Reg | on", "Line SIP | Phone Number |", "Line SIP | Display Name |", "Line SIP | Register User |", "Line SIP | Register Pswd |",
      "SIP Server1 | Register Addr |", "SIP Server1 | Register Port | 5060", "SIP Server1 | Register TTL | 3600 s", "SIP Server1 | Transport | UDP",
      "SIP Server2 | Backup Addr |", "SIP Server2 | Backup Port | 5060", "SIP Server2 | Backup TTL | 3600 s", "SIP Server2 | Backup Transport | UDP",
      "Basic Settings | Enable Failback | on", "Basic Settings | Failback Interval | 1800 s", "Basic Settings | Signal Retry Counts | 3", "Basic Settings | Profile | baker",
    ])
  })

  it("BK-31: nothing is applied before Submit, which applies all of it and asks for a new registration; Cancel leaves everything", () => {
    for (const end of ["left", "middle"]) {
      phone.open()
      phone.settings(BAKER)
      phone.press(`right 4 ${down(6)}`)
      type("# # 1 0 * 0 * 0 * 9")
      phone.press("down")
      type("5 0 8 0")
      phone.press(down(3))
      type("# # 1 0 * 0 * 0 * 8")
      phone.press(down(2))
      type("9 0 0")
      phone.press("down forward down forward down")
      type("6 0")
      phone.press("down")
      type("5")
      const all = () => ["domain", "server", "backup_ttl", "backup_transport", "failback", "failback_interval", "retry_count"].map(set)
      const before = ["example.com", "primary.example.com; backup.example.com:5070", "0 s", "udp", "duration", "1800 s", "3"]
      assert.deepEqual(all(), before)
      assert.match(phone.screen(), /^.\*Basic Settings/)
      const action = phone.press(end)
      assert.equal(action, end === "left" ? "none" : "save")
      assert.deepEqual(all(), end === "left" ? before : ["example.com", "10.0.0.9:5080; 10.0.0.8:5070", "900 s", "tcp", "never", "60 s", "5"])
    }
  })

  it("The domain goes with Register Addr as long as it is the same: one address is all that a phone needs", () => {
    phone.settings("profile: baker\nuser: 6001\n")
    phone.press(`right 4 ${down(6)}`)
    type("# # 1 0 * 0 * 0 * 9")
    assert.equal(phone.press("middle"), "save")
    assert.deepEqual([set("domain"), set("server")], ["10.0.0.9", ""])
    phone.press(`right 4 ${down(7)}`)
    type("5 0 7 0")
    phone.press("middle")
    assert.deepEqual([set("domain"), set("server")], ["10.0.0.9", "10.0.0.9:5070"])
    phone.press(`right 4 ${down(6)}`)
    type("# # 1 0 * 0 * 0 * 7")
    phone.press(down(4))
    type("# # 1 0 * 0 * 0 * 8")
    phone.press("middle")
    assert.deepEqual([set("domain"), set("server")], ["10.0.0.7", "10.0.0.7:5070; 10.0.0.8"])
    phone.press(`right 4 ${down(10)}`)
    type("")
    phone.press("middle")
    assert.deepEqual([set("domain"), set("server")], ["10.0.0.7", "10.0.0.7:5070"])
  })

  it("VE-09, VE-48: Server Address takes a domain with its servers; SIP Server Port is that of all that have none of their own", () => {
    phone.settings(VERSITY)
    const write = (text: string) => { phone.type(`cfg set domain ${text}`, 0); if (!text.includes(";")) phone.type('cfg set server ""', 0) }
    const shown = () => { phone.press("right 4 1"); const all = fields(); phone.press("back back back"); return all.slice(1, 3).map((field) => field.split(" | ")[2]) }
    assert.deepEqual(shown(), ["TestDomain.local", "5060"])
    write("TestDomain.local; 10.0.0.1; 10.0.0.2")
    phone.press("right 4 1 down down")
    type("5 0 7 0")
    assert.equal(phone.press("middle"), "save")
    assert.deepEqual([set("domain"), set("server")], ["TestDomain.local", "10.0.0.1:5070; 10.0.0.2:5070"])
    phone.press("right 4 1 down right left # # 3")
    assert.match(phone.screen(), /^TestDomain\.local; 10\.\s0\.0\.1; 10\.0\.0\.3_/m)
    phone.press("right")
    assert.equal(phone.press("middle"), "save")
    assert.deepEqual([set("domain"), set("server")], ["TestDomain.local", "10.0.0.1:5070; 10.0.0.3:5070"])
    write("TestDomain.local; 10.0.0.1:5070; 10.0.0.2:5080")
    assert.equal(shown()[1], "5060")
    write("TestDomain.local")
    phone.press("right 4 1 down down")
    type("5 0 7 0")
    phone.press("middle")
    assert.deepEqual([set("domain"), set("server")], ["TestDomain.local", "TestDomain.local:5070"])
    assert.deepEqual(shown(), ["TestDomain.local", "5070"])
    phone.press("right 4 1 down down")
    type("5 0 6 0")
    phone.press("middle")
    assert.deepEqual([set("domain"), set("server")], ["TestDomain.local", ""])
  })

  it("A value that is not allowed keeps the editor open, with the reason; a password is never shown and stays when nothing is typed", () => {
    phone.settings(BAKER)
    phone.press(`right 4 ${down(15)}`)
    type("1")
    assert.match(phone.screen().replaceAll("\n", " "), /failback_interval is/)
    phone.press("right back")
    phone.press(`back right 4 ${down(5)} right`)
    assert.equal(phone.screen().split("\n")[1]![0], "_")
    phone.press("right")
    assert.equal(phone.view(), "form")
    assert.doesNotMatch(phone.screen(), /secret/)
    assert.equal(phone.press("middle"), "none")
  })

  it("BK-30, BK-31: the form has a Line; what is submitted is of that line alone, and another line waits until it is submitted or cancelled", () => {
    phone.settings(BAKER)
    phone.press(`right 4 forward ${down(2)}`)
    assert.match(phone.screen(), /^Line +\n 2 +$/m)
    type("6 0 0 2")
    phone.press("up up forward")
    assert.match(phone.screen().replaceAll(/ *\n/g, " "), /Submit or cancel what has changed on this line first/)
    phone.press("right")
    phone.down("middle")
    assert.equal(phone.call("actionLine"), 1)
    assert.deepEqual([set("user"), set("2.user"), phone.view()], ["6001", "6002", "home"])
  })

  it("The profile is chosen in each form, and decides which form there is the next time", () => {
    phone.settings("domain: example.com\nuser: 6001\n")
    assert.equal(phone.press("right 4 up forward forward middle"), "save")
    assert.equal(set("profile"), "versity")
    assert.equal(phone.press("right 4 1 up forward middle"), "save")
    assert.equal(set("profile"), "baker")
    assert.equal(phone.press("right 4 up forward forward middle"), "save")
    assert.equal(set("profile"), "auto")
    phone.press("right 4")
    assert.equal(phone.view(), "account")
  })
})
