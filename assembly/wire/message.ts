// A SIP message as it was read: where each field is, and the values that every user agent needs (RFC 3261 7, 20).
import { Address } from "./address"
import { COLON, isSpace } from "./char"
import { Fault } from "./fault"
import { Field } from "./header"
import { Method } from "./method"
import { HEADERS_MAX } from "../config"
import { INCOMING_AT, KEPT_AT, MESSAGE_SIZE } from "./state"
import { Transport, Via, VIA_SIZE } from "./via"
import { Uri, URI_SIZE } from "./uri"
import { NONE, Span, between } from "../base/span"

export { Fault } from "./fault"
export { Field } from "./header"
export { Method } from "./method"
export { Transport } from "./via"
export { BAD, parse } from "./parse"

/** A header line: u16 address of its name, u8 Field, u8 index of the next line of that Field (the last leads to the first), Span of its value. */
const LINE_SIZE: usize = 8

/** All spans point into the bytes that were parsed; after a fault those not reached are NONE. */
@unmanaged
export class Message {
  start: usize           // address of the first byte
  fault: u8              // Fault
  method: u8             // Method; in a response that of CSeq
  cseqMethod: u8
  spare: u8
  status: u16            // 100-699; 0 in a request
  viaCount: u16          // values in all Via lines
  fieldCount: u32        // lines
  methodName: Span
  reason: Span           // of a response; NONE when it is empty
  requestUri: Span       // NONE in a response
  callId: Span
  from: Span             // whole values
  to: Span
  cseq: u32
  cseqMethodName: Span
  maxForwards: i32       // 0-255; -1 absent
  contentLength: i32     // -1 absent
  contentType: Span
  body: Span             // as long as Content-Length says; without one all the rest; NONE when it is empty
  expires: i64           // seconds, 0 to 2^32-1; -1 absent
  minExpires: i64
  retryAfter: i64

  /** The Request-URI taken apart; scheme NONE in a response. */
  // @ts-ignore: decorator
  @inline
  get uri(): Uri { return changetype<Uri>(changetype<usize>(this) + REQUEST_URI_AT) }
  /** The topmost Via value. */
  // @ts-ignore: decorator
  @inline
  get via(): Via { return changetype<Via>(changetype<usize>(this) + TOP_VIA_AT) }
  /** From and To taken apart; their URIs are not looked into. */
  // @ts-ignore: decorator
  @inline
  get fromAddress(): Address { return changetype<Address>(changetype<usize>(this) + FROM_AT) }
  // @ts-ignore: decorator
  @inline
  get toAddress(): Address { return changetype<Address>(changetype<usize>(this) + TO_AT) }

  get fromTag(): Span { return this.fromAddress.tag }
  get toTag(): Span { return this.toAddress.tag }
  get viaTransport(): Transport { return <Transport>this.via.transport }
  get viaHost(): Span { return this.via.host }
  get viaPort(): u16 { return this.via.port }
  get branch(): Span { return this.via.branch }
  get hasRport(): bool { return this.via.hasRport }
  get received(): Span { return this.via.received }
}

const TOP_VIA_AT: usize = 96
const REQUEST_URI_AT: usize = TOP_VIA_AT + VIA_SIZE
const FROM_AT: usize = REQUEST_URI_AT + URI_SIZE
const TO_AT: usize = FROM_AT + 24
/** For each Field one more than the index of its last line; 0 = it has none. */
export const LAST_LINES_AT: usize = TO_AT + 24
export const LINES_AT: usize = LAST_LINES_AT + 80

if (offsetof<Message>() > TOP_VIA_AT || Field.COUNT > 80) ERROR("wire/message.ts: the parts of a Message overlap")
if (LINES_AT + <usize>HEADERS_MAX * LINE_SIZE > MESSAGE_SIZE) ERROR("wire/state.ts gives a Message too little room")

/** The message from the network that is being handled. */
// @ts-ignore: decorator
@inline
export function incoming(): Message { return changetype<Message>(INCOMING_AT) }
/** Room for one message of ours that is read again: the request that a response belongs to. */
// @ts-ignore: decorator
@inline
export function kept(): Message { return changetype<Message>(KEPT_AT) }

/** Whether a line of that name is there already. */
// @ts-ignore: decorator
@inline
export function hasLine(m: Message, field: Field): bool { return load<u8>(changetype<usize>(m) + LAST_LINES_AT + field) != 0 }

/** Adds a line; the caller has checked that there is room. */
// @ts-ignore: decorator
@inline
export function addLine(m: Message, name: usize, field: Field, value: Span): void {
  const index = m.fieldCount
  const lines = changetype<usize>(m) + LINES_AT
  const line = lines + (index << 3)
  const last = changetype<usize>(m) + LAST_LINES_AT + field
  const before: u32 = load<u8>(last)
  let next = index
  if (before != 0) {
    const beforeLine = lines + (before << 3) - LINE_SIZE
    next = load<u8>(beforeLine, 3)
    store<u8>(beforeLine, index, 3)
  }
  store<u32>(line, <u32>name | field << 16 | next << 24)
  store<u32>(line, value, 4)
  store<u8>(last, index + 1)
  m.fieldCount = index + 1
}

// @ts-ignore: decorator
@inline
function lineAt(m: Message, index: i32): usize { return changetype<usize>(m) + LINES_AT + (<usize>index << 3) }

/** Index of the first line of a name, or -1. Lines of names that we do not know are all OTHER. */
export function firstField(m: Message, field: Field): i32 {
  const last: i32 = load<u8>(changetype<usize>(m) + LAST_LINES_AT + field)
  return last == 0 ? -1 : load<u8>(lineAt(m, last - 1), 3)
}

/** Index of the next line of the same name as line `index`, or -1. */
export function nextField(m: Message, index: i32): i32 {
  const next: i32 = load<u8>(lineAt(m, index), 3)
  return next > index ? next : -1
}

/** The value of a line, without white space at its ends; it may be empty. */
export function fieldValue(m: Message, index: i32): Span { return load<u32>(lineAt(m, index), 4) }

/** The value of the first line of a name, or NONE when there is no such line. */
export function fieldOf(m: Message, field: Field): Span {
  const index = firstField(m, field)
  return index < 0 ? NONE : fieldValue(m, index)
}

/** Which field a line is. */
export function fieldKind(m: Message, index: i32): Field { return <Field>load<u8>(lineAt(m, index), 2) }

/** The name of a line as it was written, also of an unknown one. */
export function fieldName(m: Message, index: i32): Span {
  const start: usize = load<u16>(lineAt(m, index))
  let p = start
  while (load<u8>(p) != COLON && !isSpace(load<u8>(p))) p++
  return between(start, p)
}

/**
 * Whether a request that parse() refused can be answered: it has what a response must repeat (RFC 3261 8.2.6.2), and the topmost Via says who sent
 * it. Never true for an ACK or a response.
 */
export function answerable(m: Message): bool {
  if (m.status != 0 || m.methodName == NONE || m.method == Method.ACK) return false
  return m.viaHost != NONE && firstField(m, Field.FROM) >= 0 && firstField(m, Field.TO) >= 0 &&
    firstField(m, Field.CALL_ID) >= 0 && firstField(m, Field.CSEQ) >= 0
}
