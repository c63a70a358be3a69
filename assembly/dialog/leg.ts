// What the protocol knows of a call besides what screen and sound see: its dialog, its INVITE, its deadlines.
import { CALLS } from "../config"
import { DIALOG_STATE, DIALOG_STATE_SIZE } from "../memory"
import { NEVER } from "../base/deadline"
import { COMPOSE_END } from "./compose"

/** What a call waits for before it can go on. ROOM: a slot of the outbox or a transaction. */
/** SERVER: none is known yet. REGISTRATION: it has to register us first. */
export const enum Wait { NOTHING, SERVER, REGISTRATION, SOCKETS, ROOM }

/** Which offer within the call is under way: the INVITE is ours, or theirs and its ACK is awaited. */
export const enum Exchange { NONE, OURS, THEIRS }

/** What the user is told of a call, one bit each, in this order. */
export const enum Happened {
  OUT = 1, RINGING = 2, INCOMING = 4, TALKING = 8, HELD = 16, RESUMED = 32, TRANSFERRED = 64, ENDED = 128, TRANSFER_FAILED = 256,
}

@unmanaged
export class Leg {
  dialog: i8           // a DRAFT while an INVITE of ours is out, then the one that was agreed on; -1 none
  wait: u8             // Wait
  cause: u8            // Ended that the next end tells
  redirects: u8        // 3xx answers followed
  rounds: u8           // answers to challenges and the like in one request
  socketTries: u8
  wantsAnswer: bool    // the user has taken the call; its sockets are awaited
  refusal: u16         // the answer that REFUSE sends
  offered: bool        // the INVITE under way carries, or brought, an offer
  rung: bool           // 180 has been sent
  reliable: bool       // it wants a PRACK
  moded: bool          // it says how it wants to be answered (RFC 5373)
  handle: i32          // INVITE under way: a client's or a server's transaction; -1 none
  flow: i32            // to the server, held; -1 none
  happened: u32        // Happened bits not yet told
  resendMs: u32        // our 200 is sent again after this long
  resendAt: i64
  lostAt: i64          // no ACK by then
  dueAt: i64           // it has rung, or been shown, long enough; of a call that talks: when its re-INVITE goes on
  // Within the call: reinvite.ts, refresh.ts, reliable.ts
  exchange: u8         // Exchange
  wantsOffer: bool     // our side has changed
  updates: bool        // they take UPDATE
  timed: bool          // the session has a timer
  refreshes: bool      // which we keep
  untold: bool         // our side has changed, and they do not know: the re-INVITE does not fit, has gone without credentials, or to a server that does not know the call
  holds: bool          // they have agreed to be on hold
  theirCseq: u32       // of their re-INVITE
  sessionSec: u32      // how long the session lives without a refresh; 0: for ever
  leastSec: u32        // the least that a 422 has named
  rseq: u32            // of our 180 that awaits its PRACK; 0 none
  endAt: i64           // the session is over
  refreshAt: i64
  port: u16            // for sound, so that it can be the same again
  down: bool           // the network is gone; the call waits for it
  out: bool            // its INVITE has left, and the user knows
  heard: bool          // the server that is tried has said something, 100 at least
  emergency: bool      // P-40: every server is tried, whatever is known of it
  rivalId: u8          // its server
  rival: i32           // INVITE at another server that is listened to besides: hedge.ts; -1 none
  rivalFlow: i32       // to it, held
  hedgeAt: i64         // when another server is asked besides
}

const STRIDE: usize = 120
const TABLE: usize = (COMPOSE_END + 7) & ~7
/** i64: when calls that wait for room in a pool are looked at again. */
export const CROWDED_AT: usize = TABLE + <usize>CALLS * STRIDE
export const LEGS_END: usize = CROWDED_AT + 8

export function leg(i: i32): Leg { return changetype<Leg>(TABLE + <usize>i * STRIDE) }

export function clearLeg(i: i32): void {
  const l = leg(i)
  memory.fill(changetype<usize>(l), 0, STRIDE)
  l.dialog = -1
  l.handle = -1
  l.flow = -1
  l.rival = -1
  l.hedgeAt = NEVER
  l.resendAt = NEVER
  l.lostAt = NEVER
  l.dueAt = NEVER
}

if (offsetof<Leg>() > STRIDE) ERROR("a leg does not fit into its record")
if (LEGS_END > DIALOG_STATE + DIALOG_STATE_SIZE) ERROR("the legs do not fit")
