// A phone on this machine is given another module while it runs, on both engines, against the lab.
import assert from "node:assert/strict"
import { createSocket } from "node:dgram"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { EngineName } from "../../host/engine/engine.ts"
import type { Actions, Handset } from "../../host/handset/handset.ts"
import { LAB_PASSWORD, startLab, type Lab } from "../../host/lab/lab.ts"
import { makeLoader, otherLoader } from "../../host/loader.ts"
import { replay, type ReplayParts } from "../../host/replay.ts"
import { run } from "../../host/run.ts"
import { withOverrides } from "../../host/settings.ts"
import { pitch, samplesFrom } from "../../host/sim/tone.ts"
import { microphoneOf } from "../../host/sound/microphone.ts"
import { memoryStore } from "../../host/store.ts"
import { makeTrace } from "../../host/trace.ts"
import { NEXT_WORD, movedBuild, nextBuild, plantedBuild } from "../builds.ts"
import { globalsWith, moduleWith } from "../modules.ts"

const TONE_MS = 1000, FRAME_MS = 20

describe("A module that takes the place of another while the phone runs", function () {
  this.timeout(180_000)
  const folder = mkdtempSync(join(tmpdir(), "linehunt-update-"))
  const file = (name: string): string => join(folder, name)
  before(async () => {
    assert.ok(existsSync(new URL("../../build/out/linehunt.wasm", import.meta.url)), "build/out/linehunt.wasm is not there: run npm run build")
    writeFileSync(file("next.wasm"), await nextBuild())
    writeFileSync(file("moved.wasm"), await movedBuild())
    writeFileSync(file("planted.wasm"), await plantedBuild())
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  for (const engine of ["wasm3", "v8"] as EngineName[]) {
    it(`In the middle of a call it goes on with the dialog and the sound, on ${engine}, and the trace replays`, async () => {
      const phone = await Phone.start(engine)
      try {
        await phone.event("REGISTERED")
        phone.command("dial 600")
        await phone.event("CALL_TALKING")
        await phone.heard(TONE_MS)
        phone.command(`update ${file("next.wasm")}`)
        await phone.line(/^The phone goes on with the module/)
        const before = phone.sound.length
        await phone.heard(TONE_MS)
        assert.equal(pitch(samplesFrom(Buffer.concat(phone.sound.slice(before)))), "440 Hz", "what the lab echoes is heard after it as before")
        phone.command("mem")
        assert.match(phone.replies.at(-1) ?? "", new RegExp(NEXT_WORD), "it is the other module that answers")
        phone.command("hangup")
        await phone.event("CALL_ENDED")
        await phone.line(/BYE[^]*200|200[^]*BYE/)
        assert.equal(phone.starts, 1, "nothing was started anew")
      } finally {
        await phone.quit()
      }
      const verdict = phone.replay({ other: (hash) => hash === otherLoader(engine, file("next.wasm")).hash ? otherLoader(engine, file("next.wasm")).load : undefined })
      assert.ok(verdict.same && verdict.note === "", JSON.stringify(verdict))
      const alone = phone.replay({})
      assert.ok(alone.same && /went on with the module [0-9a-f]{12}; give it with --module FILE/.test(alone.note), JSON.stringify(alone))
    })
  }

  it("One whose memory is laid out otherwise waits for the end of the call, and registers again as the same phone", async () => {
    const phone = await Phone.start("v8")
    try {
      await phone.event("REGISTERED")
      phone.command("dial 600")
      await phone.event("CALL_TALKING")
      phone.command(`update ${file("moved.wasm")}`)
      await phone.line(/waits for the end of the call/)
      await phone.heard(TONE_MS)
      assert.equal(phone.starts, 1)
      const before = phone.registers().length
      phone.command("hangup")
      await phone.line(/^The phone starts with the module/)
      await phone.until("another REGISTER", () => phone.registers().length > before + 1)
      phone.command("mem")
      assert.match(phone.replies.at(-1) ?? "", new RegExp(NEXT_WORD))
      const field = (name: string): string[] => phone.registers().map((text) => new RegExp(`^${name}\\s*:\\s*(.*)\\r$`, "mi").exec(text)?.[1] ?? "")
      assert.equal(new Set(field("Call-ID")).size, 1, "KEEP is laid out as before")
      assert.ok(field("CSeq").map((value) => parseInt(value)).every((value, i, all) => i === 0 || value > (all[i - 1] ?? 0)))
    } finally {
      await phone.quit()
    }
  })

  it("One that stops itself three times within a minute gives way to the one before it", async () => {
    const phone = await Phone.start("wasm3")
    try {
      await phone.event("REGISTERED")
      phone.command(`update ${file("planted.wasm")}`)
      await phone.line(/^The phone goes on with the module/)
      for (const n of [1, 2, 3]) {
        const from = phone.events.length
        phone.poison(`FAIL ${n}`)
        await phone.line(new RegExp(`it expected: no packet that begins with FAIL.*\\n[^]*FAIL ${n}`))
        await phone.until("registered again", () => phone.events.slice(from).includes("REGISTERED"))
      }
      await phone.line(/third time within a minute: the phone goes back/)
      phone.command("update")
      assert.equal(phone.replies.at(-1), `the module ${makeLoader("wasm3").hash.slice(0, 12)} runs`)
      const starts = phone.starts
      phone.poison("FAIL 4")
      phone.command("status")
      assert.match(phone.replies.at(-1) ?? "", /registered/)
      assert.equal(phone.starts, starts)
    } finally {
      await phone.quit()
    }
  })

  it("A file that is no module of the phone is refused with the reason, and the phone goes on", async () => {
    const phone = await Phone.start("v8")
    try {
      writeFileSync(file("half.wasm"), (await nextBuild()).subarray(0, 80_000))
      writeFileSync(file("text.wasm"), "no module")
      writeFileSync(file("other.wasm"), moduleWith({ globals: globalsWith({ ABI_VERSION: 2 }) }))
      await phone.event("REGISTERED")
      for (const name of ["half.wasm", "text.wasm", "other.wasm", "missing.wasm"]) phone.command(`update ${file(name)}`)
      assert.deepEqual(phone.replies.slice(-4).map((reply) => reply.replaceAll(folder, "")), [
        "The module /half.wasm cannot be the phone: it cannot be read: the module ends in the middle.",
        "The module /text.wasm cannot be the phone: it cannot be read: not a WebAssembly module of version 1.",
        "The module /other.wasm cannot be the phone: it speaks version 2 of the interface, this host version 1.",
        "The module /missing.wasm cannot be read: there is no such file or folder; check its name.",
      ])
      phone.command("status")
      assert.match(phone.replies.at(-1) ?? "", /state: registered/)
    } finally {
      await phone.quit()
    }
  })
})

function sendTo(port: number, text: string): void {
  const socket = createSocket("udp4")
  socket.send(text, port, "127.0.0.1", () => socket.close())
}

/** A phone in the lab, with what it says and plays. */
class Phone {
  readonly events: string[] = []
  readonly replies: string[] = []
  readonly sound: Uint8Array[] = []
  private readonly lines: string[] = []
  private readonly recorded: string[] = []
  private readonly engine: EngineName
  private readonly lab: Lab
  private actions: Actions | undefined
  private ended: Promise<unknown> = Promise.resolve()
  private seen = 0

  private constructor(engine: EngineName, lab: Lab) {
    this.engine = engine
    this.lab = lab
  }

  static async start(engine: EngineName): Promise<Phone> {
    const loader = makeLoader(engine), lab = await startLab(() => Math.floor(performance.now()), () => {})
    const phone = new Phone(engine, lab)
    phone.ended = run({
      loader, lab, store: memoryStore("nowhere", null), dns: [lab.dns], json: false, settings: withOverrides(new Uint8Array(0), lab.settings, () => loader.load(undefined)),
      microphone: microphoneOf("tone:440", assert.fail), firstCommands: [], lines: undefined, endsWithLines: false,
      speaker: { start() {}, put: (sound) => { phone.sound.push(sound.slice()) }, stop() {} },
      trace: makeTrace((line) => { phone.recorded.push(line) }, loader.hash, 1, engine),
      onLab() {},
      handset: (actions) => {
        phone.actions = actions
        return phone.handset()
      },
    })
    return phone
  }

  private handset(): Handset {
    return {
      display() {}, lab() {}, close() {},
      reply: (_code, text) => { this.replies.push(text) },
      line: (_kind, text) => { this.lines.push(text) },
      event: (name) => { this.events.push(name) },
    }
  }

  get starts(): number { return this.recorded.filter((line) => line.startsWith('{"start"')).length }

  command(line: string): void { this.actions?.command(line) }

  async quit(): Promise<void> {
    this.actions?.quit()
    await this.ended
    this.lab.close()
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    for (let i = 0; !holds(); i++) {
      assert.ok(i < 1000, `${what} did not come:\n${this.lines.slice(-20).join("\n")}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  /** Waits for an event behind the one that was waited for last. */
  async event(name: string): Promise<void> {
    await this.until(name, () => this.events.indexOf(name, this.seen) >= 0)
    this.seen = this.events.indexOf(name, this.seen) + 1
  }

  /** Waits until what was said matches. */
  line(what: RegExp): Promise<void> { return this.until(String(what), () => this.lines.some((line) => what.test(line)) || what.test(this.lines.join("\n"))) }

  /** Waits until so much has been played. */
  async heard(ms: number): Promise<void> {
    const before = this.sound.length
    await this.until(`${ms} ms of sound`, () => this.sound.length - before >= ms / FRAME_MS)
  }

  /** A packet that stops a planted phone, to the port that it listens on. */
  poison(text: string): void { sendTo(this.port(), text) }

  private port(): number {
    const opened = this.recorded.map((line) => /"event":\{"kind":"opened","local":"0\.0\.0\.0:(\d+)"/.exec(line)?.[1]).filter((port) => port !== undefined)
    return Number(opened.at(-1))
  }

  registers(): string[] {
    return this.recorded.map((line) => (JSON.parse(line) as { out?: { bytes?: { text?: string } } }).out?.bytes?.text ?? "").filter((text) => text.startsWith("REGISTER"))
  }

  replay(parts: Pick<ReplayParts, "other">) {
    const loader = makeLoader(this.engine)
    return replay({ text: `${this.recorded.join("\n")}\n`, name: "the trace", load: loader.load, module: loader.hash, password: LAB_PASSWORD, known: [], warn: assert.fail, ...parts })
  }
}
