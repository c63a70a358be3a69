// Draws a ladder as SVG, on paper of its own: it can be read on a light page and on a dark one.
import { drawnOf, type Drawn } from "./fold.ts"
import type { Ladder, Row } from "./ladder.ts"
import { PHONE, cut, labelRoom, planOf, wrapped, type Plan } from "./plan.ts"
import { columnOf, detailsOf, headOf, secondsText, sentenceOf } from "./words.ts"

/** A character's box, and the blank around everything, in units of the drawing. */
const CHAR = 7.5, LINE = 16, PAD = 12
/** An arrow is below its label; a row has a bit of air besides its lines. */
const AIR = 8, HEAD = 7

type Colours = { readonly paper: string; readonly text: string; readonly soft: string; readonly line: string; readonly ask: string; readonly well: string; readonly bad: string; readonly event: string; readonly band: string }

/** By the scheme that the reader prefers; a test measures how each stands out on its paper. */
export const SCHEMES: Readonly<Record<"light" | "dark", Colours>> = {
  light: { paper: "#ffffff", text: "#1f2328", soft: "#59636e", line: "#afb8c1", ask: "#0a58b5", well: "#116329", bad: "#b31d28", event: "#6639ba", band: "#dbe9f9" },
  dark: { paper: "#0d1117", text: "#e6edf3", soft: "#9198a1", line: "#57606a", ask: "#79b8ff", well: "#56d364", bad: "#ff8e86", event: "#d2a8ff", band: "#1b3450" },
}

export function svgOfLadder(ladder: Ladder, title: string, width: number | undefined): string {
  const plan = planOf(ladder, width)
  const sheet = new Sheet(plan)
  sheet.head(ladder)
  for (const row of drawnOf(ladder.rows)) sheet.row(row, ladder)
  return sheet.finish(title)
}

class Sheet {
  private readonly parts: string[] = []
  private readonly plan: Plan
  private y = PAD
  private top = 0
  private readonly right: number

  constructor(plan: Plan) {
    this.plan = plan
    this.right = PAD * 2 + (plan.details + plan.margin) * CHAR
  }

  head(ladder: Ladder): void {
    for (const [i, cells] of headOf(ladder).entries()) {
      this.y += LINE
      for (const [n, cell] of cells.entries()) if (cell !== "") this.text(cut(cell, this.plan.room), this.plan.places[n] ?? 0, this.y, i === 0 ? "head" : "soft", "middle")
    }
    this.y += AIR
    this.top = this.y
  }

  row(row: Drawn, ladder: Ladder): void {
    if (row.kind === "message") return this.message(row, ladder)
    const [first = "", ...rest] = sentenceOf(row)
    if (row.kind === "gap" || row.kind === "more") return this.pause(row.kind, first)
    this.y += LINE + AIR / 2
    this.text(secondsText(row.at), PHONE - 3, this.y, "soft", "end")
    if (row.kind === "sound") return this.band(first)
    if (row.kind === "event") this.parts.push(`<circle class="event" cx="${x(PHONE)}" cy="${this.y - 4}" r="3.5"/>`)
    this.text(first, PHONE + 2, this.y, row.kind === "event" ? "event" : row.kind === "user" ? "" : "soft")
    for (const line of rest) {
      this.y += LINE
      this.text(line, PHONE + 4, this.y, "soft")
    }
  }

  finish(title: string): string {
    const height = this.y + PAD + AIR, width = Math.ceil(this.right)
    const lines = this.plan.places.map((place) => `<path class="life" d="M${x(place)} ${this.top}V${this.y + AIR}"/>`)
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" xml:space="preserve"`,
      `  font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="12">`,
      `<title>${escaped(title)}</title>`,
      `<style>${rules(SCHEMES.light)}`, `@media (prefers-color-scheme: dark) {`, `${rules(SCHEMES.dark)} }`, `</style>`,
      `<rect class="paper" width="${width}" height="${height}" rx="8"/>`,
      ...lines, ...this.parts, `</svg>`, ``,
    ].join("\n")
  }

  private message(row: Extract<Row, { kind: "message" }>, ladder: Ladder): void {
    const to = this.plan.places[columnOf(ladder.columns, row.with)] ?? PHONE
    const details = wrapped(detailsOf(row), this.plan.margin), tone = toneOf(row)
    this.y += LINE + AIR
    const [from, until] = row.out ? [x(PHONE), x(to)] : [x(to), x(PHONE)], back = row.out ? -HEAD : HEAD
    this.parts.push(`<path class="${tone}" d="M${from} ${this.y}H${until}"/>`, `<path class="${tone} tip" d="M${until} ${this.y}l${back} -4v8z"/>`)
    this.text(secondsText(row.at), PHONE - 3, this.y, "soft", "end")
    this.text(cut(row.label, labelRoom(PHONE, to)), (PHONE + to) / 2, this.y - 4, tone, "middle")
    for (const [i, line] of details.entries()) {
      if (i > 0) this.y += LINE
      this.text(line, this.plan.details, this.y, "soft")
    }
  }

  /** The lines of life are broken: nothing happens for a while, or the same again. */
  private pause(kind: "gap" | "more", sentence: string): void {
    this.y += LINE + AIR
    const from = this.y - LINE, to = this.y
    for (const place of this.plan.places) this.parts.push(`<path class="break" d="M${x(place)} ${from}V${to}"/>`)
    if (kind === "gap") this.text(sentence, PHONE - 1, this.y - 4, "soft", "end")
    else this.text(sentence, PHONE + 2, this.y - 4, "soft")
  }

  private band(sentence: string): void {
    const from = x(PHONE), to = x(this.plan.places.at(-1) ?? PHONE)
    this.parts.push(`<rect class="band" x="${from}" y="${this.y - LINE + 3}" width="${Math.max(to - from, CHAR * (sentence.length + 4))}" height="${LINE + 2}" rx="3"/>`)
    this.text(sentence, PHONE + 2, this.y, "inside")
  }

  private text(text: string, place: number, y: number, style: string, anchor = "start"): void {
    this.parts.push(`<text${style === "" ? "" : ` class="${style}"`} x="${x(place)}" y="${y}"${anchor === "start" ? "" : ` text-anchor="${anchor}"`}>${escaped(text)}</text>`)
  }
}

/** The middle of a character. */
function x(place: number): number { return Math.round((PAD + (place + 0.5) * CHAR) * 10) / 10 }

/** Colour only repeats what the label says. */
function toneOf({ label, out }: Extract<Row, { kind: "message" }>): string {
  if (/^(refused|[456]\d\d|NXDOMAIN|SERVFAIL|REFUSED)\b/.test(label) && !/^40[17]/.test(label)) return "bad"
  return out && !/^\d\d\d/.test(label) ? "ask" : /^[12]\d\d|^[A-Z]+$/.test(label) ? "well" : "ask"
}

// The halo keeps a text apart from the lines that it crosses.
function rules(c: Colours): string {
  return [
    `.paper { fill: ${c.paper} }`, `text { fill: ${c.text}; stroke: ${c.paper}; stroke-width: 3px; paint-order: stroke }`,
    `.head { font-weight: bold }`, `text.soft { fill: ${c.soft} }`,
    `.life { stroke: ${c.line} }`, `.break { stroke: ${c.paper}; stroke-width: 3px; stroke-dasharray: 3 3 }`, `.band { fill: ${c.band} }`, `text.inside { stroke: none }`,
    ...(["ask", "well", "bad", "event"] as const).flatMap((tone) => [
      `path.${tone} { stroke: ${c[tone]} }`, `path.${tone}.tip, circle.${tone} { fill: ${c[tone]} }`, `text.${tone} { fill: ${c[tone]} }`,
    ]),
  ].join("\n")
}

function escaped(text: string): string { return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replace(/[^\n\x20-\ud7ff\ue000-\ufffd]/g, "?") }
