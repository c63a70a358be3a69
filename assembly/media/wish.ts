// Which tone the calls ask for: ringing for one that comes in, ring-back while one goes out, and why one has ended.
import { CALLS } from "../config"
import { NEVER } from "../base/deadline"
import { CallState, Ended, call, focus } from "../dialog/call"
import { session } from "../dialog/session"
import { Tone } from "./tone"

/** Tones that say why a call ended last so long. */
export const END_TONE_MS: i64 = 4000

// A bit for each way to end. What the user did himself needs no tone.
const BUSY: u32 = 1 << Ended.BUSY | 1 << Ended.REJECTED | 1 << Ended.PEER_HUNG_UP | 1 << Ended.TOO_LONG
const CONGESTION: u32 = 1 << Ended.NO_ANSWER | 1 << Ended.NOT_FOUND | 1 << Ended.FORBIDDEN | 1 << Ended.NO_SERVER | 1 << Ended.NOT_REGISTERED
  | 1 << Ended.REFUSED | 1 << Ended.NO_COMMON_SOUND | 1 << Ended.LOST | 1 << Ended.NETWORK_DOWN

/** `heard`: sound of the call that the keys belong to has come, and is louder than any tone of ours. */
export function toneOf(now: i64, heard: bool): Tone {
  let talking = false, incoming = false, silent = false
  for (let i = 0; i < CALLS; i++) {
    const c = call(i)
    if (c.state == CallState.TALKING) talking = true
    if (c.state == CallState.INCOMING) {
      incoming = true
      silent = c.silentRing
    }
  }
  if (incoming) return talking ? Tone.WAITING : silent ? Tone.NONE : Tone.RINGING
  const place = focus()
  if (place < 0) return Tone.NONE
  const c = call(place)
  // RFC 3960 3.2: while nothing comes from there, the phone itself says that it rings.
  if (c.state == CallState.RINGING) return session(place).early && heard ? Tone.NONE : Tone.RING_BACK
  if (c.state == CallState.ENDED && c.endedAt != NEVER && now < c.endedAt + END_TONE_MS) return toneAfter(c.ended)
  return Tone.NONE
}

function toneAfter(ended: u32): Tone {
  return BUSY >>> ended & 1 ? Tone.BUSY : CONGESTION >>> ended & 1 ? Tone.CONGESTION : Tone.NONE
}
