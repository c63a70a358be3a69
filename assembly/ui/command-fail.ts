// The console's command to rehearse on a live phone that a server fails: finds the server and how it is to fail, and says what is being rehearsed.
import { Span, between, endOf, lengthOf, sameFolded, startOf, text, trim } from "../base/span"
import { decimal } from "../base/number"
import { prose } from "../base/prose"
import { writeEndpoint, writeIp } from "../base/ip"
import { Writer } from "../base/writer"
import * as outbox from "../transport/outbox"
import { Play, endRehearsal, endsAt, play, rehearsed } from "../transport/rehearsal"
import { Candidate, candidate, candidateCount } from "../servers/candidates"
import { Action } from "./panel"
import { Refusal, Reply, scratch } from "./lines"
import { name, numberMember, textMember } from "./json"
import { lineAt, playWord, writeRank, writeServer } from "./words"

const USUAL_SEC: i64 = 60
const MOST_SEC: i64 = 600

export function carryOutFail(r: Reply): Action {
  if (lengthOf(r.argument) == 0) return Action.NONE
  let rest = r.argument
  const server = serverOf(first(rest))
  rest = behind(rest)
  const wanted = playOf(first(rest))
  if (wanted >= 0) rest = behind(rest)
  let seconds = USUAL_SEC
  if (wanted != Play.NONE && sameFolded(first(rest), text("for"))) {
    rest = behind(rest)
    seconds = decimal(first(rest), MOST_SEC)
    rest = behind(rest)
  }
  if (lengthOf(rest) > 0 || seconds < 1) return refuse(r, Refusal.USAGE)
  if (changetype<usize>(server) == 0) return refuse(r, Refusal.NO_SERVER)
  const e = server.endpoint
  if (wanted != Play.NONE) outbox.rehearse(e, wanted < 0 ? Play.REFUSE : <Play>wanted, r.now + seconds * 1000, r.now)
  else if (rehearsed().equals(e)) endRehearsal()
  return Action.NONE
}

/** Writes what is being rehearsed, in one piece. */
export function writeRehearsal(w: Writer, r: Reply): bool {
  const seconds = play() == Play.NONE ? 0 : (endsAt() - r.now + 999) / 1000
  if (r.json) {
    w.byte(0x7b)
    name(w, prose("rehearsed"))
    w.byte(0x5b)
    if (play() != Play.NONE) {
      const pen = scratch()
      writeEndpoint(pen, rehearsed())
      w.byte(0x7b)
      textMember(w, prose("server"), pen.written)
      textMember(w, prose("failure"), playWord(play()))
      numberMember(w, prose("for_sec"), seconds)
      w.byte(0x7d)
    }
    w.say(prose("]}"))
    return false
  }
  if (play() == Play.NONE) {
    w.say(prose("nothing is rehearsed"))
    return false
  }
  writeServer(w, rehearsed())
  w.say(prose(": "))
  w.put(playWord(play()))
  w.say(prose(", for "))
  w.number(seconds)
  w.say(prose(" s"))
  return false
}

/**
 * A server that is named by its place in `servers`, by rank and priority (the first of that name), which are those of the first line that has an account, or by its address,
 * of whatever line; null: none.
 */
function serverOf(named: Span): Candidate {
  for (let n = 0; lineAt(n) >= 0; n++) {
    const line = lineAt(n), count = candidateCount(line)
    for (let i = 0; i < count; i++) {
      const c = candidate(line, i)
      if (n == 0 && (decimal(named, count) == i + 1 || isRank(c, named)) || isAddress(c, named)) return c
    }
  }
  return changetype<Candidate>(0)
}

function isRank(c: Candidate, named: Span): bool {
  const w = scratch()
  writeRank(w, c)
  return sameFolded(w.written, named)
}

/** With its port, or without. */
function isAddress(c: Candidate, named: Span): bool {
  const w = scratch()
  writeIp(w, c.endpoint)
  if (sameFolded(w.written, named)) return true
  const other = scratch()
  writeEndpoint(other, c.endpoint)
  return sameFolded(other.written, named)
}

/** The Play of that name, or -1. */
function playOf(named: Span): i32 {
  for (let p: i32 = Play.NONE; p <= Play.SLOW; p++) if (sameFolded(playWord(<Play>p), named)) return p
  return -1
}

function refuse(r: Reply, why: Refusal): Action {
  r.refusal = <u8>why
  return Action.NONE
}

function first(line: Span): Span {
  let p = startOf(line)
  while (p < endOf(line) && load<u8>(p) != 0x20) p++
  return between(startOf(line), p)
}

function behind(line: Span): Span { return trim(between(endOf(first(line)), endOf(line))) }
