// A call as the phone sees it: one record per call, which the screen, the console and the sound read.
import { CALLS } from "../config"
import { CALLS_STATE, CALLS_STATE_SIZE } from "../memory"
import { NEVER } from "../base/deadline"
import { Span } from "../base/span"

/**
 * Where a call stands. Ours: PREPARING (a server and sockets are sought), CALLING (INVITE is out), RINGING (180 came). Theirs: INCOMING (it rings here),
 * ANSWERING (200 is out, its ACK is awaited). TALKING; ENDING (CANCEL or BYE is out); ENDED (over, kept until the user has seen why).
 */
export const enum CallState { FREE, PREPARING, CALLING, RINGING, INCOMING, ANSWERING, TALKING, ENDING, ENDED }

/** Why a call ended. `Call.status` has the SIP status code where one said so. */
export const enum Ended {
  NONE, HUNG_UP, PEER_HUNG_UP, CANCELLED, PEER_CANCELLED, BUSY, REJECTED, NO_ANSWER, NOT_FOUND, FORBIDDEN, NO_SERVER, NOT_REGISTERED, REFUSED,
  NO_COMMON_SOUND, TRANSFERRED, REPLACED, ELSEWHERE, LOST, NETWORK_DOWN, TOO_LONG, NO_ROOM,
}

@unmanaged
export class Call {
  state: u8            // CallState
  ended: u8            // Ended
  id: u8               // 1..255, names it on the console for as long as it is there; 0 none
  line: u8
  status: u16          // last final status code; 0 none
  outgoing: bool
  held: bool           // by us
  heldByPeer: bool
  muted: bool
  focused: bool        // the one that the keys and the sound belong to
  mixed: bool          // part of the conference
  autoAnswer: bool
  silentRing: bool     // DND or call waiting tone instead of ringing
  transferring: u8     // Transfer under way: see dialog/transfer.ts
  serverId: u8         // candidate that the INVITE went to or came from; 0 none
  startedAt: i64
  answeredAt: i64      // NEVER before
  endedAt: i64         // NEVER before
  peerName: Span       // as shown, may be empty
  peerNumber: Span     // user part of the peer's URI, or the host when there is none
  diversion: Span      // whom the call was meant for first (Diversion), or NONE
  reason: Span         // text of a Reason header or of the status line, or NONE
}

/** Room for the texts of a call, behind its record. */
const TEXTS: usize = 160
const RECORD: usize = 56
const STRIDE: usize = RECORD + TEXTS
export const CALLS_END: usize = CALLS_STATE + <usize>CALLS * STRIDE

/** Place `i`, 0 <= i < CALLS; its state may be FREE. */
export function call(i: i32): Call { return changetype<Call>(CALLS_STATE + <usize>i * STRIDE) }

export function textsOf(i: i32): usize { return CALLS_STATE + <usize>i * STRIDE + RECORD }

/** Place of the call with this id, or -1. */
export function placeOf(id: u32): i32 {
  for (let i = 0; i < CALLS; i++) {
    if (call(i).state != CallState.FREE && call(i).id == <u8>id) return i
  }
  return -1
}

/** Place of the call that the keys and the sound belong to, or -1. */
export function focus(): i32 {
  for (let i = 0; i < CALLS; i++) {
    if (call(i).state != CallState.FREE && call(i).focused) return i
  }
  return -1
}

/** RFC 3261 21: what a final answer means to the user. */
export function causeOf(status: u32): Ended {
  switch (status) {
    case 486: case 600: return Ended.BUSY
    case 603: return Ended.REJECTED
    case 408: case 480: case 487: return Ended.NO_ANSWER
    case 404: case 410: case 416: case 484: case 485: case 604: return Ended.NOT_FOUND
    case 401: case 403: case 407: return Ended.FORBIDDEN
    case 415: case 488: case 606: return Ended.NO_COMMON_SOUND
    default: return Ended.REFUSED
  }
}

export function clearCalls(): void {
  memory.fill(CALLS_STATE, 0, CALLS_STATE_SIZE)
  for (let i = 0; i < CALLS; i++) call(i).answeredAt = NEVER
}

if (offsetof<Call>() > RECORD) ERROR("a call does not fit into its record")
if (CALLS_END > CALLS_STATE + CALLS_STATE_SIZE) ERROR("the calls do not fit")
