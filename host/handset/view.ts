// Where everything stands in the terminal: the phone's screen, its keys, the lab's servers, the log and the command line.
import type { Picture } from "../calls.ts"
import { Canvas, type Style } from "./canvas.ts"
import { FRAME_HEIGHT, FRAME_WIDTH, SCREEN_COLUMNS, SCREEN_ROWS } from "../abi.ts"
import { LAB_CALLS } from "../lab/people.ts"
import { braille, halfBlocks, textRuns } from "./frame.ts"
import type { LabLine, LabState, LogKind } from "./handset.ts"

export type Glyphs = "half" | "braille" | "text"

export type LogLine = { time: string; kind: LogKind; text: string }

export type State = {
  picture: Picture | undefined
  lab: readonly LabLine[]
  log: readonly LogLine[]
  /** The command line while it is open. */
  input: { text: string; cursor: number } | undefined
  /** How many rows of the log are below what is shown: 0 shows the newest. */
  scrolled: number
  /** How the screen is to be drawn; undefined = as the room permits. */
  glyphs: Glyphs | undefined
  unicode: boolean
  color: boolean
  title: string
}

/** Keys of the lab for each server; pressed again they bring the server back. */
export const LAB_KEYS: Record<Exclude<LabState, "up">, string> = { crashed: "wer", silent: "sdf", "503": "xcv" }
export const LAB_ALL_BACK = "b"
/** Somebody calls the phone. */
export const LAB_CALL = "t"
/** Draws the screen in another way; must be none of the lab's keys. */
export const OTHER_PICTURE = "p"

const SIZES: Record<Glyphs, { width: number; height: number }> = {
  half: { width: FRAME_WIDTH, height: FRAME_HEIGHT / 2 },
  braille: { width: FRAME_WIDTH / 2, height: FRAME_HEIGHT / 4 },
  text: { width: SCREEN_COLUMNS, height: SCREEN_ROWS },
}
/** What was drawn: where the cursor is to stand, how many rows the log has, and how far it is scrolled, which may be less than was asked for. */
export type Drawn = { cursor: [row: number, column: number] | undefined; logRows: number; scrolled: number }

/** The time before a line of the log. */
const TIME_COLUMNS = 9
/** A row of the lab is whole from this width on; the log is, too. */
const LAB_COLUMNS = 34
/** Narrowest room beside the screen that is worth something, and the least that the log should have below it. */
const SIDE_MIN = 13, SIDE_WIDE = 34, BELOW_MIN = 5

const STYLES: Record<LogKind, Style> = { note: "", sip: "36", dns: "33", warning: "1;31", event: "1;32", command: "1", reply: "" }
const STATE_STYLES: Record<LabState, Style> = { up: "32", crashed: "31", silent: "33", "503": "35" }
const SCREEN_STYLE: Style = "38;5;159;48;5;16", INVERSE_STYLE: Style = "38;5;16;48;5;159", DIM: Style = "2"

/** How the screen can be drawn in a terminal of this size, finest first; text is always possible. */
function fitting(columns: number, rows: number, unicode: boolean): Glyphs[] {
  const fits = ({ width, height }: { width: number; height: number }): boolean => columns >= width + 2 + SIDE_MIN && rows >= height + 2 + BELOW_MIN
  return (["half", "braille", "text"] as const).filter((glyphs) => glyphs === "text" || (unicode && fits(SIZES[glyphs])))
}

/** How the screen is drawn in a terminal of this size: as it was chosen where that fits, else as fine as may be. */
export function glyphsFor(columns: number, rows: number, unicode: boolean, chosen?: Glyphs): Glyphs {
  const all = fitting(columns, rows, unicode)
  return chosen !== undefined && all.includes(chosen) ? chosen : all[0] ?? "text"
}

/** The next way to draw the screen that fits. */
export function nextGlyphs(columns: number, rows: number, unicode: boolean, now: Glyphs): Glyphs {
  const all = fitting(columns, rows, unicode)
  return all[(all.indexOf(now) + 1) % all.length] ?? "text"
}

/** Draws everything. */
export function draw(canvas: Canvas, state: State): Drawn {
  canvas.clear()
  const glyphs = glyphsFor(canvas.columns, canvas.rows, state.unicode, state.glyphs)
  const { width, height } = SIZES[glyphs]
  canvas.box(0, 0, width + 2, height + 2, state.title, state.unicode)
  drawScreen(canvas, state, glyphs)
  const at = width + 3, side = canvas.columns - at
  let below = height + 2
  // The panel beside a small screen may be higher than the screen.
  if (side >= SIDE_WIDE) below = Math.max(below, drawLab(canvas, state, drawText(canvas, state, 0, at, WIDE_LEGEND) + 1, at, side))
  else if (side >= SIDE_MIN && glyphs !== "text" && canvas.rows - below < state.lab.length + 2 + BELOW_MIN) {
    drawNarrowLab(canvas, state, drawText(canvas, state, 0, at, NARROW_LEGEND) + 1, at)
  } else {
    if (side >= SIDE_MIN) drawText(canvas, state, 0, at, NARROW_LEGEND)
    below = drawLab(canvas, state, below, 0, canvas.columns)
  }
  const logRows = Math.max(0, canvas.rows - 1 - below), scrolled = drawLog(canvas, state, below, logRows)
  drawHint(canvas, state, below, scrolled)
  return { cursor: drawInput(canvas, state), logRows, scrolled }
}

/** In the row of the command line: what is not seen, and how it is. */
function drawHint(canvas: Canvas, state: State, below: number, scrolled: number): void {
  if (state.input !== undefined) return
  const columns = Math.max(canvas.columns, LAB_COLUMNS), rows = Math.max(canvas.rows, below + 2)
  const isSmall = rows > canvas.rows || columns > canvas.columns
  if (isSmall) drawText(canvas, state, canvas.rows - 1, 0, [`${columns}x${rows}: ${state.lab.length > 0 ? "lab, log" : "log"}`.padEnd(canvas.columns)])
  else if (scrolled > 0) drawText(canvas, state, canvas.rows - 1, 0, [`${scrolled} rows below: PgDn`])
}

function drawScreen(canvas: Canvas, state: State, glyphs: Glyphs): void {
  const { picture, color } = state
  if (picture === undefined) return
  if (glyphs !== "text") {
    const rows = glyphs === "half" ? halfBlocks(picture.frame) : braille(picture.frame)
    for (const [y, row] of rows.entries()) canvas.write(y + 1, 1, row, color ? SCREEN_STYLE : "")
    return
  }
  for (const [y, runs] of textRuns(picture, state.unicode).entries()) {
    let x = 1
    for (const { text, inverse } of runs) {
      canvas.write(y + 1, x, text, color ? (inverse ? INVERSE_STYLE : SCREEN_STYLE) : inverse ? "7" : "")
      x += text.length
    }
  }
}

const WIDE_LEGEND = [
  " 1 2 3   arrows  move   Enter ok", " 4 5 6   Esc     back   h hook", " 7 8 9   j k l   soft keys", " * 0 #   :  command     q quit",
  "         p  picture  PgUp PgDn log",
]
const NARROW_LEGEND = [" 1 2 3 arrows", " 4 5 6 Enter", " 7 8 9 Esc", " * 0 # h hook", " jkl soft key", " : command", " p picture", "PgUp PgDn log", " q quit"]

function drawText(canvas: Canvas, { color }: State, row: number, column: number, lines: readonly string[]): number {
  for (const [i, line] of lines.entries()) canvas.write(row + i, column, line, color ? DIM : "")
  return row + lines.length
}

/** The lab in 13 columns: of each server its keys and what it does. */
function drawNarrowLab(canvas: Canvas, state: State, row: number, column: number): void {
  for (const [i, server] of state.lab.entries()) {
    canvas.write(row + i, column, `${registeredSign(server, state)}${i + 1}${labKeys(i, false).replaceAll(" ", "")}`)
    canvas.write(row + i, column + 6, server.state, state.color ? STATE_STYLES[server.state] : "")
  }
  if (state.lab.length > 0) drawText(canvas, state, row + state.lab.length, column, ["crash silence", `503   ${LAB_ALL_BACK}: back`, `${LAB_CALL}: called`])
}

function registeredSign({ registered }: LabLine, { unicode }: State): string { return registered ? (unicode ? "●" : "*") : " " }

/** A row for each server: where it is, what it does, and the keys that change that. Says the next free row. */
function drawLab(canvas: Canvas, state: State, row: number, column: number, width: number): number {
  if (state.lab.length === 0) return row
  const dim = state.color ? DIM : ""
  const roomy = width >= 60, wide = width >= 78
  const widest = (of: (line: LabLine) => string): number => Math.max(...state.lab.map((line) => of(line).length))
  for (const [i, server] of state.lab.entries()) {
    let x = column
    // Each column is as wide as its widest text, and a space; what is too long for the row is cut before the next one begins.
    const put = (text: string, columns: number, style: Style): void => {
      canvas.write(row, x, text, style, Math.min(columns - 1, column + width - x))
      x += columns
    }
    put(`${registeredSign(server, state)}${i + 1}`, 3, "")
    if (wide) put(server.name, Math.max(17, widest(({ name }) => name) + 1), "")
    put(server.at, Math.max(17, widest(({ at }) => at) + 1), "")
    if (roomy) put(server.share, Math.max(6, widest(({ share }) => share) + 1), "")
    put(server.state, 9, state.color ? STATE_STYLES[server.state] : "")
    put(labKeys(i, roomy), 30, dim)
    row++
  }
  const hint = roomy ? `${LAB_ALL_BACK} all back; a key again: that one back` : `crash silence 503; ${LAB_ALL_BACK} all back`
  canvas.write(row, column + 3, hint, dim, width - 3)
  const people = roomy ? `dial ${LAB_CALLS}` : "dial 600 to 604"
  canvas.write(row + 1, column + 3, `${LAB_CALL} you are called; ${people}`, dim, width - 3)
  return row + 2
}

function labKeys(server: number, words: boolean): string {
  const [crash = "", silence = "", code = ""] = [LAB_KEYS.crashed, LAB_KEYS.silent, LAB_KEYS["503"]].map((keys) => keys[server])
  return words ? `${crash} crash  ${silence} silence  ${code} 503` : `${crash} ${silence} ${code}`
}

/** The newest lines that fit, the newest at the bottom, or older ones; a long one goes on in the next row. Says how many rows are below. */
function drawLog(canvas: Canvas, { log, color, scrolled }: State, from: number, height: number): number {
  const room = canvas.columns - TIME_COLUMNS
  if (room < 10 || height === 0) return 0
  const rows: Array<{ time: string; text: string; style: Style }> = []
  for (let i = log.length - 1; i >= 0 && rows.length < height + scrolled; i--) {
    const line = log[i]
    if (line === undefined) continue
    const parts = chunks(line.text, room, 3)
    for (let p = parts.length - 1; p >= 0; p--) rows.push({ time: p === 0 ? line.time : "", text: parts[p] ?? "", style: STYLES[line.kind] })
  }
  const hidden = Math.max(0, Math.min(scrolled, rows.length - height))
  for (const [i, { time, text, style }] of rows.slice(hidden, hidden + height).reverse().entries()) {
    canvas.write(from + i, 0, time, color ? DIM : "")
    canvas.write(from + i, TIME_COLUMNS, text, color ? style : "")
  }
  return hidden
}

/** How many rows a line of the log takes. */
export function logRowsOf(text: string, columns: number): number { return chunks(text, Math.max(1, columns - TIME_COLUMNS), 3).length }

function chunks(text: string, width: number, most: number): string[] {
  const parts: string[] = []
  for (let at = 0; at < Math.max(1, text.length) && parts.length < most; at += width) parts.push(text.slice(at, at + width))
  return parts
}

function drawInput(canvas: Canvas, { input }: State): [number, number] | undefined {
  if (input === undefined) return undefined
  const row = canvas.rows - 1, room = canvas.columns - 3
  const from = Math.max(0, input.cursor - room)
  canvas.write(row, 0, "> ", "1")
  canvas.write(row, 2, input.text.slice(from, from + room))
  return [row, 2 + input.cursor - from]
}
