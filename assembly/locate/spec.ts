// The servers that the settings name, one by one: P1 is the first (VE-09, VE-17).
import { Span, after, indexOf, lengthOf, span, startOf, text, trim } from "../base/span"
import { Setting, words } from "../settings/settings"

/** The server of this rank, from 1; empty when there is none. */
export function specOf(line: i32, rank: u32): Span {
  const all = words(line, Setting.SERVER)
  if (lengthOf(all) == 0) return rank == 1 ? words(line, Setting.DOMAIN) : all
  return itemAt(all, rank - 1)
}

/** Item number `n`, from 0, of a list with semicolons between; empty behind the last. */
export function itemAt(list: Span, n: u32): Span {
  let rest = list
  for (; n > 0; n--) {
    const end = indexOf(rest, 0x3b)
    rest = end < 0 ? text("") : after(rest, end + 1)
  }
  const end = indexOf(rest, 0x3b)
  return trim(end < 0 ? rest : span(startOf(rest), end))
}
