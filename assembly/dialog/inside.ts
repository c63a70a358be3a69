// Requests of others within a dialog (RFC 3261 12.2.2).
import { NONE } from "../base/span"
import { Message, Method } from "../wire/message"
import { dialog } from "./dialog"
import { ended } from "./incoming"
import { reinvited, updated } from "./reinvite"
import { pracked } from "./reliable"
import { informed } from "./info"
import { replyToRefer } from "./refer"
import { reply } from "./reply"
import { notifiedWithin } from "./transfer"
import { notified } from "./waiting"

/** A request that belongs to dialog `d`, and that nothing in its header stands against. */
export function within(d: i32, m: Message, now: i64): void {
  const x = dialog(d)
  // RFC 3261 12.2.2: one that is older than another is out of order.
  if (x.counted && m.cseq <= x.remoteCseq) {
    reply(m, 500, NONE, now)
    return
  }
  x.remoteCseq = m.cseq
  x.counted = true
  if (m.method == Method.BYE) {
    if (reply(m, 200, NONE, now)) ended(d, m, now)
  } else if (m.method == Method.INVITE) reinvited(d, m, now)
  else if (m.method == Method.UPDATE) updated(d, m, now)
  else if (m.method == Method.REFER) replyToRefer(x.place, m, now)
  else reply(m, answerTo(x.place, d, m, now), NONE, now)
}

/** The status of the answer to the others. */
function answerTo(i: i32, d: i32, m: Message, now: i64): u32 {
  if (m.method == Method.PRACK) return pracked(d, m)
  if (m.method == Method.INFO) return informed(m)
  if (m.method == Method.NOTIFY) return i < 0 ? notified(dialog(d).line, m, false, now) : notifiedWithin(i, m)
  return 200
}
