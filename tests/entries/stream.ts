// A module that is no phone: it connects to a peer by TCP, says a line, says back whatever comes, and ends when the peer does. For tests of what hosts do with streams.
import * as map from "../../assembly/memory"
import { parseHostPort } from "../../assembly/base/ip"
import { Endpoint } from "../../assembly/base/endpoint"
import { NONE, Span, after, between, byteAt, lengthOf, same, span, startOf, text } from "../../assembly/base/span"
import { Writer } from "../../assembly/base/writer"
import { writeEndpoint } from "../../assembly/base/ip"
import { Output, give, io, local, peer } from "../../assembly/io"

export {
  ABI_VERSION, LAYOUT, AUDIO_AT, AUDIO_SIZE, CONFIG_AT, CONFIG_SIZE, FRAME_AT, FRAME_SIZE, IO_AT, IO_SIZE, KEEP_AT, KEEP_SIZE, LOG_AT, LOG_SIZE, PANIC_AT,
  PANIC_SIZE, RX_AT, RX_SIZE, SCREEN_AT, SCREEN_SIZE, STATE_AT, STATE_SIZE, TX_AT, TX_SIZE,
} from "../../assembly/index"

/** Its one flow has another number each time: the slot 1, and a generation. */
const SLOT: u32 = 1, GENERATION: u32 = 0x100
/** WRITE n asks for n of these, each with other bytes. */
const BLOCK: u32 = 1000
const NOTE: u32 = 1

/** What is to be given out, in this order. */
@unmanaged
class Wanted {
  flow: u32
  protocol: u32        // of the flow to be opened; 0: none
  blocks: u32          // to be written
  echo: u32            // bytes of RX to be written
  line: Span           // to be written
  close: bool
  isQuiet: bool        // nothing is said back
  answers: bool        // to a command
  written: u32         // blocks, since the start
}

const PEER: usize = map.STATE + 64, WRITER: usize = map.STATE + 128, LINE: usize = map.STATE + 256, LINE_BYTES: usize = 128, BLOCK_AT: usize = map.STATE + 512

function wanted(): Wanted { return changetype<Wanted>(map.STATE) }
function note(): Writer { return changetype<Writer>(WRITER) }

export function handle_entropy(length: u32): i32 { return 0 }

/** The settings are the peer: 192.0.2.1:7. With none it waits for a command. */
export function core_open(length: u32, boot: u32, now: i64): i32 {
  note().open(LINE, LINE_BYTES)
  parseHostPort(between(map.CONFIG, map.CONFIG + length), changetype<Endpoint>(PEER))
  wanted().flow = SLOT
  return 0
}

export function core_resume(now: i64): i32 { return 0 }

export function core_close(now: i64): i32 {
  wanted().close = true
  return 0
}

export function handle_network(event: u32, length: u32, now: i64): i32 {
  if (event == 1 && changetype<Endpoint>(PEER).family != 0) open(2)
  return 0
}

/** A piece of the stream. One that begins with TRAP stops it. */
export function handle_datagram(flow: u32, length: u32, now: i64): i32 {
  if (flow != wanted().flow) return 0
  if (length >= 4 && same(span(map.RX, 4), text("TRAP"))) unreachable()
  if (!wanted().isQuiet) wanted().echo = length
  return 0
}

export function handle_flow(flow: u32, event: u32, now: i64): i32 {
  if (flow != wanted().flow) return 0
  if (event == 1) {
    note().put(text("opened "))
    writeEndpoint(note(), local())
    wanted().line = text("hello\n")
  } else if (event == 2) {
    note().put(text("closed"))
    wanted().line = text("bye\n")
    wanted().close = true
  } else if (event == 3) {
    note().put(text("refused "))
    writeEndpoint(note(), peer())
  } else {
    note().put(text("failed "))
    note().byte(48 + io().code)
  }
  return 0
}

/** open HOST:PORT, tls HOST:PORT, accept, write N, quiet, end. */
export function handle_command(length: u32, now: i64): i32 {
  const line = span(map.RX, length)
  wanted().answers = true
  if (begins(line, text("open "))) to(after(line, 5), 2)
  else if (begins(line, text("tls "))) to(after(line, 4), 3)
  else if (begins(line, text("accept"))) to(NONE, 2)
  else if (begins(line, text("write "))) {
    let blocks: u32 = 0
    for (let i: u32 = 6; i < length; i++) blocks = blocks * 10 + byteAt(line, i) - 48
    wanted().blocks = blocks
  } else if (begins(line, text("quiet"))) wanted().isQuiet = true
  else wanted().close = true
  return 0
}

export function handle_key(key: u32, down: u32, now: i64): i32 { return 0 }
export function handle_audio(now: i64): i32 { return 0 }
export function handle_wallclock(unixMs: i64, zoneMinutes: i32, now: i64): i32 { return 0 }
export function handle_timeout(now: i64): i32 { return 0 }
export function poll_timeout(): i64 { return i64.MAX_VALUE }
export function poll_idle(): i32 { return 1 }

export function poll_output(): i32 {
  const w = wanted()
  if (w.protocol != 0) {
    give(Output.OPEN, NONE, 0)
    io().protocol = w.protocol
    peer().copyFrom(changetype<Endpoint>(PEER))
    w.protocol = 0
    return ofFlow(Output.OPEN)
  }
  if (w.line != NONE) {
    give(Output.WRITE, w.line, 0)
    w.line = NONE
    return ofFlow(Output.WRITE)
  }
  if (w.echo != 0) {
    give(Output.WRITE, span(map.RX, w.echo), 0)
    w.echo = 0
    return ofFlow(Output.WRITE)
  }
  if (w.blocks != 0) {
    w.blocks--
    w.written++
    for (let i: u32 = 0; i < BLOCK; i++) store<u8>(BLOCK_AT + i, <u8>(w.written * 31 + i))
    give(Output.WRITE, span(BLOCK_AT, BLOCK), 0)
    return ofFlow(Output.WRITE)
  }
  if (w.close) {
    w.close = false
    give(Output.CLOSE, NONE, 0)
    return ofFlow(Output.CLOSE)
  }
  if (w.answers) {
    w.answers = false
    give(Output.REPLY, NONE, 0)
    io().flags = 1
    return Output.REPLY
  }
  if (note().at == note().start) return 0
  give(Output.LOG, between(note().start, note().at), NOTE)
  note().again()
  return Output.LOG
}

function ofFlow(kind: Output): i32 {
  io().flow = wanted().flow
  return kind
}

function begins(line: Span, word: Span): bool { return lengthOf(line) >= lengthOf(word) && same(span(startOf(line), lengthOf(word)), word) }

function to(where: Span, protocol: u32): void {
  changetype<Endpoint>(PEER).clear()
  parseHostPort(where, changetype<Endpoint>(PEER))
  open(protocol)
}

function open(protocol: u32): void {
  wanted().flow += GENERATION
  wanted().protocol = protocol
  wanted().isQuiet = false
}
