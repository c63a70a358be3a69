// The handset in a terminal: draws the view, turns what is typed into keys, commands and the lab's controls, and gives the terminal back.
import type { ReadStream, WriteStream } from "node:tty"
import type { Picture } from "../calls.ts"
import { Canvas } from "./canvas.ts"
import type { Actions, Handset, LabLine, LabState, LogKind } from "./handset.ts"
import { LineEditor, phoneKey, typed, type Typed } from "./keys.ts"
import { LAB_ALL_BACK, LAB_KEYS, draw, type Glyphs, type State } from "./view.ts"

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
const GLYPHS: ReadonlyArray<Glyphs | undefined> = [undefined, "half", "braille", "text"]

export function terminalHandset(parts: TerminalParts): Handset {
  const { input, output, actions } = parts
  const unicode = knowsUnicode(parts.environment)
  const canvas = new Canvas(output.columns, output.rows, unicode)
  const editor = new LineEditor()
  const state: State = {
    picture: undefined, lab: [], log: [], input: undefined, glyphs: undefined, title: parts.title,
    unicode, color: parts.environment["NO_COLOR"] === undefined && parts.environment["TERM"] !== "dumb",
  }
  let log: State["log"] = []
  let waiting = false, open = true

  function redraw(): void {
    if (waiting || !open) return
    waiting = true
    parts.soon(() => {
      waiting = false
      if (open) paint()
    })
  }

  function paint(): void {
    state.log = log
    state.input = editing ? { text: editor.text, cursor: editor.cursor } : undefined
    const cursor = draw(canvas, state)
    output.write(`\x1b[?25l${canvas.flush()}${cursor === undefined ? "" : `\x1b[${cursor[0] + 1};${cursor[1] + 1}H\x1b[?25h`}`)
  }

  let editing = false
  function line(kind: LogKind, text: string): void {
    log = [...log.slice(1 - LOG_MAX), ...text.split("\n").map((each) => ({ time: parts.time(), kind, text: each }))]
    redraw()
  }

  function take(key: Typed): void {
    if (key.kind === "named" && key.name === "interrupt") return actions.quit()
    if (key.kind === "named" && key.name === "suspend") return suspend()
    if (key.kind === "named" && key.name === "redraw") return resized()
    if (editing) return edit(key)
    if (key.kind === "named" && key.name === "tab" || key.kind === "character" && key.text === ":") editing = true
    else if (key.kind === "character" && key.text === "q") actions.quit()
    else if (key.kind === "character" && key.text === "v") state.glyphs = GLYPHS[(GLYPHS.indexOf(state.glyphs) + 1) % GLYPHS.length]
    else if (!takeLab(key)) takePhone(key)
    redraw()
  }

  function edit(key: Typed): void {
    if (key.kind === "named" && (key.name === "escape" || key.name === "tab")) editing = false
    else {
      const finished = editor.take(key)
      if (finished !== undefined) {
        editing = false
        if (finished.trim() !== "") actions.command(finished)
      }
    }
    redraw()
  }

  /** A key of the lab does something to a server; the same key again brings it back. */
  function takeLab(key: Typed): boolean {
    if (key.kind !== "character" || state.lab.length === 0) return false
    if (key.text === LAB_ALL_BACK) {
      for (const server of state.lab.keys()) actions.setLab(server + 1, "up")
      return true
    }
    for (const [does, keys] of Object.entries(LAB_KEYS) as Array<[LabState, string]>) {
      const server = keys.indexOf(key.text)
      if (server < 0 || server >= state.lab.length) continue
      actions.setLab(server + 1, state.lab[server]?.state === does ? "up" : does)
      return true
    }
    return false
  }

  function takePhone(key: Typed): void {
    const name = phoneKey(key)
    if (name !== undefined) actions.key(name)
  }

  const onInput = (text: string): void => { for (const key of typed(text)) take(key) }
  function resized(): void {
    canvas.resize(output.columns, output.rows)
    output.write("\x1b[2J")
    redraw()
  }

  function suspend(): void {
    leave()
    parts.suspend()
    enter()
    resized()
  }

  function enter(): void {
    input.setRawMode(true)
    output.write(ENTER)
  }
  function leave(): void {
    output.write(LEAVE)
    input.setRawMode(false)
  }

  input.setEncoding("utf8")
  input.on("data", onInput)
  input.resume()
  output.on("resize", resized)
  enter()
  redraw()

  return {
    display(picture: Picture) {
      state.picture = picture
      redraw()
    },
    line,
    event: (name, text) => line("event", `${name} ${text}`),
    reply: (code, text) => line(code === 0 ? "reply" : "warning", text.trimEnd()),
    lab(servers: readonly LabLine[]) {
      state.lab = servers
      redraw()
    },
    close() {
      if (!open) return
      open = false
      input.removeListener("data", onInput)
      output.removeListener("resize", resized)
      input.pause()
      leave()
    },
  }
}

/** Whether the terminal has the characters that pixels are drawn with. */
function knowsUnicode(environment: NodeJS.ProcessEnv): boolean {
  const locale = environment["LC_ALL"] || environment["LC_CTYPE"] || environment["LANG"] || ""
  const terminal = environment["TERM"] ?? ""
  return /utf-?8/i.test(locale) && terminal !== "linux" && terminal !== "dumb"
}
