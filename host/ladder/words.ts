// What a row of a ladder says, in the words that both drawings use.
import type { Drawn } from "./fold.ts"
import type { Column, Ladder, Row } from "./ladder.ts"

/** Seconds with their thousandths: 305.030. */
export function secondsText(ms: number): string { return (ms / 1000).toFixed(3) }

/** How long: 7.5 s, 4 min 54 s, 1 h 20 min. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 100) / 10
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(Math.round(ms / 1000) / 60), rest = Math.round(ms / 1000) % 60
  if (minutes < 60) return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`
  return minutes % 60 === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** What stands beside an arrow. */
export function detailsOf(row: Extract<Row, { kind: "message" }>): string[] {
  return [...row.count > 1 ? [`x${row.count}, to ${secondsText(row.until)}`] : [], ...row.details]
}

/** What a row says that is no arrow; the first line is the row's, the others stand below it. */
export function sentenceOf(row: Exclude<Drawn, { kind: "message" }>): string[] {
  switch (row.kind) {
    case "event": case "host": return [row.text]
    case "user": return [row.text, ...row.reply]
    case "sound": return [`sound with ${row.with}, ${durationText(row.until - row.at)}: ${row.out} packets out, ${row.in} in`]
    case "more": return [`${row.count} more like ${row.rows === 2 ? "these two" : `the ${row.rows} above`}, to ${secondsText(row.until)}`]
    case "gap": return [`+${durationText(row.ms)}`]
  }
}

/** Where the other end of a message or of sound stands among the columns; -1 nowhere. */
export function columnOf(columns: readonly Column[], place: string): number {
  return columns.findIndex(({ id, kind }) => id === place || (kind !== "phone" && id.slice(0, id.lastIndexOf(":")) === place))
}

/** What stands at the top of each column, as many lines as the longest has. */
export function headOf({ columns }: Ladder): string[][] {
  const height = Math.max(...columns.map(({ lines }) => lines.length))
  return Array.from({ length: height }, (_, i) => columns.map(({ lines }) => lines[i] ?? ""))
}
