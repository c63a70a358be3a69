// The one question of STUN (RFC 5389) that a keep-alive is: a Binding request without attributes, and what answers it.
import { fill } from "../base/random"
import { Span, lengthOf, startOf } from "../base/span"
import { Writer } from "../base/writer"

// RFC 5389 6: type, length, magic cookie, and twelve bytes by which an answer is known.
const SIZE: u32 = 20
const ID_AT: usize = 8
const ID_SIZE: usize = 12
/** The magic cookie 2112A442, and a Binding request without attributes up to it, as they lie in memory. */
const COOKIE: u32 = 0x42a4_1221
const REQUEST: u64 = 0x42a4_1221_0000_0100
/** The types of its answers, as they lie in memory. */
const SUCCESS: u16 = 0x0101
const ERROR_ANSWER: u16 = 0x1101

export const enum Pong { NONE, ALIVE, REFUSED }

/** Whether these bytes are STUN, which no SIP message can be taken for (RFC 5626 8). */
export function isStun(s: Span): bool { return lengthOf(s) >= SIZE && load<u8>(startOf(s)) <= 1 && load<u32>(startOf(s) + 4) == COOKIE }

/** Writes a Binding request; there is room for it. */
export function writeBinding(w: Writer): void {
  store<u64>(w.at, REQUEST)
  fill(w.at + ID_AT, <u32>ID_SIZE)
  w.at += SIZE
}

/** What `answer`, which is STUN, says to that request. */
export function pongTo(request: Span, answer: Span): Pong {
  if (memory.compare(startOf(request) + ID_AT, startOf(answer) + ID_AT, ID_SIZE) != 0) return Pong.NONE
  const type = load<u16>(startOf(answer))
  return type == SUCCESS ? Pong.ALIVE : type == ERROR_ANSWER ? Pong.REFUSED : Pong.NONE
}
