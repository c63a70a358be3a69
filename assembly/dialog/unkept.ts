// A 2xx whose dialog cannot be kept, for want of room or because it is too long: it is acknowledged and ended as well as can be without one (RFC 3261 13.2.2.4).
import { peer } from "../io"
import * as log from "../base/log"
import { Level } from "../base/log"
import { prose } from "../base/prose"
import { Span, text } from "../base/span"
import { Writer } from "../base/writer"
import { field, finish } from "../wire/compose"
import { Message, Method } from "../wire/message"
import * as flow from "../transport/flow"
import * as outbox from "../transport/outbox"
import * as client from "../transaction/client"
import { authorize } from "../account/digest"
import { beginRouted } from "./compose"
import { contactOf, writeRoutes } from "./dialog"
import { NONE } from "../base/span"

/** Owner of transactions that nobody waits for. */
const OWNER_NOBODY: u8 = 0x0f
/** More of them do not fit into a datagram. */
const ROUTES_MOST: u32 = 150

/**
 * Both requests are made of the 2xx itself and go to whom it came from. One BYE at a time: where several are to be ended so, the next follows when its 2xx is
 * repeated.
 */
export function turnAway(line: i32, m: Message, handle: i32, now: i64): void {
  const by = flow.towards(peer(), now)
  if (by < 0) return
  const ack = client.takeAckSlot(handle)
  if (ack < 0) return
  if (!write(ack, line, m, text("ACK"), m.cseq, by, handle)) return
  client.sendAck(handle, ack, by, peer())
  if (client.isUnderWay(OWNER_NOBODY)) return
  const bye = client.takeSlot()
  if (bye < 0 || !write(bye, line, m, text("BYE"), m.cseq + 1, by, -1)) return
  if (client.start(Method.BYE, bye, by, peer(), OWNER_NOBODY, 0, 0, now) < 0) outbox.discard(bye)
  log.line().say(prose("a call was answered in a way that cannot be kept: it is ended"))
  log.say(Level.WARNING)
}

/** Writes it with the whole route; where that does not fit, without one: who has sent the 2xx may know the way. False: it does not fit, and the slot is free. */
function write(slot: i32, line: i32, m: Message, method: Span, cseq: u32, by: u32, handle: i32): bool {
  const w = outbox.writer(slot)
  compose(w, line, m, method, cseq, by, handle, true)
  if (w.overflow) {
    w.again()
    compose(w, line, m, method, cseq, by, handle, false)
  }
  if (w.overflow) outbox.discard(slot)
  return outbox.isComposed(slot)
}

function compose(w: Writer, line: i32, m: Message, method: Span, cseq: u32, by: u32, handle: i32, routed: bool): void {
  const contact = contactOf(m), uri = contact == NONE ? m.toAddress.uri : contact
  beginRouted(w, method, uri, by, 0)
  if (routed) {
    const from = w.at
    w.put(text("Route: "))
    const start = w.at
    if (!writeRoutes(w, m, true, ROUTES_MOST)) w.overflow = true
    else if (w.at == start) w.at = from
    else w.put(text("\r\n"))
  }
  field(w, text("From"), m.from)
  field(w, text("To"), m.to)
  field(w, text("Call-ID"), m.callId)
  w.put(text("CSeq: "))
  w.number(cseq)
  w.byte(0x20)
  w.put(method)
  w.put(text("\r\n"))
  if (handle >= 0) client.repeatCredentials(w, handle)
  else {
    authorize(w, line, peer(), method, uri, false)
    authorize(w, line, peer(), method, uri, true)
  }
  finish(w, NONE)
}
