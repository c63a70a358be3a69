// The number keys as a typewriter: which letters each has. The key codes themselves are those of handle_key.
import { Span, text, span, startOf, lengthOf, byteAt } from "../base/span"

export const enum Mode { LETTERS, CAPITALS, DIGITS }

/** Whether a code is one of the keys of the phone. */
export function isKey(key: u32): bool {
  return isDigitKey(key) || key == 0x55 || key == 0x44 || key == 0x4c || key == 0x52 || key == 0x4f || key == 0x42 ||
    key - 0x61 < 3 || key == 0x48
}

/** Whether a key is one of those that make up a number: 0-9, *, #. */
export function isDigitKey(key: u32): bool { return key - 0x30 < 10 || key == 0x2a || key == 0x23 }

export function modeWord(mode: Mode): Span {
  return mode == Mode.LETTERS ? text("abc") : mode == Mode.CAPITALS ? text("ABC") : text("123")
}

/** How many characters a key steps through; 0 when it types nothing. */
export function letterCount(key: u32, mode: Mode): u32 { return lengthOf(letters(key, mode)) }

/** Character number `turn` of a key; turn < letterCount. */
export function letterOf(key: u32, mode: Mode, turn: u32): u32 {
  const c = byteAt(letters(key, mode), turn)
  return mode == Mode.CAPITALS && c - 0x61 < 26 ? c - 0x20 : c
}

function letters(key: u32, mode: Mode): Span {
  if (mode == Mode.DIGITS) return digit(key)
  switch (key) {
    case 0x30: return text(" 0")
    case 0x31: return text(".-_@:/+1")
    case 0x32: return text("abc2")
    case 0x33: return text("def3")
    case 0x34: return text("ghi4")
    case 0x35: return text("jkl5")
    case 0x36: return text("mno6")
    case 0x37: return text("pqrs7")
    case 0x38: return text("tuv8")
    case 0x39: return text("wxyz9")
    case 0x2a: return text("*#,;!?$%&='\"()<>[]{}|\\^~`")
  }
  return text("")
}

function digit(key: u32): Span {
  if (key == 0x2a) return text(".*:-_@#+/")
  return key - 0x30 < 10 ? span(startOf(text("0123456789")) + key - 0x30, 1) : text("")
}
