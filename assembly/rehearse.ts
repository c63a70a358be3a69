// A failure that is rehearsed: a message to that server is not sent, and what its failure would have made of it is.
import { RX, RX_SIZE, PHONE_STATE } from "./memory"
import { MESSAGE_MAX } from "./config"
import { prose } from "./base/prose"
import { Span, lengthOf, span, startOf, text } from "./base/span"
import { Writer } from "./base/writer"
import { Method, incoming, kept, parse } from "./wire/message"
import { beginResponse, finish } from "./wire/compose"
import { localOf } from "./transport/flow"
import * as outbox from "./transport/outbox"
import { Play, play, rehearsed } from "./transport/rehearsal"
import { logMessage } from "./transport/siplog"
import * as client from "./transaction/client"
import * as server from "./transaction/server"

// The answer is composed behind the input, which is worked on no more; the reply to a console command may still point to its beginning.
const ANSWER: usize = RX + RX_SIZE - MESSAGE_MAX
const WRITER: usize = PHONE_STATE + 128

/** Takes one message off the outbox that would leave for that server now; false when there is none. */
export function rehearse(now: i64, whole: bool): bool {
  const slot = outbox.intercepted()
  if (slot < 0) return false
  const flow = outbox.interceptedFlow(slot), bytes = outbox.interceptedBytes(slot)
  logMessage(prose("rehearsed, not sent to "), rehearsed(), bytes, whole)
  const answer = play() == Play.BUSY ? busy(bytes, flow) : 0
  outbox.unsent(slot)
  if (play() == Play.REFUSE) {
    client.refused(flow, rehearsed(), now)
    server.refused(flow, rehearsed(), now)
  }
  if (answer == 0 || parse(startOf(answer), lengthOf(answer), incoming()) <= 0) return true
  logMessage(prose("rehearsed, from "), rehearsed(), answer, whole)
  client.receive(incoming(), now)
  return true
}

/** The answer to a request of ours, 0 when it gets none. RFC 3261 17.1.1.3: nobody answers an ACK. */
function busy(bytes: Span, flow: u32): Span {
  const m = kept()
  if (parse(startOf(bytes), lengthOf(bytes), m) <= 0 || m.method == Method.ACK) return 0
  const w = changetype<Writer>(WRITER)
  w.open(ANSWER, MESSAGE_MAX)
  beginResponse(w, m, 503, prose("Service Unavailable"), text("rehearsed"), localOf(flow))
  finish(w, 0)
  return w.overflow ? 0 : span(ANSWER, <u32>(w.at - w.start))
}
