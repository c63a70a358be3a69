// What is different in a call to an emergency number: no mark and no registration that is missing keeps it from a server (P-40).
import { NONE, Span, same } from "../base/span"
import { Setting, number, words } from "../settings/settings"
import { wordAt } from "../settings/word"
import { Method } from "../wire/message"
import { Uri, parseUri } from "../wire/uri"
import { URI_AT } from "../wire/state"
import * as client from "../transaction/client"
import { candidateCount } from "../servers/candidates"
import { registration, requery } from "../account/registration"

/** How long servers are sought, in ms: longer than the servers of any list take, whatever call_setup_max says. */
export const EMERGENCY_MS: i64 = 600_000

/** Whether a URI names one of the numbers that must be reached. */
export function isEmergency(line: i32, uri: Span): bool {
  const u = changetype<Uri>(URI_AT), all = words(line, Setting.EMERGENCY)
  if (parseUri(uri, u) < 0) return false
  for (let n = 0; wordAt(all, n) != NONE; n++) {
    if (same(wordAt(all, n), u.user)) return true
  }
  return false
}

/** How many servers are known; names are looked up only while there is none, once for a call that began then. -1: that is under way. */
export function knownNow(line: i32, since: i64, now: i64): i32 {
  const r = registration(line)
  if (candidateCount(line) > 0) return candidateCount(line)
  if (!r.locating && r.askedAt < since) requery(line, r, now)
  return r.locating ? -1 : candidateCount(line)
}

/** How long a server may be silent, in ms: as short as one repetition allows, while there is another one; 0 is 64*T1. */
export function patience(last: bool): i64 { return last ? 0 : client.giveUpAfter(Method.INVITE, 1, number(Setting.SIP_RETRY_T1)) }

/** Whether an answer is the server's own rather than that of the one who is called, who is busy or declines (RFC 3261 21.4.24, 21.6). */
export function isServers(code: u32): bool { return code < 600 && code != 486 }
