// Header field names: every name that the phone tells from others, with its compact form, and the look-up of a name in a message.
import { NAMES, RECORDS, SLOTS, MULTIPLIER, SLOT_SHIFT } from "./header-table"
import { Span, startOf, lengthOf } from "../base/span"

/**
 * The header names of RFC 3261 20 and of the extensions that a phone meets. build/headers.ts reads the names behind the values (the compact form
 * follows the full one) and makes header-table.ts of them. Order matters: message.ts reads the values up to RETRY_AFTER itself,
 * and a message must not hold two lines of the names after VIA and before CONTACT (RFC 3261 7.3.1).
 */
export const enum Field {
  OTHER,                     // any other name: it passes unread
  VIA,                       // Via, v
  FROM,                      // From, f
  TO,                        // To, t
  CALL_ID,                   // Call-ID, i
  CSEQ,                      // CSeq
  MAX_FORWARDS,              // Max-Forwards
  CONTENT_LENGTH,            // Content-Length, l
  CONTENT_TYPE,              // Content-Type, c
  EXPIRES,                   // Expires
  MIN_EXPIRES,               // Min-Expires
  RETRY_AFTER,               // Retry-After
  EVENT,                     // Event, o
  SUBSCRIPTION_STATE,        // Subscription-State
  REFER_TO,                  // Refer-To, r
  REFERRED_BY,               // Referred-By, b
  REPLACES,                  // Replaces
  SESSION_EXPIRES,           // Session-Expires, x
  MIN_SE,                    // Min-SE
  RACK,                      // RAck
  RSEQ,                      // RSeq
  SIP_ETAG,                  // SIP-ETag
  SIP_IF_MATCH,              // SIP-If-Match
  CONTACT,                   // Contact, m
  ROUTE,                     // Route
  RECORD_ROUTE,              // Record-Route
  PATH,                      // Path
  SERVICE_ROUTE,             // Service-Route
  WWW_AUTHENTICATE,          // WWW-Authenticate
  PROXY_AUTHENTICATE,        // Proxy-Authenticate
  AUTHORIZATION,             // Authorization
  PROXY_AUTHORIZATION,       // Proxy-Authorization
  AUTHENTICATION_INFO,       // Authentication-Info
  PROXY_AUTHENTICATION_INFO, // Proxy-Authentication-Info
  ALLOW,                     // Allow
  SUPPORTED,                 // Supported, k
  REQUIRE,                   // Require
  PROXY_REQUIRE,             // Proxy-Require
  UNSUPPORTED,               // Unsupported
  ACCEPT,                    // Accept
  ACCEPT_ENCODING,           // Accept-Encoding
  ACCEPT_LANGUAGE,           // Accept-Language
  ALERT_INFO,                // Alert-Info
  ALLOW_EVENTS,              // Allow-Events, u
  CALL_INFO,                 // Call-Info
  CONTENT_DISPOSITION,       // Content-Disposition
  CONTENT_ENCODING,          // Content-Encoding, e
  CONTENT_LANGUAGE,          // Content-Language
  DATE,                      // Date
  DIVERSION,                 // Diversion
  ERROR_INFO,                // Error-Info
  FLOW_TIMER,                // Flow-Timer
  HISTORY_INFO,              // History-Info
  IDENTITY,                  // Identity, y
  IN_REPLY_TO,               // In-Reply-To
  JOIN,                      // Join
  MIME_VERSION,              // MIME-Version
  ORGANIZATION,              // Organization
  P_ASSERTED_IDENTITY,       // P-Asserted-Identity
  P_ASSOCIATED_URI,          // P-Associated-URI
  P_CALLED_PARTY_ID,         // P-Called-Party-ID
  P_PREFERRED_IDENTITY,      // P-Preferred-Identity
  PRIORITY,                  // Priority
  PRIVACY,                   // Privacy
  REASON,                    // Reason
  REMOTE_PARTY_ID,           // Remote-Party-ID
  REPLY_TO,                  // Reply-To
  SERVER,                    // Server
  SUBJECT,                   // Subject, s
  TIMESTAMP,                 // Timestamp
  USER_AGENT,                // User-Agent
  WARNING,                   // Warning
  COUNT
}

const CASE: u64 = 0x2020202020202020

/** Which field a name is, in full or compact form and in any case of letters (RFC 3261 7.3.1, 7.3.3). */
export function fieldNamed(name: Span): Field {
  return lengthOf(name) == 0 ? Field.OTHER : fieldAt(startOf(name), lengthOf(name))
}

/**
 * The same for the `length` (1 or more) bytes at `start`. Reads at most seven bytes before `start`, none behind the name: a name is taken as
 * its first and its last eight bytes, and only one above sixteen needs a look at those between.
 */
// @ts-ignore: decorator
@inline
export function fieldAt(start: usize, length: u32): Field {
  const tail = load<u64>(start + length - 8)
  const short = length <= 8
  const first = short ? tail >> (64 - (length << 3)) : load<u64>(start)
  const last = short ? 0 : tail
  const key = (first | CASE) ^ ((last | CASE) >> 1)
  const slot = ((<u32>(key ^ (key >> 32)) ^ length) * MULTIPLIER) >>> SLOT_SHIFT
  const record = load<u32>(RECORDS + (<usize>load<u8>(SLOTS + slot) << 2))
  if ((record >>> 16 & 0xff) != length) return Field.OTHER
  const known = NAMES + (record & 0xffff)
  const knownTail = load<u64>(known + length - 8)
  if (short) return unlike(first, knownTail >> (64 - (length << 3))) ? Field.OTHER : record >>> 24
  if (unlike(tail, knownTail) || unlike(first, load<u64>(known)) || length > 16 && !sameMiddle(start, known, length)) return Field.OTHER
  return record >>> 24
}

/** Eight bytes that differ in more than the case of letters. The known ones are lower case: only their letters have bit 6. */
// @ts-ignore: decorator
@inline
function unlike(bytes: u64, known: u64): bool {
  return ((bytes ^ known) & ~(known >> 1 & CASE)) != 0
}

function sameMiddle(start: usize, known: usize, length: u32): bool {
  for (let i: u32 = 8; i < length - 8; i += 8) {
    if (unlike(load<u64>(start + i), load<u64>(known + i))) return false
  }
  return true
}
