// What became of our requests: which room is told.
import { Message, Method, incoming } from "./wire/message"
import * as client from "./transaction/client"
import { ClientEvent } from "./transaction/client"
import { Reason, idAt } from "./servers/candidates"
import { suspect } from "./account/ready"
import * as registration from "./account/registration"
import { OWNER_REGISTRATION } from "./account/registration"
import * as leftover from "./account/leftover"
import { OWNER_LEFTOVER } from "./account/leftover"
import * as failback from "./account/failback"
import { OWNER_FAILBACK } from "./account/failback"
import * as probe from "./account/probe"
import { OWNER_PROBE } from "./account/probe"
import * as outgoing from "./dialog/outgoing"
import { OWNER_SUBSCRIPTION, subscribed } from "./dialog/waiting"
import { OWNER_CALL, OWNER_DIALOG, answeredWithin, unansweredWithin } from "./dialog/within"

const LINE: i32 = 0

/** Tells the owner of one client transaction what became of it; false when there is no news. INCOMING holds the answer that has just come, if any. */
export function dispatch(now: i64): bool {
  const handle = client.pollEvent()
  if (handle < 0) return false
  const event = client.eventOf(handle)
  if (client.methodOf(handle) == Method.CANCEL) {
    // BK-05, AMB-21: a CANCEL goes where its INVITE went and nowhere else; that nobody answers it is said of that server.
    suspect(LINE, idAt(LINE, client.peerOf(handle)), now)
    return true
  }
  const owner = client.ownerOf(handle)
  if (owner >= OWNER_CALL) dispatchCall(owner, handle, event, now)
  if (event == ClientEvent.PROVISIONAL) return true
  if (owner == OWNER_REGISTRATION) {
    if (event == ClientEvent.FINAL) registration.answered(LINE, incoming(), now)
    else registration.unanswered(LINE, reasonOf(event), now)
  } else if (owner == OWNER_SUBSCRIPTION) subscribed(LINE, handle, event == ClientEvent.FINAL ? incoming() : changetype<Message>(0), reasonOf(event), now)
  else if (owner == OWNER_LEFTOVER) {
    if (event == ClientEvent.FINAL) leftover.answered(LINE, incoming(), now)
    else leftover.unanswered(LINE, now)
  } else if (owner == OWNER_FAILBACK) {
    if (event == ClientEvent.FINAL) failback.answered(LINE, incoming(), now)
    else failback.unanswered(LINE, reasonOf(event), now)
  } else if (owner == OWNER_PROBE) {
    if (event == ClientEvent.FINAL) probe.answered(LINE, incoming().status, now)
    else probe.unanswered(LINE, reasonOf(event), now)
  }
  return true
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
