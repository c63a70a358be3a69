// What the phone notes for itself, a text for each line, for when it starts again. The host keeps the notes apart from the settings, which are the user's, and
// gives them back behind those: each is a line that begins with MARK and the number of the line.
import { LINES } from "../config"
import { NONE, Span, after, byteAt, indexOf, lengthOf, startsWith, text } from "../base/span"
import { Writer } from "../base/writer"
import { areRecords } from "./host"
import { SETTINGS, Setting } from "./table"
import { addText, removeText, textOf } from "./texts"
import { Origin } from "./values"

const MARK: Span = text("#~"), HEAD: u32 = 4
/** They lie among the texts of the settings, as one that nobody can name. */
const NOTE: Setting = SETTINGS

/** NONE when there is none. Good until any text changes. */
export function noteOf(line: i32): Span { return textOf(line, NOTE) }

/** Takes the place of the note before; `note` lies outside. False, and nothing changed, when there is no room. */
export function putNote(line: i32, note: Span): bool { return addText(line, NOTE, note, Origin.FILE) }

/** The user's texts go before. */
export function dropNotes(): void { for (let line = 0; line < LINES; line++) removeText(line, NOTE) }

/** Writes the notes of all lines. */
export function writeNotes(w: Writer): void {
  for (let line = 0; line < LINES; line++) {
    if (noteOf(line) == NONE) continue
    w.put(MARK)
    w.number(line + 1)
    w.byte(0x20)
    w.put(noteOf(line))
    w.byte(0x0a)
  }
}

export function isNote(line: Span): bool {
  return startsWith(line, MARK) && lengthOf(line) > HEAD && lengthOf(line) - HEAD < 0x100 && byteAt(line, 2) - 0x31 < <u32>LINES && byteAt(line, 3) == 0x20
}

/** Reads one that isNote() has found to be one; it is left out where there is no room, and when it is none that we would write. */
export function readNote(line: Span): void {
  const note = after(line, HEAD), end = indexOf(note, 0x3b)
  if (end > 0 && areRecords(after(note, end + 1))) putNote(byteAt(line, 2) - 0x31, note)
}
