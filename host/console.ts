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
  quit(): void
}

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
const LAB_STATES: Record<string, LabState> = { crash: "crashed", silence: "silent", "503": "503", back: "up" }

export class Console {
  /** Whether something was refused or waited for in vain. */
  failed = false
  private readonly parts: ConsoleParts
  private events: string[] = []
  /** The line asks for JSON. */
  private json = false
  private onEvent = (): void => {}

  constructor(parts: ConsoleParts) { this.parts = parts }

  /** The phone has told an event. */
  happened(name: string): void {
    this.events.push(name)
    this.onEvent()
  }

  /** A reply of the phone has this code. */
  replied(code: number): void { if (code !== 0) this.failed = true }

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
    if (!this.parts.command(line.trim())) this.refuse("The phone cannot take commands just now.")
  }

  /** Waits for an event later than the one that the last wait found; it may have come already. */
  private async wait([name = "", seconds]: string[]): Promise<void> {
    const limit = seconds === undefined ? WAIT_SEC : Number(seconds)
    if (!/^[A-Z_]+$/i.test(name) || !(limit >= 0)) return this.refuse("wait EVENT [SECONDS], such as wait REGISTERED 10.")
    const known = Object.values(EVENT).map(eventName)
    if (!known.includes(name.toUpperCase())) return this.refuse(`There is no event ${name}; there are ${known.join(", ")}.`)
    const deadline = this.parts.clock.now() + limit * 1000
    while (!this.found(name.toUpperCase())) {
      const left = deadline - this.parts.clock.now()
      if (left <= 0) return this.refuse(`${name.toUpperCase()} did not come within ${limit} s.`)
      await new Promise<void>((resolve) => {
        const callOff = this.parts.clock.after(left, resolve)
        this.onEvent = () => {
          callOff()
          resolve()
        }
      })
    }
    if (this.json) this.done("", { event: name.toUpperCase() })
  }

  private found(name: string): boolean {
    const at = this.events.indexOf(name)
    if (at >= 0) this.events = this.events.slice(at + 1)
    return at >= 0
  }

  private async lab([verb, server]: string[]): Promise<void> {
    const { lab } = this.parts
    if (lab === undefined) return this.refuse("There is no lab: the phone runs against real servers.")
    if (verb === undefined) return this.done(lab.text(), { servers: lab.lines().map((line, i) => ({ server: i + 1, ...line })) })
    if (verb === "call") {
      const refusal = lab.call(server)
      return refusal === undefined ? this.done("the phone is called") : this.refuse(refusal)
    }
    const state = LAB_STATES[verb]
    if (state === undefined || server === undefined) return this.refuse("lab crash|silence|503|back N, where N is the number of a server, or lab call [NUMBER].")
    const wrong = await lab.set(Number(server), state)
    if (wrong !== undefined) this.refuse(wrong)
    else this.done(`server ${server}: ${state}`)
  }

  private update(file: string): void {
    const { modules } = this.parts
    if (file === "") return this.done(modules.text())
    const wrong = file === "back" ? modules.back() : modules.update(file)
    if (wrong === undefined) this.done(file === "back" ? "the module before takes over" : "the module is whole and takes over")
    else this.refuse(wrong)
  }

  private done(text: string, document: object = { done: text }): void { this.parts.reply(0, this.json ? JSON.stringify(document) : text) }

  private refuse(sentence: string): void {
    this.failed = true
    this.parts.reply(1, this.json ? JSON.stringify({ error: { code: "refused", message: sentence } }) : sentence)
  }
}
