// The handset in a terminal: draws the view, turns what is typed into keys, commands and the lab's controls, and gives the terminal back.
import type { ReadStream, WriteStream } from "node:tty"
import type { Picture } from "../calls.ts"
import { Canvas } from "./canvas.ts"
import type { Actions, Handset, LabLine, LabState, LogKind } from "./handset.ts"
import { LineEditor, phoneKey, typed, type Typed } from "./keys.ts"
import { LAB_ALL_BACK, LAB_CALL, LAB_KEYS, OTHER_PICTURE, draw, glyphsFor, logRowsOf, nextGlyphs, type State } from "./view.ts"

export type TerminalInput = Pick<ReadStream, "setRawMode" | "on" | "removeListener" | "pause" | "resume" | "setEncoding">
export type TerminalOutput = Pick<WriteStream, "columns" | "rows" | "write" | "on" | "removeListener">

export type TerminalParts = {
  input: TerminalInput
  output: TerminalOutput
  actions: Actions
  environment: NodeJS.ProcessEnv
  title: string
  /** The time as the log shows it. */
  time(): string
  /** Calls back soon, once per turn of the event loop: several changes are drawn together. */
  soon(then: () => void): void
  /** Stops the program until it is continued (Ctrl-Z). */
  suspend(): void
}

const LOG_MAX = 500
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[2J", LEAVE = "\x1b[0m\x1b[?25h\x1b[?1049l"

export function terminalHandset(parts: TerminalParts): Handset { return new Terminal(parts) }

class Terminal implements Handset {
  private readonly parts: TerminalParts
  private readonly canvas: Canvas
  private readonly editor = new LineEditor()
  private readonly state: State
  private editing = false
  private waiting = false
  /** Rows of the log, as they were drawn last. */
  private logRows = 0
  private open = true

  constructor(parts: TerminalParts) {
    const { input, output, environment, title } = parts
    const unicode = knowsUnicode(environment), color = environment["NO_COLOR"] === undefined && environment["TERM"] !== "dumb"
    this.parts = parts
    this.canvas = new Canvas(output.columns, output.rows, unicode)
    this.state = { picture: undefined, lab: [], log: [], input: undefined, scrolled: 0, glyphs: undefined, title, unicode, color }
    input.setEncoding("utf8")
    input.on("data", this.onInput)
    input.resume()
    output.on("resize", this.onResize)
    this.enter()
    this.redraw()
  }

  // -- What the phone says

  display(picture: Picture): void {
    this.state.picture = picture
    this.redraw()
  }

  line(kind: LogKind, text: string): void {
    const added = text.split("\n").map((each) => ({ time: this.parts.time(), kind, text: each }))
    this.state.log = [...this.state.log, ...added].slice(-LOG_MAX)
    // What is being read stays where it is.
    if (this.state.scrolled > 0) for (const each of added) this.state.scrolled += logRowsOf(each.text, this.canvas.columns)
    this.redraw()
  }

  event(name: string, text: string): void { this.line("event", `${name} ${text}`) }

  reply(code: number, text: string): void { this.line(code === 0 ? "reply" : "warning", text.trimEnd()) }

  lab(servers: readonly LabLine[]): void {
    this.state.lab = servers
    this.redraw()
  }

  close(): void {
    if (!this.open) return
    this.open = false
    this.parts.input.removeListener("data", this.onInput)
    this.parts.output.removeListener("resize", this.onResize)
    this.parts.input.pause()
    this.leave()
  }

  // -- What the person types

  private readonly onInput = (text: string): void => { for (const key of typed(text)) this.take(key) }

  private take(key: Typed): void {
    const name = key.kind === "named" ? key.name : key.text
    if (name === "interrupt") return this.parts.actions.quit()
    if (name === "suspend") return this.suspend()
    if (name === "redraw") return this.onResize()
    if (name === "page up" || name === "page down") this.scroll(name === "page up" ? 1 : -1)
    else if (this.editing) this.edit(key)
    else if (name === "tab" || name === ":") this.editing = true
    else if (name === "q") this.parts.actions.quit()
    else if (name === OTHER_PICTURE) this.drawOtherwise()
    else if (!this.takeLab(name)) this.takePhone(key)
    this.redraw()
  }

  /** A page, with a row of the one before. */
  private scroll(pages: number): void { this.state.scrolled = Math.max(0, this.state.scrolled + pages * Math.max(1, this.logRows - 1)) }

  private edit(key: Typed): void {
    if (key.kind === "named" && (key.name === "escape" || key.name === "tab")) {
      this.editing = false
      return
    }
    const finished = this.editor.take(key)
    if (finished === undefined) return
    this.editing = false
    this.state.scrolled = 0
    if (finished.trim() !== "") this.parts.actions.command(finished)
  }

  /** A key of the lab does something to a server; the same key again brings it back. */
  private takeLab(key: string): boolean {
    const { lab } = this.state, { actions } = this.parts
    if (key === LAB_CALL && lab.length > 0) actions.callMe()
    if (key === LAB_ALL_BACK) for (const server of lab.keys()) actions.setLab(server + 1, "up")
    for (const [does, keys] of Object.entries(LAB_KEYS) as Array<[LabState, string]>) {
      const server = key.length === 1 ? keys.indexOf(key) : -1
      if (server < 0 || server >= lab.length) continue
      actions.setLab(server + 1, lab[server]?.state === does ? "up" : does)
      return true
    }
    return key === LAB_ALL_BACK || key === LAB_CALL
  }

  private drawOtherwise(): void {
    const { state, canvas: { columns, rows } } = this
    state.glyphs = nextGlyphs(columns, rows, state.unicode, glyphsFor(columns, rows, state.unicode, state.glyphs))
    // Everything stands elsewhere now: nothing of the old picture may remain, whatever the terminal made of it.
    this.onResize()
  }

  private takePhone(key: Typed): void {
    const name = phoneKey(key)
    if (name !== undefined) this.parts.actions.key(name)
  }

  // -- The terminal

  private redraw(): void {
    if (this.waiting || !this.open) return
    this.waiting = true
    this.parts.soon(() => {
      this.waiting = false
      if (this.open) this.paint()
    })
  }

  private paint(): void {
    this.state.input = this.editing ? { text: this.editor.text, cursor: this.editor.cursor } : undefined
    const { cursor, logRows, scrolled } = draw(this.canvas, this.state)
    this.logRows = logRows
    this.state.scrolled = scrolled
    const shown = cursor === undefined ? "" : `\x1b[${cursor[0] + 1};${cursor[1] + 1}H\x1b[?25h`
    this.parts.output.write(`\x1b[?25l${this.canvas.flush()}${shown}`)
  }

  private readonly onResize = (): void => {
    const { output } = this.parts
    this.canvas.resize(output.columns, output.rows)
    output.write("\x1b[2J")
    this.redraw()
  }

  private suspend(): void {
    this.leave()
    this.parts.suspend()
    this.enter()
    this.onResize()
  }

  private enter(): void {
    this.parts.input.setRawMode(true)
    this.parts.output.write(ENTER)
  }

  private leave(): void {
    this.parts.output.write(LEAVE)
    this.parts.input.setRawMode(false)
  }
}

/** Whether the terminal has the characters that pixels are drawn with. */
function knowsUnicode(environment: NodeJS.ProcessEnv): boolean {
  const locale = environment["LC_ALL"] || environment["LC_CTYPE"] || environment["LANG"] || ""
  const terminal = environment["TERM"] ?? ""
  return /utf-?8/i.test(locale) && terminal !== "linux" && terminal !== "dumb"
}
