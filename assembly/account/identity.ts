// Who we are to a registrar: address of record, contact, and what must outlive a restart of the core: Call-IDs, CSeq, where we were registered.
import { LINES } from "../config"
import { KEEP, KEEP_SIZE } from "../memory"
import { Endpoint, ENDPOINT_SIZE } from "../base/endpoint"
import { prose } from "../base/prose"
import { Span, lengthOf, span, text } from "../base/span"
import { Writer } from "../base/writer"
import { fill } from "../base/random"
import { Hash, hashBegin, hashEnd, hashUpdate } from "../base/hash"
import { writeEndpoint } from "../base/ip"
import { Setting, account } from "../settings/settings"

/** The region is ours, whole, and laid out as here: a hash of this file's declarations, by build/layout-transform.mjs. */
const MAGIC: u32 = KEEP_STAMP

// The layout of KEEP. The host copies the region from a core that trapped into the one that takes over.
@unmanaged
class Kept {
  magic: u32
  cseq: u32            // last CSeq used, over all servers
  seed0: u64           // what Call-IDs and tags are made from; drawn at a cold start
  seed1: u64
  // then: 16 bytes of scratch, and of each line what follows
}
const SEED: usize = KEEP + 8, SEED_SIZE: u32 = 16
const DIGEST: usize = KEEP + 24            // 16 bytes of scratch that hold nothing secret
const LINES_AT: usize = DIGEST + 16

@unmanaged
class KeptLine {
  boundUntil: i64      // our registration at `active` may live until then
  // then: active endpoint and the local one that the binding names

  // @ts-ignore: decorator
  @inline
  get active(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + 8) }
  // @ts-ignore: decorator
  @inline
  get local(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + 8 + ENDPOINT_SIZE) }
}
const KEPT_LINE_SIZE: usize = 8 + 2 * ENDPOINT_SIZE

function kept(): Kept { return changetype<Kept>(KEEP) }

function keptLine(line: i32): KeptLine {
  if (LINES_AT + <usize>LINES * KEPT_LINE_SIZE > KEEP + KEEP_SIZE) ERROR("what is kept of the lines does not fit")
  return changetype<KeptLine>(LINES_AT + <usize>line * KEPT_LINE_SIZE)
}

/** Takes over what KEEP holds, or begins anew after a cold start or when it holds nothing of ours. Returns whether it was taken over. */
export function openIdentity(cold: bool): bool {
  const k = kept()
  if (!cold && k.magic == MAGIC) return true
  memory.fill(KEEP, 0, KEEP_SIZE)
  fill(SEED, SEED_SIZE)
  k.magic = MAGIC
  return false
}

/** RFC 3261 8.1.1.5, 10.2: CSeq rises with every request. One count for all servers rises for each of them, and over a restart (P-29). */
export function nextCseq(): u32 {
  const k = kept()
  k.cseq++
  return k.cseq
}

/** Remembers the server that the line is registered at, and by which address of ours, for a core that takes over after a trap. */
export function keepActive(line: i32, e: Endpoint, local: Endpoint, untilMs: i64): void {
  const k = keptLine(line)
  k.active.copyFrom(e)
  k.local.copyFrom(local)
  k.boundUntil = untilMs
}

/** The line is registered nowhere. */
export function forgetActive(line: i32): void { keptLine(line).boundUntil = 0 }

/** Where the core before us was registered; only meaningful while keptUntil() is not 0. */
export function keptActive(line: i32): Endpoint { return keptLine(line).active }
export function keptLocal(line: i32): Endpoint { return keptLine(line).local }
export function keptUntil(line: i32): i64 { return keptLine(line).boundUntil }

/** sip:domain, the Request-URI of REGISTER (RFC 3261 10.2: no user part). */
export function writeRegistrar(w: Writer, line: i32): void {
  w.say(prose("sip:"))
  writeDomain(w, line)
}

/** sip:user@domain (VE-15: the domain, also when servers are given by address). */
export function writeAor(w: Writer, line: i32): void {
  w.say(prose("sip:"))
  w.put(account(line, Setting.USER))
  w.byte(0x40)
  writeDomain(w, line)
}

/** "Display" <sip:user@domain> */
export function writeNameAddr(w: Writer, line: i32): void {
  const name = account(line, Setting.DISPLAY_NAME)
  if (lengthOf(name) > 0) {
    writeQuoted(w, name)
    w.byte(0x20)
  }
  w.byte(0x3c)
  writeAor(w, line)
  w.byte(0x3e)
}

/** Whether the line has an account: the others are off. */
export function hasAccount(line: i32): bool { return lengthOf(account(line, Setting.DOMAIN)) > 0 && lengthOf(account(line, Setting.USER)) > 0 }

/** sip:user@address:port as the network of that server sees us. Lines but for the first say their number, as their users may be the same. */
export function writeContact(w: Writer, line: i32, local: Endpoint): void {
  w.say(prose("sip:"))
  w.put(account(line, Setting.USER))
  w.byte(0x40)
  writeEndpoint(w, local)
  if (line == 0) return
  w.put(text(";line="))
  w.number(line + 1)
}

/**
 * The Call-ID of the line's registrations at this server (P-29: one for each server, the same over a restart). Only the seed decides it, so nothing
 * has to be stored for it.
 */
export function writeCallId(w: Writer, line: i32, server: Endpoint): void { writeMark(w, line, server, text("call-id"), 16) }

/** The Call-ID of its probes of this server. */
export function writeProbeId(w: Writer, line: i32, server: Endpoint): void { writeMark(w, line, server, text("options"), 16) }

/** The From tag that goes with that Call-ID. */
export function writeFromTag(w: Writer, line: i32, server: Endpoint): void { writeMark(w, line, server, text("tag"), 8) }

function writeMark(w: Writer, line: i32, server: Endpoint, purpose: Span, bytes: u32): void {
  hashBegin(Hash.MD5)
  hashUpdate(span(SEED, SEED_SIZE))
  hashUpdate(span(changetype<usize>(server), 20))
  hashUpdate(purpose)
  store<u8>(DIGEST, <u8>line)
  hashUpdate(span(DIGEST, line > 0 ? 1 : 0))
  hashEnd(DIGEST)
  w.hex(DIGEST, bytes)
}

/** The domain; an IPv6 address gets its brackets. */
export function writeDomain(w: Writer, line: i32): void {
  const domain = account(line, Setting.DOMAIN)
  let colons = 0
  for (let i: u32 = 0; i < lengthOf(domain); i++) {
    if (load<u8>(<usize>(domain & 0xffff) + i) == 0x3a) colons++
  }
  const bare = colons > 1 && load<u8>(<usize>(domain & 0xffff)) != 0x5b
  if (bare) w.byte(0x5b)
  w.put(domain)
  if (bare) w.byte(0x5d)
}

/** RFC 3261 25.1 quoted-string. */
function writeQuoted(w: Writer, s: Span): void {
  w.byte(0x22)
  for (let i: u32 = 0; i < lengthOf(s); i++) {
    const c: u32 = load<u8>(<usize>(s & 0xffff) + i)
    if (c == 0x22 || c == 0x5c) w.byte(0x5c)
    w.byte(c)
  }
  w.byte(0x22)
}
