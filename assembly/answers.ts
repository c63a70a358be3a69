// What became of our requests: which room is told.
import { Message, Method, incoming } from "./wire/message"
import * as client from "./transaction/client"
import { ClientEvent } from "./transaction/client"
import { Reason, idAt } from "./servers/candidates"
import { isOfLine, kindOf, lineOf } from "./account/attempt"
import { suspect } from "./account/ready"
import * as registration from "./account/registration"
import { OWNER_REGISTRATION } from "./account/registration"
import * as leftover from "./account/leftover"
import { OWNER_LEFTOVER } from "./account/leftover"
import * as failback from "./account/failback"
import { OWNER_FAILBACK } from "./account/failback"
import * as probe from "./account/probe"
import { OWNER_PROBE } from "./account/probe"
import { call } from "./dialog/call"
import * as outgoing from "./dialog/outgoing"
import { OWNER_UNKEPT, unkeptAnswered } from "./dialog/unkept"
import { OWNER_SUBSCRIPTION, subscribed } from "./dialog/waiting"
import { OWNER_CALL, OWNER_DIALOG, answeredWithin, unansweredWithin } from "./dialog/within"

/** Tells the owner of one client transaction what became of it; false when there is no news. INCOMING holds the answer that has just come, if any. */
export function dispatch(now: i64): bool {
  const handle = client.pollEvent()
  if (handle < 0) return false
  const event = client.eventOf(handle)
  if (client.methodOf(handle) == Method.CANCEL) {
    // BK-05, AMB-21: a CANCEL goes where its INVITE went and nowhere else; that nobody answers it is said of that server.
    const line: i32 = call(client.ownerOf(handle) - OWNER_CALL).line
    suspect(line, idAt(line, client.peerOf(handle)), now)
    return true
  }
  const owner = client.ownerOf(handle)
  if (isOfLine(owner)) dispatchLine(owner, handle, event, now)
  else dispatchCall(owner, handle, event, now)
  return true
}

/** Requests of a line, in the order of its cares. */
function dispatchLine(owner: i32, handle: i32, event: u8, now: i64): void {
  if (event == ClientEvent.PROVISIONAL) return
  const line = lineOf(owner), kind = kindOf(owner), final = event == ClientEvent.FINAL
  if (kind == OWNER_REGISTRATION) {
    if (final) registration.answered(line, incoming(), now)
    else registration.unanswered(line, reasonOf(event), now)
  } else if (kind == OWNER_SUBSCRIPTION) subscribed(line, handle, final ? incoming() : changetype<Message>(0), reasonOf(event), now)
  else if (kind == OWNER_LEFTOVER) {
    if (final) leftover.answered(line, incoming(), now)
    else leftover.unanswered(line, now)
  } else if (kind == OWNER_FAILBACK) {
    if (final) failback.answered(line, incoming(), now)
    else failback.unanswered(line, reasonOf(event), now)
  } else if (kind == OWNER_PROBE) {
    if (final) probe.answered(line, incoming().status, now)
    else probe.unanswered(line, reasonOf(event), now)
  } else if (kind == OWNER_UNKEPT && final) unkeptAnswered(line, handle, incoming(), now)
}

/** The same for INVITEs, and for requests within dialogs. */
function dispatchCall(owner: i32, handle: i32, event: u8, now: i64): void {
  const answer = event == ClientEvent.FINAL || event == ClientEvent.PROVISIONAL
  if (owner < OWNER_DIALOG) {
    if (answer) outgoing.answered(owner - OWNER_CALL, handle, incoming(), now)
    else outgoing.unanswered(owner - OWNER_CALL, handle, event, incoming(), now)
  } else if (event == ClientEvent.FINAL) answeredWithin(owner - OWNER_DIALOG, handle, incoming(), now)
  else if (!answer) unansweredWithin(owner - OWNER_DIALOG, handle, reasonOf(event), now)
}

function reasonOf(event: u8): Reason {
  return event == ClientEvent.REFUSED ? Reason.REFUSED : event == ClientEvent.TIMEOUT ? Reason.SILENT : Reason.UNREACHABLE
}
