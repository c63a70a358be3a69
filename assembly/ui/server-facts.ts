// What is known of a server besides its status: one row per fact, for its own view and for the console's JSON.
import { Prose, prose } from "../base/prose"
import { NONE } from "../base/span"
import { Writer } from "../base/writer"
import { NEVER } from "../base/deadline"
import { secondsOfAddress } from "../locate/show"
import { Play, endsAt, playAt } from "../transport/rehearsal"
import { Candidate, Reason } from "../servers/candidates"

export const enum Fact { LAST_CODE, FAILURES, SEEN, ROUND_TRIP, LEFT, AVOIDED, HELD, PROBE, DNS, REHEARSED }
export const FACTS = 10

/** Its name in JSON. As code and not as a table: constants are what the page has least room for. */
export function factName(fact: i32): Prose {
  switch (fact) {
    case Fact.LAST_CODE: return prose("last_code")
    case Fact.FAILURES: return prose("failures")
    case Fact.SEEN: return prose("last_seen_sec")
    case Fact.ROUND_TRIP: return prose("round_trip_ms")
    case Fact.LEFT: return prose("left_sec")
    case Fact.AVOIDED: return prose("avoided_for_sec")
    case Fact.HELD: return prose("held_for_sec")
    case Fact.PROBE: return prose("next_probe_sec")
    case Fact.DNS: return prose("dns_ttl_sec")
  }
  return prose("rehearsed_for_sec")
}

/** On the screen what stands before the value. */
function factBefore(fact: i32): Prose {
  switch (fact) {
    case Fact.LAST_CODE: return prose("Last answer ")
    case Fact.FAILURES: return prose("Failures in a row: ")
    case Fact.SEEN: return prose("Heard of ")
    case Fact.ROUND_TRIP: return prose("Round trip ")
    case Fact.LEFT: return prose("Left ")
    case Fact.AVOIDED: return prose("Avoided for ")
    case Fact.HELD: return prose("No return for ")
    case Fact.PROBE: return prose("Next probe in ")
    case Fact.DNS: return prose("DNS good for ")
  }
  return prose("Rehearsed for ")
}

/** And behind it. */
function factBehind(fact: i32): Prose {
  if (fact == Fact.SEEN || fact == Fact.LEFT) return prose(" s ago")
  return fact < Fact.SEEN ? prose("") : fact == Fact.ROUND_TRIP ? prose(" ms") : prose(" s")
}

/** Whether there is anything to say of a fact that has this value: an answer, a failure, a time. */
export function isTold(fact: i32, value: i64): bool { return value > 0 || value == 0 && fact >= Fact.SEEN }

/** Writes a fact as the screen has it: "Round trip 12 ms". */
export function writeFact(w: Writer, fact: i32, value: i64): void {
  w.say(factBefore(fact))
  w.number(value)
  w.say(factBehind(fact))
}

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
