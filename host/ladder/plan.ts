// Where everything in the drawing of a ladder stands, in characters: text.ts writes them, svg.ts takes each for a box of the same size.
import type { Ladder } from "./ladder.ts"

/** Where the phone's line stands: left of it are the times. */
export const PHONE = 14

/** How far a line is from the next, and the room for details on the right. */
const GAP_LEAST = 16, GAP_USUAL = 22, GAP_MOST = 30, MARGIN = 42, MARGIN_LEAST = 20
const MARGIN_GAP = 3

export type Plan = {
  /** Of each column, from the phone on. */
  readonly places: readonly number[]
  /** How far names at the top may reach without touching each other. */
  readonly room: number
  /** Where details begin, and how many characters a line of them may have. */
  readonly details: number
  readonly margin: number
}

/** `width`: characters that the drawing should have; undefined: as many as suits. It never is so narrow that arrows could not be told apart. */
export function planOf({ columns }: Ladder, width: number | undefined): Plan {
  const longest = Math.max(...columns.flatMap(({ lines }) => lines.map((line) => line.length)))
  const usual = Math.min(GAP_MOST, Math.max(GAP_USUAL, longest + 2)), others = Math.max(1, columns.length - 1)
  const gap = width === undefined ? usual : Math.max(GAP_LEAST, Math.min(usual, Math.floor((width - PHONE - MARGIN) / others)))
  const places = columns.map((_, i) => PHONE + i * gap)
  const details = (places.at(-1) ?? PHONE) + MARGIN_GAP
  return { places, room: gap - 1, details, margin: width === undefined ? MARGIN : Math.max(MARGIN_LEAST, width - details) }
}

/** The longest label that an arrow between these places can have: blanks, a head and a bit of its line must be seen. */
export function labelRoom(from: number, to: number): number { return to - from - 6 }

/** Details one after the other with commas between, in lines of so many characters; one that is longer is cut. */
export function wrapped(details: readonly string[], width: number): string[] {
  const lines: string[] = []
  for (const [i, detail] of details.entries()) {
    const text = cut(detail, width - 1) + (i < details.length - 1 ? "," : "")
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + text.length <= width) lines[lines.length - 1] = `${last} ${text}`
    else lines.push(text)
  }
  return lines
}

/** The beginning of a text that is too long, with two dots. */
export function cut(text: string, length: number): string { return text.length <= length ? text : `${text.slice(0, Math.max(1, length - 2))}..` }
