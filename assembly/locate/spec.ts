// The servers that the settings name, one by one: P1 is the first (VE-09, VE-17).
import { Span, after, indexOf, lengthOf, span, startOf, text, trim } from "../base/span"
import { Setting, words } from "../settings/settings"

/** The server of this rank, from 1; empty when there is none. */
export function specOf(line: i32, rank: u32): Span {
  let rest = words(line, Setting.SERVER)
  if (lengthOf(rest) == 0) return rank == 1 ? words(line, Setting.DOMAIN) : rest
  for (let i: u32 = 1; i < rank; i++) {
    const end = indexOf(rest, 0x3b)
    rest = end < 0 ? text("") : after(rest, end + 1)
  }
  const end = indexOf(rest, 0x3b)
  return trim(end < 0 ? rest : span(startOf(rest), end))
}
