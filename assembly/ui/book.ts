// The phone book on the screen: the names as a list, and a form to change one. Numbers come first, so that an entry is good from the beginning.
import { Prose, prose } from "../base/prose"
import { NONE, Span, lengthOf, span, startOf } from "../base/span"
import { CONTACT_NAME_MAX, CONTACT_NUMBER_MAX, contactCount, contactName, contactNumber, findName, mayReplace, removeContact, replaceContact } from "../settings/settings"
import { write } from "./screen"
import { title, softKeys, fitted, pen, spell } from "./paper"
import { Action, EDIT, EDIT_SIZE, View, below, chosen, panel, pop, push, shown } from "./panel"
import { NOTHING, endList, keepWithin, pageEnd, pageStart, pressList, rowOf } from "./list"
import { icon } from "./standing"
import { Purpose, close, openTyping, typeInstead, typed } from "./edit"
import { announceFault } from "./pages"
import { callFromKeys } from "./dial"

const FORM_ROWS = 3
const VALUE: u32 = 9                     // column of the values in the form

/** A number that is to be kept, behind the name that is typed for it: one byte that is its length, and the number. */
const WAITING: usize = EDIT + CONTACT_NAME_MAX
if (CONTACT_NAME_MAX + 1 + CONTACT_NUMBER_MAX > EDIT_SIZE) ERROR("a name and a number do not fit the editor")

/** The names; behind them an entry that adds one, unless a number is being picked for something else. */
export function drawBook(): void {
  const count = rows(), contacts = contactCount(), pick = isPicking()
  keepWithin(count)
  title(icon(), spell(prose("Phone book")))
  for (let i = pageStart(); i < pageEnd(count); i++) {
    fitted(rowOf(i), 0, i < contacts ? contactName(i) : spell(prose("New entry")))
  }
  if (count == 0) write(1, 0, spell(prose("No names yet")))
  endList(count)
  const onContact = <i32>chosen() < contacts
  softKeys(prose("Back"), onContact && !pick ? prose("Edit") : prose(""), pick ? takeLabel(count) : onContact ? prose("Call") : prose("Add"))
}

export function pressBook(key: u32): Action {
  const p = panel()
  if (key == 0x62 && !isPicking() && <i32>chosen() < contactCount()) {
    p.entry = <i8>chosen()
    push(View.CONTACT)
    return Action.NONE
  }
  const i = pressList(key, rows(), false)
  if (i == NOTHING) return Action.NONE
  if (i == contactCount()) {
    p.entry = -1
    openTyping(Purpose.NUMBER, NONE)
  } else if (isPicking()) {
    pop()
    typeInstead(contactNumber(i))
  } else {
    callFromKeys(contactNumber(i))
  }
  return Action.NONE
}

export function drawContact(): void {
  const i = panel().entry
  title(icon(), contactName(i))
  write(rowOf(0), 0, spell(prose("Name")))
  fitted(rowOf(0), VALUE, contactName(i))
  write(rowOf(1), 0, spell(prose("Number")))
  fitted(rowOf(1), VALUE, contactNumber(i))
  write(rowOf(2), 0, spell(prose("Delete this entry")))
  endList(FORM_ROWS)
  softKeys(prose("Back"), prose(""), prose("Select"))
}

export function pressContact(key: u32): Action {
  const p = panel(), i = pressList(key, FORM_ROWS, true)
  if (i == 0) openTyping(Purpose.NAME, contactName(p.entry))
  else if (i == 1) openTyping(Purpose.NUMBER, contactNumber(p.entry))
  else if (i == 2) {
    removeContact(p.entry)
    p.changed = true
    pop()
  }
  return Action.NONE
}

/** Asks for the name of a number that is not in the book, its own if that is free. The number waits behind the name: it is a contact once that is accepted. */
export function keepNumber(name: Span, number: Span): void {
  const w = pen()
  w.put(number)
  const kept = w.written
  const named = lengthOf(name) > 0 && findName(name) < 0 && lengthOf(name) <= CONTACT_NAME_MAX ? name : span(startOf(kept), min(lengthOf(kept), CONTACT_NAME_MAX))
  if (!mayReplace(-1, named, kept)) {
    announceFault()
    return
  }
  if (shown() == View.EDIT) close()
  panel().entry = -1
  openTyping(Purpose.NAME, named)
  store<u8>(WAITING, <u8>lengthOf(kept))
  memory.copy(WAITING + 1, startOf(kept), lengthOf(kept))
}

/** What was typed becomes the contact's number, or its name. */
export function acceptContact(): Action {
  const p = panel(), text = typed(), other = pen()
  if (lengthOf(text) == 0) {
    close()
    return Action.NONE
  }
  const asName = p.field == Purpose.NAME, fresh = p.entry < 0
  if (!asName && fresh) {
    keepNumber(NONE, text)
    return Action.NONE
  }
  // A contact is made anew from spans outside the book
  other.put(asName ? fresh ? span(WAITING + 1, load<u8>(WAITING)) : contactNumber(p.entry) : contactName(p.entry))
  const i = asName ? replaceContact(p.entry, text, other.written) : replaceContact(p.entry, other.written, text)
  if (i < 0) {
    announceFault()
    return Action.NONE
  }
  p.entry = <i8>i
  p.changed = true
  close()
  return Action.NONE
}

function isPicking(): bool { return below() == View.EDIT }

function rows(): i32 { return contactCount() + i32(!isPicking()) }

function takeLabel(count: i32): Prose { return count > 0 ? prose("Take") : prose("") }
