// Every export of the module, and nothing else. docs/abi.md describes them for those who write a host.
import * as map from "./memory"
import { span } from "./base/span"
import { seed, seeded } from "./base/random"
import { fault, loadText } from "./settings/settings"
import { io, local } from "./io"
import * as phone from "./phone"
import * as outputs from "./outputs"
import { isFlowNumber } from "./transport/flow"
import { liveCalls } from "./dialog/calls"
import { isKey } from "./ui/keypad"
import { setClock } from "./ui/view"

/** What a call returns when the host erred. What the network does is never reported here. */
const enum Fault {
  NONE = 0, NOT_SEEDED = -1, NOT_OPEN = -2, TOO_LONG = -3, NO_SUCH_FLOW = -4, NOT_DRAINED = -5, UNKNOWN_EVENT = -6, SETTINGS_REFUSED = -7,
}

export const ABI_VERSION: u32 = 1

// What the records in STATE are like, as a hash of their declarations: build/layout-transform.mjs.
export const LAYOUT: u32 = LAYOUT_STAMP

// Where the regions are: the host finds them by these, not by numbers of its own.
export const PANIC_AT: usize = map.PANIC
export const PANIC_SIZE: usize = map.PANIC_SIZE
export const IO_AT: usize = map.IO
export const IO_SIZE: usize = map.IO_SIZE
export const SCREEN_AT: usize = map.SCREEN
export const SCREEN_SIZE: usize = map.SCREEN_SIZE
export const FRAME_AT: usize = map.FRAME
export const FRAME_SIZE: usize = map.FRAME_SIZE
export const AUDIO_AT: usize = map.AUDIO
export const AUDIO_SIZE: usize = map.AUDIO_SIZE
export const KEEP_AT: usize = map.KEEP
export const KEEP_SIZE: usize = map.KEEP_SIZE
export const RX_AT: usize = map.RX
export const RX_SIZE: usize = map.RX_SIZE
export const TX_AT: usize = map.TX
export const TX_SIZE: usize = map.TX_SIZE
export const CONFIG_AT: usize = map.CONFIG
export const CONFIG_SIZE: usize = map.CONFIG_SIZE
export const LOG_AT: usize = map.LOG
export const LOG_SIZE: usize = map.LOG_SIZE
export const STATE_AT: usize = map.STATE
export const STATE_SIZE: usize = map.STATE_SIZE

/** Begins with the settings text of `length` bytes in CONFIG. boot: 0 cold, 1 after a trap, 2 after the watchdog, 3 after power loss. */
export function core_open(length: u32, boot: u32, now: i64): i32 {
  if (!seeded()) return Fault.NOT_SEEDED
  if (length > <u32>CONFIG_SIZE) return Fault.TOO_LONG
  if (boot > 3) return Fault.UNKNOWN_EVENT
  const bad = loadText(span(map.CONFIG, length))
  if (bad != 0) {
    outputs.describe(fault(), bad)
    return Fault.SETTINGS_REFUSED
  }
  phone.open(boot == 0 || boot == 3, now)
  phone.phone().powerLoss = boot == 3
  return done(now)
}

/** Goes on after the host has copied what another instance has below its constants into this one; that instance may be of another module with the same LAYOUT. */
export function core_resume(now: i64): i32 {
  if (!phone.phone().opened) return Fault.NOT_OPEN
  phone.timeout(now)
  return done(now)
}

/** Ends calls and subscriptions, then unregisters. The host goes on with the loop until EVENT UNREGISTERED, or as long as it cares to. */
export function core_close(now: i64): i32 {
  const fault = taking(0)
  if (fault != Fault.NONE) return fault
  phone.close(now)
  return done(now)
}

/** `length` random bytes in RX become a part of the seed; 32 are needed before core_open. */
export function handle_entropy(length: u32): i32 {
  if (length > <u32>RX_SIZE) return Fault.TOO_LONG
  seed(map.RX, length)
  memory.fill(map.RX, 0, length)
  return Fault.NONE
}

/** event 0: the link is down; 1: it is up or has changed, and RX lists `address ...` and `dns ...` lines. */
export function handle_network(event: u32, length: u32, now: i64): i32 {
  const fault = taking(length)
  if (fault != Fault.NONE) return fault
  if (event > 1) return Fault.UNKNOWN_EVENT
  phone.network(event == 1, span(map.RX, length), now)
  return done(now)
}

/** A datagram of `length` bytes in RX; its sender is the peer in IO. */
export function handle_datagram(flow: u32, length: u32, now: i64): i32 {
  const fault = taking(length)
  if (fault != Fault.NONE) return fault
  if (!isFlowNumber(flow)) return Fault.NO_SUCH_FLOW
  phone.datagram(flow, length, now)
  return done(now)
}

/** event 1: opened, its own endpoint is the local in IO; 2: closed; 3: refused by the peer in IO; 4: failed, why is the code in IO. */
export function handle_flow(flow: u32, event: u32, now: i64): i32 {
  const fault = taking(0)
  if (fault != Fault.NONE) return fault
  if (!isFlowNumber(flow)) return Fault.NO_SUCH_FLOW
  if (event == 1) phone.flowOpened(flow, local(), now)
  else if (event == 2) phone.flowClosed(flow, now)
  else if (event == 3) phone.flowRefused(flow, now)
  else if (event == 4) phone.flowFailed(flow, io().code, now)
  else return Fault.UNKNOWN_EVENT
  return done(now)
}

/** A key was pressed (down 1) or let go (down 0). */
export function handle_key(key: u32, down: u32, now: i64): i32 {
  const fault = taking(0)
  if (fault != Fault.NONE) return fault
  if (!isKey(key) || down > 1) return Fault.UNKNOWN_EVENT
  phone.key(key, down == 1, now)
  return done(now)
}

/** A console line of `length` bytes in RX, without a newline. */
export function handle_command(length: u32, now: i64): i32 {
  const fault = taking(length)
  if (fault != Fault.NONE) return fault
  phone.command(span(map.RX, length), now)
  return done(now)
}

/** 20 ms of the microphone in AUDIO. One output AUDIO with 20 ms for the speaker follows. */
export function handle_audio(now: i64): i32 {
  const fault = taking(0)
  if (fault != Fault.NONE) return fault
  phone.sound(now)
  return done(now)
}

/** Calendar time, for display and log only: milliseconds since 1970 and minutes east of Greenwich. */
export function handle_wallclock(unixMs: i64, zoneMinutes: i32, now: i64): i32 {
  const fault = taking(0)
  if (fault != Fault.NONE) return fault
  setClock(unixMs, zoneMinutes, now)
  phone.redraw(now)
  return done(now)
}

/** The deadline of poll_timeout has passed. Calling it early is harmless. */
export function handle_timeout(now: i64): i32 {
  const fault = taking(0)
  if (fault != Fault.NONE) return fault
  phone.timeout(now)
  return done(now)
}

/** The kind of the next output, which IO describes; 0: nothing is left. */
export function poll_output(): i32 {
  return outputs.poll()
}

/** The instant at which handle_timeout is due; the greatest i64 when nothing is waited for. */
export function poll_timeout(): i64 {
  return phone.soonest()
}

/** 1 when there is no call: nothing would be cut off by a restart. */
export function poll_idle(): i32 {
  return liveCalls() == 0 ? 1 : 0
}

/** An input is taken only by an open core whose outputs the host has drained. */
function taking(length: u32): Fault {
  if (length > <u32>RX_SIZE) return Fault.TOO_LONG
  if (!phone.phone().opened) return Fault.NOT_OPEN
  return outputs.isOwed() ? Fault.NOT_DRAINED : Fault.NONE
}

function done(now: i64): Fault {
  outputs.owe(now)
  return Fault.NONE
}
