// Walks over the values of a field: the lines of its name, and in each the values between commas (RFC 3261 7.3.1).
import { Address, readAddress } from "./address"
import { COMMA, GREATER, LESS, QUOTE, dropSpace, findByte, findMark, peek, skipQuoted, skipSpace } from "./char"
import { Field } from "./header"
import { Message, fieldValue, firstField, nextField } from "./message"
import { NONE, Span, between, endOf, startOf } from "../base/span"

/** What nextAddress found. */
export const enum Found { END, GOOD, BAD }

/** A cursor. The message must stay as it is while the cursor is used. */
@unmanaged
export class Values {
  message: Message
  line: i32        // index; -1 behind the last
  at: usize        // where the next value begins
  end: usize       // of the line's value

  /** Goes before the first value of all lines of a name. */
  open(m: Message, field: Field): void {
    this.message = m
    this.line = firstField(m, field)
    if (this.line >= 0) this.enterLine()
  }

  /**
   * The next value, without white space at its ends, or NONE behind the last. Commas in quoted strings and between angle brackets separate
   * nothing. Empty values are passed over.
   */
  next(): Span {
    while (this.line >= 0) {
      const start = skipSpace(this.at, this.end)
      const comma = findValueEnd(start, this.end)
      this.leaveValue(comma)
      const end = dropSpace(start, comma)
      if (end > start) return between(start, end)
    }
    return NONE
  }

  /**
   * Reads the next value as an address (Contact, Route, Record-Route ...). BAD: it is malformed; the cursor is then behind its line.
   * The lone "*" of a Contact is BAD: see isWildcard().
   */
  nextAddress(a: Address): Found {
    if (this.line < 0) return Found.END
    const p = readAddress(this.at, this.end, a)
    this.leaveValue(p != 0 ? p : this.end)
    return p != 0 ? Found.GOOD : Found.BAD
  }

  private enterLine(): void {
    const value = fieldValue(this.message, this.line)
    this.at = startOf(value)
    this.end = endOf(value)
  }

  /** `p` is the comma behind a value, or the end of the line. */
  private leaveValue(p: usize): void {
    this.at = p + 1
    if (p < this.end) return
    this.line = nextField(this.message, this.line)
    if (this.line >= 0) this.enterLine()
  }
}

/** The comma behind the value at `p`, or `end`. A quotation mark or bracket that is never closed makes all the rest one value. */
export function findValueEnd(p: usize, end: usize): usize {
  while (true) {
    p = findMark(p, end)
    if (p == end) return end
    const c: u32 = peek(p)
    if (c == COMMA) return p
    if (c == QUOTE) {
      p = skipQuoted(p, end)
      if (p == 0) return end
    } else {
      if (c == LESS) p = findByte(p, end, GREATER)
      if (p < end) p++
    }
  }
}

/** Whether a Contact is "*": all bindings (RFC 3261 10.2.2). */
export function isWildcard(m: Message): bool {
  const line = firstField(m, Field.CONTACT)
  if (line < 0 || nextField(m, line) >= 0) return false
  const value = fieldValue(m, line)
  return value >>> 16 == 1 && peek(startOf(value)) == 0x2a
}
