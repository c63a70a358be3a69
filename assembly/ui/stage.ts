// Which call the screen is about and how it stands; and what the end of a call leaves behind.
import { CALLS } from "../config"
import { NEVER } from "../base/deadline"
import { lengthOf } from "../base/span"
import { Call, CallState, Ended, call, focus } from "../dialog/call"
import { findNumber } from "../settings/settings"
import { Kind, remember } from "./history"
import { forgetDigits } from "./digits"
import { NOTED, panel } from "./panel"

/** How a call stands for the user. */
export const enum Stage { NONE, CALLING, RINGING, INCOMING, TALKING, HELD, TWO, CONFERENCE, ENDED }

const ENDED_MS: i64 = 5000               // why a call ended is shown so long, or until a key is pressed

export function stageOf(i: i32): Stage {
  if (i < 0) return Stage.NONE
  const c = call(i)
  switch (c.state) {
    case CallState.PREPARING:
    case CallState.CALLING: return Stage.CALLING
    case CallState.RINGING: return Stage.RINGING
    case CallState.INCOMING: return Stage.INCOMING
    case CallState.ANSWERING:
    case CallState.TALKING: return c.mixed ? Stage.CONFERENCE : otherOf(i) >= 0 ? Stage.TWO : c.held ? Stage.HELD : Stage.TALKING
    case CallState.ENDED: return Stage.ENDED
  }
  return Stage.NONE
}

/** Whether there is still something to do about a call. One that is ENDING ends by itself and is not shown any more. */
export function isLive(c: Call): bool { return c.state >= <u8>CallState.PREPARING && c.state <= <u8>CallState.TALKING }

/** Another call that has been answered, or -1. */
export function otherOf(i: i32): i32 {
  for (let k = 0; k < CALLS; k++) {
    if (k != i && call(k).state == CallState.TALKING) return k
  }
  return -1
}

/** Chooses the call to show: one that rings here, else the one in focus, else any. */
export function chooseCall(): void {
  const p = panel()
  let best = -1, least = 9
  for (let i = 0; i < CALLS; i++) {
    note(i)
    const c = call(i)
    const rank = c.state == CallState.INCOMING ? 0 : i == focus() && isShown(c) ? 1 : isLive(c) ? 2 : isShown(c) ? 3 : 9
    if (rank >= least) continue
    least = rank
    best = i
  }
  if (best != p.place) forgetDigits()
  p.place = <i8>best
  p.ringing = least == 0
}

function isShown(c: Call): bool { return isLive(c) || (c.state == CallState.ENDED && shownUntil(c) > panel().now) }

/** Until when the end of a call is shown: what the user has done himself he need not be told, nor what the history tells; but that a call could not be taken. */
export function shownUntil(c: Call): i64 {
  const own = c.ended == <u8>Ended.HUNG_UP || c.ended == <u8>Ended.CANCELLED
  return own || (!c.outgoing && c.answeredAt == NEVER && c.ended != <u8>Ended.TOO_LONG) ? c.endedAt : c.endedAt + ENDED_MS
}

/** A call of others goes into the history when it has ended; ours are there since they were dialled. */
function note(i: i32): void {
  const c = call(i), id = c.state == CallState.ENDED ? c.id : 0
  if (load<u8>(NOTED + i) == id) return
  store<u8>(NOTED + i, id)
  if (id == 0) return
  if (c.outgoing || lengthOf(c.peerNumber) == 0) return
  remember(kindOf(c), findNumber(c.peerNumber) < 0 ? c.peerName : 0, c.peerNumber)
}

/** What has become of a call of others: somebody has taken it, or it was refused here, or nobody has. */
function kindOf(c: Call): Kind {
  if (c.answeredAt != NEVER || c.ended == <u8>Ended.ELSEWHERE) return Kind.RECEIVED
  return c.ended == <u8>Ended.REJECTED ? Kind.REJECTED : Kind.MISSED
}
