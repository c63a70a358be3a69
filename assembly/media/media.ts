// The sound of the phone: streams follow the calls, 20 ms go in and 20 ms come out, packets come and leave. phone.ts knows only this file of the room.
import { CALLS, STREAMS } from "../config"
import { AUDIO, AUDIO_SIZE, RX, TX } from "../memory"
import { NEVER, sooner } from "../base/deadline"
import { Endpoint } from "../base/endpoint"
import { token, u32Random } from "../base/random"
import { NONE, span } from "../base/span"
import { Writer } from "../base/writer"
import { Output, give, io, peer } from "../io"
import { Dtmf, Setting, number } from "../settings/settings"
import { isOpen } from "../transport/flow"
import { CallState, call } from "../dialog/call"
import { Direction, NO_PAYLOAD, session } from "../dialog/session"
import { advanceKeys, keys, ring } from "./bell"
import { render } from "./delay"
import { hear, listen } from "./ears"
import { forget, letGo, press } from "./events"
import { amplify, mix } from "./mixer"
import { feed, feedEvent, nextPacket, skip } from "./outgoing"
import { Quality, QUALITY_SIZE, measure } from "./quality"
import {
  Heard, MEDIA_AT, MEDIA_SIZE, NAME_AT, NAME_SIZE, QUALITY_AT, Stream, TICK_MS, TONE_PLAYED, WORK, clear, playedOf, stream,
} from "./record"
import { nextReport, writeReport } from "./report"
import { shareRings } from "./share"
import { Tone } from "./tone"
import { toneOf } from "./wish"

const ALERT_MS: i64 = 600

@unmanaged
class Media {
  tickAt: i64          // of the last tick
  ticking: bool        // the host has been told to tick
  wanted: bool         // there is something to hear or to send
  speaker: bool        // 20 ms for the speaker have not been polled
  tone: u8             // Tone that the calls ask for
  alertUntil: i64      // something has failed outside the calls
}

function media(): Media { return changetype<Media>(MEDIA_AT) }

// -- What follows from the calls

/** The calls or what they agreed on may have changed. */
export function follow(now: i64): void {
  for (let i = 0; i < STREAMS; i++) {
    const s = stream(i)
    if (s.used && !s.farewell && !hasSound(s.place)) stop(s)
  }
  for (let place = 0; place < CALLS; place++) {
    if (!hasSound(place)) continue
    const s = streamOf(place)
    if (changetype<usize>(s) == 0) start(place, now)
    else adjust(s)
  }
  shareRings()
  const m = media()
  m.tone = <u8>toneOf(now, isHeard())
  if (m.tone == Tone.NONE && now < m.alertUntil && !anyActive()) m.tone = <u8>Tone.ALERT
  m.wanted = m.tone != Tone.NONE || anyActive()
}

/** RFC 3264: sound may flow once an offer has been answered, and before the call is for early media. */
function hasSound(place: i32): bool {
  const state = call(place).state, s = session(place)
  if (!s.agreed || s.rtp < 0) return false
  return state == CallState.TALKING || state == CallState.ANSWERING || (state == CallState.CALLING || state == CallState.RINGING) && s.early
}

/** The user hears and speaks with the call that the keys belong to, and with those of the conference. */
function isActive(place: i32): bool {
  const c = call(place)
  return (c.focused || c.mixed) && !c.held && session(place).direction != Direction.INACTIVE
}

/** A stream for the call at `place`: a free one, or that of a call that is on hold when this one is not. */
function start(place: i32, now: i64): void {
  let s = changetype<Stream>(0)
  for (let i = 0; i < STREAMS; i++) {
    const each = stream(i)
    if (!each.used || changetype<usize>(s) == 0 && !each.active && isActive(place)) s = each
    if (!each.used) break
  }
  if (changetype<usize>(s) == 0) return
  clear(s)
  s.used = true
  s.place = <u8>place
  s.ssrcOut = u32Random()
  s.stamp = u32Random()
  s.sequence = <u16>u32Random()
  s.marker = true
  if (load<u8>(NAME_AT) == 0) name()
  nextReport(s, now)
  take(s)
  adjust(s)
}

/** The session is another one, or the call was put on hold, or came back. */
function adjust(s: Stream): void {
  if (s.version != session(s.place).version) take(s)
  const active = isActive(s.place)
  if (active && !s.active) s.marker = true
  // What waited before a pause is not heard after it.
  if (s.active && !active) s.running = false
  s.active = active
}

/** Takes over what was agreed on. */
function take(s: Stream): void {
  const agreed = session(s.place)
  s.version = agreed.version
  if (s.codec != agreed.codec) s.running = false
  s.codec = agreed.codec
  s.waiting = 0
  s.noise = 0
  // Another address was signalled: they move, and packets from where they were are those of a stranger.
  if (!agreed.remoteRtp.equals(s.peer) || s.heard != Heard.SIGNALLED) {
    s.heard = <u8>Heard.NONE
    s.peer.copyFrom(agreed.remoteRtp)
  }
}

/** RFC 3550 6.3.7: what has sent says farewell, as long as there is a socket for it. */
function stop(s: Stream): void {
  if (keys().place == s.place) forget(keys())
  const rtcp = session(s.place).rtcp
  s.farewell = s.sent > 0 && rtcp >= 0 && isOpen(rtcp)
  s.reporting = s.farewell
  s.used = s.farewell
  s.active = false
  s.due = 0
}

/** RFC 3550 6.5.1: the same name in all reports, made anew with each start of the phone; it says nothing about us. */
function name(): void {
  const w = changetype<Writer>(WORK)
  w.open(NAME_AT, NAME_SIZE)
  token(w, NAME_SIZE)
}

// -- 20 ms

/** The microphone's 20 ms lie in AUDIO; the speaker's take their place. */
export function tick(now: i64): void {
  const m = media()
  m.tickAt = now
  m.speaker = true
  for (let i = 0; i < STREAMS; i++) {
    if (isReceiving(stream(i))) render(stream(i), playedOf(i))
  }
  const sender = streamOf(keys().place), keyed = advanceKeys(sender), ringing = ring(<Tone>m.tone)
  for (let i = 0; i < STREAMS; i++) send(i, keyed && stream(i) == sender)
  memory.fill(AUDIO, 0, AUDIO_SIZE)
  for (let i = 0; i < STREAMS; i++) {
    if (isReceiving(stream(i))) mix(playedOf(i), AUDIO)
  }
  if (ringing) mix(TONE_PLAYED, AUDIO)
  amplify(AUDIO, number(Setting.VOLUME))
  // A tone may have come to its end, and early media takes the place of ring-back.
  follow(now)
}

/** What the call of stream `i` is sent: the microphone, and what the others of the conference say. `keyed`: a key is under way for it. */
function send(i: i32, keyed: bool): void {
  const s = stream(i)
  if (!s.used) return
  if (!isSending(s)) {
    skip(s)
    return
  }
  const agreed = session(s.place), samples = WORK, asEvent = number(Setting.DTMF) == Dtmf.RFC4733
  if (keyed && asEvent && agreed.events != NO_PAYLOAD) {
    feedEvent(s)
    return
  }
  if (call(s.place).muted) memory.fill(samples, 0, AUDIO_SIZE)
  else memory.copy(samples, AUDIO, AUDIO_SIZE)
  if (call(s.place).mixed) {
    for (let other = 0; other < STREAMS; other++) {
      if (other != i && isReceiving(stream(other)) && call(stream(other).place).mixed) mix(playedOf(other), samples)
    }
  }
  // Who does not know events hears the tone.
  if (keyed && asEvent) mix(TONE_PLAYED, samples)
  feed(s, i, agreed, samples)
}

function isReceiving(s: Stream): bool { return s.used && s.active && s.running && (session(s.place).direction & Direction.RECEIVE) != 0 }

function isSending(s: Stream): bool { return s.used && s.active && (session(s.place).direction & Direction.SEND) != 0 }

// -- Packets

/** A datagram of `length` bytes in RX came. False: its flow is none that a stream has. */
export function receive(flow: u32, length: u32, from: Endpoint, now: i64): bool {
  for (let i = 0; i < STREAMS; i++) {
    const s = stream(i)
    if (!s.used) continue
    const agreed = session(s.place), sound = <u32>agreed.rtp == flow
    if (!sound && <u32>agreed.rtcp != flow) continue
    if (sound) hear(s, agreed, RX, length, from, toTick(now), now)
    else listen(s, agreed, RX, length, from, now)
    return true
  }
  return false
}

/** Milliseconds until the next tick, if it is punctual. */
function toTick(now: i64): i32 { return <i32>max<i64>(min<i64>(media().tickAt + TICK_MS - now, TICK_MS), 0) }

/** Describes the next packet in IO; REST when there is none. Comes first after an input: what is ready lies in RX. */
export function pollSend(now: i64): Output {
  for (let i = 0; i < STREAMS; i++) {
    const s = stream(i)
    if (!s.used) continue
    const agreed = session(s.place)
    while (s.due != 0) {
      const size = nextPacket(s, i, agreed, keys(), TX)
      if (size > 0 && isOpen(agreed.rtp)) return packet(size, agreed.rtp, s.peer)
    }
    if (!s.reporting) continue
    s.reporting = false
    s.used = !s.farewell
    if (agreed.rtcp < 0 || !isOpen(agreed.rtcp)) continue
    const size = writeReport(s, TX, now)
    packet(size, agreed.rtcp, agreed.remoteRtcp)
    // Where their RTP really comes from, the port above it is that of RTCP.
    if (s.heard == Heard.LATCHED) {
      peer().copyFrom(s.peer)
      peer().port++
    }
    return Output.SEND
  }
  return Output.REST
}

function packet(size: u32, flow: u32, to: Endpoint): Output {
  give(Output.SEND, span(TX, size), 0)
  io().flow = flow
  peer().copyFrom(to)
  return Output.SEND
}

/** Describes sound for the speaker, or that the host is to begin or to end its ticks. */
export function pollAudio(): Output {
  const m = media()
  if (m.speaker) {
    m.speaker = false
    return give(Output.AUDIO, span(AUDIO, <u32>AUDIO_SIZE), 2)
  }
  if (m.ticking == m.wanted) return Output.REST
  m.ticking = m.wanted
  return give(Output.AUDIO, NONE, m.wanted ? 1 : 0)
}

// -- Reports

export function soonest(): i64 {
  let at = NEVER
  for (let i = 0; i < STREAMS; i++) {
    if (stream(i).used) at = sooner(at, stream(i).reportAt)
  }
  return at
}

export function expire(now: i64): void {
  for (let i = 0; i < STREAMS; i++) {
    const s = stream(i)
    if (!s.used || s.reportAt > now) continue
    s.reporting = true
    nextReport(s, now)
  }
}

// -- What the user does and sees

/** Something has failed that no call tells of: half a second of a tone, unless a call is to be heard. */
export function alert(now: i64): void { media().alertUntil = now + ALERT_MS }

/**
 * A key is pressed during the call at `place`: it is heard here, and sent as an event or as its tone (RFC 4733), one after the other; with the setting
 * dtmf info it is only heard. False: it is none, or too many wait.
 */
export function startDigit(place: i32, key: u32): bool { return press(keys(), place, key) }

/** The key pressed last in that call was let go. */
export function stopDigit(place: i32): void { if (keys().place == <u8>place) letGo(keys()) }

/** How the sound of the call at `place` is; nothing but zeros when it has none. */
export function quality(place: i32, now: i64): Quality {
  const q = changetype<Quality>(QUALITY_AT), s = streamOf(place)
  memory.fill(QUALITY_AT, 0, QUALITY_SIZE)
  if (changetype<usize>(s) != 0) measure(s, q, now)
  return q
}

// -- Helpers

/** The stream of a call, or null. */
function streamOf(place: i32): Stream {
  for (let i = 0; i < STREAMS; i++) {
    const s = stream(i)
    if (s.used && !s.farewell && s.place == <u8>place) return s
  }
  return changetype<Stream>(0)
}

function anyActive(): bool {
  for (let i = 0; i < STREAMS; i++) {
    if (stream(i).used && stream(i).active) return true
  }
  return false
}

/** Whether sound of an active call has come. */
function isHeard(): bool {
  for (let i = 0; i < STREAMS; i++) {
    if (stream(i).used && stream(i).active && stream(i).running) return true
  }
  return false
}

if (offsetof<Media>() > MEDIA_SIZE) ERROR("Media does not fit")
if (QUALITY_SIZE > NAME_AT - QUALITY_AT) ERROR("the quality does not fit")
