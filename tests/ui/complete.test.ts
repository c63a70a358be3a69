// Every state that a user can reach is drawn: the core's own tables and texts are compared with the pictures that are kept.
import assert from "node:assert/strict"
import { readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { ROOT } from "../../build/core.ts"
import { LINE_SCENES, beginNew } from "./line-scenes.ts"
import { SCENES, begin } from "./scenes.ts"
import { CALL_STATES, ENDS, REFUSALS, STATES, TROUBLES, VIEWS, openPhone, type Call, type Phone } from "./phone.ts"

/** Files of the ui room whose texts are the console's. */
const CONSOLE = /^(answers|command.*|json|report-.*)\.ts$/
/** Texts in the others that no screen shows, and why. */
const NOT_DRAWN: Readonly<Record<string, string>> = {
  "You hung up": "who ended a call is not told so; the console and the flows say it",
  "Cancelled": "the same",
  "the network is down": "on the screen it is the advice of Trouble.NETWORK_DOWN",
  "there is no such server": "only the console names servers",
}
/** A key of JSON. */
const KEY = /^[a-z]+(_[a-z]+)+$|^failures$/
const PICTURE = /(?:^ *\|.{21}\|\n){8}/gm
const TEXT = /\bprose\("((?:[^"\\]|\\.)*)"\)/g

const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), "utf8")
const filesIn = (path: string, kind: string): string[] => readdirSync(join(ROOT, path)).filter((name) => name.endsWith(kind))

/** The names in an enum, or in a namespace of constants, in words. */
function namesOf(path: string, name: string): string[] {
  const body = new RegExp(`(?:enum|namespace) ${name} \\{([^}]*)\\}`).exec(read(path))?.[1] ?? ""
  const names = [...body.replaceAll(/\/\/.*/g, "").matchAll(/\b[A-Z][A-Z_0-9]+\b/g)].map(([word]) => word.toLowerCase().replaceAll("_", " "))
  assert(names.length > 0, `${path} has ${name}`)
  return names
}

/** The pictures that the tests compare with, each as one line of words. */
function pictures(): string[] {
  return ["tests/ui", "tests/flow"].flatMap((folder) => filesIn(folder, ".md").flatMap((name) => read(folder, name).match(PICTURE) ?? []))
    .map((picture) => picture.split("\n").map((row) => row.trim().slice(1, -1)).join("\n").replaceAll(/\s+/g, " "))
}

/** Goes to every scene; gives what the phone was told there, as "kind name". */
function visited(phone: Phone): Set<string> {
  const seen = new Set<string>()
  const spied: Phone = {
    ...phone,
    ring: (i: number, call: Call) => { seen.add(`call ${call.state}`).add(`end ${call.ended}`); phone.ring(i, call) },
    stand: (state, trouble, status, at) => { seen.add(`registration ${state}`).add(`trouble ${trouble}`); phone.stand(state, trouble, status, at) },
    refuse: (refusal) => { seen.add(`refusal ${refusal}`); phone.refuse(refusal) },
  }
  const scenes = [...LINE_SCENES.map(([, come]) => [beginNew, come] as const), ...SCENES.map(([, come]) => [begin, come] as const)]
  for (const [start, come] of scenes) {
    start(phone)
    come(spied)
    seen.add(`view ${phone.view()}`)
  }
  return seen
}

describe("The pictures that are kept", () => {
  it("name every state in the order of the core", () => {
    assert.equal(VIEWS.length, namesOf("assembly/ui/panel.ts", "View").length)
    assert.deepEqual(STATES, namesOf("assembly/account/machine.ts", "RegistrationState"))
    assert.deepEqual(TROUBLES, namesOf("assembly/account/record.ts", "Trouble"))
    assert.deepEqual(CALL_STATES, namesOf("assembly/dialog/call.ts", "CallState"))
    assert.deepEqual(ENDS, namesOf("assembly/dialog/call.ts", "Ended"))
    assert.deepEqual(["done", ...REFUSALS], namesOf("assembly/dialog/commands.ts", "Refusal"))
  })

  it("have every view, every state of a registration and of a call, every trouble, end and refusal", async () => {
    const seen = visited(await openPhone("v8"))
    const states = {
      view: VIEWS, registration: STATES, trouble: TROUBLES, refusal: REFUSALS,
      // A call that is free or is ending is not shown, nor one that the user has ended.
      call: CALL_STATES.filter((name) => name !== "free" && name !== "ending"), end: ENDS.filter((name) => !["none", "hung up", "cancelled"].includes(name)),
    }
    assert.deepEqual(Object.entries(states).flatMap(([kind, names]) => names.map((name) => `${kind} ${name}`)).filter((name) => !seen.has(name)), [])
  })

  it("show every text that the views can write", () => {
    const kept = pictures()
    assert(kept.length > 400)
    const missing = filesIn("assembly/ui", ".ts").filter((name) => !CONSOLE.test(name)).flatMap((name) =>
      [...read("assembly/ui", name).matchAll(TEXT)].map(([, text = ""]) => text.trim())
        .filter((text) => text.length > 1 && !KEY.test(text) && !(text in NOT_DRAWN) && !kept.some((picture) => picture.includes(text)))
        .map((text) => `${name}: ${text}`))
    assert.deepEqual(missing, [])
  })
})
