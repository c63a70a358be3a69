// Console replies about settings. The password is shown as stars.
import { prose } from "../base/prose"
import { Span, lengthOf, text } from "../base/span"
import { Writer } from "../base/writer"
import {
  Key, Kind, LINE_SETTINGS, Origin, SETTINGS, Setting, helpOf, isDefault, isOfProfile, isUsual, kindOf, knob, lineOf, originOf, settingOf, unitOf, words, writeAllowed,
  writeName, writeValue,
} from "../settings/settings"
import { LINES } from "../config"
import { wordAt } from "../settings/word"
import { Command, Reply, scratch } from "./lines"
import { name, string, proseMember, textMember } from "./json"

/** A source of values besides those of Origin. */
const PROFILE: u8 = 4

/** How many settings the list has: those of the first line, of the phone, and of each other line of which something is set. */
export function settingItems(): i32 {
  let count: i32 = SETTINGS
  for (let line = 1; line < LINES; line++) if (isUsed(line)) count += LINE_SETTINGS
  return count
}

/** The i-th setting of the list. */
export function keyAt(i: i32): Key {
  if (i < SETTINGS) return i
  let line = 0
  for (let rest = i - SETTINGS; rest >= 0; rest -= LINE_SETTINGS) do line++; while (!isUsed(line))
  return line << 8 | (i - SETTINGS) % LINE_SETTINGS
}

function isUsed(line: i32): bool {
  for (let s = 0; s < LINE_SETTINGS; s++) if (originOf(line, s) != Origin.USUAL) return true
  return false
}

/** Writes one setting of the list. */
export function writeSettingItem(w: Writer, r: Reply, key: Key): void {
  const line = lineOf(key), s = settingOf(key)
  if (r.json) {
    w.byte(0x7b)
    members(w, line, s)
    w.byte(0x7d)
    return
  }
  writeLine(w, line, s)
  if (r.command == Command.CFG_SHOW && r.subject >= 0) writeSource(w, line, sourceOf(line, s))
  else if (isUsual(line, s)) writeSource(w, line, isDefault(line, s) ? <u8>Origin.USUAL : PROFILE)
}

/** Says where the value comes from, and which profile if it is that. */
function writeSource(w: Writer, line: i32, source: u8): void {
  w.say(prose("  ("))
  w.put(sourceWord(source))
  if (source == PROFILE) {
    w.byte(0x20)
    writeValue(w, line, Setting.PROFILE, false)
  }
  w.byte(0x29)
}

/** Its Origin, or the profile. */
function sourceOf(line: i32, s: Setting): u8 {
  const origin = originOf(line, s)
  return origin == Origin.USUAL && isOfProfile(s) ? PROFILE : <u8>origin
}

function sourceWord(source: u8): Span { return wordAt(text("default file console start profile"), source) }

/** Writes all about one setting, in one piece. */
export function writeSettingReport(w: Writer, r: Reply): bool {
  const line = lineOf(r.subject), s = settingOf(r.subject)
  if (r.json) {
    w.byte(0x7b)
    members(w, line, s)
    if (r.command == Command.CFG_GET) explain(w, s)
    if (r.command == Command.CFG_SET && s == Setting.DOMAIN) textMember(w, prose("server"), words(line, Setting.SERVER))
    w.byte(0x7d)
    return false
  }
  writeLine(w, line, s)
  if (r.command == Command.CFG_SET && s == Setting.DOMAIN) writeServers(w, line)
  w.say(r.command == Command.CFG_SET ? prose("\nuntil the next start; cfg save keeps it") : prose("\nmay be "))
  if (r.command == Command.CFG_SET) return false
  writeAllowed(w, s)
  w.byte(0x0a)
  w.say(helpOf(s))
  return false
}

/** VE-09: a domain may come with its servers, which are a setting of their own. */
function writeServers(w: Writer, line: i32): void {
  if (lengthOf(words(line, Setting.SERVER)) == 0) return
  w.byte(0x0a)
  writeLine(w, line, Setting.SERVER)
}

function writeLine(w: Writer, line: i32, s: Setting): void {
  writeName(w, line, s)
  w.say(prose(": "))
  writeValue(w, line, s, false)
  if (kindOf(s) != Kind.NUMBER || lengthOf(unitOf(s)) == 0) return
  w.byte(0x20)
  w.put(unitOf(s))
}

function members(w: Writer, line: i32, s: Setting): void {
  const pen = scratch()
  writeName(pen, line, s)
  textMember(w, prose("name"), pen.written)
  name(w, prose("value"))
  writeValueJson(w, line, s)
  name(w, prose("default"))
  w.say(isDefault(line, s) ? prose("true") : prose("false"))
  textMember(w, prose("from"), sourceWord(sourceOf(line, s)))
}

function explain(w: Writer, s: Setting): void {
  const pen = scratch()
  writeAllowed(pen, s)
  textMember(w, prose("may_be"), pen.written)
  proseMember(w, prose("help"), helpOf(s))
}

function writeValueJson(w: Writer, line: i32, s: Setting): void {
  if (kindOf(s) == Kind.NUMBER) {
    w.number(knob(line, s))
    return
  }
  const pen = scratch()
  writeValue(pen, line, s, false)
  string(w, pen.written)
}
