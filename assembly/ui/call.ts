// The home view while there are calls: who, how it stands, what can be done. One row per stage says what the soft keys do.
import { CALLS } from "../config"
import { NOTHING, prose, proseAt } from "../base/prose"
import { NONE, same, span } from "../base/span"
import { NEVER } from "../base/deadline"
import { Call, CallState, call } from "../dialog/call"
import { Refusal } from "../dialog/commands"
import { session } from "../dialog/session"
import { Setting, mostOf, number, setNumber } from "../settings/settings"
import { candidate } from "../servers/candidates"
import { quality } from "../media/media"
import { COLUMNS, put, write, writeRight } from "./screen"
import { Symbol } from "./font"
import { title, softKeys, facing, fitted, pen, spell } from "./paper"
import { Action, SENT, View, panel, popToHome, push, wakeAt } from "./panel"
import { icon, knowsClock, writeClock } from "./standing"
import { isShared, writeLine, writeRank, writeServer } from "./words"
import { codecWord, peerOf, personOf, serverOf, writeEnd, writeMarks, writeSince, writeTalked } from "./call-words"
import { Stage, otherOf, shownUntil, stageOf } from "./stage"
import { Verb, keyLabel, perform } from "./verbs"
import { announceRefusal } from "./pages"
import { callAgain, openDial, openTransfer } from "./dial"
import { pressDigit } from "./digits"

// One row per Stage: the title, and the verbs of the soft keys.
const TABLE = memory.data<u32>([
  prose(""), Verb.NONE, Verb.NONE, Verb.NONE,
  prose("Calling"), Verb.NONE, Verb.MENU, Verb.END,
  prose("Ringing"), Verb.NONE, Verb.MENU, Verb.END,
  prose("Incoming call"), Verb.ANSWER, Verb.BUSY, Verb.REJECT,
  prose("Talking"), Verb.HOLD, Verb.MORE, Verb.END,
  prose("On hold"), Verb.RESUME, Verb.MORE, Verb.END,
  prose("Two calls"), Verb.SWAP, Verb.MORE, Verb.END,
  prose("Conference"), Verb.SPLIT, Verb.MORE, Verb.END,
  prose("Call ended"), Verb.AGAIN, Verb.NONE, Verb.DISMISS,
])
const ROW: usize = 16

const NAME: u32 = 1                      // row of the name; the number is below it
const STANDING: u32 = 4
const MARKS: u32 = 5
const LAST: u32 = 6
const BARS: u32 = 5
const VOLUME_MS: i64 = 2000              // the volume is shown so long after a key has changed it

export function drawCall(): void {
  const i = panel().place, c = call(i), stage = stageOf(i)
  title(stage == Stage.ENDED ? Symbol.FAILED : icon(), spell(proseAt(TABLE + <usize>stage * ROW)))
  if (knowsClock()) {
    const w = pen()
    writeClock(w)
    writeRight(0, w.written)
  }
  if (stage == Stage.TWO || stage == Stage.CONFERENCE) drawBoth(i)
  else drawPeer(c)
  if (stage == Stage.ENDED) drawEnd(c)
  else if (stage == Stage.INCOMING) drawIncoming(i, c)
  else if (stage < Stage.INCOMING) drawCalling(c)
  else drawTalk(i, c, stage)
  if (stage != Stage.ENDED) drawLast(i, stage)
  softKeys(keyLabel(verbAt(0)), keyLabel(verbAt(1)), keyLabel(verbAt(2)))
}

export function pressCall(key: u32): Action {
  const stage = stageOf(panel().place)
  if (key - 0x61 < 3) return doVerb(verbAt(key - 0x61))
  if (key == 0x4f) return doVerb(stage == Stage.INCOMING ? Verb.ANSWER : stage == Stage.ENDED ? Verb.DISMISS : verbAt(1))
  if (key == 0x48) return doVerb(stage == Stage.INCOMING ? Verb.ANSWER : stage == Stage.ENDED ? Verb.DISMISS : Verb.END)
  if (key == 0x42) return stage == Stage.ENDED ? doVerb(Verb.DISMISS) : Action.NONE
  if (key == 0x55 || key == 0x44) changeVolume(key == 0x55)
  else if (stage == Stage.ENDED) doVerb(Verb.DISMISS)
  else pressDigit(key)
  return Action.NONE
}

/** Does what a soft key or an option names, for the call that is shown. What is refused is said in a message. */
export function doVerb(v: Verb): Action {
  const p = panel()
  if (v == Verb.NONE) return Action.NONE
  if (v >= Verb.MORE) return open(v)
  const refusal = perform(v, p.place, p.now)
  if (refusal != Refusal.DONE) announceRefusal(refusal)
  // Who sends a caller away goes on with what he was doing
  else if (v != Verb.BUSY && v != Verb.REJECT) popToHome()
  return Action.NONE
}

function open(v: Verb): Action {
  if (v == Verb.MORE) push(View.OPTIONS)
  else if (v == Verb.TRANSFER) openTransfer()
  else if (v == Verb.ANOTHER) openDial(false)
  else if (v == Verb.AGAIN) callAgain()
  else push(View.MENU)
  return Action.NONE
}

/** The verb of a soft key; 0 is the left one. */
function verbAt(key: u32): Verb {
  return <Verb>load<u32>(TABLE + <usize>stageOf(panel().place) * ROW + 4 + <usize>key * 4)
}

function drawPeer(c: Call): void {
  const name = peerOf(c)
  fitted(NAME, 0, name)
  if (!same(name, c.peerNumber)) fitted(NAME + 1, 0, c.peerNumber)
  if (!isShared()) return
  const w = pen()
  writeLine(w, c.line)
  write(NAME + 2, 0, w.written)
}

/** Two rows for each of the calls that have been answered; an arrow points to the one in focus. */
function drawBoth(shown: i32): void {
  let row: u32 = 1
  for (let i = 0; i < CALLS && row < STANDING; i++) {
    const c = call(i)
    if (c.state != CallState.TALKING) continue
    let w = pen()
    writeTalked(w, c)
    facing(row, 1, peerOf(c), w.written)
    if (i == shown) put(row, 0, Symbol.ARROW_RIGHT)
    w = pen()
    writeMarks(w, i, NOTHING)
    facing(row + 1, 1, same(peerOf(c), c.peerNumber) ? NONE : c.peerNumber, w.written)
    row += 2
  }
}

/** Which server the call is at while nobody has answered: hunting is told as it is. */
function drawCalling(c: Call): void {
  const s = serverOf(c)
  let w = pen()
  if (s < 0) w.say(prose("Finding a server"))
  else {
    w.say(prose("at "))
    writeServer(w, candidate(c.line, s).endpoint)
  }
  fitted(STANDING, 0, w.written)
  w = pen()
  if (s >= 0) {
    writeRank(w, candidate(c.line, s))
    w.say(prose(", "))
  }
  writeSince(w, c.startedAt)
  write(MARKS, 0, w.written)
}

function drawIncoming(i: i32, c: Call): void {
  if (c.diversion != NONE) {
    const w = pen()
    w.say(prose("Diverted by "))
    w.put(personOf(NONE, c.diversion))
    fitted(STANDING, 0, w.written)
  }
  if (c.silentRing && otherOf(i) < 0) write(MARKS, 0, spell(prose("Silent")))
}

function drawTalk(i: i32, c: Call, stage: Stage): void {
  const row = stage == Stage.TWO || stage == Stage.CONFERENCE ? MARKS : STANDING
  let w = pen()
  if (row == STANDING) {
    writeTalked(w, c)
    w.byte(0x20)
  }
  if (session(i).agreed) w.put(codecWord(session(i).codec))
  write(row, 0, w.written)
  drawBars(i, row)
  if (row == MARKS) return
  w = pen()
  writeMarks(w, i, NOTHING)
  fitted(MARKS, 0, w.written)
}

/** How good the sound is, as far as it was measured: nothing before the first packet has come. */
function drawBars(i: i32, row: u32): void {
  const q = quality(i, panel().now)
  if (q.packetsIn == 0 || call(i).held || call(i).heldByPeer) return
  if (q.level == 0) return writeRight(row, spell(prose("no sound")))
  for (let bar: u32 = 0; bar < BARS; bar++) put(row, COLUMNS - BARS + bar, bar < q.level ? Symbol.BAR + bar : Symbol.NO_BAR)
}

/** Why, and what else was said about it. */
function drawEnd(c: Call): void {
  wakeAt(shownUntil(c))
  let w = pen()
  writeEnd(w, c)
  fitted(STANDING, 0, w.written)
  if (c.reason != NONE) fitted(MARKS, 0, c.reason)
  if (c.answeredAt == NEVER) return
  w = pen()
  writeTalked(w, c)
  write(LAST, 0, w.written)
}

/** The row above the soft keys: the volume while it is changed, the digits that were sent, or the call that waits. */
function drawLast(i: i32, stage: Stage): void {
  const p = panel()
  const w = pen()
  if (p.volumeAt > p.now) {
    w.say(prose("Volume "))
    w.number(number(Setting.VOLUME))
    wakeAt(p.volumeAt)
  } else if (p.sent > 0) {
    w.put(span(SENT, p.sent))
  } else if (stage <= Stage.INCOMING && otherOf(i) >= 0) {
    w.say(call(otherOf(i)).held ? prose("On hold: ") : prose("Talking: "))
    w.put(peerOf(call(otherOf(i))))
  }
  fitted(LAST, 0, w.written)
}

function changeVolume(up: bool): void {
  const p = panel(), volume = number(Setting.VOLUME)
  setNumber(Setting.VOLUME, up ? min(volume + 1, mostOf(Setting.VOLUME)) : max(volume - 1, 0))
  p.volumeAt = p.now + VOLUME_MS
}
