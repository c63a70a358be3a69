// How long a registration waits: for its refresh, after a failure, until DNS is asked again.
import { BACKOFF_BASE_SEC, BACKOFF_MAX_SEC, DNS_STALE_HOLD } from "../config"
import { NEVER } from "../base/deadline"
import { below } from "../base/random"
import { DnsRefresh, Failback, Setting, knob } from "../settings/settings"
import { expires } from "../locate/target"
import { longestTry } from "../servers/policy"
import { Registration } from "./record"

/** 30 * 2^6 is beyond the longest pause. */
const DOUBLINGS_MAX: u8 = 6

/**
 * When to refresh, in milliseconds: at 80 to 95 % of the lifetime, so that phones which started together drift apart (P-01), and early enough
 * to find another server before the binding ends, where the lifetime allows it.
 */
export function refreshAfter(line: i32, grantedSec: u32): i64 {
  const whole = <i64>grantedSec * 1000
  let latest = min(whole * 95 / 100, max(whole / 2, whole - longestTry()))
  // VE-33, AMB-14
  const most = <i64>knob(line, Setting.REGISTER_MAX_REFRESH) * 1000
  if (most > 0) latest = min(latest, most)
  return max<i64>(latest * (850 + below(151)) / 1000, 500)
}

// RFC 5626 4.5: after the n-th failure in a row wait min(1800, 30 * 2^n) seconds, times 50 to 100 %. In milliseconds.
export function pause(r: Registration): i64 {
  if (r.failures < DOUBLINGS_MAX) r.failures++
  const upper: u32 = min<u32>(BACKOFF_BASE_SEC << <u32>r.failures, BACKOFF_MAX_SEC) * 1000
  return upper / 2 + below(upper / 2)
}

/** AMB-35: so long, in milliseconds, 10 % more or less. */
export function about(seconds: i64): i64 { return seconds * (900 + below(201)) }

/** When DNS is asked again whatever else happens (VE-41); where a return follows DNS, whenever its answers are over. */
export function requeryAt(line: i32, now: i64): i64 {
  if (knob(line, Setting.FAILBACK) == Failback.DNSTTL) return max(expires(line), now + DNS_STALE_HOLD)
  return knob(line, Setting.DNS_REFRESH) == DnsRefresh.INTERVAL ? now + about(knob(line, Setting.DNS_REQUERY_INTERVAL)) : NEVER
}
