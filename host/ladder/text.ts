// Draws a ladder as text: a line of life for each column, arrows between them, times on the left, what else matters on the right.
import { drawnOf, type Drawn } from "./fold.ts"
import type { Ladder, Row } from "./ladder.ts"
import { PHONE, cut, labelRoom, planOf, wrapped, type Plan } from "./plan.ts"
import { columnOf, detailsOf, headOf, secondsText, sentenceOf } from "./words.ts"

/** Times end here. */
const TIME_END = PHONE - 3

/** `width`: characters that the lines should have; undefined: as many as suits. */
export function textOfLadder(ladder: Ladder, width: number | undefined): string {
  const plan = planOf(ladder, width)
  const lines = [
    ...headOf(ladder).map((cells) => head(cells, plan)),
    lifelines(plan, "|").join(""),
    ...drawnOf(ladder.rows).flatMap((row) => drawn(row, ladder, plan)),
  ]
  return lines.map((line) => `${line.trimEnd()}\n`).join("")
}

function head(cells: readonly string[], { places, room }: Plan): string {
  let line = ""
  for (const [i, cell] of cells.entries()) {
    const text = cut(cell, room)
    line = line.padEnd((places[i] ?? 0) - Math.floor(text.length / 2)) + text
  }
  return line
}

function lifelines({ places }: Plan, mark: string): string[] {
  const cells = new Array<string>((places.at(-1) ?? PHONE) + 1).fill(" ")
  for (const place of places) cells[place] = mark
  return cells
}

function drawn(row: Drawn, ladder: Ladder, plan: Plan): string[] {
  if (row.kind === "message") return message(row, ladder, plan)
  const [first = "", ...rest] = sentenceOf(row)
  if (row.kind === "gap") return [beside(first, lifelines(plan, ":"))]
  if (row.kind === "more") return [beside("", over(plan, first, ":"))]
  if (row.kind === "sound") return [beside(secondsText(row.at), band(plan, first))]
  const mark = row.kind === "event" ? "* " : ""
  return [beside(secondsText(row.at), over(plan, `${mark}${first}`)), ...rest.map((line) => over(plan, `    ${line}`).join(""))]
}

function message(row: Extract<Row, { kind: "message" }>, ladder: Ladder, plan: Plan): string[] {
  const cells = lifelines(plan, "|")
  const to = plan.places[columnOf(ladder.columns, row.with)] ?? PHONE
  cells.fill("-", PHONE + 1, to)
  if (row.out) cells[to - 1] = ">"
  else cells[PHONE + 1] = "<"
  const label = ` ${cut(row.label, labelRoom(PHONE, to))} `
  cells.splice(PHONE + Math.floor((to - PHONE - label.length) / 2) + 1, label.length, ...label)
  const [first = "", ...more] = wrapped(detailsOf(row), plan.margin)
  const below = lifelines(plan, "|").join("").padEnd(plan.details)
  return [beside(secondsText(row.at), [cells.join("").padEnd(plan.details), first]), ...more.map((line) => below + line)]
}

/** What belongs to the left of a line; it never gets in the way of the phone's. */
function beside(left: string, cells: readonly string[]): string { return left.padStart(TIME_END) + cells.join("").slice(Math.max(TIME_END, left.length)) }

/** A sentence beside the phone's line, over those of the others. */
function over(plan: Plan, sentence: string, mark = "|"): string[] {
  const cells = [...lifelines(plan, mark), " "]
  cells.splice(PHONE + 2, sentence.length, ...sentence)
  return cells
}

function band({ places }: Plan, sentence: string): string[] {
  const cells = new Array<string>((places.at(-1) ?? PHONE) + 1).fill("=").fill(" ", 0, PHONE)
  const text = ` ${sentence} `
  cells.splice(PHONE + Math.max(2, Math.floor((cells.length - PHONE - text.length) / 2)), text.length, ...text)
  return cells
}
