// The sockets that the host keeps for us: which peer each one serves, and when it is opened and closed.
//
// LISTEN is an unconnected socket on the SIP port and hears everyone. A SERVER flow is connected to one call server from the same
// port: only on a connected socket does the system report that nobody listens there (AMB-32). A QUERY flow carries DNS questions to
// one name server from a random port. A MEDIA flow is unconnected too and belongs to one call. What the host reports as the local endpoint of a flow is how that peer's network sees us.
import { TRANSPORT_STATE, TRANSPORT_STATE_SIZE } from "../memory"
import { FLOWS, QUERY_PORT_TRIES } from "../config"
import { INSTANT_SIZE, instantAt, keepInstant } from "../base/deadline"
import { Endpoint, ENDPOINT_SIZE } from "../base/endpoint"
import { below } from "../base/random"
import { Output, io, peer as ioPeer, local as ioLocal, give } from "../io"
import { NONE } from "../base/span"
import { SIPLOG_END } from "./siplog"

export const enum FlowKind { FREE, LISTEN, SERVER, QUERY, MEDIA }

/** Why a flow is lost; the numbers of handle_flow FAILED, and CLOSED_BY_HOST. */
export const enum FlowFault { NONE = 0, BUSY_PORT = 1, NO_ROUTE = 2, NO_PERMISSION = 3, CLOSED_BY_HOST = 8, OTHER = 9 }

/** What carrier() says instead of a flow. */
export const WAIT: i32 = -1
export const LOST: i32 = -2

const enum Phase { WANTED, OPENING, OPEN, FAILED }

const PORT_FIRST: u32 = 1024
const PORT_COUNT: u32 = 65536 - PORT_FIRST
const UDP: u32 = 1
const GENERATION_MAX: u32 = 0x3fffff     // with the slot below it a flow number stays a positive i32

@unmanaged
class Flow {
  kind: u8             // FlowKind
  phase: u8            // Phase
  fault: u8            // FlowFault, when FAILED
  tries: u8            // ports tried
  number: u32          // slot | generation << 8; the generation is never 0
  toClose: u32         // number of the flow that was here before and that the host must close first; 0 none
  users: u16           // transactions that need it
  // then: an instant, local endpoint, peer endpoint

  get lastUsed(): i64 { return instantAt(changetype<usize>(this) + LAST_USED_AT) }
  set lastUsed(t: i64) { keepInstant(changetype<usize>(this) + LAST_USED_AT, t) }
  // @ts-ignore: decorator
  @inline
  get local(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + LOCAL_AT) }
  // @ts-ignore: decorator
  @inline
  get peer(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + LOCAL_AT + ENDPOINT_SIZE) }
}

const LAST_USED_AT: usize = 14
const LOCAL_AT: usize = LAST_USED_AT + INSTANT_SIZE
const FLOW_SIZE: usize = LOCAL_AT + 2 * ENDPOINT_SIZE
const TABLE: usize = SIPLOG_END
const TABLE_END: usize = TABLE + <usize>FLOWS * FLOW_SIZE

// -- What the rooms above use

/**
 * Opens the socket that hears everyone, on `port` (0: any free port). One that is there already is closed first.
 * Returns the flow; localOf(flow).port is the port that it got once isOpen(flow).
 */
export function listen(port: u16): u32 {
  if (TABLE_END > TRANSPORT_STATE + TRANSPORT_STATE_SIZE) ERROR("the flows do not fit")
  const old = listening()
  if (old != 0) release(old)
  const f = freeSlot()
  begin(f, FlowKind.LISTEN)
  f.local.port = port
  return f.number
}

/** The flow that hears everyone, 0 when listen() was not called. */
export function listening(): u32 {
  for (let i = 0; i < FLOWS; i++) {
    if (at(i).kind == FlowKind.LISTEN) return at(i).number
  }
  return 0
}

/** The flow to this call server: the one there is, or a new one that replaces the flow longest unused. -1: all are needed. */
export function towards(peer: Endpoint, now: i64): i32 {
  // A lost SIP socket is opened anew, on its port, as soon as a server is to be asked.
  const common = listening()
  if (common != 0 && slotOf(common).phase == Phase.FAILED) listen(slotOf(common).local.port)
  let found = changetype<Flow>(0)
  for (let i = 0; i < FLOWS; i++) {
    const f = at(i)
    if (f.kind != FlowKind.SERVER || !f.peer.equals(peer)) continue
    // A flow that failed is tried anew as soon as nobody depends on what became of it.
    if (f.phase != Phase.FAILED || f.users > 0) found = f
    else release(f.number)
  }
  if (changetype<usize>(found) == 0) {
    found = slotOrIdle()
    if (changetype<usize>(found) == 0) return -1
    begin(found, FlowKind.SERVER)
    found.peer.copyFrom(peer)
  }
  found.lastUsed = now
  return <i32>found.number
}

/** A flow for DNS questions to this name server, from a random port. -1: none free, or all in use. */
export function openQuery(peer: Endpoint): i32 {
  const f = slotOrIdle()
  if (changetype<usize>(f) == 0) return -1
  begin(f, FlowKind.QUERY)
  f.peer.copyFrom(peer)
  f.local.port = randomPort()
  return <i32>f.number
}

/** A flow for the sound of a call on this local port, which hears everyone. -1: none free, or all in use. */
export function openMedia(port: u16): i32 {
  const f = slotOrIdle()
  if (changetype<usize>(f) == 0) return -1
  begin(f, FlowKind.MEDIA)
  f.local.port = port
  return <i32>f.number
}

export function isMedia(flow: u32): bool { return kindOf(flow) == FlowKind.MEDIA }

/** Closes a flow; its number is not used again soon. A number that is no flow is ignored. */
export function release(flow: u32): void {
  const f = find(flow)
  if (changetype<usize>(f) == 0) return
  if (f.phase == Phase.OPENING || f.phase == Phase.OPEN) f.toClose = f.number
  free(f)
}

/** Closes every flow, as when the network changed. What depended on one learns it as soon as it sends. */
export function closeAll(): void {
  for (let i = 0; i < FLOWS; i++) release(at(i).number)
}

/** A transaction depends on this flow until letGo(): it is not taken for another peer. */
export function hold(flow: u32): void {
  const f = find(flow)
  if (changetype<usize>(f) != 0) f.users++
}

export function letGo(flow: u32): void {
  const f = find(flow)
  if (changetype<usize>(f) != 0 && f.users > 0) f.users--
}

export function isOpen(flow: u32): bool {
  const f = find(flow)
  return changetype<usize>(f) != 0 && f.phase == Phase.OPEN
}

/** Whether a number could be one of ours; the flow itself may be long closed. */
export function isFlowNumber(flow: u32): bool { return (flow & 0xff) < <u32>FLOWS && flow >>> 8 != 0 }

/** FREE also when the number is no flow of ours, or no more. */
export function kindOf(flow: u32): FlowKind {
  const f = find(flow)
  return changetype<usize>(f) == 0 ? FlowKind.FREE : <FlowKind>f.kind
}

/** Why the flow is lost; NONE while it is not. */
export function faultOf(flow: u32): FlowFault {
  const f = find(flow)
  if (changetype<usize>(f) == 0) return FlowFault.CLOSED_BY_HOST
  return f.phase == Phase.FAILED ? <FlowFault>f.fault : FlowFault.NONE
}

/** The flow that packets of this one leave by: itself, the listening one where a connected socket was denied, WAIT, or LOST. */
export function carrier(flow: u32): i32 {
  const f = find(flow)
  if (changetype<usize>(f) == 0) return LOST
  if (f.phase == Phase.OPEN) return <i32>flow
  if (f.phase != Phase.FAILED) return isHeldUp(f) ? LOST : WAIT
  // Some systems do not let a second socket share the port. Without it we only miss the reports of ICMP.
  if (f.kind == FlowKind.SERVER && f.fault != FlowFault.NO_ROUTE && f.fault != FlowFault.CLOSED_BY_HOST) {
    const common = listening()
    if (isOpen(common)) return <i32>common
  }
  return LOST
}

/** How the peer's network sees us by this flow: address and port; family 0 until it is open. The flow must exist. */
export function localOf(flow: u32): Endpoint {
  const by = carrier(flow)
  return slotOf(by >= 0 ? <u32>by : flow).local
}

/** Whom a SERVER or QUERY flow is connected to. The flow must exist. */
export function peerOf(flow: u32): Endpoint { return slotOf(flow).peer }

// -- What the host reports. Reports about a flow that is no more are ignored.

/** The socket is there, bound to `local`. False: that is nothing which could stand in a Via; it is closed, and who sent by it must be told. */
export function opened(flow: u32, local: Endpoint): bool {
  const f = find(flow)
  if (changetype<usize>(f) == 0) return true
  if (local.family == 0 || local.port == 0) {
    f.toClose = f.number
    lose(f, FlowFault.OTHER)
    return false
  }
  f.phase = <u8>Phase.OPEN
  f.local.copyFrom(local)
  return true
}

/** The host closed the socket of its own accord. */
export function closed(flow: u32): void {
  const f = find(flow)
  if (changetype<usize>(f) != 0) lose(f, FlowFault.CLOSED_BY_HOST)
}

/**
 * The socket could not be opened, or a send failed. Returns true when those who sent by it must be told; false when the flow is unknown, or
 * is a QUERY whose port was taken and that now tries another one.
 */
export function failed(flow: u32, why: u32): bool {
  const f = find(flow)
  if (changetype<usize>(f) == 0) return false
  if (f.kind == FlowKind.QUERY && f.phase == Phase.OPENING && why == FlowFault.BUSY_PORT && f.tries < QUERY_PORT_TRIES) {
    f.tries++
    f.local.clear()
    f.local.port = randomPort()
    f.phase = <u8>Phase.WANTED
    return false
  }
  // One peer out of reach says nothing about the socket that everyone uses.
  if ((f.kind == FlowKind.LISTEN || f.kind == FlowKind.MEDIA) && f.phase == Phase.OPEN) return true
  // The host keeps the socket of a failed send; there is none when the opening failed.
  if (f.phase == Phase.OPEN) f.toClose = f.number
  lose(f, why == 0 || why > 9 ? FlowFault.OTHER : why)
  return true
}

/** Describes the next CLOSE or OPEN in IO; REST when there is none. Everything is closed before anything is opened. */
export function pollFlow(): Output {
  for (let i = 0; i < FLOWS; i++) {
    const f = at(i)
    if (f.toClose == 0) continue
    give(Output.CLOSE, NONE, 0)
    io().flow = f.toClose
    f.toClose = 0
    return Output.CLOSE
  }
  for (let i = 0; i < FLOWS; i++) {
    const f = at(i)
    if (f.kind == FlowKind.FREE || f.phase != Phase.WANTED) continue
    if (f.kind == FlowKind.SERVER && !sharePort(f)) continue
    give(Output.OPEN, NONE, 0)
    io().flow = f.number
    io().protocol = UDP
    ioLocal().copyFrom(f.local)
    ioPeer().copyFrom(f.peer)
    f.phase = <u8>Phase.OPENING
    return Output.OPEN
  }
  return Output.REST
}

// -- Helpers

function at(i: i32): Flow { return changetype<Flow>(TABLE + <usize>i * FLOW_SIZE) }

function slotOf(flow: u32): Flow { return at(<i32>(flow & 0xff) % FLOWS) }

/** The flow with this number, or null. */
function find(flow: u32): Flow {
  const f = slotOf(flow)
  return f.kind != FlowKind.FREE && f.number == flow ? f : changetype<Flow>(0)
}

/** A slot that nobody has. One whose last flow the host still has to close will do: the CLOSE goes first. */
function freeSlot(): Flow {
  for (let i = 0; i < FLOWS; i++) {
    if (at(i).kind == FlowKind.FREE && at(i).toClose == 0) return at(i)
  }
  for (let i = 0; i < FLOWS; i++) {
    if (at(i).kind == FlowKind.FREE) return at(i)
  }
  return changetype<Flow>(0)
}

/** A free slot, or that of the SERVER flow longest unused that no transaction holds. Null when there is neither. */
function slotOrIdle(): Flow {
  const f = freeSlot()
  if (changetype<usize>(f) != 0) return f
  let oldest = changetype<Flow>(0)
  for (let i = 0; i < FLOWS; i++) {
    const g = at(i)
    if (g.kind != FlowKind.SERVER || g.users > 0 || g.toClose != 0) continue
    if (changetype<usize>(oldest) == 0 || g.lastUsed < oldest.lastUsed) oldest = g
  }
  if (changetype<usize>(oldest) != 0) release(oldest.number)
  return oldest
}

function begin(f: Flow, kind: FlowKind): void {
  let generation = (f.number >>> 8) + 1
  if (generation > GENERATION_MAX) generation = 1
  const slot = <u32>((changetype<usize>(f) - TABLE) / FLOW_SIZE)
  const toClose = f.toClose
  memory.fill(changetype<usize>(f), 0, FLOW_SIZE)
  f.kind = <u8>kind
  f.phase = <u8>Phase.WANTED
  f.number = slot | generation << 8
  f.toClose = toClose
}

function lose(f: Flow, why: u32): void {
  f.phase = <u8>Phase.FAILED
  f.fault = <u8>why
}

function free(f: Flow): void {
  f.kind = <u8>FlowKind.FREE
  f.users = 0
}

/** It waits for the port of a listening flow that could not be opened. */
function isHeldUp(f: Flow): bool {
  const common = listening()
  return f.kind == FlowKind.SERVER && f.phase == Phase.WANTED && common != 0 && slotOf(common).phase == Phase.FAILED
}

/** A SERVER flow takes the port that the listening flow got, and waits for it. False: not yet. */
function sharePort(f: Flow): bool {
  const common = listening()
  if (!isOpen(common)) return false
  f.local.port = slotOf(common).local.port
  return true
}

/** Any port that is not a system's and not our SIP port. RFC 5452 4.5: hard to guess, so that answers cannot be forged. */
function randomPort(): u16 {
  const common = listening()
  const sip: u32 = common != 0 ? slotOf(common).local.port : 0
  const port = PORT_FIRST + below(PORT_COUNT)
  if (port != sip) return <u16>port
  return <u16>(port == 65535 ? PORT_FIRST : port + 1)
}
