import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import type { Machine } from "../../host/calls.ts"
import type { Actions, Handset } from "../../host/handset/handset.ts"
import { LAB_PASSWORD, startLab } from "../../host/lab/lab.ts"
import { makeLoader } from "../../host/loader.ts"
import { replay } from "../../host/replay.ts"
import { run } from "../../host/run.ts"
import { withOverrides } from "../../host/settings.ts"
import { microphoneOf } from "../../host/sound/microphone.ts"
import { speakerOf } from "../../host/sound/speaker.ts"
import { memoryStore } from "../../host/store.ts"
import { makeTrace } from "../../host/trace.ts"

const built = existsSync(new URL("../../build/out/linehunt.wasm", import.meta.url))

/** The real core, which stops itself when it is given the command "boom". */
function fragile(machine: Machine): Machine {
  return {
    ...machine,
    perform(call, now) {
      if (call.call === "command" && call.line === "boom") throw new Error("unreachable executed")
      return machine.perform(call, now)
    },
  }
}

describe("A phone whose core stops itself", function () {
  before(() => { assert.ok(built, "build/out/linehunt.wasm is not there: run npm run build") })

  it("It registers again with the same Contact and Call-ID and a higher CSeq, and the trace of both lives replays (design 3)", async () => {
    const loader = makeLoader("v8")
    const lab = await startLab(() => Math.floor(performance.now()), () => {})
    const recorded: string[] = [], warnings: string[] = []
    const settings = withOverrides(new Uint8Array(0), lab.settings, () => loader.load(undefined))
    let registered = 0
    const exit = await run({
      loader: { ...loader, load: (keep) => fragile(loader.load(keep)) },
      settings, lab, store: memoryStore("nowhere", null), dns: [lab.dns], json: false,
      microphone: microphoneOf("silence", () => {}), speaker: speakerOf("none", () => {}), firstCommands: [], lines: undefined, endsWithLines: false,
      trace: makeTrace((line) => { recorded.push(line) }, "0", 1, "v8"),
      onLab() {},
      handset(actions: Actions): Handset {
        return {
          display() {}, reply() {}, lab() {}, close() {},
          line(kind, text) { if (kind === "warning") warnings.push(text) },
          event(name) {
            if (name !== "REGISTERED") return
            registered++
            setImmediate(() => registered === 1 ? actions.command("boom") : actions.quit())
          },
        }
      },
    })
    assert.equal(exit, "ok")
    assert.match(warnings[0] ?? "", /^The phone stopped itself: unreachable executed/)
    const sent = recorded.map((line) => JSON.parse(line) as { out?: { bytes?: { text?: string } } }).map(({ out }) => out?.bytes?.text ?? "")
    const registers = sent.filter((text) => text.startsWith("REGISTER"))
    const field = (name: string) => registers.map((text) => new RegExp(`^${name}\\s*:\\s*(.*)\\r$`, "mi").exec(text)?.[1] ?? "")
    assert(registers.length >= 4 && [...field("Contact"), ...field("Call-ID")].every((value) => value !== ""))
    assert.equal(new Set(field("Contact").map((value) => value.replace(/;expires=\d+/, ""))).size, 1, field("Contact").join("\n"))
    assert.equal(new Set(field("Call-ID")).size, 1, field("Call-ID").join("\n"))
    const numbers = field("CSeq").map((value) => parseInt(value))
    assert(numbers.every((value, i) => i === 0 || value > (numbers[i - 1] ?? 0)), numbers.join(" "))
    const text = `${recorded.join("\n")}\n`, load = (keep: Uint8Array | undefined) => fragile(loader.load(keep))
    const verdict = replay({ text, name: "both lives", load, module: "0", password: LAB_PASSWORD, known: [], warn: assert.fail })
    assert(verdict.same, verdict.same ? "" : verdict.lines.join("\n"))
    assert.equal(verdict.note, "")
  })
})
