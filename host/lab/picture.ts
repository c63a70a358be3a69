// Makes docs/calling.svg and docs/hunting.svg: the phone makes and takes calls and moves from server to server in a real run of the lab, and its screen is drawn
// at each step.
import { writeFileSync } from "node:fs"
import type { Picture } from "../calls.ts"
import { realClock } from "../clock.ts"
import type { Actions, Handset } from "../handset/handset.ts"
import { drawPanels, type Panel } from "../handset/picture.ts"
import { makeLoader } from "../loader.ts"
import { run } from "../run.ts"
import { withOverrides } from "../settings.ts"
import { microphoneOf } from "../sound/microphone.ts"
import { speakerOf } from "../sound/speaker.ts"
import { memoryStore } from "../store.ts"
import { startLab } from "./lab.ts"

const FOLDER = new URL("../../docs/", import.meta.url)
const STEP_MS = 40_000

/** The screen is taken a moment after the event that a step waits for, when it has been drawn. */
const SETTLE_MS = 400

const loader = makeLoader(process.argv.includes("v8") ? "v8" : "wasm3")
const lab = await startLab(realClock.now, () => {})
let panels: Panel[] = []
let picture: Picture | undefined
let seen: string[] = []
let wake = (): void => {}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function until(...names: string[]): Promise<void> {
  const deadline = realClock.now() + STEP_MS
  while (!seen.some((name) => names.includes(name))) {
    if (realClock.now() >= deadline) throw new Error(`${names.join(" or ")} did not come within ${STEP_MS / 1000} s; there was ${seen.join(" ")}`)
    await Promise.race([new Promise<void>((resolve) => { wake = resolve }), pause(deadline - realClock.now())])
  }
  seen = []
  await pause(SETTLE_MS)
}

function take(...caption: string[]): void {
  if (picture === undefined) throw new Error("the phone has shown nothing")
  panels.push({ frame: picture.frame, caption })
  console.error(`${caption.join(" ")}\n${picture.lines.map((line) => `  |${line}|`).join("\n")}`)
}

function activeServer(): number {
  const at = lab.lines().findIndex(({ registered }) => registered)
  if (at < 0) throw new Error("no server has the phone's registration")
  return at + 1
}

/** What has been taken so far becomes a file. */
function finish(name: string, title: string): void {
  const file = new URL(name, FOLDER)
  writeFileSync(file, drawPanels(panels, title))
  console.log(`Wrote ${file}`)
  panels = []
}

async function press(actions: Actions, ...keys: string[]): Promise<void> {
  for (const key of keys) actions.key(key)
  await pause(SETTLE_MS)
}

async function calling(actions: Actions): Promise<void> {
  actions.command("contacts add Anna Berg 600")
  await press(actions, "6", "0", "0")
  take("A number is typed; the phone book knows whose", "it is.")
  await press(actions, "O")
  take("It rings there. Which server the call went to is", "told all the while.")
  await until("CALL_TALKING")
  await pause(5000)
  take("Talking: the bars are what was measured of loss", "and delay.")
  actions.callMe()
  await until("CALL_INCOMING")
  take("Somebody else calls, and is shown over the call", "that goes on.")
  await press(actions, "a")
  await until("CALL_TALKING")
  await pause(3000)
  take("Both calls; the arrow points to the one in focus.")
  await press(actions, "b")
  take("What can be done with them.")
  await press(actions, "H", "H")
  await pause(2000)
  await press(actions, "H")
  await pause(2000)
  finish("calling.svg", "Linehunt makes and takes calls")
}

async function hunting(actions: Actions): Promise<void> {
  const first = activeServer()
  take(`Registered at server ${first}, drawn by weight`, "from two of the best priority.")
  await lab.set(first, "crashed")
  await until("MOVED", "REGISTERED")
  const second = activeServer()
  take(`Server ${first} crashed: its host refuses, and the phone`, `is registered at server ${second} at once.`)
  await lab.set(second, "503")
  await until("MOVED", "REGISTERED")
  take(`Server ${second} answers 503: only the backup is left,`, "and it takes the phone.")
  await press(actions, "a")
  take("One key further: each server with its rank,", "priority, address and status.")
  finish("hunting.svg", "Linehunt moves from server to server")
}

async function story(actions: Actions): Promise<void> {
  await until("REGISTERED")
  await calling(actions)
  await hunting(actions)
  actions.quit()
}

const settings = withOverrides(new Uint8Array(0), lab.settings, () => loader.load(undefined))
await run({
  loader, settings, lab, dns: [lab.dns], store: memoryStore("nowhere", null),
  trace: undefined, json: false, microphone: microphoneOf("silence", () => {}), speaker: speakerOf("none", () => {}), firstCommands: [], lines: undefined, endsWithLines: false,
  onLab() {},
  handset(actions) {
    story(actions).catch((error: unknown) => {
      console.error(error)
      process.exit(1)
    })
    return {
      display(next) { picture = next },
      event(name) {
        seen.push(name)
        wake()
      },
      line(kind, text) { console.error(`${kind} ${text}`) },
      reply() {}, lab() {}, close() {},
    } satisfies Handset
  },
})
process.exit()
