// Questions under way: which server each one was put to, over which flow, and what to do when that server is silent, refuses or talks nonsense.
//
// A question is put to one server after the other, two seconds apart (P-21), beginning with the one that answered last. The flow of the server
// before stays open meanwhile, so that a slow answer still counts. Id and port are random for each flow (RFC 5452 9.2, P-39).
import { TX } from "../memory"
import { DNS_FAILED_HOLD, DNS_ROTATE, DNS_SERVERS, DNS_STALE_HOLD, OWN_ADDRESSES, QUERIES } from "../config"
import { NEVER, sooner } from "../base/deadline"
import { Endpoint, ENDPOINT_SIZE } from "../base/endpoint"
import { writeEndpoint } from "../base/ip"
import { Level, line, say } from "../base/log"
import { u32Random } from "../base/random"
import { Prose, prose } from "../base/prose"
import { Span } from "../base/span"
import { Writer, WRITER_SIZE } from "../base/writer"
import { Output, give, io, peer as ioPeer } from "../io"
import { isOpen, openQuery, release } from "../transport/flow"
import { freeAt, mayAt, spent } from "../transport/pace"
import { Rcode, Reply, typeName, writeQuestion } from "../wire/dns"
import { Verdict, learn, staleUntil, warn } from "./answer"
import { Entry, State, Trouble, entryOf } from "./cache"
import { OTHER_NAME_AT, REPLY_AT, RESOLVER_AT, RESOLVER_SIZE } from "./layout"
import { writeRcode, writeValue } from "./show"

@unmanaged
export class Resolver {
  servers: u8            // how many there are
  good: u8               // the one that answered last
  logging: bool
  hasNote: bool          // a new one, which the host shall keep; note.ts
  onlyIp6: bool
  bothFamilies: bool
  own: u8                // how many addresses of ours are known
  // what the last ask() found
  isStale: bool
  aliases: u8
  turn: u8               // of the searches; search.ts
  answer: u32            // id of the entry
  // counts since the start
  sent: u32
  answered: u32
  ignored: u32           // not the answer to any question of ours: wrong id, question, source
  useless: u32           // broken, or from a server that cannot help
  refused: u32           // nobody listens there, or the flow was lost
  silent: u32            // given up waiting for one server
  failed: u32            // questions that no server answered
  noteAt: i64            // no note is taken before
  deadUntil: i64         // no server answered lately: one round of questions is enough
}

@unmanaged
class Query {
  entry: u16             // id of the cache entry; 0: free
  server: u8
  attempts: u8
  barred: u8             // bit per server that will not answer this question
  plain: bool            // without EDNS, as a server did not understand it
  due: bool              // to be sent as soon as the flow is open
  heard: bool            // a server said something, if only that it could not help
  id: u16
  earlierId: u16
  flow: i32              // -1: none could be opened
  earlierFlow: i32       // to the server asked before, -1: none
  earlierServer: u8
  deadline: i64          // the server is silent
}

const SERVERS_AT: usize = RESOLVER_AT + 0x40
const QUERIES_AT: usize = SERVERS_AT + <usize>DNS_SERVERS * ENDPOINT_SIZE
const QUERY_SIZE: usize = 32
const OWN_AT: usize = QUERIES_AT + <usize>QUERIES * QUERY_SIZE

// @ts-ignore: decorator
@inline
export function resolver(): Resolver { return changetype<Resolver>(RESOLVER_AT) }

/** The i-th address of ours, without a port. */
export function ownAt(i: u32): Endpoint { return changetype<Endpoint>(OWN_AT + <usize>i * ENDPOINT_SIZE) }

export function serverAt(i: u32): Endpoint { return changetype<Endpoint>(SERVERS_AT + <usize>i * ENDPOINT_SIZE) }

function queryAt(i: i32): Query { return changetype<Query>(QUERIES_AT + <usize>i * QUERY_SIZE) }

// -- Beginning and ending

/** Puts the question of this entry to the servers. False: there is no room for one more, or no server. */
export function beginQuery(e: Entry, now: i64): bool {
  if (OWN_AT + <usize>OWN_ADDRESSES * ENDPOINT_SIZE > RESOLVER_AT + RESOLVER_SIZE || offsetof<Query>() > QUERY_SIZE) ERROR("the questions do not fit")
  if (offsetof<Resolver>() > SERVERS_AT - RESOLVER_AT) ERROR("Resolver has grown over its servers")
  if (resolver().servers == 0) return false
  for (let i = 0; i < QUERIES; i++) {
    const q = queryAt(i)
    if (q.entry != 0) continue
    memory.fill(changetype<usize>(q), 0, QUERY_SIZE)
    q.entry = e.id
    q.earlierFlow = -1
    e.asking = true
    open(q, resolver().good, now)
    return true
  }
  return false
}

/** Every question begins anew: other servers, or another network. */
export function restartAll(now: i64): void {
  for (let i = 0; i < QUERIES; i++) {
    const q = queryAt(i)
    if (q.entry == 0) continue
    closeFlows(q)
    q.attempts = 0
    q.barred = 0
    q.plain = false
    q.heard = false
    if (resolver().servers == 0) fail(q, now)
    else open(q, resolver().good, now)
  }
}

function open(q: Query, server: u32, now: i64): void {
  q.server = <u8>server
  q.id = <u16>u32Random()
  q.flow = openQuery(serverAt(server))
  q.due = true
  q.deadline = now + DNS_ROTATE
}

function closeFlows(q: Query): void {
  if (q.flow >= 0) release(q.flow)
  if (q.earlierFlow >= 0) release(q.earlierFlow)
  q.flow = -1
  q.earlierFlow = -1
}

function finish(q: Query): void {
  closeFlows(q)
  entryOf(q.entry).asking = false
  q.entry = 0
}

/** No server answered. What was known before serves on if it is not too old; the search goes on without it otherwise. */
function fail(q: Query, now: i64): void {
  const e = entryOf(q.entry)
  const stale = isUsable(e, now)
  resolver().failed++
  if (!q.heard) resolver().deadUntil = now + DNS_STALE_HOLD
  if (stale) giveUp(e, prose("no name server answers, the old answer serves on"), DNS_STALE_HOLD, now)
  else giveUp(e, prose("no name server answers"), DNS_FAILED_HOLD, now)
  finish(q)
}

function giveUp(e: Entry, why: Prose, hold: i64, now: i64): void {
  warn(e, why)
  e.trouble = <u8>Trouble.FAILED
  e.retryAt = now + hold
}

/** Whether what the entry knows may serve although it has expired. */
export function isUsable(e: Entry, now: i64): bool {
  return e.state != State.UNKNOWN && now < staleUntil(e)
}

// -- One server after the other

/** The server being waited for does not answer: on to the next one. */
function goOn(q: Query, now: i64): void {
  q.attempts++
  const next = nextServer(q)
  if (next < 0 || q.attempts >= attemptsFor(q, now)) return fail(q, now)
  q.due = true
  q.deadline = now + DNS_ROTATE
  if (<u32>next == q.server && q.flow >= 0) return
  if (<u32>next == q.earlierServer && q.earlierFlow >= 0) return swap(q)
  if (q.flow >= 0) {
    if (q.earlierFlow >= 0) release(q.earlierFlow)
    q.earlierFlow = q.flow
    q.earlierServer = q.server
    q.earlierId = q.id
  }
  open(q, next, now)
}

/** Asks the server before last again, over the flow that is still open; the one asked last may still answer as well. */
function swap(q: Query): void {
  const flow = q.flow, server = q.server, id = q.id
  q.flow = q.earlierFlow
  q.server = q.earlierServer
  q.id = q.earlierId
  q.earlierFlow = flow
  q.earlierServer = server
  q.earlierId = id
}

function nextServer(q: Query): i32 {
  const count: u32 = resolver().servers
  for (let k: u32 = 1; k <= count; k++) {
    const i = (q.server + k) % count
    if (((<u32>q.barred) >>> i & 1) == 0) return <i32>i
  }
  return -1
}

/** How often a question is sent. Twice to each server; once when there is an old answer, or when lately nobody answered at all (BL-13). */
function attemptsFor(q: Query, now: i64): u32 {
  const count: u32 = resolver().servers
  if (now < resolver().deadUntil || isUsable(entryOf(q.entry), now)) return count
  return count == 1 ? 3 : 2 * count
}

/** The server of this flow will not answer this question. */
function bar(q: Query, flow: i32, now: i64): void {
  release(flow)
  if (q.flow != flow) {
    q.barred |= <u8>(1 << q.earlierServer)
    q.earlierFlow = -1
    return
  }
  q.barred |= <u8>(1 << q.server)
  q.flow = -1
  goOn(q, now)
}

// -- Inputs

/** A datagram came in by a flow. True: it ended a question, or moved it on. Anything that is no answer to it is counted, and waiting goes on. */
export function receiveAnswer(flow: i32, bytes: Span, now: i64): bool {
  const q = queryOf(flow)
  const r = changetype<Reply>(REPLY_AT)
  if (changetype<usize>(q) == 0 || !isAnswer(q, flow, r, bytes)) {
    resolver().ignored++
    return false
  }
  q.heard = true
  const rcode = r.rcode
  // RFC 6891 7: a server that does not know EDNS says FORMERR (or NOTIMP); it gets the question without.
  if ((rcode == Rcode.FORMERR || rcode == Rcode.NOTIMP) && !q.plain && q.flow == flow) {
    q.plain = true
    q.due = true
    q.deadline = now + DNS_ROTATE
    return true
  }
  const verdict = rcode == Rcode.NOERROR || rcode == Rcode.NXDOMAIN ? learn(r, q.entry, now) : Verdict.USELESS
  const server = q.flow == flow ? q.server : q.earlierServer
  if (resolver().logging) logAnswer(entryOf(q.entry), server, rcode, verdict, now)
  if (verdict == Verdict.BROKEN || verdict == Verdict.USELESS) {
    resolver().useless++
    bar(q, flow, now)
    return true
  }
  resolver().answered++
  resolver().good = server
  resolver().deadUntil = 0
  if (verdict == Verdict.NO_ROOM) giveUp(entryOf(q.entry), prose("no room to keep the answer"), DNS_FAILED_HOLD, now)
  finish(q)
  return true
}

// RFC 5452 9.1: source, port (which is the flow), id and question have to be those of a question that is open.
function isAnswer(q: Query, flow: i32, r: Reply, bytes: Span): bool {
  const current = q.flow == flow
  if (!ioPeer().equals(serverAt(current ? q.server : q.earlierServer))) return false
  const e = entryOf(q.entry)
  return r.open(bytes) && r.id == (current ? q.id : q.earlierId) && r.answers(e.name, e.type, OTHER_NAME_AT)
}

/** Nobody listens at the peer of this flow, or the flow is lost. True: it was one of ours, and another server is asked at once. */
export function refusedFlow(flow: i32, now: i64): bool {
  const q = queryOf(flow)
  if (changetype<usize>(q) == 0) return false
  resolver().refused++
  bar(q, flow, now)
  return true
}

/** Leaves servers that have been silent too long. True: something moved. */
export function expireQueries(now: i64): bool {
  let moved = false
  for (let i = 0; i < QUERIES; i++) {
    const q = queryAt(i)
    if (q.entry == 0 || now < q.deadline) continue
    // Only the pace keeps it back: the server has not been asked yet.
    if (q.due && isOpen(q.flow)) {
      q.deadline = now + DNS_ROTATE
      continue
    }
    resolver().silent++
    goOn(q, now)
    moved = true
  }
  return moved
}

function queryOf(flow: i32): Query {
  for (let i = 0; i < QUERIES; i++) {
    const q = queryAt(i)
    if (q.entry != 0 && flow >= 0 && (q.flow == flow || q.earlierFlow == flow)) return q
  }
  return changetype<Query>(0)
}

// -- Outputs

/** Describes in IO the question that leaves now, or returns REST. */
export function pollQuestion(now: i64): Output {
  for (let i = 0; i < QUERIES; i++) {
    const q = queryAt(i)
    if (q.entry == 0 || !q.due || !isOpen(q.flow)) continue
    if (mayAt(now) > now) return Output.REST
    const e = entryOf(q.entry)
    const w = changetype<Writer>(TX)
    w.open(TX + WRITER_SIZE, 512)
    writeQuestion(w, q.id, e.name, e.type, !q.plain)
    spent(now)
    q.due = false
    q.deadline = now + DNS_ROTATE
    resolver().sent++
    if (resolver().logging) logQuestion(e, q.server)
    give(Output.SEND, w.written, 0)
    io().flow = q.flow
    ioPeer().copyFrom(serverAt(q.server))
    return Output.SEND
  }
  return Output.REST
}

/** When the next server is left, or the pace lets a question go. */
export function soonestQuery(): i64 {
  let first = NEVER
  for (let i = 0; i < QUERIES; i++) {
    const q = queryAt(i)
    if (q.entry == 0) continue
    first = sooner(first, q.due && isOpen(q.flow) ? freeAt() : q.deadline)
  }
  return first
}

function logQuestion(e: Entry, server: u32): void {
  const w = line()
  w.say(prose("dns "))
  writeWhat(w, e)
  w.say(prose(" ? "))
  writeEndpoint(w, serverAt(server))
  say(Level.DNS)
}

/** BL-16: name, type, code, answers and TTL; the host adds the time. */
function logAnswer(e: Entry, server: u32, rcode: u32, verdict: Verdict, now: i64): void {
  const w = line()
  w.say(prose("dns "))
  writeWhat(w, e)
  w.byte(0x20)
  writeRcode(w, rcode)
  if (verdict == Verdict.BROKEN) w.say(prose(" broken"))
  else if (verdict == Verdict.USELESS) w.say(prose(" no answer"))
  else {
    w.say(prose(" TTL "))
    w.number((e.expires - now) / 1000)
    w.say(prose(": "))
    writeValue(w, e)
  }
  w.say(prose(" < "))
  writeEndpoint(w, serverAt(server))
  say(Level.DNS)
}

function writeWhat(w: Writer, e: Entry): void {
  w.put(typeName(e.type))
  w.byte(0x20)
  w.put(e.name)
}
