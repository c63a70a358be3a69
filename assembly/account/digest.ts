// Digest authentication (RFC 7616 and 8760; RFC 2617 and 2069 for old servers): reads challenges, remembers them by server and realm, answers them.
import { CHALLENGE_ROUNDS, CHALLENGE_STALES, NONCES } from "../config"
import { Endpoint } from "../base/endpoint"
import { Hash, hashBegin, hashEnd, hashUpdate, hashUpdateHex } from "../base/hash"
import { token } from "../base/random"
import { NONE, Span, between, endOf, lengthOf, same, span, startOf, text } from "../base/span"
import { Writer } from "../base/writer"
import { Setting, words } from "../settings/settings"
import { Algorithm, Challenge, Scheme, challenge, nextNonce } from "../wire/challenge"
import { Field } from "../wire/header"
import { Message } from "../wire/message"
import {
  CLIENT_NONCE_SIZE, DIGESTS, DIGESTS_SIZE, Nonce, findNonce, freeNonce, isOf, keepNonce, nonceAt, placeForNonce, replaceNonce, useNonce,
} from "./nonces"

/**
 * What to do about a 401 or 407. REJECTED: these credentials were refused, asking again is no use.
 * UNSUPPORTED: there is no challenge that we can answer. The best comes first.
 */
export const enum Challenged { ACCEPTED, REJECTED, UNSUPPORTED }

const DIGEST_A: usize = DIGESTS
const DIGEST_B: usize = DIGESTS + DIGESTS_SIZE / 2

/**
 * Writes a line of credentials for every challenge of this server that is remembered, Proxy-Authorization when `proxy`, else Authorization.
 * `uri` is the Request-URI. False, and nothing written, when there is none. No hash may be under way.
 */
export function authorize(w: Writer, server: Endpoint, method: Span, uri: Span, proxy: bool): bool {
  let written = false
  for (let i = 0; i < NONCES; i++) {
    const n = nonceAt(i)
    if (!isOf(n, server) || n.proxy != proxy) continue
    // Each round of a challenge brings another nonce. One that was used before means that another request begins.
    if (n.count > 0) endRounds(server)
    n.count++
    useNonce(n)
    writeCredentials(w, n, method, uri)
    written = true
  }
  return written
}

/**
 * Reads the challenges of a 401 or 407 from `server` and remembers those that authorize() shall answer.
 * Whatever the server says, a request gets CHALLENGE_ROUNDS and CHALLENGE_STALES answers at most. Unless ACCEPTED, all challenges of this server
 * are forgotten: the next request begins without credentials.
 */
export function challenged(m: Message, server: Endpoint): Challenged {
  const proxy = m.status == 407
  const rounds = roundsOf(server)
  let verdict = Challenged.UNSUPPORTED
  for (let i = 0; i < NONCES; i++) nonceAt(i).heard = false
}
