// What the console says: the pieces of the reply to each command, as text or as one JSON document.
import { Span, text, lengthOf } from "../base/span"
import { Writer } from "../base/writer"
import { wordAt } from "../settings/word"
import { SETTINGS, fault } from "../settings/settings"
import { candidateCount } from "../servers/candidates"
import { PRODUCT } from "../product"
import { COMMANDS, Command, Refusal, Reply, scratch } from "./lines"
import { commandArguments, commandHelp, commandName, guess } from "./command"
import { name, numberMember, textMember } from "./json"
import { writeServerItem, writeStatusReport } from "./report-line"
import { dnsItems, writeDnsItem } from "./report-dns"
import { MEMORY_ITEMS, writeMemoryItem } from "./report-memory"
import { writeSettingItem, writeSettingReport } from "./report-settings"
import { writeWhy } from "../servers/why"

const USAGE_WIDTH: usize = 20            // of the first column of help

/** Writes the next piece; false when it was the last. */
export function produce(w: Writer, r: Reply): bool {
  if (r.refusal != Refusal.NONE) return refusal(w, r)
  switch (r.command) {
    case Command.HELP: return r.subject < 0 ? list(w, r, text("commands"), COMMANDS) : usage(w, r)
    case Command.STATUS: return writeStatusReport(w, r)
    case Command.SERVERS:
    case Command.SIP_STATUS: return list(w, r, text("servers"), candidateCount(0))
    case Command.DNS_SHOW: return list(w, r, text("records"), dnsItems())
    case Command.CFG_SHOW: return list(w, r, text("settings"), SETTINGS)
    case Command.CFG_GET: return writeSettingReport(w, r)
    case Command.CFG_SET: return writeSettingReport(w, r)
    case Command.WHY: return why(w, r)
    case Command.MEM: return list(w, r, text("memory"), MEMORY_ITEMS)
    case Command.VERSION: return version(w, r)
  }
  return acknowledge(w, r)
}

/** One piece per item; the JSON document is an object with one member, the array of the items. */
function list(w: Writer, r: Reply, what: Span, count: i32): bool {
  const i = <i32>r.piece
  if (r.json && i == 0) beginArray(w, what)
  if (i > 0) w.byte(r.json ? 0x2c : 0x0a)
  if (count > 0) item(w, r, i)
  else if (!r.json) w.put(emptyList(r.command))
  if (i + 1 < count) return true
  if (r.json) endArray(w)
  return false
}

function item(w: Writer, r: Reply, i: i32): void {
  switch (r.command) {
    case Command.HELP: return helpItem(w, r, i)
    case Command.DNS_SHOW: return writeDnsItem(w, r, i)
    case Command.CFG_SHOW: return writeSettingItem(w, r, i)
    case Command.MEM: return writeMemoryItem(w, r, i)
  }
  writeServerItem(w, r, i)
}

function emptyList(command: u8): Span { return command == Command.DNS_SHOW ? text("nothing is known") : text("no server is known yet") }

/** The explanation has as many steps as the room servers says; a last piece ends it. */
function why(w: Writer, r: Reply): bool {
  const i = <i32>r.piece
  if (r.json && i == 0) beginArray(w, text("steps"))
  const from = w.at
  if (i > 0) w.byte(r.json ? 0x2c : 0x0a)
  if (writeWhy(w, 0, i, r.json)) return true
  w.at = from
  if (r.json) endArray(w)
  else if (i == 0) w.put(text("nothing had to be decided so far"))
  return false
}

function beginArray(w: Writer, what: Span): void {
  w.byte(0x7b)
  name(w, what)
  w.byte(0x5b)
}

function endArray(w: Writer): void { w.put(text("]}")) }

function helpItem(w: Writer, r: Reply, c: Command): void {
  if (!r.json) {
    const from = w.at
    writeUsage(w, c)
    while (w.at < from + USAGE_WIDTH) w.byte(0x20)
    w.put(commandHelp(c))
    return
  }
  const pen = scratch()
  writeUsage(pen, c)
  w.byte(0x7b)
  textMember(w, text("command"), commandName(c))
  textMember(w, text("usage"), pen.written)
  textMember(w, text("help"), commandHelp(c))
  w.byte(0x7d)
}

function usage(w: Writer, r: Reply): bool {
  const c = <Command>r.subject
  if (r.json) {
    helpItem(w, r, c)
    return false
  }
  writeUsage(w, c)
  w.put(text(" [--json]\n"))
  w.put(commandHelp(c))
  return false
}

function writeUsage(w: Writer, c: Command): void {
  w.put(commandName(c))
  if (lengthOf(commandArguments(c)) > 0) w.byte(0x20)
  w.put(commandArguments(c))
}

function version(w: Writer, r: Reply): bool {
  if (r.json) {
    w.byte(0x7b)
    textMember(w, text("version"), PRODUCT)
    numberMember(w, text("abi"), 1)
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
    w.put(words)
    return false
  }
  w.byte(0x7b)
  textMember(w, text("done"), words)
  w.byte(0x7d)
  return false
}

function done(r: Reply): Span {
  switch (r.command) {
    case Command.REGISTER: return text("registering")
    case Command.UNREGISTER: return text("unregistering")
    case Command.DNS_FLUSH: return text("what DNS answered is forgotten")
    case Command.DNS_LOG: return r.subject == 1 ? text("DNS is logged") : text("DNS is no longer logged")
    case Command.SIP_TRACE: return r.subject == 1 ? text("SIP messages are logged whole") : text("SIP messages are logged by their first line")
    case Command.CFG_SAVE: return text("the settings are given out to be kept")
  }
  return text("starting anew")
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
  name(w, text("error"))
  w.byte(0x7b)
  textMember(w, text("code"), refusalWord(r.refusal))
  textMember(w, text("message"), pen.written)
  w.put(text("}}"))
  return false
}

function refusalWord(refusal: u8): Span {
  return wordAt(text("none unknown_command usage setting_refused no_account switched_off"), refusal)
}

function writeSentence(w: Writer, r: Reply): void {
  switch (r.refusal) {
    case Refusal.UNKNOWN_COMMAND: return unknown(w, r.argument)
    case Refusal.SETTING: return w.put(fault())
    case Refusal.NO_ACCOUNT: return w.put(text("there is no account: set domain and user first, with cfg set"))
    case Refusal.SWITCHED_OFF: return w.put(text("registering is switched off: cfg set enabled 1"))
  }
  w.put(text("usage: "))
  writeUsage(w, r.command)
}

function unknown(w: Writer, line: Span): void {
  const c = guess(line)
  w.put(text("there is no such command; "))
  if (c < 0) {
    w.put(text("help lists them"))
    return
  }
  w.put(text("did you mean "))
  writeUsage(w, c)
  w.byte(0x3f)
}
