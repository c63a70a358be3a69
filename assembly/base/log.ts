// A ring of text lines: given to the host one by one, and still readable in memory after a trap.
import { LOG, LOG_SIZE, TX, TX_SIZE } from "../memory"
import { Span, startOf, lengthOf, span } from "./span"
import { Writer } from "./writer"

export const enum Level { NONE, NOTE, SIP, DNS, WARNING }

// The region: u32 bytes ever written, u32 bytes ever given, u32 lines lost since that was told, u32 spare; then the ring.
// A line in the ring is its level as one byte, the text, and a newline.
const RING: usize = LOG + 16
const RING_SIZE: u32 = <u32>LOG_SIZE - 16

/** Longest line kept, in bytes; the rest of a longer one is cut off. */
export const LINE_MAX: u32 = 240

// A line is composed at the end of TX, which nobody else uses while a line is being written.
const WRITER_BYTES: usize = 16
const COMPOSED: usize = TX + TX_SIZE - LINE_MAX - WRITER_BYTES

/** Begins a line. Everything is put into the writer returned; `say` then files the line. */
export function line(): Writer {
  const w = changetype<Writer>(TX + TX_SIZE - WRITER_BYTES)
  w.open(COMPOSED, LINE_MAX)
  return w
}

/** Files the line begun by `line`. */
export function say(level: Level): void {
  record(level, changetype<Writer>(TX + TX_SIZE - WRITER_BYTES).written)
}

/** Files a line of text; control characters become spaces. */
export function record(level: Level, s: Span): void {
  let length = lengthOf(s)
  if (length > LINE_MAX) length = LINE_MAX
  let written = load<u32>(LOG)
  makeRoom(written + length + 2)
  push(written++, <u32>level)
  const p = startOf(s)
  for (let i: u32 = 0; i < length; i++) {
    const c: u32 = load<u8>(p + i)
    push(written++, c < 0x20 ? 0x20 : c)
  }
  push(written++, 0x0a)
  store<u32>(LOG, written)
}

/** How many bytes were ever written, and given. */
export function written(): u32 { return load<u32>(LOG) }
export function given(): u32 { return load<u32>(LOG, 4) }

/** How many lines were overwritten before the host took them, since this was asked last. */
export function takeLost(): u32 {
  const lost = load<u32>(LOG, 8)
  store<u32>(LOG, 0, 8)
  return lost
}

/** Takes the oldest line not yet given: its text is copied to TX. Level.NONE when there is none. */
export function next(): Level {
  const written = load<u32>(LOG)
  let given = load<u32>(LOG, 4)
  if (given == written) return Level.NONE
  const level = peek(given++)
  let length: u32 = 0
  for (let c = peek(given++); c != 0x0a; c = peek(given++)) store<u8>(TX + length++, <u8>c)
  store<u32>(LOG, given, 4)
  store<u32>(LOG, length, 12)
  return <Level>level
}

/** The text of the line that `next` took. */
export function taken(): Span { return span(TX, load<u32>(LOG, 12)) }

/** Gives up the oldest lines when what is written would run over them. */
function makeRoom(until: u32): void {
  while (until - load<u32>(LOG, 4) > RING_SIZE) {
    let given = load<u32>(LOG, 4) + 1
    while (peek(given) != 0x0a) given++
    store<u32>(LOG, given + 1, 4)
    store<u32>(LOG, load<u32>(LOG, 8) + 1, 8)
  }
}

// @ts-ignore: decorator
@inline
function push(at: u32, c: u32): void { store<u8>(RING + at % RING_SIZE, <u8>c) }

// @ts-ignore: decorator
@inline
function peek(at: u32): u32 { return load<u8>(RING + at % RING_SIZE) }
