// What is known of a server besides its status: one row per fact, for its own view and for the console's JSON.
import { Prose, prose, proseAt } from "../base/prose"
import { NONE } from "../base/span"
import { NEVER } from "../base/deadline"
import { secondsOfAddress } from "../locate/show"
import { Play, endsAt, playAt } from "../transport/rehearsal"
import { Candidate, Reason } from "../servers/candidates"

const enum Fact { LAST_CODE, FAILURES, SEEN, ROUND_TRIP, LEFT, AVOIDED, HELD, PROBE, DNS, REHEARSED }
export const FACTS = 10

// In the order of `Fact`: the name in JSON; on the screen what stands before the value and behind it.
const TABLE = memory.data<usize>([
  prose("last_code"), prose("Last answer "), prose(""),
  prose("failures"), prose("Failures in a row: "), prose(""),
  prose("last_seen_sec"), prose("Heard of "), prose(" s ago"),
  prose("round_trip_ms"), prose("Round trip "), prose(" ms"),
  prose("left_sec"), prose("Left "), prose(" s ago"),
  prose("avoided_for_sec"), prose("Avoided for "), prose(" s"),
  prose("held_for_sec"), prose("No return for "), prose(" s"),
  prose("next_probe_sec"), prose("Next probe in "), prose(" s"),
  prose("dns_ttl_sec"), prose("DNS good for "), prose(" s"),
  prose("rehearsed_for_sec"), prose("Rehearsed for "), prose(" s"),
])

export function factName(fact: i32): Prose { return proseAt(TABLE + <usize>fact * 12) }
export function factBefore(fact: i32): Prose { return proseAt(TABLE + <usize>fact * 12 + 4) }
export function factBehind(fact: i32): Prose { return proseAt(TABLE + <usize>fact * 12 + 8) }

/** The value of a fact; below 0: there is none. */
export function factValue(c: Candidate, fact: i32, now: i64): i64 {
  switch (fact) {
    case Fact.LAST_CODE: return c.lastCode
    case Fact.FAILURES: return c.failures
    case Fact.SEEN: return c.lastSeen == NEVER ? -1 : (now - c.lastSeen) / 1000
    case Fact.ROUND_TRIP: return c.roundTripMs == 0 ? -1 : c.roundTripMs
    case Fact.LEFT: return c.reason == Reason.NONE ? -1 : (now - c.leftAt) / 1000
    case Fact.AVOIDED: return until(c.dirtyUntil, now)
    case Fact.HELD: return until(c.heldUntil, now)
    case Fact.PROBE: return until(c.probeAt, now)
    case Fact.REHEARSED: return playAt(c.endpoint) == Play.NONE ? -1 : until(endsAt(), now)
  }
  return c.host == NONE ? -1 : secondsOfAddress(c.host, c.endpoint.family == 6, now)
}

/** Seconds until an instant, one that has begun counts; -1 when it has passed. */
function until(instant: i64, now: i64): i64 { return instant > now ? (instant - now + 999) / 1000 : -1 }
