// A mistake of the programmer stops the core at once, leaving a note for the host in PANIC.
import { PANIC, PANIC_SIZE } from "../memory"
import { Prose } from "./prose"
import { Writer, WRITER_SIZE } from "./writer"

// PANIC: u32 1, u32 address and u32 length of the text, a writer, the text.
const WRITER = PANIC + 12
const TEXT = WRITER + WRITER_SIZE

/**
 * Traps when `condition` is false. `what` says what should have held, in 100 bytes at most. Network input must never lead here: it is counted, dropped or
 * answered.
 */
export function assume(condition: bool, what: Prose): void {
  if (!condition) panic(what)
}

function panic(what: Prose): void {
  const w = changetype<Writer>(WRITER)
  w.open(TEXT, PANIC + PANIC_SIZE - TEXT)
  w.say(what)
  store<u32>(PANIC, 1)
  store<u32>(PANIC, <u32>TEXT, 4)
  store<u32>(PANIC, <u32>(w.at - TEXT), 8)
  unreachable()
}
