// Console replies about settings. The password is shown as stars.
import { prose } from "../base/prose"
import { Span, lengthOf, text } from "../base/span"
import { Writer } from "../base/writer"
import { Kind, Origin, Setting, helpOf, isDefault, isOfProfile, isUsual, kindOf, nameOf, number, originOf, unitOf, words, writeAllowed, writeValue } from "../settings/settings"
import { wordAt } from "../settings/word"
import { Command, Reply, scratch } from "./lines"
import { name, string, proseMember, textMember } from "./json"

/** A source of values besides those of Origin. */
const PROFILE: u8 = 3

/** Writes one setting of the list. */
export function writeSettingItem(w: Writer, r: Reply, s: Setting): void {
  if (r.json) {
    w.byte(0x7b)
    members(w, s)
    w.byte(0x7d)
    return
  }
  writeLine(w, s)
  if (r.command == Command.CFG_SHOW && r.subject >= 0) writeSource(w, sourceOf(s))
  else if (isUsual(s)) writeSource(w, isDefault(s) ? <u8>Origin.USUAL : PROFILE)
}

/** Says where the value comes from, and which profile if it is that. */
function writeSource(w: Writer, source: u8): void {
  w.say(prose("  ("))
  w.put(sourceWord(source))
  if (source == PROFILE) {
    w.byte(0x20)
    writeValue(w, Setting.PROFILE, false)
  }
  w.byte(0x29)
}

/** Its Origin, or the profile. */
function sourceOf(s: Setting): u8 {
  const origin = originOf(s)
  return origin == Origin.USUAL && isOfProfile(s) ? PROFILE : <u8>origin
}

function sourceWord(source: u8): Span { return wordAt(text("default file console profile"), source) }

/** Writes all about one setting, in one piece. */
export function writeSettingReport(w: Writer, r: Reply): bool {
  const s = <Setting>r.subject
  if (r.json) {
    w.byte(0x7b)
    members(w, s)
    if (r.command == Command.CFG_GET) explain(w, s)
    if (r.command == Command.CFG_SET && s == Setting.DOMAIN) textMember(w, prose("server"), words(Setting.SERVER))
    w.byte(0x7d)
    return false
  }
  writeLine(w, s)
  if (r.command == Command.CFG_SET && s == Setting.DOMAIN) writeServers(w)
  w.say(r.command == Command.CFG_SET ? prose("\nuntil the next start; cfg save keeps it") : prose("\nmay be "))
  if (r.command == Command.CFG_SET) return false
  writeAllowed(w, s)
  w.byte(0x0a)
  w.say(helpOf(s))
  return false
}

/** VE-09: a domain may come with its servers, which are a setting of their own. */
function writeServers(w: Writer): void {
  if (lengthOf(words(Setting.SERVER)) == 0) return
  w.byte(0x0a)
  writeLine(w, Setting.SERVER)
}

function writeLine(w: Writer, s: Setting): void {
  w.put(nameOf(s))
  w.say(prose(": "))
  writeValue(w, s, false)
  if (kindOf(s) != Kind.NUMBER || lengthOf(unitOf(s)) == 0) return
  w.byte(0x20)
  w.put(unitOf(s))
}

function members(w: Writer, s: Setting): void {
  textMember(w, prose("name"), nameOf(s))
  name(w, prose("value"))
  writeValueJson(w, s)
  name(w, prose("default"))
  w.say(isDefault(s) ? prose("true") : prose("false"))
  textMember(w, prose("from"), sourceWord(sourceOf(s)))
}

function explain(w: Writer, s: Setting): void {
  const pen = scratch()
  writeAllowed(pen, s)
  textMember(w, prose("may_be"), pen.written)
  proseMember(w, prose("help"), helpOf(s))
}

function writeValueJson(w: Writer, s: Setting): void {
  if (kindOf(s) == Kind.NUMBER) {
    w.number(number(s))
    return
  }
  const pen = scratch()
  writeValue(pen, s, false)
  string(w, pen.written)
}
