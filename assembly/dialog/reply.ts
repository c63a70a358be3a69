// Answers to requests: those to the request that has just come, and later ones to an INVITE that still waits.
import { peer } from "../io"
import { NONE, Span, text } from "../base/span"
import { Writer } from "../base/writer"
import { beginResponse, copyFields, field, finish, statusLine } from "../wire/compose"
import { Field, Message } from "../wire/message"
import * as outbox from "../transport/outbox"
import * as server from "../transaction/server"
import { ALLOW, SUPPORTED, explain, reasonOf } from "./uas"

/** Answers the request that server.receive() has just taken. False: there was no room; it counts as not received and will come again. */
export function reply(m: Message, status: u32, tag: Span, now: i64): bool {
  const slot = beginReply(m, status, tag)
  return slot >= 0 && endReply(server.current(), slot, NONE, now)
}

/** The same in two steps: the slot, in which fields may follow; -1: no room, and the request is forgotten. */
export function beginReply(m: Message, status: u32, tag: Span): i32 {
  const slot = server.takeSlot()
  if (slot < 0) server.forget(server.current())
  else {
    beginResponse(outbox.writer(slot), m, status, reasonOf(status), tag, peer())
    explain(outbox.writer(slot), m, status)
  }
  return slot
}

/**
 * Begins another answer to an INVITE from the one that was sent before: its Vias, From, To with our tag, Call-ID and CSeq. Returns the slot; -1: no
 * room, or nothing was sent before.
 */
export function beginLater(handle: i32, status: u32): i32 {
  const slot = server.takeSlot()
  if (slot < 0) return -1
  const m = server.answerOf(handle)
  if (changetype<usize>(m) == 0) {
    outbox.discard(slot)
    return -1
  }
  const w = outbox.writer(slot)
  statusLine(w, status, reasonOf(status))
  copyFields(w, m, Field.VIA)
  copyFields(w, m, Field.FROM)
  copyFields(w, m, Field.TO)
  copyFields(w, m, Field.CALL_ID)
  copyFields(w, m, Field.CSEQ)
  // RFC 3261 12.1.1
  if (status < 300) copyFields(w, m, Field.RECORD_ROUTE)
  return slot
}

/** Writes the fields that go with a session description. */
export function describeBody(w: Writer): void { field(w, text("Content-Type"), text("application/sdp")) }

/** Writes what an answer to, or a request of, INVITE says of our abilities. */
export function writeAbilities(w: Writer): void {
  field(w, text("Allow"), ALLOW)
  field(w, text("Supported"), SUPPORTED)
}

/** The answer is complete. False: it could not be sent. */
export function endReply(handle: i32, slot: i32, body: Span, now: i64): bool {
  const w = outbox.writer(slot)
  if (body != NONE) describeBody(w)
  finish(w, body)
  return server.respond(handle, slot, now)
}
