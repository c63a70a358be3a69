// Every key in every scene: nothing traps, a way leads back, and the soft keys name what they do.
import assert from "node:assert/strict"
import { CALL_STATES, KEYS, VIEWS, openPhone, type Phone } from "./phone.ts"
import { LINE_SCENES, beginNew } from "./line-scenes.ts"
import { SCENES, begin } from "./scenes.ts"

const ALL_KEYS = [..."0123456789*#", ...Object.keys(KEYS)]
const PLACES = [0, 1, 2]
const BACK_MAX = 6

type Scene = { name: string; come: (phone: Phone) => void }
const scenes: Scene[] = [
  ...LINE_SCENES.map(([name, come]) => ({ name, come: (phone: Phone) => { beginNew(phone); come(phone) } })),
  ...SCENES.map(([name, come]) => ({ name, come: (phone: Phone) => { begin(phone); come(phone) } })),
]

const lastRow = (phone: Phone) => phone.screen().split("\n")[7]!
const callStates = (phone: Phone) => PLACES.map((i) => phone.callState(i))

/** What must be on the home view: the call that is shown, or the idle view. */
function assertHome(phone: Phone, name: string) {
  assert.equal(phone.view(), "home", name)
  const row = lastRow(phone)
  if (phone.shownCall() < 0) assert.match(row, /^Servers (Calls|Retry|Log on) +Menu$/, name)
  else assert.match(row, /^(|Hold|Resume|Swap|Split|Answer|Redial) +(|Menu|More|Busy) +(End|Reject|OK)$/, name)
}

function leave(phone: Phone) { for (let i = 0; i < BACK_MAX && phone.view() !== "home"; i++) phone.press("back") }

/** The labels of the soft keys from left to right, "" where there is none: a label is inverse. */
function labels(phone: Phone): string[] {
  const row = lastRow(phone), inverse = phone.inverse().slice(147)
  const found = ["", "", ""]
  for (let from = 0; from < 21; from++) {
    if (!inverse[from] || from > 0 && inverse[from - 1]) continue
    const end = inverse.findIndex((shown, i) => i > from && !shown)
    const label = row.slice(from, end < 0 ? 21 : end)
    found[from === 0 ? 0 : end < 0 ? 2 : 1] = label
  }
  return found
}

/** What a key could change; without the seconds what passes by itself is left out. A message may lie under a call that rings. */
const picture = (phone: Phone, seconds: boolean) => ["", phone.view(), seconds ? phone.screen() : phone.screen().replaceAll(/\d+/g, "N"), phone.inverse().join(), callStates(phone).join(), phone.depth()].join("\n")

describe("Every key in every scene", function () {
  let phone: Phone
  before(async () => { phone = await openPhone("v8") })

  it("The scenes are in every view and show calls in every state", () => {
    const views = new Set<string>(), states = new Set<string>()
    for (const { come } of scenes) {
      come(phone)
      views.add(phone.view())
      for (const state of callStates(phone)) states.add(state)
    }
    assert.deepEqual([...views].sort(), [...VIEWS].sort())
    // A call that is ending is not shown any more.
    assert.deepEqual([...states].sort(), CALL_STATES.filter((state) => state !== "ending").sort())
  })

  it("No key traps, long or short; after it at most six times Back, with the hook before or without it, lead to the call that is shown or to the idle view", () => {
    for (const { name, come } of scenes) {
      for (const key of ALL_KEYS) {
        for (const long of [false, true]) {
          const what = `${name}: ${key}${long ? " held, then the hook" : ""}`
          come(phone)
          if (long) phone.hold(key, 1200)
          else phone.press(key)
          assert.ok(phone.screen().split("\n").every((line) => line.length === 21), what)
          if (long && phone.view() !== "home") phone.press("hook")
          leave(phone)
          assertHome(phone, what)
          for (const i of PLACES) phone.ring(i, { state: "free" })
          leave(phone)
          assertHome(phone, what)
        }
      }
    }
  })

  it("In every view a soft key is named; one that has a name does something, and one without does nothing", () => {
    for (const { name, come } of scenes) {
      come(phone)
      const named = labels(phone)
      assert.ok(named.some((label) => label !== ""), name)
      for (const [i, key] of ["left", "middle", "right"].entries()) {
        come(phone)
        const seconds = named[i] !== "", before = picture(phone, seconds)
        const action = phone.press(key)
        // A message goes with any key. What becomes of calls, the flows show with real ones.
        if (before.startsWith(named[i] === "" ? "\nmessage" : "\nhome") && (named[i] === "" || phone.shownCall() >= 0)) continue
        const did = action !== "none" || picture(phone, seconds) !== before
        assert.equal(did, named[i] !== "", `${name}: ${key} "${named[i]}"`)
      }
    }
  })
})
