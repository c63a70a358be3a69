// How long things may take in a world: the bounds that its checks hold the phone to, as formulas of the settings.
import { transactionMs, type Limits } from "./checks.ts"
import type { Return } from "./checks/redundancy.ts"
import type { Scenario } from "./scenario.ts"

const BACK_OFF_MAX_MS = 1_800_000 // RFC 5626 4.5 as the phone takes it; an account that was refused rests as long (AMB-23)
const NEGATIVE_MAX_SEC = 3600
const DNS_ROTATE_MS = 2000
const SLACK_MS = 60_000
const NETWORK_WAIT_MS = 30_000

/**
 * Of a scenario whose settings are whole. The bound for being registered, from the instant since which one server is good, is the sum of
 *   the longest lifetime granted: a phone may only notice at its refresh that its own server is gone;
 *   the longest TTL and the negative TTL: DNS may have shown something else just before;
 *   one back-off at its longest, 1800 s: the last hunt may have failed just before;
 *   one hunt: every server twice (a challenge is answered) for 64*T1, and every DNS question at every nameserver for 2 s, twice;
 *   and a minute for everything that takes less than a second.
 * A call is set up within the time of one hunt (AMB-10), 30 s that it waits for the network, and ring_timeout at a server that has said 100 and no more (P-06).
 * A binding left behind goes within one longest pause, 1800 s, of the phone being registered again.
 */
export function boundOf(scenario: Scenario): Limits {
  const t1Ms = Number(scenario.settings["sip_retry_t1"])
  const t2Ms = Number(scenario.settings["sip_t2"])
  const asked = Number(scenario.settings["register_ttl"])
  const grantedSec = Math.max(...scenario.servers.map(server => Math.min(Math.max(asked, server.minExpiresSec), server.maxExpiresSec)))
  const zones = [scenario.zone, ...scenario.troubles.flatMap(trouble => trouble.what === "zone" ? trouble.zone : [])]
  const ttlSec = Math.max(Number(scenario.settings["dns_min_ttl"]), ...zones.map(zone => zone.ttlSec))
  const negativeSec = Math.min(Math.max(scenario.negativeTtlSec, Number(scenario.settings["dns_min_ttl"])), NEGATIVE_MAX_SEC)
  const questions = 2 + 2 * scenario.servers.length
  const huntMs = 2 * scenario.servers.length * 64 * t1Ms + 2 * questions * scenario.nameservers.length * DNS_ROTATE_MS
  const boundMs = 1000 * (grantedSec + ttlSec + negativeSec) + BACK_OFF_MAX_MS + huntMs + SLACK_MS
  return { t1Ms, t2Ms, giveUpMs: giveUpMs(scenario, t1Ms, t2Ms), boundMs, learntMs: 1000 * (grantedSec + ttlSec + negativeSec), leftoverMs: boundMs + BACK_OFF_MAX_MS,
    setupMs: huntMs + NETWORK_WAIT_MS + 1000 * Number(scenario.settings["ring_timeout"]) }
}

// As the phone takes them: P-02, AMB-35, VE-27.
const HOLD_MAX_MS = 3_600_000, DIRTY_MAX_MS = 1_800_000, PROBE_MS = 330_000
/** P-02: one more probe, and the jitter; and a call that has to end first. */
const CONFIRM_MS = 25_000 + 60_000

/** How the phone of this world returns to a better server. */
export function returnOf(scenario: Scenario, limits: Limits): Return {
  const { failback, failback_interval: interval, hold_down: hold, probe_method: method, dirty_host_ttl: dirty } = scenario.settings
  const holdMs = 1000 * Number(hold)
  const how = failback === "never" ? "never" : failback === "per_request" ? "each request" : "by itself"
  const turnMs = failback === "duration" ? 1000 * Number(interval) : failback === "probe" && method === "options" ? 2 * PROBE_MS : Infinity
  const pauseMs = (holdMs > 0 ? HOLD_MAX_MS : 0) + DIRTY_MAX_MS
  // The next turn of that server, and two transactions, as the old registration may be removed first; a mark by dirty_host_ttl may be in the way.
  const isSoon = turnMs < Infinity && (failback === "probe" || Number(dirty) === 0)
  const nextMs = failback === "probe" ? PROBE_MS : turnMs * Math.max(1, scenario.servers.length - 1)
  return { how, holdMs, withinMs: limits.boundMs + pauseMs + 2 * turnMs, soonMs: isSoon ? nextMs + CONFIRM_MS + 2 * transactionMs(limits) : Infinity }
}

/** Shortest time after which a silent server is left. AMB-04, AMB-09. */
function giveUpMs(scenario: Scenario, t1Ms: number, t2Ms: number): number {
  const { retry_mode: mode, retry_count: count, retry_period: periodSec } = scenario.settings
  const whole = 64 * t1Ms
  if (mode === "period") return Math.min(whole, Number(periodSec) * 1000)
  if (mode !== "count") return whole
  let at = 0
  for (let i = 0, interval = t1Ms; i <= Number(count); i++, interval = Math.min(2 * interval, t2Ms)) at += interval
  return Math.min(whole, at)
}
