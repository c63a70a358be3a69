// Which NAPTR record to follow: those that lead to SIP over a transport that we have, in their order (RFC 3263 4.1, RFC 3403).
import { prose } from "../base/prose"
import { lengthOf, sameFolded, text } from "../base/span"
import { RecordType } from "../wire/dns"
import { Entry } from "./cache"
import { Naptr } from "./record"
import { warn } from "./search"
import { recordAt } from "./show"

/** No record, and before the first. */
export const NO_NAPTR: i32 = -1

/** Index of the record for UDP that comes next by order, preference and place after `last`, or NO_NAPTR. A line in the log says what is passed over. */
export function nextUsable(e: Entry, last: i32): i32 {
  let next = successor(e, last)
  while (next != NO_NAPTR) {
    const naptr = naptrOf(e, next)
    if (isUdp(naptr)) return next
    if (isOther(naptr)) warn(RecordType.NAPTR, naptr.replacement, prose("TCP and TLS are not carried yet, passed over"))
    next = successor(e, next)
  }
  return NO_NAPTR
}

/** Whether the domain offers SIP over TCP or TLS. */
export function offersOther(e: Entry): bool {
  for (let i = 0; i < <i32>e.count; i++) {
    if (isOther(naptrOf(e, i))) return true
  }
  return false
}

export function naptrOf(e: Entry, i: i32): Naptr { return changetype<Naptr>(recordAt(e, i)) }

/** The record that follows `after` when all are put in order. RFC 3403 4.1: order strictly before preference (SN-03). */
function successor(e: Entry, after: i32): i32 {
  let best = NO_NAPTR
  for (let i = 0; i < <i32>e.count; i++) {
    if (after != NO_NAPTR && keyOf(e, i) <= keyOf(e, after)) continue
    if (best == NO_NAPTR || keyOf(e, i) < keyOf(e, best)) best = i
  }
  return best
}

function keyOf(e: Entry, i: i32): u64 {
  const naptr = naptrOf(e, i)
  return <u64>naptr.order << 32 | <u64>naptr.preference << 16 | <u64>i
}

// RFC 3263 4.1: flag "s", no regexp, and a service of ours; RFC 3403 4.1: flags and services in any case (P-16).
function isUdp(naptr: Naptr): bool {
  return isTerminal(naptr) && sameFolded(naptr.services, text("SIP+D2U"))
}

function isOther(naptr: Naptr): bool {
  return isTerminal(naptr) && (sameFolded(naptr.services, text("SIP+D2T")) || sameFolded(naptr.services, text("SIPS+D2T")))
}

function isTerminal(naptr: Naptr): bool {
  return naptr.hasRegexp == 0 && lengthOf(naptr.replacement) > 0 && sameFolded(naptr.flags, text("s"))
}
