// The phone with bugs planted in it: a datagram that begins with one of these words stops it. All else is the phone as it is.
import { assume } from "../../assembly/base/panic"
import { prose } from "../../assembly/base/prose"
import * as phone from "../../assembly/index"
import { RX, RX_SIZE as BYTES } from "../../assembly/memory"

export {
  ABI_VERSION, LAYOUT, AUDIO_AT, AUDIO_SIZE, CONFIG_AT, CONFIG_SIZE, FRAME_AT, FRAME_SIZE, IO_AT, IO_SIZE, KEEP_AT, KEEP_SIZE, LOG_AT, LOG_SIZE, PANIC_AT,
  PANIC_SIZE, RX_AT, RX_SIZE, SCREEN_AT, SCREEN_SIZE, STATE_AT, STATE_SIZE, TX_AT, TX_SIZE,
  core_close, core_open, core_resume, handle_audio, handle_command, handle_entropy, handle_flow, handle_key, handle_network, handle_timeout,
  handle_wallclock, poll_output, poll_timeout, poll_idle,
} from "../../assembly/index"

/** The first letters of TRAP, LOOP, WILD, DEEP, FAIL and LAST as they lie in memory. */
const TRAP: u32 = 0x50415254, LOOP: u32 = 0x504f4f4c, WILD: u32 = 0x444c4957, DEEP: u32 = 0x50454544, FAIL: u32 = 0x4c494146, LAST: u32 = 0x5453414c

/** The second page, which there is not. */
const BEYOND: usize = 0x10000

export function handle_datagram(flow: u32, length: u32, now: i64): i32 {
  const word = length < 4 ? 0 : load<u32>(RX)
  if (word == TRAP) unreachable()
  if (word == LOOP) for (let turns: u32 = 0; ; turns++) store<u32>(RX, turns)
  if (word == WILD) for (let at: usize = RX; at < BEYOND + 4; at += 4) store<u32>(at, 0xdeadbeef)
  if (word == DEEP) return <i32>deeper(length)
  assume(word != FAIL, prose("no packet that begins with FAIL"))
  // Each turn costs one unit of fuel and takes as long as thousands of others: the watchdog comes first.
  if (word == LAST) for (let turns: u32 = 0; ; turns++) memory.copy(RX, RX + 1, BYTES - 1)
  return phone.handle_datagram(flow, length, now)
}

function deeper(level: u32): u32 { return load<u8>(RX + (level & 15)) + deeper(level + 1) * 3 }
