// The two sockets for the sound of a call: RTP on an even port, RTCP on the next one (RFC 3550 11).
import { below } from "../base/random"
import { Setting, number } from "../settings/settings"
import * as flow from "../transport/flow"
import { FlowFault } from "../transport/flow"
import { leg } from "./leg"
import { session } from "./session"

/** How the sockets of a call stand. */
export const enum Sockets { WAITED_FOR, OPEN, LOST }

/** Port pairs tried for one call when others have them. */
const TRIES: u8 = 8

/** Asks for them. */
export function openSockets(i: i32): void {
  const s = session(i), l = leg(i)
  if (l.port == 0 || l.socketTries > 0) l.port = drawn()
  const port: u32 = l.port
  l.socketTries++
  s.rtp = flow.openMedia(<u16>port)
  s.rtcp = s.rtp < 0 ? -1 : flow.openMedia(<u16>(port + 1))
  if (s.rtcp < 0) closeSockets(i)
}

/** RFC 3550 11: an even port of those that the settings allow. */
function drawn(): u16 {
  const first: u32 = (number(Setting.RTP_PORT_MIN) + 1) & ~1
  const last: u32 = number(Setting.RTP_PORT_MAX)
  return <u16>(first + below(last > first ? (last + 1 - first) / 2 : 1) * 2)
}

/** The same port again, where it is still free. */
export function reopenSockets(i: i32): void {
  leg(i).socketTries = 0
  openSockets(i)
}

/** How they stand. A port that is taken makes it try another pair. */
export function socketsOf(i: i32): Sockets {
  const s = session(i)
  if (s.rtp < 0) return Sockets.LOST
  if (isTaken(s.rtp) || isTaken(s.rtcp)) {
    closeSockets(i)
    if (leg(i).socketTries >= TRIES) return Sockets.LOST
    openSockets(i)
    return s.rtp < 0 ? Sockets.LOST : Sockets.WAITED_FOR
  }
  const rtp = flow.carrier(s.rtp), rtcp = flow.carrier(s.rtcp)
  if (rtp == flow.LOST || rtcp == flow.LOST) return Sockets.LOST
  return rtp == flow.WAIT || rtcp == flow.WAIT ? Sockets.WAITED_FOR : Sockets.OPEN
}

export function closeSockets(i: i32): void {
  const s = session(i)
  if (s.rtp >= 0) flow.release(s.rtp)
  if (s.rtcp >= 0) flow.release(s.rtcp)
  s.rtp = -1
  s.rtcp = -1
}

function isTaken(f: i32): bool { return flow.faultOf(f) == FlowFault.BUSY_PORT }
