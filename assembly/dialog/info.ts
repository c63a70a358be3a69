// Digits by INFO (setting dtmf: info), one request after the other, in the form that most phones know: application/dtmf-relay.
import { CALLS } from "../config"
import { TRANSFERS, TRANSFERS_SIZE, TX } from "../memory"
import { prose } from "../base/prose"
import { Span, lengthOf, sameFolded, text } from "../base/span"
import { Writer, WRITER_SIZE } from "../base/writer"
import { mediaType } from "../wire/fields"
import { Message } from "../wire/message"
import { CallState, call } from "./call"
import { dialog } from "./dialog"
import { leg } from "./leg"
import { TRANSFERS_END } from "./referral"
import { Want } from "./within"

/** Digits that may wait, and how long each is said to last, in milliseconds. */
const DIGITS_MAX: u32 = 8
const DURATION: u32 = 160

const BODY: usize = TX + 0x240
const BODY_MAX: usize = 0x40

/** The characters 0-9, *, #, A-D that wait, the next one first; a 0 follows them. */
function waitingAt(i: i32): usize { return TRANSFERS_END + <usize>i * 8 }

/** Forgets what has not been sent. */
export function clearDigits(i: i32): void { store<u64>(waitingAt(i), 0) }

/** False: there is no call to send it in, or too many wait. */
export function queueDigit(i: i32, digit: u32): bool {
  if (call(i).state != CallState.TALKING) return false
  const queue = load<u64>(waitingAt(i))
  const used = (71 - <u32>clz(queue)) / 8
  if (used == DIGITS_MAX) return false
  store<u8>(waitingAt(i) + used, <u8>digit)
  dialog(leg(i).dialog).wants |= Want.INFO
  return true
}

/** Writes the type of the body behind what begin() has written, and returns the body with the next digit. */
export function writeDigit(w: Writer, i: i32): Span {
  const body = changetype<Writer>(BODY)
  w.say(prose("Content-Type: application/dtmf-relay\r\n"))
  body.open(BODY + WRITER_SIZE, BODY_MAX)
  body.say(prose("Signal="))
  body.byte(load<u8>(waitingAt(i)))
  body.say(prose("\r\nDuration="))
  body.number(DURATION)
  body.say(prose("\r\n"))
  return body.written
}

/** The digit has been sent, whatever was answered; the next one may follow. */
export function digitOver(i: i32): void {
  const rest = load<u64>(waitingAt(i)) >>> 8
  store<u64>(waitingAt(i), rest)
  if (rest != 0) dialog(leg(i).dialog).wants |= Want.INFO
}

/** The answer to an INFO of theirs: digits are heard in either form and mean nothing here; of packages (RFC 6086) we have none. */
export function informed(m: Message): u32 {
  if (lengthOf(m.body) == 0) return 200
  const type = mediaType(m)
  return sameFolded(type, text("application/dtmf-relay")) || sameFolded(type, text("application/dtmf")) ? 200 : 415
}

if (TRANSFERS_END + <usize>CALLS * 8 > TRANSFERS + TRANSFERS_SIZE) ERROR("the digits do not fit")
