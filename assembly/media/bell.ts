// What is heard besides the streams: the tone that the calls ask for, a key that is down here, or one of theirs.
import { STREAMS } from "../config"
import { Keys, advance, forget, isSounding } from "./events"
import { KEYS_AT, PLAYER_AT, PLAYER_SIZE, Stream, TICK, TONE_PLAYED, stream } from "./record"
import { Player, Tone, begin, play } from "./tone"

export function keys(): Keys { return changetype<Keys>(KEYS_AT) }

/** The next 20 ms of the keys that are sent by the stream `s`. True: one is under way. Without a stream that can send they are forgotten. */
export function advanceKeys(s: Stream): bool {
  if (keys().waiting == 0 && keys().ticks == 0) return false
  if (changetype<usize>(s) != 0 && s.active) return advance(keys(), s.stamp + s.waiting)
  forget(keys())
  return false
}

/** Makes the next 20 ms of what is to be heard: a key before the tone that the calls ask for. False: nothing. */
export function ring(tone: Tone): bool {
  const p = changetype<Player>(PLAYER_AT), theirs = theirKey()
  if (isSounding(keys())) begin(p, Tone.DIGIT, keys().event)
  else if (theirs >= 0) begin(p, Tone.DIGIT, theirs)
  else begin(p, tone, 0)
  memory.fill(TONE_PLAYED, 0, TICK << 1)
  if (p.tone == Tone.NONE) return false
  play(p, TONE_PLAYED)
  return true
}

/** Event number of a key that is down there, or -1. */
function theirKey(): i32 {
  let key = -1
  for (let i = 0; i < STREAMS; i++) {
    const s = stream(i)
    if (!s.used || s.keyTicks == 0) continue
    s.keyTicks--
    if (s.active) key = s.key & 15
  }
  return key
}

if (offsetof<Player>() > PLAYER_SIZE) ERROR("the player does not fit")
