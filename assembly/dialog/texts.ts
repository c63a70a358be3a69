// The texts of dialogs, one behind the other in one region: each text is owned by a Span in the table before them, which follows when others move.
import { DIALOGS } from "../config"
import { DIALOG_STATE } from "../memory"
import { NONE, Span, lengthOf, span, startOf } from "../base/span"

/** Texts of one dialog. EXTRA: the lines that its INVITE carries because of a transfer, or its REFER. */
export const enum Text { CALL_ID, LOCAL_TAG, REMOTE_TAG, LOCAL, REMOTE, TARGET, ROUTES, EXTRA, COUNT }

const SLOTS: i32 = DIALOGS * Text.COUNT
const USED: usize = DIALOG_STATE
const TABLE: usize = USED + 4
const BYTES: usize = TABLE + <usize>SLOTS * 4
const CAPACITY: u32 = 2200
export const TEXTS_END: usize = BYTES + CAPACITY

/** Text `which` of dialog `d`; NONE when it has none. */
export function textOf(d: i32, which: Text): Span { return load<u32>(slotOf(d, which)) }

/** Bytes that are free. */
export function textRoom(): u32 { return CAPACITY - load<u32>(USED) }

/** Bytes of all texts that stand in every request of a dialog. */
export function textsLength(d: i32): u32 {
  let sum: u32 = 0
  for (let which = 0; which < Text.EXTRA; which++) sum += lengthOf(textOf(d, which))
  return sum
}

/** Gives a dialog a text, which may be one of another dialog. False, and the text as before, when there is no room. */
export function keepText(d: i32, which: Text, s: Span): bool {
  const used = load<u32>(USED), length = lengthOf(s)
  if (used + length > CAPACITY) return false
  memory.copy(BYTES + used, startOf(s), length)
  store<u32>(USED, used + length)
  const slot = slotOf(d, which)
  const before = load<u32>(slot)
  store<u32>(slot, length == 0 ? NONE : span(BYTES + used, length))
  remove(before)
  return true
}

/** Gives up all texts of a dialog. */
export function dropTexts(d: i32): void {
  for (let which = 0; which < Text.COUNT; which++) {
    const s = textOf(d, which)
    store<u32>(slotOf(d, which), NONE)
    remove(s)
  }
}

// @ts-ignore: decorator
@inline
function slotOf(d: i32, which: Text): usize { return TABLE + (<usize>d * Text.COUNT + <usize>which) * 4 }

/** Closes the gap that a text leaves. */
function remove(s: Span): void {
  if (s == NONE) return
  const start = startOf(s), length = lengthOf(s), used = load<u32>(USED)
  memory.copy(start, start + length, BYTES + used - start - length)
  store<u32>(USED, used - length)
  for (let i: usize = 0; i < <usize>SLOTS; i++) {
    const other = load<u32>(TABLE + i * 4)
    if (other != NONE && startOf(other) > start) store<u32>(TABLE + i * 4, other - length)
  }
}
