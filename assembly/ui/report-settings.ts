// Console replies about settings. The password is shown as stars.
import { prose } from "../base/prose"
import { lengthOf } from "../base/span"
import { Writer } from "../base/writer"
import { Kind, Origin, Setting, helpOf, isDefault, isOfProfile, kindOf, nameOf, number, originOf, unitOf, writeAllowed, writeValue } from "../settings/settings"
import { Command, Reply, scratch } from "./lines"
import { name, string, proseMember, textMember } from "./json"

/** Writes one setting of the list. */
export function writeSettingItem(w: Writer, r: Reply, s: Setting): void {
  if (r.json) {
    w.byte(0x7b)
    members(w, s)
    w.byte(0x7d)
    return
  }
  writeLine(w, s)
  if (r.command == Command.CFG_SHOW && r.subject >= 0) writeOrigin(w, s)
  else if (isDefault(s)) w.say(prose("  (default)"))
}

/** Says where the value comes from: the console, the file, the profile or nobody. */
function writeOrigin(w: Writer, s: Setting): void {
  const origin = originOf(s)
  w.say(prose("  ("))
  if (origin == Origin.CONSOLE) w.say(prose("console"))
  else if (origin == Origin.FILE) w.say(prose("file"))
  else if (isOfProfile(s)) {
    w.say(prose("profile "))
    writeValue(w, Setting.PROFILE, false)
  } else w.say(prose("default"))
  w.byte(0x29)
}

/** Writes all about one setting, in one piece. */
export function writeSettingReport(w: Writer, r: Reply): bool {
  const s = <Setting>r.subject
  if (r.json) {
    w.byte(0x7b)
    members(w, s)
    if (r.command == Command.CFG_GET) explain(w, s)
    w.byte(0x7d)
    return false
  }
  writeLine(w, s)
  w.say(r.command == Command.CFG_SET ? prose("\nuntil the next start; cfg save keeps it") : prose("\nmay be "))
  if (r.command == Command.CFG_SET) return false
  writeAllowed(w, s)
  w.byte(0x0a)
  w.say(helpOf(s))
  return false
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
