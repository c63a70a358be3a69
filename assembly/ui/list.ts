// Lists: one row per entry, page by page, moved about with the arrows; a digit chooses a row of a numbered one.
import { COLUMNS, invert, put } from "./screen"
import { BODY_ROWS, BODY_TOP } from "./paper"
import { Symbol } from "./font"
import { choose, chosen, pop } from "./panel"

/** What pressList gives when nothing was chosen. */
export const NOTHING: i32 = -1

/** The first entry on the page that is shown. */
export function pageStart(): i32 { return <i32>(chosen() / BODY_ROWS * BODY_ROWS) }

/** The entry behind the last one on the page. */
export function pageEnd(count: i32): i32 { return min(count, pageStart() + <i32>BODY_ROWS) }

/** The row of the screen where an entry of the page is. */
export function rowOf(i: i32): u32 { return BODY_TOP + <u32>(i - pageStart()) }

/** Marks the entry that is chosen, and in the title that there are more pages. A list that has become shorter loses its last ones first. */
export function endList(count: i32): void {
  if (count == 0) return
  invert(rowOf(<i32>chosen()), 0, COLUMNS)
  const above = pageStart() > 0, below = pageEnd(count) < count
  if (above || below) put(0, COLUMNS - 1, above && below ? Symbol.BOTH : above ? Symbol.ABOVE : Symbol.BELOW)
}

/** The choice stays within a list of `count` entries. Call it before the list is drawn. */
export function keepWithin(count: i32): void {
  if (<i32>chosen() >= count) choose(max(count, 1) - 1)
}

/** What a key does to a list: moves in it, leaves it, or chooses the entry that is returned. */
export function pressList(key: u32, count: i32, numbered: bool): i32 {
  const at = <i32>chosen()
  if (key == 0x61 || key == 0x42) pop()
  else if (count == 0) return NOTHING
  else if (key == 0x55) choose((at + count - 1) % count)
  else if (key == 0x44) choose((at + 1) % count)
  else if (key == 0x63 || key == 0x4f) return at
  else if (numbered && key - 0x31 < <u32>count) return <i32>(key - 0x31)
  return NOTHING
}
