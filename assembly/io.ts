// The IO record: one fixed layout of 128 little-endian bytes for what goes with an input or an output. docs/abi.md has the table.
import { IO } from "./memory"
import { Endpoint } from "./base/endpoint"
import { Span, startOf, lengthOf } from "./base/span"

export const enum Output { REST, SEND, WRITE, OPEN, CLOSE, DISPLAY, AUDIO, STORE, EVENT, LOG, REPLY }

/** The code of STORE: what the host is to keep. */
export const enum Stored { SETTINGS, NOTES }

/** What poll_output describes, and what an input brings besides its bytes. */
@unmanaged
export class Io {
  flow: u32              //  0 flow number
  at: u32                //  4 where the bytes of an output are; valid until the next call
  length: u32            //  8 how many
  code: u32              // 12 kind of event, level of a log line, error of a reply, what is to be stored
  flags: u32             // 16 REPLY: bit 0 = last piece
  protocol: u32          // 20 OPEN: 1 UDP, 2 TCP, 3 TLS
  // 24: peer, 20 bytes; 44: local, 20 bytes; both as base/endpoint.ts lays them out
}

export const IO_PEER: usize = IO + 24
export const IO_LOCAL: usize = IO + 44

// @ts-ignore: decorator
@inline
export function io(): Io { return changetype<Io>(IO) }
// @ts-ignore: decorator
@inline
export function peer(): Endpoint { return changetype<Endpoint>(IO_PEER) }
// @ts-ignore: decorator
@inline
export function local(): Endpoint { return changetype<Endpoint>(IO_LOCAL) }

/** Describes an output of bytes in IO and returns its kind. */
export function give(kind: Output, bytes: Span, code: u32): Output {
  memory.fill(IO, 0, 64)
  const record = io()
  record.at = <u32>startOf(bytes)
  record.length = lengthOf(bytes)
  record.code = code
  return kind
}
