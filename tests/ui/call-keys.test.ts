// Keys in and around calls: what they do. That no view holds the user fast is shown by walk.test.ts.
import assert from "node:assert/strict"
import { openPhone, type Phone } from "./phone.ts"
import { begin } from "./scenes.ts"

const row = (phone: Phone, n: number) => phone.screen().split("\n")[n]!.trimEnd()
const talk = (phone: Phone) => phone.ring(0, { state: "talking", talked: 1, marks: ["focused"] })

for (const engine of ["v8", "wasm3"] as const) {
  describe(`keys of calls under ${engine}`, () => {
    let phone: Phone
    before(async function () {
      this.timeout(180_000)
      phone = await openPhone(engine)
    })
    beforeEach(() => begin(phone))

    it("A digit is to be heard as long as its key is down, and is shown; the last twenty stay", () => {
      talk(phone)
      phone.down("5")
      assert.equal(phone.digit(), "5")
      phone.down("#")
      phone.up("5")
      assert.equal(phone.digit(), "#")
      phone.up("#")
      assert.equal(phone.digit(), "")
      phone.press("1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0")
      assert.equal(row(phone, 6), "12345678901234567890")
    })

    it("A call that has ended takes no digits", () => {
      phone.ring(0, { state: "ended", ended: "busy", marks: ["outgoing", "focused"] })
      phone.press("5")
      assert.equal(phone.digit(), "")
    })

    it("A call that comes in is shown over everything, and what was being typed is there afterwards", () => {
      phone.press("right 4 1 2")
      const before = phone.screen()
      phone.ring(0, { state: "incoming", number: "6003" })
      assert.match(row(phone, 0), /Incoming call/)
      phone.press("7 # up")
      phone.ring(0, { state: "ended", ended: "peer cancelled", number: "6003" })
      assert.equal(phone.screen(), before)
    })

    it("A missed call is counted on the idle view until the history has been looked at; one that was answered or refused is not", () => {
      const come = (ended: "peer cancelled" | "rejected" | "elsewhere" | "peer hung up", talked?: number) => {
        phone.ring(0, { state: "incoming" })
        phone.ring(0, { state: "ended", ended, ...talked === undefined ? {} : { talked } })
        phone.ring(0, { state: "free" })
      }
      come("peer cancelled")
      come("rejected")
      come("elsewhere")
      come("peer hung up", 5)
      come("peer cancelled")
      assert.match(row(phone, 1), /^ +2 missed$/)
      phone.press("up")
      assert.equal(phone.screen().split("\n").filter((line) => line.startsWith("✗")).length, 2)
      phone.press("back")
      assert.equal(row(phone, 1), "")
    })

    it("The arrows change the volume in a call, which is shown for two seconds", () => {
      talk(phone)
      phone.hold("up", 2000)
      assert.equal(row(phone, 6), "Volume 10")
      phone.hold("down", 3000)
      assert.equal(row(phone, 6), "Volume 0")
      phone.pass(2100)
      assert.equal(row(phone, 6), "")
    })

    it("The microphone is turned off and on from the options", () => {
      talk(phone)
      phone.press("middle 1")
      assert.equal(row(phone, 5), "muted")
      assert.match((phone.press("middle"), phone.screen()), /1 Unmute/)
      phone.press("1")
      assert.equal(row(phone, 5), "")
    })

    it("A zero that is held becomes the plus of an international number", () => {
      phone.hold("0", 600)
      phone.press("3 5 8")
      assert.equal(row(phone, 1), "+358_")
    })

    it("The hook shows what was dialled last, and leaves the view when there is nothing to dial", () => {
      phone.press("hook")
      assert.equal(row(phone, 1), "_")
      phone.press("hook")
      assert.match(row(phone, 7), /Servers/)
      phone.past("dialled", "", "6003")
      phone.press("hook")
      assert.equal(row(phone, 1), "6003_")
    })

    it("A name is added to the phone book, changed and removed with the keys; the settings are to be kept when the view is left", () => {
      phone.press("down up right 6 0 0 9 right")
      assert.equal(row(phone, 1), "6009_")
      assert.equal(phone.press("left left left left 2 forward 3 right"), "none")
      assert.equal(phone.press("back"), "store")
      assert.match(phone.type("contacts", 0).text, /^ad = 6009\nAnna Berg/)
      phone.press("down middle 2 left 8 right back")
      assert.match(phone.type("contacts", 0).text, /^ad = 6008\n/)
      phone.press("back down middle 3")
      assert.match(phone.type("contacts", 0).text, /^Anna Berg/)
      assert.equal(phone.press("hook"), "store")
    })

    it("A number of the history is kept under the name that came with it", () => {
      phone.past("missed", "Carl", "+358912345678")
      phone.press("up middle")
      assert.equal(row(phone, 1), "Carl_")
      assert.equal(phone.press("right"), "store")
      assert.match(phone.type("contacts", 0).text, /^Carl = \+358912345678$/m)
    })

    it("A number of the history, or a new one, is kept only when its name is accepted: Cancel, Back and the hook leave the phone book as it was", () => {
      phone.past("missed", "Carl", "+358912345678")
      const before = phone.type("contacts", 0).text
      for (const leave of ["middle", "back", "hook"]) {
        for (const come of ["up middle", "down up right 6 0 0 9 right"]) {
          phone.press(`${come} 2 ${leave} hook hook`)
          assert.equal(phone.type("contacts", 0).text, before, `${come}, ${leave}`)
        }
      }
      assert.equal(phone.press("up middle right"), "store")
      assert.match(phone.type("contacts", 0).text, /^Carl = \+358912345678$/m)
    })

    it("A number that is kept from the history is at most as long as one may be, and stands behind the longest name", () => {
      const number = `sip:${"7".repeat(76)}`
      phone.past("missed", "N".repeat(32), number)
      phone.press("up middle left 2 right")
      assert.match(phone.type("contacts", 0).text, new RegExp(`^${"N".repeat(31)}a = ${number}$`, "m"))
    })

    it("A number that no contact may have is refused before its name is asked for", () => {
      phone.press("down up right middle 7 0 right")
      assert.equal(phone.view(), "message")
      assert.match(phone.screen(), /without spaces/)
    })

    it("In the options of a call a digit always means the same; where that is not offered, it does nothing", () => {
      const means = new Map<string, string>()
      const stages: Record<string, () => void> = {
        talking: () => talk(phone),
        held: () => phone.ring(0, { state: "talking", talked: 1, marks: ["focused", "held"] }),
        two: () => { phone.ring(1, { state: "talking", talked: 1, marks: ["held"], number: "6003" }); talk(phone) },
        "two, both held": () => { phone.ring(1, { state: "talking", talked: 1, marks: ["held"], number: "6003" }); phone.ring(0, { state: "talking", talked: 1, marks: ["focused", "held"] }) },
        conference: () => { phone.ring(1, { state: "talking", talked: 1, marks: ["mixed"], number: "6003" }); phone.ring(0, { state: "talking", talked: 1, marks: ["focused", "mixed"] }) },
      }
      for (const [stage, come] of Object.entries(stages)) {
        begin(phone)
        come()
        phone.press("middle")
        const offered = [...phone.screen().matchAll(/^([1-9]) (\S.*?) *$/gm)].map(([, digit = "", label = ""]) => [digit, label])
        assert.ok(offered.length >= 3, stage)
        for (const [digit = "", label = ""] of offered) assert.equal(means.get(digit) ?? label, label, `${stage}: ${digit}`)
        for (const [digit = "", label = ""] of offered) means.set(digit, label)
        const before = phone.screen()
        for (const digit of "123456789") {
          if (offered.some(([one]) => one === digit)) continue
          phone.press(digit)
          assert.equal(phone.screen(), before, `${stage}: ${digit}`)
        }
      }
      assert.deepEqual([...means].sort().map((entry) => entry.join(" ")),
        ["1 Mute", "2 Transfer", "3 Another call", "4 Conference", "5 Connect the two", "6 Hold", "7 Resume", "8 Menu"])
    })

    it("A number is picked from the phone book or the history into the one that is typed", () => {
      phone.press("5 down down right")
      assert.equal(row(phone, 1), "6003_")
      phone.past("missed", "", "7001")
      phone.press("up right")
      assert.equal(row(phone, 1), "7001_")
    })

    it("A call setting is changed with the arrows, goes round at its ends, and is kept when the view is left", () => {
      phone.press("right 3 forward forward forward forward forward")
      assert.match(row(phone, 1), /Volume +0$/)
      phone.press("erase")
      assert.match(row(phone, 1), /Volume +10$/)
      assert.equal(phone.press("back"), "store")
    })

    it("A registration that fails does not interrupt a call", () => {
      talk(phone)
      phone.stand("waiting", "all failed")
      phone.fail()
      assert.match(row(phone, 0), /Talking/)
    })
  })
}
