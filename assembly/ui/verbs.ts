// What the user can do to calls, one verb each: the soft keys, the list of options and the console name them and carry them out.
import { CALLS } from "../config"
import { Prose, prose, proseAt } from "../base/prose"
import { CallState, call } from "../dialog/call"
import { Refusal, answer, busy, dismiss, hangUp, hold, join, reject, resume, split, swap } from "../dialog/commands"
import { transferAttended } from "../dialog/transfer"
import { otherOf } from "./stage"

export const enum Verb {
  NONE, ANSWER, BUSY, REJECT, END, HOLD, RESUME, SWAP, JOIN, SPLIT, MUTE, CONNECT, DISMISS,
  // These open views of their own
  MORE, TRANSFER, ANOTHER, AGAIN, MENU,
}

// In the order of `Verb`: on a soft key, and in the list of options.
const TABLE = memory.data<u32>([
  prose(""), prose(""),
  prose("Answer"), prose(""),
  prose("Busy"), prose(""),
  prose("Reject"), prose(""),
  prose("End"), prose(""),
  prose("Hold"), prose("Hold"),
  prose("Resume"), prose("Resume"),
  prose("Swap"), prose("Swap"),
  prose(""), prose("Conference"),
  prose("Split"), prose("Split"),
  prose("Mute"), prose("Mute"),
  prose("Connect"), prose("Connect the two"),
  prose("OK"), prose(""),
  prose("More"), prose(""),
  prose("Transfer"), prose("Transfer"),
  prose("New"), prose("Another call"),
  prose("Redial"), prose(""),
  prose("Menu"), prose("Menu"),
])

export function keyLabel(v: Verb): Prose { return proseAt(TABLE + <usize>v * 8) }
export function optionLabel(v: Verb): Prose { return proseAt(TABLE + <usize>v * 8 + 4) }

/** Carries out a verb that needs no view, for the call at place `i`, 0 <= i < CALLS. */
export function perform(v: Verb, i: i32, now: i64): Refusal {
  switch (v) {
    case Verb.ANSWER: return answer(i, now)
    case Verb.BUSY: return busy(i, now)
    case Verb.REJECT: return reject(i, now)
    case Verb.END: return call(i).mixed ? endAll(now) : hangUp(i, now)
    case Verb.HOLD: return hold(i, now)
    case Verb.RESUME: return resume(i, now)
    case Verb.SWAP: return swap(now)
    case Verb.JOIN: return join(now)
    case Verb.SPLIT: return split(now)
    case Verb.MUTE: return mute(i)
    case Verb.CONNECT: return otherOf(i) < 0 ? Refusal.NO_CALL : transferAttended(otherOf(i), i, now)
    case Verb.DISMISS: return dismiss(i)
  }
  return Refusal.NOT_NOW
}

/** Who leaves a conference ends all its calls. */
function endAll(now: i64): Refusal {
  let refusal = Refusal.DONE
  for (let i = 0; i < CALLS; i++) {
    if (call(i).mixed) refusal = hangUp(i, now)
  }
  return refusal
}

/** The microphone goes off, or on again. */
function mute(i: i32): Refusal {
  const c = call(i)
  if (c.state != CallState.TALKING) return Refusal.NOT_NOW
  c.muted = !c.muted
  return Refusal.DONE
}
