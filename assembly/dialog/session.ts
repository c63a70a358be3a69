// What both sides of a call agreed on about sound (RFC 3264): the dialog room writes it, the media room follows it.
import { CALLS } from "../config"
import { SESSIONS, SESSIONS_SIZE } from "../memory"
import { Endpoint, ENDPOINT_SIZE } from "../base/endpoint"

/** Static payload numbers of RFC 3551; what is sent on the wire may differ: see Session.payload. */
export const enum Codec { PCMU = 0, PCMA = 8 }

/** As we see it: bit 0 we receive, bit 1 we send. */
export const enum Direction { INACTIVE, RECEIVE, SEND, BOTH }

/** No such payload number was agreed on. */
export const NO_PAYLOAD: u8 = 0xff

@unmanaged
export class Session {
  agreed: bool         // an offer has been answered; false: no media may flow
  direction: u8        // Direction
  codec: u8            // Codec
  payload: u8          // number that our packets carry
  payloadIn: u8        // number that theirs carry
  events: u8           // RFC 4733 telephone-event, ours; NO_PAYLOAD when not agreed on
  eventsIn: u8
  comfort: u8          // RFC 3389, ours; NO_PAYLOAD
  comfortIn: u8
  ptimeMs: u8          // of our packets: 10, 20, ... 60
  early: bool          // early media: the call is not answered yet
  version: u8          // another number whenever anything above or an endpoint below has changed
  rtp: i32             // flow; -1 none
  rtcp: i32            // flow; -1 none
  // What dialog/offer.ts keeps of the last description
  sdpId: u32           // of o= in ours; 0: none has been written
  sdpPrint: u32        // hash of ours as it was sent last
  sdpVersion: u16      // of o= in ours
  mediaLines: u8       // media lines of the session, RFC 3264 8: never fewer
  audioLine: u8        // which of them is ours
  wanted: u8           // Direction of our offer
  // then: where they want RTP and RTCP, and the media lines that are refused

  // @ts-ignore: decorator
  @inline
  get remoteRtp(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + REMOTE_AT) }
  // @ts-ignore: decorator
  @inline
  get remoteRtcp(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + REMOTE_AT + ENDPOINT_SIZE) }
  // @ts-ignore: decorator
  @inline
  get refused(): usize { return changetype<usize>(this) + REMOTE_AT + 2 * ENDPOINT_SIZE }
}

/** Bytes of the fields before `version`. */
export const SOUND_SIZE: u32 = 11
const REMOTE_AT: usize = 36
/** Bytes for the media lines that are refused. */
export const REFUSED_SIZE: usize = 52
export const SESSION_SIZE: usize = REMOTE_AT + 2 * ENDPOINT_SIZE + REFUSED_SIZE

/** Room for the description that is being read, and for the lines of it that will be refused. */
export const OFFER_SCRATCH: usize = SESSIONS + <usize>CALLS * SESSION_SIZE
export const OFFER_SCRATCH_END: usize = OFFER_SCRATCH + 0xc0

/** The session of the call at place `i`, 0 <= i < CALLS. */
export function session(i: i32): Session { return changetype<Session>(SESSIONS + <usize>i * SESSION_SIZE) }

/** Nothing has been said about sound yet: for a call that begins. */
export function clearSession(i: i32): void {
  const s = session(i), version = s.version
  memory.fill(changetype<usize>(s), 0, SESSION_SIZE)
  s.version = version + 1
  s.rtp = s.rtcp = -1
  s.events = s.eventsIn = s.comfort = s.comfortIn = NO_PAYLOAD
}

if (offsetof<Session>() > REMOTE_AT) ERROR("Session has grown over its endpoints")
if (OFFER_SCRATCH_END > SESSIONS + SESSIONS_SIZE) ERROR("the sessions do not fit")
