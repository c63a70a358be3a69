// Who we are to a registrar: address of record, contact, and what must outlive a restart of the core: Call-IDs, CSeq, where we were registered.
import { KEEP, KEEP_SIZE } from "../memory"
import { Endpoint } from "../base/endpoint"
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
  boundUntil: i64      // our registration at `active` may live until then
  // then: active endpoint and the local one that the binding names, 20 bytes each
}
const ACTIVE: usize = KEEP + 32
const ACTIVE_LOCAL: usize = ACTIVE + 20

function kept(): Kept { return changetype<Kept>(KEEP) }

/** Takes over what KEEP holds, or begins anew after a cold start or when it holds nothing of ours. Returns whether it was taken over. */
export function openIdentity(cold: bool): bool {
  const k = kept()
  if (!cold && k.magic == MAGIC) return true
  memory.fill(KEEP, 0, KEEP_SIZE)
  fill(KEEP + 8, 16)
  k.magic = MAGIC
  return false
}

/** RFC 3261 8.1.1.5, 10.2: CSeq rises with every request. One count for all servers rises for each of them, and over a restart (P-29). */
export function nextCseq(): u32 {
  const k = kept()
  k.cseq++
  return k.cseq
}

/** Remembers the server that we are registered at, and by which address of ours, for a core that takes over after a trap. */
export function keepActive(e: Endpoint, local: Endpoint, untilMs: i64): void {
  changetype<Endpoint>(ACTIVE).copyFrom(e)
  changetype<Endpoint>(ACTIVE_LOCAL).copyFrom(local)
  kept().boundUntil = untilMs
}

/** We are registered nowhere. */
export function forgetActive(): void { kept().boundUntil = 0 }

/** Where the core before us was registered; only meaningful while keptUntil() is not 0. */
export function keptActive(): Endpoint { return changetype<Endpoint>(ACTIVE) }
export function keptLocal(): Endpoint { return changetype<Endpoint>(ACTIVE_LOCAL) }
export function keptUntil(): i64 { return kept().boundUntil }

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

/** sip:user@address:port as the network of that server sees us. */
export function writeContact(w: Writer, line: i32, local: Endpoint): void {
  w.say(prose("sip:"))
  w.put(account(line, Setting.USER))
  w.byte(0x40)
  writeEndpoint(w, local)
}

/**
 * The Call-ID of our registrations at this server (P-29: one for each server, the same over a restart). Only the seed decides it, so nothing
 * has to be stored for it.
 */
export function writeCallId(w: Writer, server: Endpoint): void { writeMark(w, server, text("call-id"), 16) }

/** The Call-ID of our probes of this server. */
export function writeProbeId(w: Writer, server: Endpoint): void { writeMark(w, server, text("options"), 16) }

/** The From tag that goes with that Call-ID. */
export function writeFromTag(w: Writer, server: Endpoint): void { writeMark(w, server, text("tag"), 8) }

const DIGEST: usize = KEEP + 80            // 16 bytes of scratch that hold nothing secret

function writeMark(w: Writer, server: Endpoint, purpose: Span, bytes: u32): void {
  hashBegin(Hash.MD5)
  hashUpdate(span(KEEP + 8, 16))
  hashUpdate(span(changetype<usize>(server), 20))
  hashUpdate(purpose)
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
