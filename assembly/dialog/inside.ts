// Requests of others within a dialog (RFC 3261 12.2.2).
import { NONE } from "../base/span"
import { Message, Method } from "../wire/message"
import { dialog } from "./dialog"
import { ended } from "./incoming"
import { reinvited, updated } from "./reinvite"
import { pracked } from "./reliable"
import { reply } from "./reply"

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
  else reply(m, m.method == Method.PRACK ? pracked(d, m) : 200, NONE, now)
}
