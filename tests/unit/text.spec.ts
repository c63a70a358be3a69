// Spans and writers. Buffers are below 8192: as-pect's own data begins there.
import { NONE, after, between, endOf, indexOf, keep, lengthOf, same, sameFolded, span, startOf, text, trim } from "../../assembly/base/span"
import { Writer } from "../../assembly/base/writer"

const BUFFER: usize = 1024

function written(capacity: usize): Writer {
  const w = changetype<Writer>(<usize>512)
  w.open(BUFFER, capacity)
  return w
}

describe("A span", () => {
  it("holds start and length in one number, up to the last byte of the page", () => {
    const s = span(0xfff0, 15)
    expect(startOf(s)).toBe(0xfff0)
    expect(lengthOf(s)).toBe(15)
    expect(endOf(s)).toBe(0xffff)
    expect(between(0xfff0, 0xffff)).toBe(s)
  })

  it("is equal to another by its bytes, not by its place", () => {
    expect(same(text("REGISTER"), span(startOf(text("REGISTERED")), 8))).toBe(true)
    expect(same(text("REGISTER"), text("REGISTEr"))).toBe(false)
    expect(same(text("a"), text("ab"))).toBe(false)
    expect(same(NONE, text(""))).toBe(true)
  })

  it("is folded for ASCII letters only", () => {
    expect(sameFolded(text("Call-ID"), text("cALL-id"))).toBe(true)
    expect(sameFolded(text("@[`{"), text("`{@["))).toBe(false)
    expect(sameFolded(text("Ä"), text("ä"))).toBe(false)
  })

  it("is trimmed of spaces and tabs at both ends", () => {
    expect(same(trim(text(" \t a b \t")), text("a b"))).toBe(true)
    expect(lengthOf(trim(text(" \t ")))).toBe(0)
  })

  it("finds a byte, and what follows", () => {
    expect(indexOf(text("a;b;c"), 0x3b)).toBe(1)
    expect(indexOf(text("abc"), 0x3b)).toBe(-1)
    expect(same(after(text("sip:x"), 4), text("x"))).toBe(true)
  })

  it("is kept in a field only when it fits", () => {
    expect(same(keep(text("abcd"), BUFFER, 4), text("abcd"))).toBe(true)
    expect(keep(text("abcde"), BUFFER, 4)).toBe(NONE)
    expect(same(span(BUFFER, 4), text("abcd"))).toBe(true)
  })
})

describe("A writer", () => {
  it("writes numbers of every size and sign", () => {
    const w = written(100)
    w.number(0)
    w.byte(0x20)
    w.number(-7)
    w.byte(0x20)
    w.number(i64.MAX_VALUE)
    w.byte(0x20)
    w.number(i64.MIN_VALUE)
    expect(same(w.written, text("0 -7 9223372036854775807 -9223372036854775808"))).toBe(true)
  })

  it("puts zeros in front", () => {
    const w = written(100)
    w.padded(7, 2)
    w.padded(0, 3)
    w.padded(1234, 2)
    expect(same(w.written, text("070001234"))).toBe(true)
  })

  it("writes hexadecimal digits", () => {
    const w = written(100)
    w.hex(startOf(text("\x00\x7f\xff")), 3)
    expect(same(w.written, text("007fff"))).toBe(true)
  })

  it("remembers that something did not fit, and writes nothing after it", () => {
    const w = written(5)
    w.put(text("abc"))
    w.put(text("def"))
    expect(w.overflow).toBe(true)
    w.byte(0x21)
    expect(same(w.written, text("abc"))).toBe(true)
  })

  it("fills its buffer to the last byte", () => {
    const w = written(4)
    w.put(text("ab"))
    w.number(12)
    expect(w.overflow).toBe(false)
    expect(same(w.written, text("ab12"))).toBe(true)
    w.byte(0x21)
    expect(w.overflow).toBe(true)
  })
})
