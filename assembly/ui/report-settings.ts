// Console replies about settings. The password is shown as stars.
import { text, lengthOf } from "../base/span"
import { Writer } from "../base/writer"
import { Kind, Setting, helpOf, isDefault, kindOf, nameOf, number, unitOf, writeAllowed, writeValue } from "../settings/settings"
import { Command, Reply, scratch } from "./lines"
import { name, string, textMember } from "./json"

/** Writes one setting of the list. */
export function writeSettingItem(w: Writer, r: Reply, s: Setting): void {
  if (r.json) {
    w.byte(0x7b)
    members(w, s)
    w.byte(0x7d)
    return
  }
  writeLine(w, s)
  if (isDefault(s)) w.put(text("  (default)"))
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
  w.put(r.command == Command.CFG_SET ? text("\nuntil the next start; cfg save keeps it") : text("\nmay be "))
  if (r.command == Command.CFG_SET) return false
  writeAllowed(w, s)
  w.byte(0x0a)
  w.put(helpOf(s))
  return false
}

function writeLine(w: Writer, s: Setting): void {
  w.put(nameOf(s))
  w.put(text(": "))
  writeValue(w, s, false)
  if (kindOf(s) != Kind.NUMBER || lengthOf(unitOf(s)) == 0) return
  w.byte(0x20)
  w.put(unitOf(s))
}

function members(w: Writer, s: Setting): void {
  textMember(w, text("name"), nameOf(s))
  name(w, text("value"))
  writeValueJson(w, s)
  name(w, text("default"))
  w.put(isDefault(s) ? text("true") : text("false"))
}

function explain(w: Writer, s: Setting): void {
  const pen = scratch()
  writeAllowed(pen, s)
  textMember(w, text("may_be"), pen.written)
  textMember(w, text("help"), helpOf(s))
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
