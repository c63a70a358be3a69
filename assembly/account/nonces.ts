// The challenges that we remember, by line, server and realm (RFC 7616 3.3), so that a request can carry credentials without being asked first.
import { NONCES } from "../config"
import { ACCOUNT_STATE, ACCOUNT_STATE_SIZE } from "../memory"
import { ENDPOINT_SIZE, Endpoint } from "../base/endpoint"
import { Span, NONE, keep, lengthOf, same } from "../base/span"

/** A challenge. The place is free when the family of `server` is 0. */
@unmanaged
export class Nonce {
  order: u16          // of last use: the smallest is given up for a new one
  line: u8            // whose requests they are
  spare: u8
  count: u32          // requests made with this nonce: nc of RFC 7616 3.4
  realm: Span         // between the quotes, as it was received
  opaque: Span        // the same; NONE when there was none
  nonce: Span         // the same
  algorithm: u8       // Hash
  session: bool       // the algorithm ends in -sess
  named: bool         // the challenge said its algorithm
  qop: bool           // the challenge allows qop=auth
  proxy: bool         // it came with a 407
  heard: bool         // it was in the last 401 or 407 of the server
  rounds: u8          // challenges in a row since a request was taken
  stales: u8          // the same, with stale=true
  // then: the server, our nonce of a session, the texts

  // @ts-ignore: decorator
  @inline
  get server(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + SERVER_AT) }

  // @ts-ignore: decorator
  @inline
  get clientNonce(): usize { return changetype<usize>(this) + CLIENT_NONCE_AT }
}

/** Length of the nonce that we choose for each request. */
export const CLIENT_NONCE_SIZE: u32 = 16

const SERVER_AT: usize = 28
const CLIENT_NONCE_AT: usize = SERVER_AT + ENDPOINT_SIZE
const TEXTS_AT: usize = CLIENT_NONCE_AT + CLIENT_NONCE_SIZE
const NONCE_SIZE: usize = 0x130
/** Realm, opaque and nonce together, in bytes. */
const TEXTS_MAX: u32 = <u32>(NONCE_SIZE - TEXTS_AT)

/** Where digests are computed: two of them. */
export const DIGESTS: usize = ACCOUNT_STATE + <usize>NONCES * NONCE_SIZE
export const DIGESTS_SIZE: usize = 64

export function nonceAt(i: i32): Nonce {
  if (offsetof<Nonce>() > SERVER_AT) ERROR("the server of a Nonce overlaps its fields")
  if (<usize>NONCES * NONCE_SIZE + DIGESTS_SIZE > ACCOUNT_STATE_SIZE) ERROR("the nonces do not fit in ACCOUNT_STATE")
  return changetype<Nonce>(ACCOUNT_STATE + <usize>i * NONCE_SIZE)
}

/** True for a challenge of this server to this line. */
export function isOf(n: Nonce, line: i32, server: Endpoint): bool {
  return n.server.family != 0 && n.line == <u8>line && n.server.equals(server)
}

/** The number of the challenge with this realm, or -1. */
export function findNonce(line: i32, server: Endpoint, realm: Span, proxy: bool): i32 {
  for (let i = 0; i < NONCES; i++) {
    const n = nonceAt(i)
    if (isOf(n, line, server) && n.proxy == proxy && same(n.realm, realm)) return i
  }
  return -1
}

/** A free place, or the one that was used longest ago. */
export function placeForNonce(): i32 {
  let oldest = 0
  for (let i = 0; i < NONCES; i++) {
    const n = nonceAt(i)
    if (n.server.family == 0) return i
    if (n.order < nonceAt(oldest).order) oldest = i
  }
  return oldest
}

/** Writes the texts of a challenge to place `i` and leaves all other fields 0. False, and the place free, when they are too long. */
export function keepNonce(i: i32, line: i32, server: Endpoint, realm: Span, opaque: Span, nonce: Span): bool {
  const n = nonceAt(i)
  freeNonce(i)
  if (lengthOf(realm) + lengthOf(opaque) + lengthOf(nonce) > TEXTS_MAX) return false
  n.server.copyFrom(server)
  n.line = <u8>line
  const texts = changetype<usize>(n) + TEXTS_AT
  n.realm = keep(realm, texts, TEXTS_MAX)
  n.opaque = opaque == NONE ? NONE : keep(opaque, texts + lengthOf(realm), TEXTS_MAX)
  n.nonce = keep(nonce, texts + lengthOf(realm) + lengthOf(opaque), TEXTS_MAX)
  useNonce(n)
  return true
}

/** Another nonce for the same realm. False, and the old one still there, when it is too long. */
export function replaceNonce(n: Nonce, nonce: Span): bool {
  const before = lengthOf(n.realm) + lengthOf(n.opaque)
  const kept = keep(nonce, changetype<usize>(n) + TEXTS_AT + before, TEXTS_MAX - before)
  if (kept == NONE) return false
  n.nonce = kept
  n.count = 0
  return true
}

/** Marks the challenge as the one used last. */
export function useNonce(n: Nonce): void {
  let last: u32 = 0
  for (let i = 0; i < NONCES; i++) last = max<u32>(last, nonceAt(i).order)
  // The count has not far to go, and only the order matters.
  if (last == 0xffff) for (let i = 0; i < NONCES; i++) nonceAt(i).order = 0
  n.order = <u16>(last + 1)
}

export function freeNonce(i: i32): void {
  memory.fill(changetype<usize>(nonceAt(i)), 0, NONCE_SIZE)
}
