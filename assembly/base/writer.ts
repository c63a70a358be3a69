// Appends to a fixed buffer and remembers when something did not fit, so that callers check once, at the end.
import { Prose } from "./prose"
import { Span, startOf, lengthOf, endOf, between } from "./span"

@unmanaged
export class Writer {
  start: usize
  at: usize
  end: usize
  overflow: bool

  /** Begins anew in a buffer of `capacity` bytes. */
  open(start: usize, capacity: usize): void {
    this.start = start
    this.at = start
    this.end = start + capacity
    this.overflow = false
  }

  /** Begins anew in the same buffer. */
  again(): void {
    this.at = this.start
    this.overflow = false
  }

  /** Goes on where its buffer has been moved to. */
  moveTo(start: usize): void {
    const by = start - this.start
    this.start += by
    this.at += by
    this.end += by
  }

  put(s: Span): void {
    const length = lengthOf(s)
    if (!this.fits(length)) return
    memory.copy(this.at, startOf(s), length)
    this.at += length
  }

  /** Writes a prose in full: all of it, or nothing when it does not fit. */
  say(p: Prose): void {
    const from = this.at, s = changetype<u32>(p)
    for (let at = startOf(s); at < endOf(s); at++) {
      // The codes that wait to be written, the next one lowest. build/pairs.mjs sees to it that there are never more than eight.
      let codes: u64 = load<u8>(at)
      while (codes != 0) {
        const code = <u32>codes & 0xff
        codes >>= 8
        if (code < 0x80) this.byte(code)
        else codes = codes << 16 | load<u16>(PROSE_PAIRS + (code - 0x80) * 2)
      }
    }
    if (this.overflow) this.at = from
  }

  byte(c: u32): void {
    if (!this.fits(1)) return
    store<u8>(this.at, <u8>c)
    this.at++
  }

  /** A decimal number. */
  number(n: i64): void {
    let value = <u64>n
    if (n < 0) {
      this.byte(0x2d)
      value = <u64>-n
    }
    let width: u32 = 1
    for (let rest = value / 10; rest > 0; rest /= 10) width++
    if (!this.fits(width)) return
    let p = this.at + width
    this.at = p
    do {
      store<u8>(--p, <u8>(48 + value % 10))
      value /= 10
    } while (value > 0)
  }

  /** A decimal number with zeros in front, `width` digits at least. */
  padded(n: u32, width: u32): void {
    for (let limit = power(10, width - 1); limit > 1 && n < limit; limit /= 10) this.byte(0x30)
    this.number(n)
  }

  /** Lower-case hexadecimal digits of `length` bytes. */
  hex(p: usize, length: u32): void {
    for (let i: u32 = 0; i < length; i++) {
      const b: u32 = load<u8>(p + i)
      this.byte(digit(b >>> 4))
      this.byte(digit(b & 15))
    }
  }

  /** What has been written so far. After an overflow it is a part: check `overflow` first. */
  // @ts-ignore: decorator
  @inline
  get written(): Span { return between(this.start, this.at) }

  private fits(length: u32): bool {
    if (this.at + length <= this.end && !this.overflow) return true
    this.overflow = true
    return false
  }
}

export const WRITER_SIZE: usize = 16

function digit(n: u32): u32 { return n < 10 ? 48 + n : 87 + n }

function power(base: u32, exponent: u32): u32 {
  let result: u32 = 1
  for (let i: u32 = 0; i < exponent; i++) result *= base
  return result
}
