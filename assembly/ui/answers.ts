// What the console says: the pieces of the reply to each command, as text or as one JSON document.
import { LINES } from "../config"
import { Prose, prose } from "../base/prose"
import { Span, text, lengthOf } from "../base/span"
import { Writer } from "../base/writer"
import { wordAt } from "../settings/word"
import { fault } from "../settings/settings"
import { candidateCount } from "../servers/candidates"
import { PRODUCT } from "../product"
import { COMMANDS, Command, Refusal, Reply, scratch } from "./lines"
import { writeRehearsal } from "./command-fail"
import { commandArguments, commandHelp, commandName, guess } from "./command"
import { name, numberMember, proseMember, textMember } from "./json"
import { callItems, writeCall, writeCallItem, writeContact } from "./report-calls"
import { refusalSentence } from "./call-words"
import { writeServerItem, writeStatusReport } from "./report-line"
import { dnsItems, writeDnsItem } from "./report-dns"
import { MEMORY_ITEMS, writeMemoryItem } from "./report-memory"
import { keyAt, settingItems, writeSettingItem, writeSettingReport } from "./report-settings"
import { writeWhy } from "../servers/why"

const USAGE_WIDTH: usize = 26            // of the first column of help

/** Writes the next piece; false when it was the last. */
export function produce(w: Writer, r: Reply): bool {
  if (r.refusal != Refusal.NONE) return refusal(w, r)
  switch (r.command) {
    case Command.HELP: return r.subject < 0 ? list(w, r, prose("commands"), COMMANDS) : usage(w, r)
    case Command.STATUS: return writeStatusReport(w, r)
    case Command.SERVERS: return list(w, r, prose("servers"), candidateCount(r.line))
    case Command.SIP_STATUS: return sipStatus(w, r)
    case Command.DNS_SHOW: return list(w, r, prose("records"), dnsItems())
    case Command.CFG_SHOW: return list(w, r, prose("settings"), settingItems())
    case Command.CFG_GET: return writeSettingReport(w, r)
    case Command.CFG_SET: return writeSettingReport(w, r)
    case Command.WHY: return why(w, r)
    case Command.MEM: return list(w, r, prose("memory"), MEMORY_ITEMS)
    case Command.VERSION: return version(w, r)
    case Command.FAIL: return writeRehearsal(w, r)
    case Command.CALLS:
    case Command.SWAP: return list(w, r, prose("calls"), callItems(Command.CALLS))
    case Command.HISTORY: return list(w, r, prose("history"), callItems(Command.HISTORY))
    case Command.CONTACTS: return list(w, r, prose("contacts"), callItems(Command.CONTACTS))
  }
  if (r.subject < 0 || r.command < <u8>Command.DIAL) return acknowledge(w, r)
  if (r.command == Command.VOLUME) writeSettingItem(w, r, r.subject)
  else if (r.command == Command.CONTACTS_ADD) writeContact(w, r, r.subject)
  else writeCall(w, r, r.subject)
  return false
}

/** One piece per item; the JSON document is an object with one member, the array of the items. */
function list(w: Writer, r: Reply, what: Prose, count: i32): bool {
  const i = <i32>r.piece
  if (r.json && i == 0) beginArray(w, what)
  if (i > 0) w.byte(r.json ? 0x2c : 0x0a)
  if (count > 0) item(w, r, i)
  else if (!r.json) w.say(emptyList(r.command))
  if (i + 1 < count) return true
  if (r.json) endArray(w)
  return false
}

/** VE-38: what the registration says, then the servers. */
function sipStatus(w: Writer, r: Reply): bool {
  const i = <i32>r.piece - 1, count = candidateCount(r.line)
  if (i < 0) {
    if (r.json) {
      w.byte(0x7b)
      name(w, prose("status"))
    }
    writeStatusReport(w, r)
    if (!r.json) return count > 0
    name(w, prose("servers"))
    w.byte(0x5b)
  } else {
    if (i > 0 || !r.json) w.byte(r.json ? 0x2c : 0x0a)
    writeServerItem(w, r, i)
  }
  if (i + 1 < count) return true
  if (r.json) endArray(w)
  return false
}

function item(w: Writer, r: Reply, i: i32): void {
  switch (r.command) {
    case Command.HELP: return helpItem(w, r, i)
    case Command.DNS_SHOW: return writeDnsItem(w, r, i)
    case Command.CFG_SHOW: return writeSettingItem(w, r, keyAt(i))
    case Command.MEM: return writeMemoryItem(w, r, i)
  }
  if (r.command >= <u8>Command.DIAL) writeCallItem(w, r, i)
  else writeServerItem(w, r, i)
}

function emptyList(command: u8): Prose {
  if (command >= <u8>Command.DIAL) return prose("there are none")
  return command == Command.DNS_SHOW ? prose("nothing is known") : prose("no server is known yet")
}

/** The explanation has as many steps as the room servers says; a last piece ends it. */
function why(w: Writer, r: Reply): bool {
  const i = <i32>r.piece
  if (r.json && i == 0) beginArray(w, prose("steps"))
  const from = w.at
  if (i > 0) w.byte(r.json ? 0x2c : 0x0a)
  if (writeWhy(w, r.line, i, r.json)) return true
  w.at = from
  if (r.json) endArray(w)
  else if (i == 0) w.say(prose("nothing had to be decided so far"))
  return false
}

function beginArray(w: Writer, what: Prose): void {
  w.byte(0x7b)
  name(w, what)
  w.byte(0x5b)
}

function endArray(w: Writer): void { w.say(prose("]}")) }

function helpItem(w: Writer, r: Reply, c: Command): void {
  if (!r.json) {
    const from = w.at
    writeUsage(w, c)
    do w.byte(0x20); while (w.at < from + USAGE_WIDTH)
    w.say(commandHelp(c))
    return
  }
  const pen = scratch()
  writeUsage(pen, c)
  w.byte(0x7b)
  textMember(w, prose("command"), commandName(c))
  textMember(w, prose("usage"), pen.written)
  proseMember(w, prose("help"), commandHelp(c))
  w.byte(0x7d)
}

function usage(w: Writer, r: Reply): bool {
  const c = <Command>r.subject
  if (r.json) {
    helpItem(w, r, c)
    return false
  }
  writeUsage(w, c)
  w.say(prose(" [--json]\n"))
  w.say(commandHelp(c))
  return false
}

function writeUsage(w: Writer, c: Command): void {
  w.put(commandName(c))
  w.say(commandArguments(c))
}

function version(w: Writer, r: Reply): bool {
  if (r.json) {
    w.byte(0x7b)
    textMember(w, prose("version"), PRODUCT)
    numberMember(w, prose("abi"), 1)
    w.byte(0x7d)
  } else {
    w.put(PRODUCT)
  }
  return false
}

/** For commands that only do something. */
function acknowledge(w: Writer, r: Reply): bool {
  const words = done(r)
  if (!r.json) {
    w.say(words)
    return false
  }
  w.byte(0x7b)
  proseMember(w, prose("done"), words)
  w.byte(0x7d)
  return false
}

function done(r: Reply): Prose {
  switch (r.command) {
    case Command.REGISTER: return prose("registering")
    case Command.UNREGISTER: return prose("unregistering")
    case Command.DNS_FLUSH: return prose("what DNS answered is forgotten")
    case Command.DNS_LOG: return r.subject == 1 ? prose("DNS is logged") : prose("DNS is no longer logged")
    case Command.SIP_TRACE: return r.subject == 1 ? prose("SIP messages are logged whole") : prose("SIP messages are logged by their first line")
    case Command.HISTORY_CLEAR:
    case Command.CONTACTS_DELETE: return prose("done")
    case Command.CFG_SAVE: return prose("the settings are given out to be kept")
  }
  return prose("starting anew")
}

// -- Refusals

function refusal(w: Writer, r: Reply): bool {
  if (!r.json) {
    writeSentence(w, r)
    return false
  }
  const pen = scratch()
  writeSentence(pen, r)
  w.byte(0x7b)
  name(w, prose("error"))
  w.byte(0x7b)
  textMember(w, prose("code"), refusalWord(r.refusal))
  textMember(w, prose("message"), pen.written)
  w.say(prose("}}"))
  return false
}

function refusalWord(refusal: u8): Span {
  return wordAt(text("none unknown_command usage setting_refused no_account switched_off not_now no_call all_busy bad_target no_network no_server no_line"), refusal)
}

function writeSentence(w: Writer, r: Reply): void {
  switch (r.refusal) {
    case Refusal.UNKNOWN_COMMAND: return unknown(w, r.argument)
    case Refusal.SETTING: return w.put(fault())
    case Refusal.NO_LINE: {
      w.say(prose("there are lines 1 to "))
      w.number(LINES)
      return
    }
    case Refusal.NO_ACCOUNT: return w.say(prose("there is no account: set domain and user first, with cfg set"))
    case Refusal.SWITCHED_OFF: return w.say(prose("registering is switched off: cfg set enabled 1"))
  }
  if (r.refusal >= <u8>Refusal.NOT_NOW) {
    w.say(refusalSentence(r.refusal))
    return
  }
  w.say(prose("usage: "))
  writeUsage(w, r.command)
}

function unknown(w: Writer, line: Span): void {
  const c = guess(line)
  w.say(prose("there is no such command; "))
  if (c < 0) {
    w.say(prose("help lists them"))
    return
  }
  w.say(prose("did you mean "))
  writeUsage(w, c)
  w.byte(0x3f)
}
