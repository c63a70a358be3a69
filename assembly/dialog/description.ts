// Our session descriptions, for the body of a message: written in TX, good until something else is.
import { DIALOG_STATE, DIALOG_STATE_SIZE, TX } from "../memory"
import { Endpoint, ENDPOINT_SIZE } from "../base/endpoint"
import { NONE, Span } from "../base/span"
import { Writer, WRITER_SIZE } from "../base/writer"
import * as flow from "../transport/flow"
import { call } from "./call"
import { LEGS_END } from "./leg"
import { writeAnswer, writeOffer } from "./offer"
import { Direction, session } from "./session"

const LOCAL: usize = LEGS_END
export const DESCRIPTION_END: usize = (LOCAL + ENDPOINT_SIZE + 7) & ~7
const DESCRIPTION_MAX: u32 = 700

/** An offer for the call at place `i` whose signalling uses the flow `by`; NONE when it does not fit. */
export function offerOf(i: i32, by: u32): Span {
  const w = writer()
  writeOffer(w, session(i), localOf(i, by), wish(i))
  return w.overflow ? NONE : w.written
}

/** The answer to the offer that was taken last. */
export function answerOf(i: i32, by: u32): Span {
  const w = writer()
  writeAnswer(w, session(i), localOf(i, by), wish(i))
  return w.overflow ? NONE : w.written
}

/** RFC 3264 8.4: on hold we go on to send and hear nothing. */
function wish(i: i32): Direction { return call(i).held ? Direction.SEND : Direction.BOTH }

/** Our address as the server's network sees it, with the port for sound. */
function localOf(i: i32, by: u32): Endpoint {
  const e = changetype<Endpoint>(LOCAL)
  e.copyFrom(flow.localOf(by))
  e.port = flow.localOf(session(i).rtp).port
  return e
}

function writer(): Writer {
  const w = changetype<Writer>(TX)
  w.open(TX + WRITER_SIZE, DESCRIPTION_MAX)
  return w
}

if (DESCRIPTION_END > DIALOG_STATE + DIALOG_STATE_SIZE) ERROR("the scratch of descriptions does not fit")
