// Keys and time: the paths through the views, the editor, repetition, and pictures only when something has changed.
import assert from "node:assert/strict"
import { KEYS, openPhone, type Phone } from "./phone.ts"

const ACCOUNT = "domain: example.com\nuser: 6001\npassword: secret\n"
const ALL_KEYS = [..."0123456789*#", ...Object.keys(KEYS)]
const SETTING = { domain: 0, server: 1, user: 3, password: 5, name: 6 }

for (const engine of ["v8", "wasm3"] as const) {
  describe(`keys under ${engine}`, () => {
    let phone: Phone
    before(async function () {
      this.timeout(180_000)
      phone = await openPhone(engine)
    })
    beforeEach(() => {
      phone.open()
      phone.settings(ACCOUNT)
      phone.servers([])
    })

    it("The SIP status view is one key away from the idle view, and two by the menu (VE-38)", () => {
      phone.press("left")
      assert.equal(phone.view(), "servers")
      phone.press("back right 5")
      assert.equal(phone.view(), "servers")
    })

    it("No view is a dead end: whatever is pressed, at most six times Back, and the hook at once, lead to the idle view", () => {
      const ways = ["", "left", "left right", "right", "right 4", "right 4 1", "right 4 3 5", "right 5", "right 6", "right 9", "right 4 1 * # # * right", "5", "hook", "up", "down",
        "down right", "down right 7 right", "right 3"]
      for (const way of ways) {
        for (const one of ALL_KEYS) {
          for (const two of engine === "v8" ? ALL_KEYS : ["1", "ok"]) {
            phone.open()
            phone.settings(ACCOUNT)
            if (way !== "") phone.press(way)
            if (two === "1") phone.fail()
            phone.press(`${one} ${two}`)
            const depth = ["back", "back", "back", "back", "back", "back"].findIndex((key) => phone.view() === "home" || void phone.press(key))
            assert.ok(depth !== -1 || phone.view() === "home", `${way} ${one} ${two}`)
          }
          phone.press("hook")
          if (phone.view() !== "home") phone.press("hook")
          assert.ok(["home", "message"].includes(phone.view()), `${way} ${one} hook`)
        }
      }
    }).timeout(30_000)

    it("Every key, in every view, is answered with a whole picture: nothing is written beyond the 21 columns", () => {
      for (const key of ALL_KEYS) {
        phone.press(`right 4 1 ${key}`)
        assert.ok(phone.screen().split("\n").every((line) => line.length === 21))
      }
    })

    it("Nothing of the form is applied before Save; Save applies all of it and asks for a new registration", () => {
      const value = (setting: number) => phone.read(Number(phone.call("wordsOf", setting)))
      phone.press("right 4 2 left 2 right down 3 7 7 7 7 right")
      assert.equal(phone.view(), "account")
      assert.deepEqual([value(SETTING.user), value(SETTING.password)], ["6001", "secret"])
      assert.equal(phone.press("middle"), "save")
      assert.deepEqual([value(SETTING.user), value(SETTING.password), value(SETTING.domain), phone.view()], ["6002", "s", "example.com", "home"])
    })

    it("Cancel leaves every setting as it was", () => {
      phone.press("right 4 2 left 2 right left")
      assert.deepEqual([phone.read(Number(phone.call("wordsOf", SETTING.user))), phone.view()], ["6001", "menu"])
      assert.equal(phone.press("4 middle"), "none")
    })

    it("A value that is not allowed keeps the editor open, with the reason on top of it", () => {
      phone.press("right 4 1 # # * * right")
      assert.equal(phone.view(), "message")
      assert.match(phone.screen(), /domain is a host name/)
      phone.press("5")
      assert.equal(phone.view(), "edit")
      assert.match(phone.screen(), /example\.com\*/)
    })

    it("A password that is opened and accepted without typing stays as it was", () => {
      assert.equal(phone.press("right 4 3 right middle"), "none")
      assert.equal(phone.read(Number(phone.call("wordsOf", SETTING.password))), "secret")
    })

    it("One key steps through its letters; another key, the right arrow or one second makes the letter final", () => {
      const typed = (keys: string) => { phone.press(keys); return phone.screen().split("\n")[1]!.split("_")[0] }
      phone.press("right 4 5")
      assert.equal(typed("2"), "a")
      assert.equal(typed("2"), "b")
      assert.equal(typed("2 2 2"), "a")
      assert.equal(typed("3"), "ad")
      assert.equal(typed("forward 3"), "add")
      phone.pass(1000)
      assert.equal(typed("3"), "addd")
      assert.equal(typed("#"), "addd")
      assert.equal(typed("9 9"), "adddX")
      assert.equal(typed("# 9 9"), "adddX99")
      assert.equal(typed("left left left"), "addd")
    })

    it("A text cannot become longer than its setting allows", () => {
      phone.press(`right 4 4 # # ${Array(60).fill("7").join(" ")} right middle`)
      assert.equal(phone.read(Number(phone.call("wordsOf", SETTING.name))), "7".repeat(48))
    })

    it("A key that is held counts again after half a second and then every 150 ms; others count once", () => {
      const keep = (key: string, ms: number) => { phone.open(); phone.settings(ACCOUNT); phone.press("right 4 1"); phone.hold(key, ms); return phone.screen().split("\n")[1]!.split("_")[0] }
      assert.equal(keep("left", 499), "example.co")
      assert.equal(keep("left", 500), "example.c")
      assert.equal(keep("left", 950), "exampl")
      assert.equal(keep("#", 5000), "example.com")
    })

    it("The registration is asked for, and ended, from the menu, and tried again from the idle view", () => {
      assert.equal(phone.press("right 7"), "register")
      assert.equal(phone.press("right 8"), "unregister")
      phone.stand("waiting", "all failed")
      assert.equal(phone.press("middle"), "register")
      phone.stand("registered", "none", 200, 0)
      assert.equal(phone.press("middle"), "none")
    })

    it("A message goes with any key, shows once, and goes by itself when the phone is registered", () => {
      phone.stand("waiting", "all failed")
      phone.fail()
      phone.fail()
      assert.equal(phone.view(), "message")
      assert.equal(phone.press("ok"), "none")
      assert.equal(phone.view(), "home")
      phone.press("right 4 1")
      phone.fail()
      phone.servers([{ address: "192.0.2.1", status: "up" }], 0)
      phone.stand("registered", "none", 200, 0)
      assert.equal(phone.view(), "edit")
    })

    it("A digit that is dialled on a message over the idle view is the first one of the number; over another view it only takes the message away", () => {
      phone.stand("waiting", "all failed")
      phone.press("right")
      phone.fail()
      phone.press("4")
      assert.equal(phone.view(), "menu")
      phone.press("back")
      phone.fail()
      phone.press("7 0 1")
      assert.equal(phone.view(), "edit")
      assert.match(phone.screen(), /\b701/)
    })

    it("An unknown key code changes nothing", () => {
      const before = phone.screen()
      for (const code of [0, 32, 64, 127, 255, 65536 + 97]) {
        phone.call("key", code, 1, 1n)
        assert.equal(phone.screen(), before)
      }
    })

    it("A picture is given out only when it has changed; the idle clock changes once a minute", () => {
      assert.equal(phone.drawn(), true)
      assert.equal(phone.drawn(), false)
      phone.stand("registered", "none", 200, -1)
      phone.clock("2026-03-01T23:58:30Z")
      phone.drawn()
      phone.call("update", 5n)
      assert.equal(phone.drawn(), false)
      assert.equal(phone.pass(10 * 60_000), 10)
      assert.match(phone.screen(), / 00:08$/m)
    })

    it("Without a clock a registered phone has no deadline of its own", () => {
      phone.stand("registered", "none", 200, -1)
      assert.equal(phone.soonest(), 0x7fffffffffffffffn)
    })

    it("The time until the next try is counted down, coarsely while it is long", () => {
      phone.stand("waiting", "all failed")
      phone.times(0, 0, 0, 1800)
      const seen: string[] = []
      for (let i = 0; i < 1800; i++) {
        const left = /again in (.*?) *\|/.exec(phone.screen().split("\n").map((line) => line + "|").join("\n"))![1]!
        if (seen.at(-1) !== left) seen.push(left)
        phone.pass(1000)
      }
      assert.deepEqual(seen.slice(0, 3).concat(seen.slice(26)), ["30 min", "29 min", "28 min", "4 min", "3 min", "2 min", "90 s", "85 s", "80 s", "75 s", "70 s", "65 s", "60 s",
        "55 s", "50 s", "45 s", "40 s", "35 s", "30 s", "25 s", "20 s", "15 s", "10 s", "9 s", "8 s", "7 s", "6 s", "5 s", "4 s", "3 s", "2 s", "1 s"])
      assert.doesNotMatch(phone.screen(), /again/)
    })
  })
}
