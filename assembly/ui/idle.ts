// The idle view: who we are, where we are registered or what the phone is doing about it, and the time.
import { LINES } from "../config"
import { Prose, prose } from "../base/prose"
import { Span, NONE, text } from "../base/span"
import { Writer } from "../base/writer"
import { Setting, number, words, knob } from "../settings/settings"
import { Play, endsAt, play } from "../transport/rehearsal"
import { candidate, candidateCount } from "../servers/candidates"
import { knowsStatus } from "../servers/policy"
import { Registration, Trouble, isRegistered, registration } from "../account/registration"
import { RegistrationState } from "../account/machine"
import { COLUMNS, invert, put, widthOf, write, writeRight } from "./screen"
import { isWaiting, voiceNew } from "../dialog/waiting"
import { title, softKeys, facing, fitted, pen, spell } from "./paper"
import { Action, View, panel, push, wakeAt } from "./panel"
import { openDial } from "./dial"
import { pressEdit } from "./edit"
import { isDigitKey } from "./keypad"
import { icon, iconOf, isAhead, isDegraded, writeRedundancy, knowsClock, writeClock, writeElapsed, writeLeft } from "./standing"
import { hasAccount, isEmpty, isShared, writeAccount, writeRank, writeServer, writeTrouble } from "./words"

const HEADLINE: u32 = 2

export function drawIdle(): void {
  const r = registration(panel().line)
  title(icon(), text(""))
  drawName()
  drawMarks()
  drawState(r)
  drawLine()
  softKeys(prose("Servers"), !canBegin(r) ? prose("Calls") : r.state == RegistrationState.OFF ? prose("Log on") : prose("Retry"), prose("Menu"))
}

export function pressIdle(key: u32): Action {
  if (key == 0x61) push(View.SERVERS)                                            // left soft key
  else if (key == 0x63 || key == 0x4f) push(View.MENU)                           // right soft key, ok
  else if (key == 0x62 && canBegin(registration(panel().line))) return Action.REGISTER      // middle soft key
  else if (key == 0x62 || key == 0x55) push(View.HISTORY)                        // the same, up
  else if (key == 0x44) push(View.BOOK)                                          // down
  else if (key == 0x4c || key == 0x52) turn(key == 0x52)                         // left, right
  else if (key == 0x48) openDial(true)                                           // hook
  else if (isDigitKey(key)) {
    openDial(false)
    pressEdit(key)
  }
  return Action.NONE
}

/** The account that is shown, by which the next call goes out. Where there are several, with its number. */
function drawLine(): void {
  const line: i32 = panel().line, w = pen()
  if (line > 0 || isShared()) {
    w.number(line + 1)
    w.say(prose(": "))
  }
  if (hasAccount(line)) writeAccount(w, line)
  fitted(6, 0, w.written)
}

/** The next line, or the one before; behind the last comes the first. */
function turn(forward: bool): void {
  const p = panel()
  p.line = <u8>((p.line + (forward ? 1 : LINES - 1)) % LINES)
  p.sinceMs = p.now
}

/** Whether the phone rests, so that the user may tell it to go on. */
function canBegin(r: Registration): bool {
  if (!hasAccount(panel().line) || knob(panel().line, Setting.ENABLED) == 0) return false
  if (r.state == RegistrationState.WAITING) return r.reason != Trouble.NETWORK_DOWN
  return r.state == RegistrationState.OFF || r.state == RegistrationState.FAILED
}

function drawName(): void {
  const own = isEmpty(panel().line, Setting.DISPLAY_NAME) ? words(panel().line, Setting.USER) : words(panel().line, Setting.DISPLAY_NAME)
  const w = pen()
  if (knowsClock()) writeClock(w)
  facing(0, drawIcons(), isEmpty(panel().line, Setting.DISPLAY_NAME) && isEmpty(panel().line, Setting.USER) ? text("Linehunt") : own, knowsClock() ? w.written : NONE)
}

/** How the lines stand, one cell each: those that have an account, and the one that is shown. Returns where there is room for the name. */
function drawIcons(): u32 {
  if (!isShared()) return 2
  let column: u32 = 0
  for (let line = 0; line < LINES; line++) {
    if (!hasAccount(line) && line != panel().line) continue
    put(0, column, iconOf(line))
    // The title is drawn inverse.
    if (line == panel().line) invert(0, column, 1)
    column++
  }
  return column + 1
}

/** What is not as it seems, what keeps the phone from ringing, and what has happened. */
function drawMarks(): void {
  const p = panel(), w = pen(), dnd = number(Setting.DND) != 0
  if (play() != Play.NONE) {
    w.say(prose("rehearsed"))
    wakeAt(endsAt())
  }
  if (dnd) {
    separate(w)
    w.say(prose("DND"))
  }
  if (isWaiting(panel().line)) {
    separate(w)
    if (voiceNew(panel().line) > 0) {
      w.number(voiceNew(panel().line))
      w.byte(0x20)
    }
    w.say(dnd || p.missed > 0 ? prose("mail") : prose("voice mail"))
  }
  if (p.missed > 0) {
    separate(w)
    w.number(p.missed)
    w.say(prose(" missed"))
  }
  // A number that is cut off would be another one.
  if (widthOf(w.written) > COLUMNS) fitted(1, 0, w.written)
  else writeRight(1, w.written)
}

function separate(w: Writer): void { if (w.at > w.start) w.say(prose(", ")) }

function drawState(r: Registration): void {
  switch (r.state) {
    case RegistrationState.LOCATING: return drawLocating()
    case RegistrationState.REGISTERING: return drawServer(r, prose("Registering at"), true)
    case RegistrationState.REGISTERED: return drawServer(r, prose("Registered at"), false)
    case RegistrationState.REFRESHING: return drawRefreshing(r)
    case RegistrationState.UNREGISTERING: return drawServer(r, prose("Logging off at"), true)
    case RegistrationState.OFF: return drawOff(r)
  }
  drawWaiting(r)
}

/** A refresh is nobody's business as long as the binding lives; when the answer comes too late for it, we are registering again. */
function drawRefreshing(r: Registration): void {
  if (isRegistered(panel().line)) drawServer(r, prose("Registered at"), false)
  else drawServer(r, prose("Registering at"), true)
}

function drawLocating(): void {
  write(HEADLINE, 0, spell(prose("Looking up")))
  fitted(HEADLINE + 1, 0, isEmpty(panel().line, Setting.SERVER) ? words(panel().line, Setting.DOMAIN) : words(panel().line, Setting.SERVER))
  const w = pen()
  writeElapsed(w)
  write(HEADLINE + 2, 0, w.written)
}

/** The server's name if it has one, its address, and how long it has been tried. */
function drawServer(r: Registration, headline: Prose, counting: bool): void {
  write(HEADLINE, 0, spell(headline))
  if (r.candidate < 0 || r.candidate >= candidateCount(panel().line)) return
  const c = candidate(panel().line, r.candidate)
  let row = HEADLINE + 1
  if (c.host != NONE) fitted(row++, 0, c.host)
  let w = pen()
  writeServer(w, c.endpoint)
  fitted(row++, 0, w.written)
  if (!counting) {
    drawRedundancy()
    return
  }
  w = pen()
  writeRank(w, c)
  w.say(prose(", "))
  writeElapsed(w)
  write(row, 0, w.written)
}

/** VE-46: where every server is asked how it is. Elsewhere the phone does not know. */
function drawRedundancy(): void {
  if (!knowsStatus(panel().line)) return
  const w = pen()
  // How many are up needs the room
  if (!isDegraded(panel().line)) w.say(prose("redundancy: "))
  writeRedundancy(w, panel().line)
  fitted(HEADLINE + 3, 0, w.written)
}

function drawOff(r: Registration): void {
  if (!hasAccount(panel().line)) {
    write(HEADLINE, 0, spell(prose("No account yet")))
    write(HEADLINE + 1, 0, spell(prose("Press Menu, then 4")))
    return
  }
  write(HEADLINE, 0, spell(prose("Not registered")))
  write(HEADLINE + 1, 0, spell(knob(panel().line, Setting.ENABLED) == 0 ? prose("Switched off") : r.reason == Trouble.STOPPED ? prose("Logged off") : prose("")))
}

function drawWaiting(r: Registration): void {
  write(HEADLINE, 0, spell(prose("Not registered")))
  let w = pen()
  writeTrouble(w, r)
  write(HEADLINE + 1, 0, w.written)
  if (r.reason == Trouble.NETWORK_DOWN || !isAhead(r.retryAt)) return
  w = pen()
  w.say(prose("Tries again in "))
  writeLeft(w, r.retryAt)
  write(HEADLINE + 2, 0, w.written)
}
