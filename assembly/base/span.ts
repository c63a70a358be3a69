// A piece of memory as one number: where it starts and how long it is. All text in the core is spans.

/**
 * Start address in the low 16 bits, length in bytes in the high 16. The core's memory is one page of 64 KiB,
 * so both always fit. It never owns the bytes: a span is good for as long as the region it points into.
 */
export type Span = u32

/** No bytes at all, and at no address: "there was no such field". An empty field has an address and length 0. */
export const NONE: Span = 0

/** A constant text: text("REGISTER"). The compiler transform build/text-transform.mjs turns every call into a constant. */
export declare function text(literal: string): Span

// @ts-ignore: decorator
@inline
export function span(start: usize, length: u32): Span {
  return <u32>start | (length << 16)
}

/** The span from `start` up to, but not including, `end`. */
// @ts-ignore: decorator
@inline
export function between(start: usize, end: usize): Span {
  return <u32>start | ((<u32>(end - start)) << 16)
}

// @ts-ignore: decorator
@inline
export function startOf(s: Span): usize {
  return s & 0xffff
}

// @ts-ignore: decorator
@inline
export function lengthOf(s: Span): u32 {
  return s >>> 16
}

// @ts-ignore: decorator
@inline
export function endOf(s: Span): usize {
  return (s & 0xffff) + (s >>> 16)
}

/** Byte `i` of the span; the caller has checked that i < lengthOf(s). */
// @ts-ignore: decorator
@inline
export function byteAt(s: Span, i: u32): u32 {
  return load<u8>(startOf(s) + i)
}

/** The same bytes. */
export function same(a: Span, b: Span): bool {
  const length = lengthOf(a)
  if (length != lengthOf(b)) return false
  const p = startOf(a), q = startOf(b)
  for (let i: u32 = 0; i < length; i++) {
    if (load<u8>(p + i) != load<u8>(q + i)) return false
  }
  return true
}

// @ts-ignore: decorator
@inline
function lower(c: u32): u32 {
  return c - 65 < 26 ? c | 0x20 : c
}

/** The same bytes when A-Z and a-z are held equal (RFC 3261 7.3.1: names and tokens; RFC 4343: domain names). */
export function sameFolded(a: Span, b: Span): bool {
  const length = lengthOf(a)
  if (length != lengthOf(b)) return false
  const p = startOf(a), q = startOf(b)
  for (let i: u32 = 0; i < length; i++) {
    if (lower(load<u8>(p + i)) != lower(load<u8>(q + i))) return false
  }
  return true
}

/** The span without its first `count` bytes; the caller has checked that there are as many. */
// @ts-ignore: decorator
@inline
export function after(s: Span, count: u32): Span {
  return span(startOf(s) + count, lengthOf(s) - count)
}

/** The span without spaces and tabs at both ends. */
export function trim(s: Span): Span {
  let p = startOf(s), end = endOf(s)
  while (p < end && (load<u8>(p) == 0x20 || load<u8>(p) == 0x09)) p++
  while (p < end && (load<u8>(end - 1) == 0x20 || load<u8>(end - 1) == 0x09)) end--
  return between(p, end)
}

/** Whether `s` begins with these bytes. */
export function startsWith(s: Span, start: Span): bool {
  return lengthOf(s) >= lengthOf(start) && same(span(startOf(s), lengthOf(start)), start)
}

/** Index of the first byte equal to `c`, or -1. */
export function indexOf(s: Span, c: u32): i32 {
  const p = startOf(s), length = lengthOf(s)
  for (let i: u32 = 0; i < length; i++) {
    if (load<u8>(p + i) == c) return <i32>i
  }
  return -1
}

/**
 * Copies a span into a field of `capacity` bytes and returns the span of the copy,
 * or NONE when it does not fit: the field is then left as it was.
 */
export function keep(s: Span, field: usize, capacity: u32): Span {
  const length = lengthOf(s)
  if (length > capacity) return NONE
  memory.copy(field, startOf(s), length)
  return span(field, length)
}

/** Where a chain of mix() begins. */
export const MIX_START: u32 = 2166136261

/** A hash that the bytes follow, FNV-1a: good enough to see a change. */
export function mix(hash: u32, s: Span): u32 {
  const p = startOf(s)
  for (let i: u32 = 0; i < lengthOf(s); i++) hash = (hash ^ load<u8>(p + i)) * 16777619
  return hash
}
