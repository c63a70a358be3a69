// What tells one transaction from another: RFC 3261 17.1.3 and 17.2.3, reduced to 64 bits.
//
// The bits are a hash that anybody can compute. Who would make two transactions collide has to know the branch of the other one, and
// could then just repeat it.
import { Message } from "../wire/message"
import { Span, startOf, lengthOf, span, sameFolded, text } from "../base/span"

const SIP_PORT: u32 = 5060
const OFFSET: u64 = 0xcbf29ce484222325   // FNV-1a
const PRIME: u64 = 0x00000100000001b3
const COOKIE: u32 = 7

/**
 * The same for a request, its retransmissions, its responses, its CANCEL and the ACK for an error: the branch and sent-by of the topmost
 * Via. Whose method it is remains to be compared. RFC 3261 17.2.3: where the branch has no magic cookie, the sender is of RFC 2543 and makes
 * no branches that differ; then Request-URI, From tag, Call-ID, CSeq number and topmost Via stand for it.
 */
export function keyOf(m: Message): u64 {
  let key = hashText(OFFSET, m.viaHost)
  key = hashNumber(key, m.viaPort == 0 ? SIP_PORT : m.viaPort)
  key = hashText(key, m.branch)
  if (hasCookie(m.branch)) return key
  key = hashText(key, m.requestUri)
  return hashNumber(hashText(hashText(key, m.fromTag), m.callId), m.cseq)
}

/** RFC 3261 8.2.2.2: requests that differ in this came from different places; those that do not are one request that came two ways. */
export function kinOf(m: Message): u64 {
  const key = hashText(hashText(OFFSET, m.fromTag), m.callId)
  return hashNumber(hashNumber(key, m.cseq), m.cseqMethod)
}

/** RFC 3261 8.1.1.7: the branch is unique. The bare cookie (RFC 4475 3.2.1) is not: it counts as none. */
export function hasCookie(branch: Span): bool {
  return lengthOf(branch) > COOKIE && sameFolded(span(startOf(branch), COOKIE), text("z9hG4bK"))
}

/** Letters count the same in both cases (RFC 3261 7.3.1); the end counts too, so that pieces cannot shift. */
function hashText(key: u64, s: Span): u64 {
  const p = startOf(s), length = lengthOf(s)
  for (let i: u32 = 0; i < length; i++) {
    const c: u64 = load<u8>(p + i)
    key = (key ^ (c - 65 < 26 ? c | 0x20 : c)) * PRIME
  }
  return (key ^ 0x100) * PRIME
}

function hashNumber(key: u64, n: u32): u64 {
  key = (key ^ (n & 0xffff)) * PRIME
  return (key ^ (n >>> 16)) * PRIME
}
