// The console: finds the command in a line, checks what follows it, and says what the phone is to do. The reply is given by ui/lines.ts.
import { LINES } from "../config"
import { decimal } from "../base/number"
import { Prose, prose, proseAt } from "../base/prose"
import { Span, text, startOf, endOf, lengthOf, byteAt, between, sameFolded, same, trim, span } from "../base/span"
import { LINE_SETTINGS, Setting, assign, canKeep, full, keyOf, knob, lineOf, settingOf } from "../settings/settings"
import { FAR, distance } from "../settings/word"
import { setLogging } from "../locate/resolver"
import { Action, panel } from "./panel"
import { Command, COMMANDS, Refusal, Reply, reply } from "./lines"
import { hasAccount, lineAt } from "./words"
import { carryOutCall } from "./command-calls"
import { carryOutFail } from "./command-fail"

// One row per command, in the order of `Command`: name, what follows it, what it does.
const TABLE = memory.data<u32>([
  text("help"), prose(" [COMMAND]"), prose("lists the commands, or tells how to use one"),
  text("status"), prose(" [LINE]"), prose("tells how each line is registered"),
  text("servers"), prose(" [LINE]"), prose("lists the servers: P1:2 is place 1, SRV priority 2 (1 without SRV); status, * where registered"),
  text("register"), prose(" [LINE]"), prose("registers, or refreshes the registration"),
  text("unregister"), prose(" [LINE]"), prose("removes the registration"),
  text("dns show"), prose(""), prose("lists what DNS answered, and the seconds left of it"),
  text("dns flush"), prose(""), prose("forgets what DNS answered"),
  text("dns log"), prose(" on|off"), prose("logs DNS questions and answers, or stops that"),
  text("sip trace"), prose(" on|off"), prose("logs SIP messages whole, or only their first line"),
  text("sip status"), prose(" [LINE]"), prose("the status, then all that is known of each server"),
  text("cfg show"), prose(" [--why]"), prose("lists the settings"),
  text("cfg get"), prose(" [LINE.]NAME"), prose("shows a setting, what it may be and what it is for"),
  text("cfg set"), prose(" [LINE.]NAME VALUE"), prose("changes a setting until the next start"),
  text("cfg save"), prose(""), prose("keeps the settings for the next start"),
  text("why"), prose(" [LINE]"), prose("explains step by step why this server"),
  text("mem"), prose(""), prose("shows the memory and the pools in use"),
  text("version"), prose(""), prose("shows the version"),
  text("reboot"), prose(""), prose("starts the phone anew"),
  text("fail"), prose(" [SERVER refuse|silent|503|slow|well for S]"), prose("rehearses a failure, for S seconds; well ends it"),
  text("dial"), prose(" [--line LINE] TARGET"), prose("calls an extension, number, URI or name"),
  text("answer"), prose(" [CALL]"), prose("takes the call that rings"),
  text("reject"), prose(" [CALL]"), prose("declines it"),
  text("hangup"), prose(" [CALL]"), prose("ends a call"),
  text("hold"), prose(" [CALL]"), prose("holds it"),
  text("resume"), prose(" [CALL]"), prose("goes on with it"),
  text("swap"), prose(""), prose("holds one call and resumes the other"),
  text("transfer"), prose(" [TARGET]"), prose("hands the call over; no target: to the other call"),
  text("conference"), prose(" on|off"), prose("joins two calls, or parts them"),
  text("dtmf"), prose(" 0-9*#A-D"), prose("sends digits"),
  text("mute"), prose(" on|off"), prose("turns the microphone off, or on again"),
  text("volume"), prose(" [0-10]"), prose("shows or changes the volume"),
  text("calls"), prose(""), prose("lists the calls; * in focus"),
  text("history clear"), prose(""), prose("forgets the calls that were"),
  text("history"), prose(""), prose("lists the calls that were, the latest first"),
  text("contacts add"), prose(" NAME NUMBER"), prose("adds to the phone book, or changes a number"),
  text("contacts delete"), prose(" NAME"), prose("removes a name"),
  text("contacts"), prose(""), prose("lists the phone book"),
])
const ROW = 12

export function commandName(c: Command): Span { return load<u32>(TABLE + <usize>c * ROW) }
export function commandArguments(c: Command): Prose { return proseAt(TABLE + <usize>c * ROW + 4) }
export function commandHelp(c: Command): Prose { return proseAt(TABLE + <usize>c * ROW + 8) }

/** Settings that a registration depends on. */
function isRegisteredWith(s: Setting): bool {
  if (s <= Setting.DISPLAY_NAME) return true
  return s == Setting.ENABLED || s == Setting.REGISTER_TTL || s == Setting.USE_NAPTR || s == Setting.TRANSPORT || s == Setting.BACKUP_TRANSPORT || s >= Setting.SIP_PORT && s <= Setting.SIP_T4
}

/** Takes a line that lies in RX. The reply is ready when this returns; what comes of the action is not part of it. */
export function run(whole: Span, now: i64): Action {
  const r = reply()
  let line = trim(whole)
  r.due = true
  r.line = -1
  panel().acting = -1
  r.refusal = <u8>Refusal.NONE
  r.piece = 0
  r.now = now
  r.subject = -1
  r.json = endsInJson(line)
  if (r.json) line = trim(span(startOf(line), lengthOf(line) - 6))
  const c = findCommand(line)
  if (c < 0) {
    r.command = <u8>Command.HELP
    r.argument = line
    return refuse(r, Refusal.UNKNOWN_COMMAND)
  }
  r.command = <u8>c
  r.argument = trim(between(startOf(line) + nameLength(line, commandName(c)), endOf(line)))
  return carryOut(r, c)
}

/** The command that a line begins with, or -1. An empty line asks for help. */
export function findCommand(line: Span): i32 {
  if (lengthOf(line) == 0) return Command.HELP
  for (let c = 0; c < COMMANDS; c++) {
    if (nameLength(line, commandName(c)) > 0) return c
  }
  return -1
}

/** The command that an unknown one was probably meant to be, or -1. */
export function guess(line: Span): i32 {
  const first = wordsOf(line, 1), both = wordsOf(line, 2)
  let best = -1, least = FAR
  for (let c = 0; c < COMMANDS; c++) {
    const mistakes = min(distance(both, commandName(c)), distance(first, commandName(c)))
    if (mistakes >= least) continue
    least = mistakes
    best = c
  }
  if (best >= 0) return best
  // "dns" or "cfg" alone
  for (let c = 0; c < COMMANDS; c++) {
    if (lengthOf(first) > 0 && sameFolded(first, wordsOf(commandName(c), 1))) return c
  }
  return -1
}

function carryOut(r: Reply, c: Command): Action {
  if (c >= Command.DIAL) return carryOutCall(r, c)
  switch (c) {
    case Command.HELP: {
      if (lengthOf(r.argument) == 0) return Action.NONE
      r.subject = findCommand(r.argument)
      return r.subject < 0 ? refuse(r, Refusal.UNKNOWN_COMMAND) : Action.NONE
    }
    case Command.CFG_GET: {
      if (lengthOf(r.argument) == 0) return refuse(r, Refusal.USAGE)
      r.subject = keyOf(r.argument)
      return r.subject < 0 ? refuse(r, Refusal.SETTING) : Action.NONE
    }
    case Command.CFG_SET: return set(r)
    case Command.FAIL: return carryOutFail(r)
    case Command.DNS_LOG:
    case Command.SIP_TRACE: return turn(r, c)
  }
  if (c == Command.CFG_SHOW && same(r.argument, text("--why"))) {
    r.subject = 0
    return Action.NONE
  }
  if (c <= Command.UNREGISTER || c == Command.SIP_STATUS || c == Command.WHY) {
    if (!takeLine(r, c)) return Action.NONE
  } else if (lengthOf(r.argument) > 0) return refuse(r, Refusal.USAGE)
  switch (c) {
    case Command.REGISTER: return mayRegister(r) ? Action.REGISTER : Action.NONE
    case Command.UNREGISTER: return Action.UNREGISTER
    case Command.DNS_FLUSH: return Action.DNS_FLUSH
    case Command.CFG_SAVE: return canKeep() || full() ? Action.STORE : refuse(r, Refusal.SETTING)
    case Command.REBOOT: return Action.REBOOT
  }
  return Action.NONE
}

/** The line that a command names. Where it may name none, all are meant, or the first that has an account. False: it is none. */
function takeLine(r: Reply, c: Command): bool {
  if (lengthOf(r.argument) == 0) {
    if (c != Command.STATUS && c != Command.REGISTER && c != Command.UNREGISTER) r.line = lineAt(0)
    return true
  }
  const number = decimal(r.argument, 99)
  if (number < 1) refuse(r, Refusal.USAGE)
  else if (number > LINES) refuse(r, Refusal.NO_LINE)
  r.line = <i32>number - 1
  panel().acting = <i8>r.line
  return r.refusal == Refusal.NONE
}

/** Whether there is a line that can register. */
function mayRegister(r: Reply): bool {
  let why = Refusal.NO_ACCOUNT
  for (let line = max(r.line, 0); line <= (r.line < 0 ? LINES - 1 : r.line); line++) {
    if (!hasAccount(line)) continue
    if (knob(line, Setting.ENABLED) != 0) return true
    why = Refusal.SWITCHED_OFF
  }
  refuse(r, why)
  return false
}

function set(r: Reply): Action {
  const name = wordsOf(r.argument, 1)
  // A value that is to be empty is written as "": a forgotten one must not wipe an account out.
  if (lengthOf(name) == 0 || endOf(name) == endOf(r.argument)) return refuse(r, Refusal.USAGE)
  const value = trim(between(endOf(name), endOf(r.argument)))
  if (!assign(name, value)) return refuse(r, Refusal.SETTING)
  r.subject = keyOf(name)
  if (settingOf(r.subject) < LINE_SETTINGS) panel().acting = <i8>lineOf(r.subject)
  return isRegisteredWith(settingOf(r.subject)) ? Action.APPLY : Action.NONE
}

function turn(r: Reply, c: Command): Action {
  const on = sameFolded(r.argument, text("on"))
  if (!on && !sameFolded(r.argument, text("off"))) return refuse(r, Refusal.USAGE)
  r.subject = <i32>on
  if (c == Command.SIP_TRACE) return on ? Action.TRACE_ON : Action.TRACE_OFF
  setLogging(on)
  return Action.NONE
}

function refuse(r: Reply, why: Refusal): Action {
  r.refusal = <u8>why
  return Action.NONE
}

function endsInJson(line: Span): bool {
  const length = lengthOf(line)
  if (length < 6 || !same(span(endOf(line) - 6, 6), text("--json"))) return false
  return length == 6 || byteAt(line, length - 7) == 0x20
}

/** Bytes of `line` that are the words of `name`, with any spaces between them; 0 when it begins with something else. */
function nameLength(line: Span, name: Span): u32 {
  let p = startOf(line)
  const end = endOf(line)
  for (let q = startOf(name); q < endOf(name); q++) {
    const c: u32 = load<u8>(q)
    if (p == end || (load<u8>(p) | 0x20) != c) return 0
    p++
    if (c == 0x20) while (p < end && load<u8>(p) == 0x20) p++
  }
  return p == end || load<u8>(p) == 0x20 ? <u32>(p - startOf(line)) : 0
}

/** The first words of a line, at most `count`. */
function wordsOf(line: Span, count: u32): Span {
  const end = endOf(line)
  let p = startOf(line)
  while (p < end && (load<u8>(p) != 0x20 || --count > 0)) p++
  return between(startOf(line), p)
}
