// The tones of a telephone: what the caller hears before the other side is there, the ringing, and the keys (ITU-T E.180, Q.23).
import { TICK } from "./record"

export const enum Tone { NONE, DIAL, RING_BACK, BUSY, CONGESTION, WAITING, RINGING, ALERT, DIGIT }

// One row per tone: two frequencies in Hz, ticks on, ticks off, amplitude of each in 128ths of full scale.
const ROW: usize = 8
const EUROPE: usize = memory.data<u16>([
  425, 0, 0x0001, 16,
  425, 0, 50 | 200 << 8, 16,
  425, 0, 25 | 25 << 8, 16,
  425, 0, 12 | 13 << 8, 16,
  425, 0, 10 | 240 << 8, 10,
  // The ringing goes between its two frequencies.
  853, 960, 60 | 180 << 8, 40,
  950, 0, 6 | 6 << 8, 12,
])
// ITU-T Q.23: four low frequencies, four high ones.
const KEYS: usize = memory.data<u16>([697, 770, 852, 941, 1209, 1336, 1477, 1633])
const KEY_AMPLITUDE: i32 = 20
/** 2^32 / 8000: what one hertz turns in a sample. */
const STEP_PER_HZ: u32 = 536871
const WARBLE_TICKS: u32 = 2

@unmanaged
export class Player {
  tone: u8             // Tone
  key: u8              // of DIGIT: event number of RFC 4733, 0-15
  tick: u16            // of this turn of on and off
  low: u32             // how far each frequency has turned
  high: u32
}

/** Begins a tone, unless it is already there. */
export function begin(p: Player, tone: Tone, key: u32): void {
  if (p.tone == tone && p.key == <u8>key) return
  memory.fill(changetype<usize>(p), 0, offsetof<Player>())
  p.tone = <u8>tone
  p.key = <u8>key
}

/** Adds the next 20 ms of the tone, which is not NONE, to the samples at `out`. */
export function play(p: Player, out: usize): void {
  if (p.tone == Tone.DIGIT) {
    const low = load<u16>(KEYS + (rowOf(p.key) << 1)), high = load<u16>(KEYS + 8 + (columnOf(p.key) << 1))
    add(p, low, high, KEY_AMPLITUDE, out)
    return
  }
  const row = EUROPE + <usize>(p.tone - 1) * ROW
  const on: u32 = load<u8>(row, 4), off: u32 = load<u8>(row, 5), tick: u32 = p.tick
  p.tick = <u16>(tick + 1 == on + off ? 0 : tick + 1)
  if (tick >= on) {
    p.low = 0
    p.high = 0
    return
  }
  let low = load<u16>(row), high = load<u16>(row, 2)
  if (p.tone == Tone.RINGING) {
    if (tick / WARBLE_TICKS & 1) low = high
    high = 0
  }
  add(p, low, high, load<u16>(row, 6), out)
}

function rowOf(key: u32): u32 { return key > 11 ? key - 12 : key == 0 || key > 9 ? 3 : (key - 1) / 3 }

function columnOf(key: u32): u32 { return key > 11 ? 3 : key == 0 ? 1 : key > 9 ? (key - 10) << 1 : (key - 1) % 3 }

function add(p: Player, low: u32, high: u32, amplitude: i32, out: usize): void {
  const lowStep = low * STEP_PER_HZ, highStep = high * STEP_PER_HZ
  for (const end = out + (TICK << 1); out < end; out += 2) {
    p.low += lowStep
    p.high += highStep
    const both = (sine(p.low) + (high != 0 ? sine(p.high) : 0)) * amplitude >> 7
    store<i16>(out, <i16>max<i32>(min<i32>(<i32>load<i16>(out) + both, i16.MAX_VALUE), i16.MIN_VALUE))
  }
}

/** Sine of a turn of 2^32, times 32767: two parabolas, mended to within a thousandth. */
// @ts-ignore: decorator
@inline
function sine(turn: u32): i32 {
  const x = <i32>turn >> 16
  const y = x * (32768 - abs<i32>(x)) >> 13
  return y + (((y * abs<i32>(y) >> 15) - y) * 7373 >> 15)
}
