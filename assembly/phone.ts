// The loop of the phone: takes one input down through the rooms and decides what follows. It is the only file that knows all rooms.
import { PHONE_STATE, RX, TRANSPORT_STATE, STATE, STATE_SIZE } from "./memory"
import { LINES } from "./config"
import { NEVER, sooner } from "./base/deadline"
import { prose } from "./base/prose"
import { Endpoint } from "./base/endpoint"
import { Span, span } from "./base/span"
import { peer } from "./io"
import { Dtmf, Setting, canKeep, number } from "./settings/settings"
import { parse, answerable, incoming } from "./wire/message"
import * as flow from "./transport/flow"
import { FlowKind } from "./transport/flow"
import * as outbox from "./transport/outbox"
import { traceMessage } from "./transport/siplog"
import { isStun } from "./transport/stun"
import { Play, endRehearsal, endsAt, playAt } from "./transport/rehearsal"
import * as resolver from "./locate/resolver"
import { readNetwork } from "./locate/network"
import * as target from "./locate/target"
import * as client from "./transaction/client"
import * as server from "./transaction/server"
import { openIdentity } from "./account/identity"
import { focus } from "./dialog/call"
import { sendDigit } from "./dialog/commands"
import * as media from "./media/media"
import { expireCalls, hangUpAll, liveCalls, networkDown, networkUp, openCalls, progressCalls, soonestCall } from "./dialog/calls"
import { isParting, progressDialogs } from "./dialog/within"
import { dispatch } from "./answers"
import * as lines from "./lines"
import { rehearse } from "./rehearse"
import { request } from "./requests"
import * as view from "./ui/view"
import { Action } from "./ui/view"
import { run } from "./ui/command"

/** Settling is a handful of rounds; a phone that needs more is in a loop of its own making. */
const ROUNDS_MAX = 64
/** How long the answers to BYE and the like are waited for before the phone unregisters to rest. Milliseconds. */
const GOODBYES_MS: i64 = 1000

@unmanaged
export class Phone {
  opened: bool
  linkUp: bool
  begun: bool              // the first registration has been asked for
  closing: bool
  store: bool              // settings are to be kept by the host
  reboot: bool             // the user asked for a restart
  sipTrace: bool           // whole messages go to the log
  addresses: u32           // hash of our own addresses, to see when they change
  malformed: u32           // datagrams dropped as nothing that can be answered
  port: u32                // setting sip_port that the socket was opened with
  digit: u8                // key that is sent as DTMF, 0 none
  digitCall: u8            // and the place of the call
  powerLoss: bool          // the power was gone, and nothing has been registered since
  closeAt: i64             // by then the goodbyes of close() have been said; 0: there are none
}

export function phone(): Phone {
  if (offsetof<Phone>() > EVERYONE_AT) ERROR("Phone has outgrown its place")
  return changetype<Phone>(PHONE_STATE)
}

// -- Inputs

/** Begins with the settings that have been loaded. `cold` false: KEEP comes from a core that stopped; what it held goes on. */
export function open(cold: bool, now: i64): void {
  // The random generator and the settings stay, everything that refers to the network begins anew.
  memory.fill(TRANSPORT_STATE, 0, STATE + STATE_SIZE - TRANSPORT_STATE)
  outbox.open()
  phone().opened = true
  lines.adoptTimers()
  lines.openLines(openIdentity(cold), now)
  openCalls()
  view.open(now)
}

/** Unregisters; the host goes on with the loop until UNREGISTERED is told or its patience ends. */
export function close(now: i64): void {
  phone().closing = true
  phone().closeAt = now + GOODBYES_MS
  hangUpAll(now)
  lines.leaveMailboxes(now)
  settle(now)
}

/** Whether the goodbyes of close() have been answered, or have been waited for long enough. */
function mayLeave(now: i64): bool {
  if (phone().closeAt == 0) return false
  return !phone().linkUp || now >= phone().closeAt || liveCalls() == 0 && !isParting() && !lines.areLeaving()
}

/** Nothing holds us any more: the registrations go, and whoever has called meanwhile. */
function leave(now: i64): void {
  phone().closeAt = 0
  hangUpAll(now)
  lines.stop(-1, now)
}

/** The link went up or down, or addresses changed; the text in RX lists own addresses and name servers. */
export function network(up: bool, text: Span, now: i64): void {
  const p = phone()
  if (!up) {
    p.linkUp = false
    resolver.clearOwn()
    lines.linesDown(now)
    networkDown(now)
    flow.closeAll()
    view.update(now)
    return
  }
  const addresses = readNetwork(text)
  const together = !p.linkUp
  const returned = addresses != p.addresses || !p.linkUp
  p.addresses = addresses
  if (returned) {
    if (p.begun) lines.linesDown(now)
    openSocket(now)
  }
  resolver.networkChanged(now)
  p.linkUp = true
  if (!p.begun) applyAll(now)
  else if (returned) lines.linesUp(together, now)
  settle(now)
}

/** A datagram came in; its sender is in IO. */
export function datagram(number: u32, length: u32, now: i64): void {
  // Fifty times a second in a call: nothing else depends on it.
  if (media.receive(number, length, peer(), now)) return
  const kind = flow.kindOf(number)
  if (kind == FlowKind.QUERY) resolver.receive(number, span(RX, length), now)
  else if (kind == FlowKind.LISTEN || kind == FlowKind.SERVER) sip(number, length, now)
  settle(now)
}

/** The host opened a flow; its local endpoint is in IO. */
export function flowOpened(number: u32, local: Endpoint, now: i64): void {
  const query = flow.kindOf(number) == FlowKind.QUERY
  if (!flow.opened(number, local)) lost(number, query, now)
  settle(now)
}

export function flowClosed(number: u32, now: i64): void {
  const query = flow.kindOf(number) == FlowKind.QUERY
  flow.closed(number)
  lost(number, query, now)
  settle(now)
}

/** The peer in IO does not listen (ICMP). */
export function flowRefused(number: u32, now: i64): void {
  if (flow.kindOf(number) == FlowKind.QUERY) resolver.refused(number, now)
  else {
    client.refused(number, peer(), now)
    lines.refusedAt(peer(), now)
    server.refused(number, peer(), now)
  }
  settle(now)
}

export function flowFailed(number: u32, why: u32, now: i64): void {
  const query = flow.kindOf(number) == FlowKind.QUERY
  if (flow.failed(number, why)) lost(number, query, now)
  settle(now)
}

const EVERYONE_AT: usize = 64

/** Tells those who sent by a flow that it is lost. */
function lost(number: u32, query: bool, now: i64): void {
  if (query) {
    resolver.refused(number, now)
    return
  }
  const everyone = changetype<Endpoint>(PHONE_STATE + EVERYONE_AT)
  everyone.clear()
  client.unreachable(number, everyone, now)
  server.unreachable(number, everyone, now)
}

export function key(code: u32, down: bool, now: i64): void {
  act(view.key(code, down, now), now)
  settle(now)
}

export function command(line: Span, now: i64): void {
  act(run(line, now), now)
  settle(now)
}

/** Deadlines have passed. */
export function timeout(now: i64): void {
  if (endsAt() <= now) endRehearsal()
  resolver.expire(now)
  client.expire(now)
  server.expire(now)
  lines.expireLines(now)
  expireCalls(now)
  // A key that repeats moves about and edits; it never asks for anything.
  view.expire(now)
  media.expire(now)
  settle(now)
}

/** 20 ms of sound; the microphone's lie in AUDIO. Nothing else depends on them. */
export function sound(now: i64): void { media.tick(now) }

/** Something has changed that only the screen shows. */
export function redraw(now: i64): void { view.update(now) }

export function soonest(): i64 {
  if (!phone().opened) return NEVER
  if (lines.changedLine() >= 0 || target.isAwaited()) return 0
  let at = sooner(resolver.soonest(), client.soonest())
  if (phone().closeAt != 0) at = sooner(at, phone().closeAt)
  at = sooner(at, server.soonest())
  at = sooner(at, sooner(outbox.soonest(), endsAt()))
  at = sooner(at, soonestCall())
  at = sooner(at, lines.soonestLine(phone().linkUp))
  return sooner(at, sooner(media.soonest(), view.soonest()))
}

// -- Decisions

/** Lets every room go on until none has news. */
function settle(now: i64): void {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    lines.noteCalls()
    if (phone().linkUp) {
      lines.progressLines(now)
      progressCalls(now)
      progressDialogs(now)
      lines.progressMailboxes(now)
    }
    if (mayLeave(now)) leave(now)
    const changed = lines.changedLine()
    if (changed >= 0) finishChange(changed, now)
    else if (!dispatch(now) && !rehearse(now, phone().sipTrace)) break
  }
  target.rest()
  const failed = lines.failedLine()
  if (failed >= 0) {
    view.announceFailure(failed)
    media.alert(now)
  }
  followDigit(now)
  media.follow(now)
  view.update(now)
}

/** Begins and ends the digit that the user wants to be heard. */
function followDigit(now: i64): void {
  const p = phone(), digit = view.wantedDigit(), place = focus()
  if (digit == p.digit) return
  if (p.digit != 0) media.stopDigit(p.digitCall)
  p.digit = <u8>digit
  if (digit == 0 || place < 0) return
  p.digitCall = <u8>place
  if (number(Setting.DTMF) == Dtmf.INFO) sendDigit(place, digit, now)
  media.startDigit(place, digit)
}

/** Carries out what the user asked for. */
function act(action: Action, now: i64): void {
  const p = phone(), line = view.actionLine()
  // What was kept before stays where all cannot be kept: `cfg save` says so.
  if (action == Action.SAVE || action == Action.STORE) p.store = canKeep()
  if (action == Action.SAVE || action == Action.APPLY) {
    change(line, now)
    return
  }
  if (action == Action.REGISTER) {
    p.closing = false
    p.closeAt = 0
    lines.begin(line, now)
  } else if (action == Action.UNREGISTER) lines.stop(line, now)
  else if (action == Action.DNS_FLUSH) resolver.flush()
  else if (action == Action.REBOOT) p.reboot = true
  else if (action == Action.TRACE_ON) p.sipTrace = true
  else if (action == Action.TRACE_OFF) p.sipTrace = false
}

/** Settings have changed: of a line, or, where `line` is -1, of the phone. */
function change(line: i32, now: i64): void {
  let waits = false
  for (let each = 0; each < LINES; each++) {
    if ((line < 0 || each == line) && phone().linkUp && lines.change(each, now)) waits = true
  }
  if (!waits && line >= 0) apply(line, now)
  else if (!waits) applyAll(now)
}

/** The old account of a line is gone. A new port is opened when none of the old ones is left that it would cut off. */
function finishChange(line: i32, now: i64): void {
  if (phone().port == <u32>number(Setting.SIP_PORT)) {
    apply(line, now)
    return
  }
  lines.adopt(line, now)
  if (!lines.areChanging()) applyAll(now)
}

/** The settings of a line that are in force are new. */
function apply(line: i32, now: i64): void {
  lines.adoptTimers()
  lines.adopt(line, now)
  if (phone().linkUp) lines.begin(line, now)
  else lines.awaitNetwork(line, now)
}

function applyAll(now: i64): void {
  const p = phone()
  lines.adoptTimers()
  for (let line = 0; line < LINES; line++) lines.adopt(line, now)
  p.begun = true
  if (p.linkUp && p.port != <u32>number(Setting.SIP_PORT)) openSocket(now)
  if (p.linkUp && p.powerLoss) lines.beginAfterPowerLoss(now)
  else if (p.linkUp) lines.begin(-1, now)
  else lines.awaitNetwork(-1, now)
  p.powerLoss = false
}

/** Opens the SIP socket anew, and with it everything that shares its port. */
function openSocket(now: i64): void {
  networkDown(now)
  flow.closeAll()
  phone().port = number(Setting.SIP_PORT)
  flow.listen(<u16>phone().port)
  networkUp(now)
}

// -- SIP

function sip(from: u32, length: u32, now: i64): void {
  // RFC 5626 3.5.1: CRLFs keep a path through a NAT open and mean nothing else.
  if (length <= 4) return
  const unheard = playAt(peer()) == Play.REFUSE || playAt(peer()) == Play.SILENT
  if (isStun(span(RX, length)) && lines.isServer(peer())) {
    if (!unheard) lines.heardStun(peer(), span(RX, length), now)
    return
  }
  const m = incoming()
  const bad = parse(RX, length, m) < 0
  traceMessage(unheard ? prose("rehearsed, not heard from ") : prose("from "), peer(), span(RX, length), phone().sipTrace)
  if (unheard) return
  if (bad && (m.status != 0 || !answerable(m))) phone().malformed++
  else if (m.status == 0) request(m, from, !phone().closing, now)
  // RFC 3581 4: an answer comes from where the request went; with P-42 from any server of a line. A stranger's is no answer of theirs.
  else if (lines.isServer(peer()) || client.isAsked(peer())) client.receive(m, now)
}
