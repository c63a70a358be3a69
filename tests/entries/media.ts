// What the tests of the media room call: calls and sessions are written here as the dialog room would, flows are opened as if the host had.
import * as media from "../../assembly/media/media"
import * as g711 from "../../assembly/media/g711"
import { readRtp, readRtcp, Rtp, Rtcp } from "../../assembly/wire/rtp"
import { stream } from "../../assembly/media/record"
import { AUDIO, BASE_STATE, IO, MEDIA_STATE, MEDIA_STATE_SIZE, RX, STATE, STATE_SIZE, TX } from "../../assembly/memory"
import { Endpoint } from "../../assembly/base/endpoint"
import { Setting, restoreDefaults, setNumber } from "../../assembly/settings/settings"
import { amplify } from "../../assembly/media/mixer"
import { seed } from "../../assembly/base/random"
import { call, clearCalls } from "../../assembly/dialog/call"
import { session } from "../../assembly/dialog/session"
import * as flow from "../../assembly/transport/flow"

export const IO_AT: usize = IO
export const RX_AT: usize = RX
export const TX_AT: usize = TX
export const AUDIO_AT: usize = AUDIO
export const BASE_AT: usize = BASE_STATE
export const MEDIA_AT: usize = MEDIA_STATE
export const MEDIA_BYTES: usize = MEDIA_STATE_SIZE

/** A phone without calls, with 32 bytes of seed. */
export function begin(value: u32): void {
  memory.fill(STATE, 0, STATE_SIZE)
  restoreDefaults()
  for (let i: u32 = 0; i < 8; i++) store<u32>(RX + <usize>i * 4, value * 747796405 + i)
  seed(RX, 32)
  clearCalls()
  for (let i = 0; i < 3; i++) session(i).rtp = session(i).rtcp = -1
}

export function setVolume(volume: i32): void { setNumber(Setting.VOLUME, volume) }
export function setDtmf(how: i32): void { setNumber(Setting.DTMF, how) }

/** The endpoint that the test wrote at RX. */
function given(): Endpoint { return changetype<Endpoint>(RX) }

/** An open flow with the endpoint at RX as ours. */
export function openFlow(): i32 {
  const number = flow.openQuery(given())
  flow.pollFlow()
  flow.opened(number, given())
  return number
}

export function callAt(place: i32): usize { return changetype<usize>(call(place)) }
export function sessionAt(place: i32): usize { return changetype<usize>(session(place)) }
export function remoteAt(place: i32): usize { return changetype<usize>(session(place).remoteRtp) }
export function streamAt(i: i32): usize { return changetype<usize>(stream(i)) }

export function follow(now: i64): void { media.follow(now) }
export function tick(now: i64): void { media.tick(now) }
export function receive(number: u32, length: u32, now: i64): void { media.receive(number, length, changetype<Endpoint>(IO + 24), now) }
export function pollSend(now: i64): i32 { return media.pollSend(now) }
export function pollAudio(): i32 { return media.pollAudio() }
export function soonest(): i64 { return media.soonest() }
export function alert(now: i64): void { media.alert(now) }
export function expire(now: i64): void { media.expire(now) }
export function startDigit(place: i32, key: u32): i32 { return media.startDigit(place, key) }
export function stopDigit(place: i32): void { media.stopDigit(place) }
export function quality(place: i32, now: i64): usize { return changetype<usize>(media.quality(place, now)) }

export function decode(codec: u32, code: u32): i32 { return g711.decode(codec, code) }
export function encode(codec: u32, sample: i32): u32 { return g711.encode(codec, sample) }

/** Reads the packet at RX into a record at TX. */
export function rtp(length: u32): i32 { return readRtp(RX, length, changetype<Rtp>(TX)) }
export function rtcp(length: u32, mine: u32): i32 { return readRtcp(RX, length, mine, changetype<Rtcp>(TX)) }

/** One tick of a sample, by volume; gives the sample that comes of it. */
export function louder(sample: i32, volume: u32): i32 {
  for (let i: usize = 0; i < 320; i += 2) store<i16>(AUDIO + i, <i16>sample)
  amplify(AUDIO, volume)
  return load<i16>(AUDIO + 318)
}
