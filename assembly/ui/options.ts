// What else can be done in a call: the options that the call's stage allows. Each has its digit, which is nobody else's while it is not offered.
import { put, write } from "./screen"
import { title, softKeys, spell } from "./paper"
import { Prose, prose } from "../base/prose"
import { call } from "../dialog/call"
import { Action, panel } from "./panel"
import { NOTHING, endList, keepWithin, pageEnd, pageStart, pressList, rowOf } from "./list"
import { icon } from "./standing"
import { peerOf } from "./call-words"
import { Stage, stageOf } from "./stage"
import { Verb, optionLabel } from "./verbs"
import { doVerb } from "./call"

const ONE: u32 = 1 << Stage.TALKING | 1 << Stage.HELD
const TWO: u32 = 1 << Stage.TWO
const MIXED: u32 = 1 << Stage.CONFERENCE

// One row per option: the verb, and the stages in which it is offered.
const TABLE = memory.data<u32>([
  Verb.MUTE, 1 << Stage.TALKING | TWO | MIXED,
  Verb.TRANSFER, ONE,
  Verb.ANOTHER, ONE,
  Verb.JOIN, TWO,
  Verb.CONNECT, TWO,
  Verb.HOLD, TWO | MIXED,
  Verb.RESUME, TWO | MIXED,
  Verb.MENU, ONE | TWO | MIXED,
])
const ROWS = 8

export function drawOptions(): void {
  const count = optionCount()
  keepWithin(count)
  title(icon(), peerOf(call(panel().place)))
  for (let i = pageStart(); i < pageEnd(count); i++) {
    const row = rowAt(i)
    put(rowOf(i), 0, 0x31 + row)
    write(rowOf(i), 2, spell(label(verbOf(row))))
  }
  endList(count)
  softKeys(prose("Back"), prose(""), prose("Select"))
}

export function pressOptions(key: u32): Action {
  const row = <i32>(key - 0x31)
  if (row >= 0 && row < ROWS) return isOffered(row) ? doVerb(verbOf(row)) : Action.NONE
  const i = pressList(key, optionCount(), false)
  return i == NOTHING ? Action.NONE : doVerb(verbOf(rowAt(i)))
}

/** Whether there are options at all: not before a call is answered, nor after its end. */
export function hasOptions(): bool { return optionCount() > 0 }

function optionCount(): i32 {
  let count = 0
  for (let row = 0; row < ROWS; row++) count += i32(isOffered(row))
  return count
}

/** The row of the i-th option that is offered, 0 <= i < optionCount(). */
function rowAt(i: i32): i32 {
  let row = -1
  do {
    if (isOffered(++row)) i--
  } while (i >= 0)
  return row
}

function isOffered(row: i32): bool {
  const i = panel().place, verb = verbOf(row)
  if ((load<u32>(TABLE + <usize>row * 8, 4) >>> <u32>stageOf(i) & 1) == 0) return false
  return call(i).held ? verb != Verb.HOLD : verb != Verb.RESUME
}

function verbOf(row: i32): Verb { return <Verb>load<u32>(TABLE + <usize>row * 8) }

function label(v: Verb): Prose { return v == Verb.MUTE && call(panel().place).muted ? prose("Unmute") : optionLabel(v) }
