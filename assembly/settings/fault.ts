// The sentence that says what was refused and what is allowed. Never holds a password.
import { prose } from "../base/prose"
import { Span, byteAt, lengthOf } from "../base/span"
import { Writer } from "../base/writer"
import { FAULT, FAULT_SIZE, FAULT_WRITER, TEXT_LINE } from "./layout"

const ECHO_MAX: u32 = 32                     // of a refused value, so much is repeated in the sentence

export function fault(): Span { return faultWriter().written }

/** Sentences begin with this number of a line of the settings text from now on; 0: they do not. */
export function setTextLine(line: i32): void { store<i32>(TEXT_LINE, line) }

/** Begins a new sentence and gives its writer. */
export function beginFault(): Writer {
  const w = faultWriter()
  w.open(FAULT, FAULT_SIZE)
  if (load<i32>(TEXT_LINE) == 0) return w
  w.say(prose("line "))
  w.number(load<i32>(TEXT_LINE))
  w.say(prose(": "))
  return w
}

/** The writer behind fault(), to go on with the sentence. */
export function faultWriter(): Writer { return changetype<Writer>(FAULT_WRITER) }

/** Repeats a refused value, cut and without what cannot be printed. */
export function echo(value: Span): void {
  const w = faultWriter(), length = lengthOf(value)
  if (length == 0) {
    w.say(prose("empty"))
    return
  }
  for (let i: u32 = 0; i < min(length, ECHO_MAX); i++) {
    const c = byteAt(value, i)
    w.byte(c - 0x20 < 0x5f ? c : 0x3f)
  }
  if (length > ECHO_MAX) w.say(prose("..."))
}
