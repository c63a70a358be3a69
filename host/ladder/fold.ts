// What is drawn of the rows: pauses are marked, and exchanges that come again and again with nothing between are told once.
import type { Row } from "./ladder.ts"

/** A row; or a pause; or so many more of the `rows` before, the last one at `until`. */
export type Drawn =
  | Row
  | { readonly kind: "gap"; readonly at: number; readonly ms: number }
  | { readonly kind: "more"; readonly at: number; readonly until: number; readonly count: number; readonly rows: number }

/** A pause of this length or more is marked. */
const GAP_MS = 5000

/** An exchange has so many rows at most; so many more of it are told as such. */
const ROWS_MAX = 6, MORE_LEAST = 2

export function drawnOf(rows: readonly Row[]): Drawn[] { return withGaps(folded(rows)) }

function folded(rows: readonly Row[]): Drawn[] {
  const drawn: Drawn[] = []
  for (let i = 0; i < rows.length;) {
    const { size, count } = repetitionAt(rows, i)
    drawn.push(...rows.slice(i, i + size))
    i += size
    if (count < MORE_LEAST) continue
    const first = rows[i], last = rows[i + size * count - 1]
    if (first !== undefined && last !== undefined) drawn.push({ kind: "more", at: first.at, until: endOf(last), count, rows: size })
    i += size * count
  }
  return drawn
}

/** How many rows from here on form an exchange that comes again at once, and how often. One row alone is sent again for reasons of its own. */
function repetitionAt(rows: readonly Row[], from: number): { size: number; count: number } {
  for (let size = 2; size <= ROWS_MAX; size++) {
    const block = rows.slice(from, from + size).map(signature)
    if (block.length < size || block.includes(undefined)) break
    let count = 0
    while (block.every((each, i) => signature(rows[from + (count + 1) * size + i]) === each)) count++
    if (count >= MORE_LEAST) return { size, count }
  }
  return { size: 1, count: 0 }
}

/** What two rows have in common that tell the same: all but time and sequence number. Undefined for what is never folded. */
function signature(row: Row | undefined): string | undefined {
  if (row?.kind !== "message" || row.count > 1) return undefined
  return `${row.out ? ">" : "<"}${row.with} ${row.label.replace(/ \d+$/, "")} ${row.details.join()}`
}

function withGaps(rows: readonly Drawn[]): Drawn[] {
  return rows.flatMap((row, i) => {
    const before = rows[i - 1]
    const pause = before === undefined ? 0 : row.at - (before.kind === "more" ? before.until : before.at)
    return pause >= GAP_MS && row.kind !== "more" ? [{ kind: "gap", at: row.at, ms: pause } as const, row] : [row]
  })
}

function endOf(row: Row): number { return "until" in row ? row.until : row.at }
