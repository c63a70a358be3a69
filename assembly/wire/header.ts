// Header field names: every name that the phone tells from others, with its compact form, and the look-up of a name in a message.
import { CASE } from "./char"
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
  REFER_SUB,                 // Refer-Sub
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
  PRIV_ANSWER_MODE,          // Priv-Answer-Mode
  ANSWER_MODE,               // Answer-Mode
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


/** Which field a name is, in full or compact form and in any case of letters (RFC 3261 7.3.1, 7.3.3). A name has no control characters. */
export function fieldNamed(name: Span): Field {
  return lengthOf(name) == 0 ? Field.OTHER : fieldAt(startOf(name), lengthOf(name))
}

/**
 * The same for the `length` (1 or more) bytes at `start`. Reads at most seven bytes before `start`, none behind the name: a name is taken as
 * its first and its last eight bytes, and only one above sixteen needs a look at those between. As there are no control characters in it,
 * setting bit 5 makes capitals small and no other byte a letter or a hyphen.
 */
// @ts-ignore: decorator
@inline
export function fieldAt(start: usize, length: u32): Field {
  const end = start + length
  if (length <= 8) {
    const unused = 64 - (<u64>length << 3)
    const name = load<u64>(end - 8) >> unused | CASE
    const record = recordOf(name)
    if ((record >>> 16 & 0xff) != length) return Field.OTHER
    return (load<u64>(<usize>(record & 0xffff) + length + NAMES - 8) >> unused | CASE) == name ? record >>> 24 : Field.OTHER
  }
  const first = load<u64>(start) | CASE, last = load<u64>(end - 8) | CASE
  const record = recordOf(first ^ last >> 1)
  if ((record >>> 16 & 0xff) != length) return Field.OTHER
  const known: usize = record & 0xffff
  if (load<u64>(known + NAMES) != first || load<u64>(known + length + NAMES - 8) != last) return Field.OTHER
  return length <= 16 || sameMiddle(start, known + NAMES, length) ? record >>> 24 : Field.OTHER
}

// @ts-ignore: decorator
@inline
function recordOf(key: u64): u32 {
  return load<u32>(<usize>load<u8>(<usize>(key * MULTIPLIER >> SLOT_SHIFT), SLOTS) << 2, RECORDS)
}

function sameMiddle(start: usize, known: usize, length: u32): bool {
  for (let i: u32 = 8; i < length - 8; i += 8) {
    if ((load<u64>(start + i) | CASE) != load<u64>(known + i)) return false
  }
  return true
}
