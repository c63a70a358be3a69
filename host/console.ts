// Lines for the console: a few are for the host itself, all others are commands of the phone.
import { EVENT } from "./abi.ts"
import { eventName } from "./calls.ts"
import type { Clock } from "./clock.ts"
import type { LabLine, LabState } from "./handset/handset.ts"

export type ConsoleParts = {
  clock: Clock
  /** A command of the phone; false when it did not take it. Its reply has been told when this returns. */
  command(line: string): boolean
  /** One reply of the host's own. */
  reply(code: number, text: string): void
  /** Undefined when there is none. */
  lab: ConsoleLab | undefined
  /** Every line asks for JSON. */
  json: boolean
  modules: ConsoleModules
  /** The lines that are registered at this moment. */
  registered(): readonly number[]
  quit(): void
}

/** Why the host refuses a line, with the code of the reply: those below 100 are the phone's own (docs/console.md). */
export const REFUSED = { usage: 2, in_vain: 100, no_lab: 101, lab_refused: 102, module_refused: 103, not_taken: 104 } as const
export type Refused = keyof typeof REFUSED

export type ConsoleModules = {
  /** The one that runs, in words. */
  text(): string
  /** Takes the module of a file; what is wrong with it, or nothing. */
  update(path: string): string | undefined
  back(): string | undefined
}

export type ConsoleLab = {
  /** Changes a server; resolves to what is wrong, or nothing. */
  set(server: number, state: LabState): Promise<string | undefined>
  call(number?: string): string | undefined
  lines(): readonly LabLine[]
  /** The same as text, with the people. */
  text(): string
}

const WAIT_SEC = 10
const WAIT_USAGE = "wait [--line LINE] EVENT [SECONDS], such as wait REGISTERED 10."
const NOW_OR_LATER = "REGISTERED", BECAME_REGISTERED: readonly string[] = [NOW_OR_LATER, "MOVED"]

/** Whoever gives one of these commands waits for what comes of it, and not for what was before. */
const BEGINS_ANEW: readonly { readonly verbs: readonly string[]; readonly events: RegExp }[] = [
  { verbs: ["dial", "answer", "reject", "hangup", "hold", "resume", "swap", "transfer", "conference"], events: /^(CALL|TRANSFER)_/ },
  { verbs: ["register", "unregister", "reboot"], events: /^(LOCAT|REGIST|UNREGIST|MOVED|ALL_SERVERS)/ },
]

type Happened = { readonly name: string; readonly line: number }

const LAB_STATES: Record<string, LabState> = { crash: "crashed", silence: "silent", "503": "503", back: "up" }

export class Console {
  /** Whether something was refused or waited for in vain. */
  failed = false
  private readonly parts: ConsoleParts
  private events: Happened[] = []
  /** The line asks for JSON. */
  private json = false
  /** Of the phone's last reply. */
  private code = 0
  private onEvent = (): void => {}

  constructor(parts: ConsoleParts) { this.parts = parts }

  /** The phone has told an event; what is of a line other than the first begins with its number. */
  happened(name: string, text = ""): void {
    this.events.push({ name, line: Number(/^line (\d): /.exec(text)?.[1] ?? 1) })
    this.onEvent()
  }

  /** A reply of the phone has this code. */
  replied(code: number): void {
    this.code = code
    if (code !== 0) this.failed = true
  }

  /** Takes one line; resolves when the next one may come. */
  async take(line: string): Promise<void> {
    const [verb = "", ...all] = line.trim().split(/\s+/)
    const words = all.filter((word) => word !== "--json")
    this.json = this.parts.json || words.length < all.length
    if (verb === "" || verb.startsWith("#")) return
    if (verb === "quit") return this.parts.quit()
    if (verb === "wait") return this.wait(words)
    if (verb === "lab") return this.lab(words)
    if (verb === "update") return this.update(words.join(" "))
    this.command(verb, line.trim())
  }

  private command(verb: string, line: string): void {
    const before = this.events
    this.events = []
    this.code = 0
    const taken = this.parts.command(line), anew = this.code === 0 && taken ? BEGINS_ANEW.find(({ verbs }) => verbs.includes(verb.toLowerCase())) : undefined
    this.events = [...before.filter(({ name }) => anew?.events.test(name) !== true), ...this.events]
    if (!taken) this.refuse("not_taken", "The phone cannot take commands just now.")
  }

  /** Waits for an event later than the one that the last wait found; it may have come already. To be registered is enough for REGISTERED. */
  private async wait(words: readonly string[]): Promise<void> {
    const [flag, number, ...behind] = words, hasLine = flag === "--line"
    const [name = "", seconds] = hasLine ? behind : words
    const limit = seconds === undefined ? WAIT_SEC : Number(seconds), event = name.toUpperCase()
    if (!/^[A-Z_]+$/i.test(name) || !(limit >= 0) || (hasLine && !/^[1-9]$/.test(number ?? ""))) return this.refuse("usage", WAIT_USAGE)
    const line = hasLine ? Number(number) : undefined
    const known = Object.values(EVENT).map(eventName)
    if (!known.includes(event)) return this.refuse("usage", `There is no event ${name}; there are ${known.join(", ")}.`)
    const deadline = this.parts.clock.now() + limit * 1000
    while (!this.found(event, line)) {
      const left = deadline - this.parts.clock.now()
      if (left <= 0) return this.refuse("in_vain", `${event} did not come within ${limit} s.`)
      await this.anEvent(left)
    }
    if (this.json) this.done("", { event })
  }

  private anEvent(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const callOff = this.parts.clock.after(withinMs, resolve)
      this.onEvent = () => {
        callOff()
        resolve()
      }
    })
  }

  private found(name: string, line: number | undefined): boolean {
    const isOf = (each: Happened): boolean => line === undefined || each.line === line
    if (name === NOW_OR_LATER) {
      // After an outage the phone says where it has moved, and a refresh tells nothing: what counts is how it is.
      const registered = this.parts.registered()
      if (line === undefined ? registered.length === 0 : !registered.includes(line)) return false
      this.events = this.events.slice(this.events.findLastIndex((each) => BECAME_REGISTERED.includes(each.name) && isOf(each)) + 1)
      return true
    }
    const at = this.events.findIndex((each) => each.name === name && isOf(each))
    if (at >= 0) this.events = this.events.slice(at + 1)
    return at >= 0
  }

  private async lab([verb, server]: string[]): Promise<void> {
    const { lab } = this.parts
    if (lab === undefined) return this.refuse("no_lab", "There is no lab: the phone runs against real servers.")
    if (verb === undefined) return this.done(lab.text(), { servers: lab.lines().map((line, i) => ({ server: i + 1, ...line })) })
    if (verb === "call") {
      const refusal = lab.call(server)
      if (refusal !== undefined) return this.refuse("lab_refused", refusal)
      this.events = this.events.filter(({ name }) => !name.startsWith("CALL_"))
      return this.done("the phone is called")
    }
    const state = LAB_STATES[verb]
    if (state === undefined || server === undefined) return this.refuse("usage", "lab crash|silence|503|back N, where N is the number of a server, or lab call [NUMBER].")
    const wrong = await lab.set(Number(server), state)
    if (wrong !== undefined) this.refuse("lab_refused", wrong)
    else this.done(`server ${server}: ${state}`)
  }

  private update(file: string): void {
    const { modules } = this.parts
    if (file === "") return this.done(modules.text())
    const wrong = file === "back" ? modules.back() : modules.update(file)
    if (wrong === undefined) this.done(file === "back" ? "the module before takes over" : "the module is whole and takes over")
    else this.refuse("module_refused", wrong)
  }

  private done(text: string, document: object = { done: text }): void { this.parts.reply(0, this.json ? JSON.stringify(document) : text) }

  /** Says why a line was not taken. */
  refuse(why: Refused, sentence: string): void {
    this.failed = true
    this.parts.reply(REFUSED[why], this.json ? JSON.stringify({ error: { code: why, message: sentence } }) : sentence)
  }
}
