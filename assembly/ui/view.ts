// The user interface as the phone sees it: keys and time go in, an action and a picture come out.
import { NEVER, sooner } from "../base/deadline"
import { Output, give, io } from "../io"
import { Setting } from "../settings/settings"
import { registration } from "../account/registration"
import { clear, finish, forget, frame, takeDirty } from "./screen"
import { Action, View, openPanel, panel, pop, popToHome, shown } from "./panel"
import { isDigitKey, isKey } from "./keypad"
import { scrolledTooFar } from "./paper"
import { drawIdle, pressIdle } from "./idle"
import { drawServer, pressServer } from "./server"
import { drawForm, pressForm } from "./form"
import { drawEmpty, drawTabs, pressTabs } from "./tabs"
import { drawServers, pressServers } from "./servers"
import { drawMenu, pressMenu } from "./menu"
import { drawAccount, pressAccount } from "./account"
import { Purpose, drawEdit, finishLetter, holdZero, isNumber, isSecret, pressEdit } from "./edit"
import { drawBook, drawContact, pressBook, pressContact } from "./book"
import { drawCall, pressCall } from "./call"
import { drawHistory, pressHistory } from "./calls"
import { drawKnobs, pressKnobs } from "./knobs"
import { drawOptions, hasOptions, pressOptions } from "./options"
import { expireDigits, releaseDigit } from "./digits"
import { chooseCall } from "./stage"
import { drawAbout, drawMessage, drawWhy, outdated, pressMessage, pressPage } from "./pages"

export { Action } from "./panel"
export { announceFailure } from "./pages"
export { wantedDigit } from "./digits"

const HOLD_MS: i64 = 500                 // a key held this long counts again
const REPEAT_MS: i64 = 150               // and then again

/** Begins with the idle view and an empty screen. Call update() next. */
export function open(now: i64): void {
  openPanel(now)
  forget()
}

/** A key goes down or up. A code that is no key does nothing. */
export function key(code: u32, down: bool, now: i64): Action {
  const p = panel()
  p.now = now
  p.acting = <i8>p.line
  p.held = 0
  p.repeatAt = NEVER
  if (!down) releaseDigit(code)
  if (!down || !isKey(code)) return Action.NONE
  const action = press(code)
  if (repeats(code)) {
    p.held = <u8>code
    p.repeatAt = now + HOLD_MS
  }
  return action
}

/** The line that the last action is about; -1: all. */
export function actionLine(): i32 { return panel().acting }

/** Calendar time, for the clock: milliseconds since 1970 UTC, and minutes that local time is ahead. */
export function setClock(unixMs: i64, zoneMin: i32, now: i64): void {
  const p = panel()
  p.unixMs = unixMs
  p.zoneMin = zoneMin
  p.clockAt = now
}

/** Looks at what the rooms say now and draws what has changed. Call it at the end of every input. */
export function update(now: i64): void {
  const p = panel(), r = registration(p.line)
  p.now = now
  if (r.state != p.state || r.candidate != p.candidate) {
    p.state = r.state
    p.candidate = r.candidate
    p.sinceMs = now
  }
  chooseCall()
  if (shown() == View.MESSAGE && outdated()) pop()
  if (shown() == View.OPTIONS && !hasOptions()) pop()
  draw()
  if (scrolledTooFar()) draw()
  finish()
}

/** Acts when the deadline has passed: a letter becomes final, a held key counts again. */
export function expire(now: i64): Action {
  const p = panel()
  p.now = now
  if (p.letterAt <= now) finishLetter()
  expireDigits(now)
  if (p.repeatAt > now) return Action.NONE
  p.repeatAt = now + REPEAT_MS
  if (p.held != 0x30) return press(p.held)
  p.repeatAt = NEVER
  holdZero()
  return Action.NONE
}

/** When the picture changes by itself, a letter becomes final or a key repeats. */
export function soonest(): i64 {
  const p = panel()
  return sooner(sooner(p.wakeAt, p.letterAt), sooner(p.repeatAt, p.digitAt))
}

/** The frame, when it has changed since it was given out. Bit 0 of the flags: a password is being typed, so the keys are a secret. */
export function pollDisplay(): Output {
  if (!takeDirty()) return Output.REST
  give(Output.DISPLAY, frame(), 0)
  io().flags = shown() == View.EDIT && isSecret() ? 1 : 0
  return Output.DISPLAY
}

function repeats(code: u32): bool {
  if (shown() == View.EDIT) return code == 0x61 || code == 0x4c || (code == 0x30 && isNumber())
  return code == 0x55 || code == 0x44
}

function press(code: u32): Action {
  const action = pressView(code), p = panel(), view = shown()
  if (!p.changed || action != Action.NONE || (view != View.HOME && view != View.MENU && view != View.HISTORY)) return action
  p.changed = false
  return Action.STORE
}

function pressView(code: u32): Action {
  const view = shown()
  if (view == View.MESSAGE) {
    const action = pressMessage()
    // Who dials at rest means the number, not the message that came in between.
    return isDigitKey(code) && shown() == View.HOME && panel().place < 0 ? pressIdle(code) : action
  }
  if (code == 0x48 && view != View.HOME && (view != View.EDIT || panel().field != Purpose.DIAL)) {
    // The hook leads home from everywhere; there, and where a number is typed, it calls
    finishLetter()
    popToHome()
    return Action.NONE
  }
  switch (view) {
    case View.SERVERS: return pressServers(code)
    case View.SERVER: return pressServer(code)
    case View.TABS: return pressTabs(code)
    case View.FORM: return pressForm(code)
    case View.MENU: return pressMenu(code)
    case View.ACCOUNT: return pressAccount(code)
    case View.EDIT: return pressEdit(code)
    case View.WHY:
    case View.EMPTY:
    case View.ABOUT: return pressPage(code)
    case View.OPTIONS: return pressOptions(code)
    case View.HISTORY: return pressHistory(code)
    case View.BOOK: return pressBook(code)
    case View.CONTACT: return pressContact(code)
    case View.KNOBS: return pressKnobs(code)
  }
  return panel().place >= 0 ? pressCall(code) : pressIdle(code)
}

function draw(): void {
  panel().wakeAt = NEVER
  clear()
  switch (shown()) {
    case View.SERVERS: return drawServers()
    case View.SERVER: return drawServer()
    case View.TABS: return drawTabs()
    case View.FORM: return drawForm()
    case View.EMPTY: return drawEmpty()
    case View.WHY: return drawWhy()
    case View.MENU: return drawMenu()
    case View.ACCOUNT: return drawAccount()
    case View.EDIT: return drawEdit()
    case View.ABOUT: return drawAbout()
    case View.MESSAGE: return drawMessage()
    case View.OPTIONS: return drawOptions()
    case View.HISTORY: return drawHistory()
    case View.BOOK: return drawBook()
    case View.CONTACT: return drawContact()
    case View.KNOBS: return drawKnobs()
  }
  if (panel().place >= 0) drawCall()
  else drawIdle()
}
