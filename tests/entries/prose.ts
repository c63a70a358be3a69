// Sentences as text and as prose, for the test that both are the same when they are written.
import { RX, TX } from "../../assembly/memory"
import { proseAt } from "../../assembly/base/prose"
import { Span, endOf, startOf, text } from "../../assembly/base/span"
import { Writer } from "../../assembly/base/writer"

// Text, then the same as prose. They repeat each other, so that pairs of pairs of pairs arise.
const TABLE = memory.data<u32>([
  text(""), prose(""),
  text("a"), prose("a"),
  text("the server"), prose("the server"),
  text("the server of the server of the server"), prose("the server of the server of the server"),
  text("the server of the servers: the one that answers"), prose("the server of the servers: the one that answers"),
  text("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), prose("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
  text("\r\nContent-Length: "), prose("\r\nContent-Length: "),
  text("~ \t\x01\x7f\"\\"), prose("~ \t\x01\x7f\"\\"),
])
export const ROWS: u32 = 8
export const TX_AT: usize = TX

function writer(room: u32): Writer {
  const w = changetype<Writer>(RX)
  w.open(TX, room)
  return w
}

/** Start and length of a row's text. */
export function textOf(row: u32): Span { return load<u32>(TABLE + row * 8) }
export function textEnd(row: u32): usize { return endOf(textOf(row)) }
export function textStart(row: u32): usize { return startOf(textOf(row)) }

/** Says a row's prose where there is this much room: how much was written. */
export function say(row: u32, room: u32): u32 {
  const w = writer(room)
  w.say(proseAt(TABLE + row * 8 + 4))
  return <u32>(w.at - w.start)
}

/** Bytes that the row takes packed. */
export function packed(row: u32): u32 { return load<u32>(TABLE + row * 8 + 4) >>> 16 }
export function overflow(): bool { return changetype<Writer>(RX).overflow }
