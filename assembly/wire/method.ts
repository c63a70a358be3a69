// Request methods (RFC 3261 7.1 and its extensions).
import { peek } from "./char"
import { ACK, BYE, CANCEL, INFO, INVITE, MESSAGE, NOTIFY, OPTIONS, PRACK, PUBLISH, REFER, REGISTER, UBSCRIBE, UPDATE, exact } from "./words"
import { Span, endOf, startOf } from "../base/span"

export const enum Method { UNKNOWN, INVITE, ACK, OPTIONS, BYE, CANCEL, REGISTER, PRACK, SUBSCRIBE, NOTIFY, PUBLISH, INFO, REFER, MESSAGE, UPDATE }

/** Which method a name is. RFC 3261 7.1: letters and capitals differ; "invite" is another, unknown method. */
export function methodNamed(name: Span): Method { return methodBetween(startOf(name), endOf(name)) }

/** The same for the bytes between two addresses. */
export function methodBetween(start: usize, end: usize): Method {
  const name = exact(start, end)
  if (name == REGISTER) return Method.REGISTER
  if (name == INVITE) return Method.INVITE
  if (name == OPTIONS) return Method.OPTIONS
  if (name == BYE) return Method.BYE
  if (name == ACK) return Method.ACK
  if (name == CANCEL) return Method.CANCEL
  if (name == NOTIFY) return Method.NOTIFY
  if (name == INFO) return Method.INFO
  if (name == UPDATE) return Method.UPDATE
  if (name == PRACK) return Method.PRACK
  if (name == REFER) return Method.REFER
  if (name == MESSAGE) return Method.MESSAGE
  if (name == PUBLISH) return Method.PUBLISH
  if (end - start == 9 && peek(start) == 0x53 && exact(start + 1, end) == UBSCRIBE) return Method.SUBSCRIBE
  return Method.UNKNOWN
}
