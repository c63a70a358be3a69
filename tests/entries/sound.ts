// Loops of one second of a call: packets in, 20 ms in and out, packets out.
import { AUDIO, IO, OUTBOX, RX, STATE, STATE_SIZE } from "../../assembly/memory"
import { Endpoint } from "../../assembly/base/endpoint"
import { seed } from "../../assembly/base/random"
import { Output } from "../../assembly/io"
import { restoreDefaults } from "../../assembly/settings/settings"
import { CallState, call, clearCalls } from "../../assembly/dialog/call"
import { Direction, NO_PAYLOAD, session } from "../../assembly/dialog/session"
import { encodeAll } from "../../assembly/media/g711"
import * as media from "../../assembly/media/media"
import { opened, openQuery } from "../../assembly/transport/flow"
import { writeRtp } from "../../assembly/wire/rtp"

const TICKS = 50
const VOICE: usize = OUTBOX

/** Nothing has to be placed. */
export function roomAt(): usize { return RX }
export function place(which: i32, at: usize, length: u32): void {}

function them(): Endpoint { return changetype<Endpoint>(IO + 24) }

/** One second `n` times: 0 a call, 1 with every tenth packet lost, 2 with jitter of one packet, 3 a conference of three. Returns a sum of what is heard. */
export function work(which: i32, n: i32): i32 {
  memory.fill(STATE, 0, STATE_SIZE)
  seed(RX, 32)
  restoreDefaults()
  clearCalls()
  const calls = which == 3 ? 2 : 1
  for (let i = 0; i < calls; i++) begin(i, calls == 2)
  speak()
  media.follow(0)
  let sum = 0
  for (let k = 0; k < n * TICKS; k++) {
    const now: i64 = k * 20
    for (let i = 0; i < calls; i++) {
      if (which == 1 && k % 10 == 9) continue
      if (which == 2 && (k & 1) == 0) continue
      if (which == 2) packet(i, k - 1, now)
      packet(i, k, now)
    }
    memory.copy(AUDIO, VOICE, 320)
    media.tick(now)
    while (media.pollSend(now) == Output.SEND) sum++
    sum += load<i16>(AUDIO)
    while (media.pollAudio() == Output.AUDIO) sum++
  }
  return sum & 0x7fffffff
}

function begin(i: i32, mixed: bool): void {
  const s = session(i), c = call(i), e = them()
  c.state = <u8>CallState.TALKING
  c.focused = i == 0
  c.mixed = mixed
  e.clear()
  e.family = 4
  e.port = <u16>(30000 + i)
  e.a = 0x010200c0
  s.agreed = true
  s.direction = <u8>Direction.BOTH
  s.events = s.eventsIn = s.comfort = s.comfortIn = NO_PAYLOAD
  s.ptimeMs = 20
  s.remoteRtp.copyFrom(e)
  s.rtp = openQuery(e)
  s.rtcp = -1
  opened(s.rtp, e)
}

function packet(i: i32, k: i32, now: i64): void {
  const e = them()
  e.copyFrom(session(i).remoteRtp)
  writeRtp(RX, 0, k, k * 160, 7)
  memory.copy(RX + 12, VOICE + 320, 160)
  media.receive(session(i).rtp, 172, e, now)
}

/** 20 ms of a rough voice of 100 Hz, as samples and as PCMU. */
function speak(): void {
  for (let i: i32 = 0; i < 160; i++) {
    const n = i % 80
    store<i16>(VOICE + (<usize>i << 1), <i16>(n < 40 ? n * n * 5 : -(80 - n) * (80 - n) * 5))
  }
  encodeAll(0, VOICE, VOICE + 320, 160)
}
