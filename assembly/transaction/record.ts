// One transaction in memory: its fields, its timers, and how a row of the tables changes them. Clients and servers keep the same record.
import { TRANSACTION_STATE, TRANSACTION_STATE_SIZE } from "../memory"
import { CLIENT_TRANSACTIONS, SERVER_TRANSACTIONS, TIMEOUT_T1S, T1, T2, T4 } from "../config"
import { INSTANT_SIZE, NEVER, instantAt, keepInstant, sooner } from "../base/deadline"
import { Endpoint, ENDPOINT_SIZE } from "../base/endpoint"
import * as flows from "../transport/flow"
import * as outbox from "../transport/outbox"
import { State, Input, Event, Clock, Resend, rowOf, nextOf, eventOf, clockOf, resendOf, actOf, Act } from "./machine"

export const NO_SLOT: i8 = -1

/** What dueInput says when no timer of a transaction is due. */
export const NO_INPUT: u8 = 0xff

// RFC 3261 17.1.1.2: Timer D is 32 s at least, as the server's T1 may be longer than ours.
const TIMER_D_MIN: i64 = 32000
const GENERATION_MAX: u32 = 0x3fffff

@unmanaged
export class Transaction {
  state: u8            // State
  machine: u8          // Machine
  method: u8           // wire Method
  event: u8            // Event last told
  pending: bool        // and not fetched yet
  owner: u8            // who started it, as the caller numbers its users
  slot: i8             // of the outbox: the request or ACK of a client, the last response of a server
  flags: u8
  status: u16          // last status code received or sent
  sends: u16           // how often the message in the slot was handed to the outbox
  handle: u32          // place | generation << 8, positive as an i32
  flow: u32
  interval: u32        // of Timer A, E or G, ms
  key: u64             // what its messages have in common: match.ts
  kin: u64             // of a server: what merged requests have in common
  t1: u16              // T1 of a client, ms; 0: as set
  // then: three instants, and the peer endpoint

  /** The long timer. */
  get deadline(): i64 { return instantAt(changetype<usize>(this) + INSTANTS_AT) }
  set deadline(t: i64) { keepInstant(changetype<usize>(this) + INSTANTS_AT, t) }
  /** Timer A, E or G. */
  get resendAt(): i64 { return instantAt(changetype<usize>(this) + INSTANTS_AT + INSTANT_SIZE) }
  set resendAt(t: i64) { keepInstant(changetype<usize>(this) + INSTANTS_AT + INSTANT_SIZE, t) }
  get startedAt(): i64 { return instantAt(changetype<usize>(this) + INSTANTS_AT + 2 * INSTANT_SIZE) }
  set startedAt(t: i64) { keepInstant(changetype<usize>(this) + INSTANTS_AT + 2 * INSTANT_SIZE, t) }

  // @ts-ignore: decorator
  @inline
  get peer(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + PEER) }

  // @ts-ignore: decorator
  @inline
  get exists(): bool { return changetype<usize>(this) != 0 && this.state != State.TERMINATED }
}

const INSTANTS_AT: usize = 42
const PEER: usize = INSTANTS_AT + 3 * INSTANT_SIZE
const RECORD_SIZE: usize = 80
const CLOCKS: usize = TRANSACTION_STATE            // T1, T2, T4 as i64; 0 = not set
const TABLE: usize = CLOCKS + 24
const TABLE_END: usize = TABLE + <usize>(CLIENT_TRANSACTIONS + SERVER_TRANSACTIONS) * RECORD_SIZE

/** Bytes behind the transactions: a counter of the clients, and what the servers need for an answer without a transaction. */
export const COUNTERS: usize = TABLE_END
const COUNTERS_SIZE: usize = 64

/** The times of RFC 3261 17.1.1.1 in ms, for everything that begins from now on. Settings sip_retry_t1, sip_t2 and sip_t4. */
export function setTimers(t1: i64, t2: i64, t4: i64): void {
  if (offsetof<Transaction>() > INSTANTS_AT || PEER + ENDPOINT_SIZE > RECORD_SIZE) ERROR("a transaction does not fit into its record")
  if (TABLE_END + COUNTERS_SIZE > TRANSACTION_STATE + TRANSACTION_STATE_SIZE) ERROR("the transactions do not fit")
  store<i64>(CLOCKS, t1)
  store<i64>(CLOCKS, t2, 8)
  store<i64>(CLOCKS, t4, 16)
}

export function t1(): i64 { return clock(0, T1) }
export function t2(): i64 { return clock(8, T2) }

/** T1 as this transaction began with it. */
export function t1Of(t: Transaction): i64 { return t.t1 == 0 ? t1() : t.t1 }

/** Timers B, F, H, J, L and M of it. */
export function t64Of(t: Transaction): i64 { return t1Of(t) * TIMEOUT_T1S }

/** The same as set: 64*T1. */
export function t64(): i64 { return t1() * TIMEOUT_T1S }

/** The transaction at this place of the pool: clients first, then servers. */
export function at(place: i32): Transaction { return changetype<Transaction>(TABLE + <usize>place * RECORD_SIZE) }

/** The transaction with this handle, or null when it is over and its place was taken by another one. */
export function find(handle: i32): Transaction {
  const place = handle & 0xff
  if (handle < 0 || place >= CLIENT_TRANSACTIONS + SERVER_TRANSACTIONS || at(place).handle != <u32>handle) return changetype<Transaction>(0)
  return at(place)
}

/** A place from `first` on, among `count`, that nobody uses, wiped and with a new handle; or null. `keepTold`: not one whose event waits. */
export function allocate(first: i32, count: i32, keepTold: bool): Transaction {
  for (let place = first; place < first + count; place++) {
    const t = at(place)
    if (t.state != State.TERMINATED || keepTold && t.pending) continue
    let generation = (t.handle >>> 8) + 1
    if (generation > GENERATION_MAX) generation = 1
    memory.fill(changetype<usize>(t), 0, RECORD_SIZE)
    t.handle = <u32>place | generation << 8
    t.slot = NO_SLOT
    t.deadline = NEVER
    t.resendAt = NEVER
    return t
  }
  return changetype<Transaction>(0)
}

/** The input that a timer of this transaction gives now; NO_INPUT when none is due. Giving up goes before sending again. */
export function dueInput(t: Transaction, now: i64): u8 {
  if (t.state == State.TERMINATED) return NO_INPUT
  if (t.deadline <= now) return Input.DEADLINE
  if (isLost(t)) return Input.UNREACHABLE
  return t.resendAt <= now ? Input.RESEND : NO_INPUT
}

/** When dueInput will give an input. */
export function dueAt(t: Transaction): i64 {
  if (t.state == State.TERMINATED) return NEVER
  if (isLost(t)) return 0
  return sooner(t.deadline, t.resendAt)
}

/** Takes the transaction to the next state and sets its timers and event. Returns what is to be done; Act.NONE also where nothing changes. */
export function step(t: Transaction, input: u8, now: i64): u8 {
  const row = rowOf(t.machine, t.state, input)
  if (row == 0) return Act.NONE
  t.state = nextOf(row)
  setClock(t, clockOf(row), now)
  setResend(t, resendOf(row), now)
  const event = eventOf(row)
  if (event != Event.NONE) {
    t.event = event
    t.pending = true
  }
  return actOf(row)
}

/** The transaction is over, or needs its flow and message no more: the message leaves if it is due and still makes sense. */
export function end(t: Transaction, sendWhatIsDue: bool): void {
  t.state = State.TERMINATED
  emptySlot(t, sendWhatIsDue)
  flows.letGo(t.flow)
}

export function emptySlot(t: Transaction, sendWhatIsDue: bool): void {
  if (t.slot == NO_SLOT) return
  if (sendWhatIsDue) outbox.drop(t.slot)
  else outbox.discard(t.slot)
  t.slot = NO_SLOT
}

/** Hands the kept message to the outbox once more. */
export function sendAgain(t: Transaction): void {
  if (t.slot == NO_SLOT || outbox.isDue(t.slot)) return
  outbox.again(t.slot)
  t.sends++
}

/** The next transaction among `count` from `first` on that has something to tell, or -1. Its event is then fetched. */
export function nextEvent(first: i32, count: i32): i32 {
  for (let place = first; place < first + count; place++) {
    const t = at(place)
    if (!t.pending) continue
    t.pending = false
    return <i32>t.handle
  }
  return -1
}

function clock(offset: usize, usual: i64): i64 {
  const set = load<i64>(CLOCKS + offset)
  return set == 0 ? usual : set
}

/** What it has to send cannot leave, as the flow is gone, and that means something to it. */
function isLost(t: Transaction): bool {
  return rowOf(t.machine, t.state, Input.UNREACHABLE) != 0 && t.slot != NO_SLOT && outbox.isDue(t.slot) && flows.carrier(t.flow) == flows.LOST
}

function setClock(t: Transaction, what: u8, now: i64): void {
  if (what == Clock.OFF) t.deadline = NEVER
  else if (what == Clock.T64) t.deadline = now + t64Of(t)
  else if (what == Clock.T4) t.deadline = now + clock(16, T4)
  else if (what == Clock.D) t.deadline = now + max(t64Of(t), TIMER_D_MIN)
}

function setResend(t: Transaction, what: u8, now: i64): void {
  if (what == Resend.KEEP) return
  if (what == Resend.OFF) {
    t.resendAt = NEVER
    return
  }
  let next = <i64>t.interval << 1
  if (what == Resend.CAPPED) next = min(next, t2())
  else if (what == Resend.T2) next = t2()
  else if (what == Resend.T1) next = t1Of(t)
  t.interval = <u32>next
  // From the instant that it was due, so that a clock a little late does not add up; a clock that is very late does not make up for
  // what it missed (P-34).
  if (what != Resend.T1 && t.resendAt + next > now) t.resendAt += next
  else t.resendAt = now + next
}
