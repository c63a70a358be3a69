// The outputs of the phone, given one by one in a fixed order: sockets, sound, log, packets, events, settings to keep, the screen, replies.
import { PHONE_STATE, TX, TX_SIZE } from "./memory"
import { Output, Stored, give, io, peer } from "./io"
import { prose, proseAt } from "./base/prose"
import { NONE, Span, span, text } from "./base/span"
import { Writer } from "./base/writer"
import { writeEndpoint } from "./base/ip"
import * as log from "./base/log"
import { Level } from "./base/log"
import { pollFlow } from "./transport/flow"
import * as outbox from "./transport/outbox"
import { nextTraced, traceMessage } from "./transport/siplog"
import * as resolver from "./locate/resolver"
import { candidate, indexOfId } from "./servers/candidates"
import { Happened, Registration, registration } from "./account/registration"
import { CALLS, LINES } from "./config"
import { call } from "./dialog/call"
import { Happened as CallHappened, leg } from "./dialog/leg"
import { takeNoteNews } from "./locate/note"
import { STORE_TEXT, STORE_TEXT_SIZE, writeAll, writeNotes } from "./settings/settings"
import * as media from "./media/media"
import { isWaiting, takeNews, voiceNew } from "./dialog/waiting"
import { areOff } from "./lines"
import { phone } from "./phone"
import { pollDisplay } from "./ui/view"
import { pollReply } from "./ui/lines"
import { writeEnd } from "./ui/call-words"
import { writeTrouble } from "./ui/words"

/** Kinds of EVENT, with a text for people. */
const enum Event {
  NONE, LOCATING, REGISTERING, REGISTERED, MOVED, REGISTRATION_FAILED, UNREGISTERED, ALL_SERVERS_FAILED, REBOOT, LOCATED, CALL_CALLING,
  CALL_RINGING_OUT, CALL_INCOMING, CALL_TALKING, CALL_ENDED, CALL_HELD, CALL_RESUMED, CALL_TRANSFERRED, MESSAGES_WAITING, TRANSFER_FAILED,
}

const AT_A_SERVER: u32 = Happened.REGISTERING | Happened.REGISTERED | Happened.MOVED

// What may happen to a registration, then to a call: its event and the words that it begins with, in the order of the bits of Happened.
const REGISTRATION_EVENTS = memory.data<i32>([
  Event.LOCATING, Event.LOCATED, Event.REGISTERING, Event.REGISTERED, Event.MOVED, Event.REGISTRATION_FAILED, Event.UNREGISTERED, Event.ALL_SERVERS_FAILED,
])
const REGISTRATION_WORDS = memory.data<usize>([
  prose("looking for servers"), prose("servers found"), prose("registering at "), prose("registered at "), prose("moved to "),
  prose("not registered: "), prose("not registered"), prose("no server answers"),
])
const CALL_EVENTS = memory.data<i32>([
  Event.CALL_CALLING, Event.CALL_RINGING_OUT, Event.CALL_INCOMING, Event.CALL_TALKING, Event.CALL_HELD, Event.CALL_RESUMED, Event.CALL_TRANSFERRED,
  Event.CALL_ENDED, Event.TRANSFER_FAILED,
])
const CALL_WORDS = memory.data<usize>([
  prose("calling "), prose("ringing: "), prose("call from "), prose("talking to "), prose("on hold: "), prose("talking again to "),
  prose("transferred: "), prose("call ended with "), prose("transfer failed: "),
])

@unmanaged
class Owing {
  owed: bool               // the host has outputs to drain before the next input
  now: i64                 // instant of the input that they follow from
}

function owing(): Owing { return changetype<Owing>(PHONE_STATE + 96) }

/** An input has been taken at `now`: there may be outputs. */
export function owe(now: i64): void {
  owing().owed = true
  owing().now = now
}

export function isOwed(): bool { return owing().owed }

/** Describes in IO a sentence for the host, with a number. */
export function describe(sentence: Span, code: u32): void { give(Output.REST, sentence, code) }

/** Describes the next output in IO and returns its kind; REST when there is none left. */
export function poll(): Output {
  const now = owing().now
  let kind = pollFlow()
  // Packets of sound come first: what they are made of lies where other outputs are composed.
  if (kind == Output.REST) kind = media.pollSend(now)
  if (kind == Output.REST) kind = media.pollAudio()
  // The log comes before the events that it explains.
  if (kind == Output.REST) kind = pollLog()
  if (kind == Output.REST) kind = resolver.pollSend(now)
  if (kind == Output.REST) kind = pollSip(now)
  if (kind == Output.REST) kind = pollEvent()
  if (kind == Output.REST) kind = pollStore()
  if (kind == Output.REST) kind = pollDisplay()
  if (kind == Output.REST) kind = pollReply()
  if (kind == Output.REST) owing().owed = false
  return kind
}

function pollSip(now: i64): Output {
  const kind = outbox.pollSend(now)
  if (kind == Output.SEND) traceMessage(prose("to "), peer(), span(io().at, io().length), phone().sipTrace)
  return kind
}

function pollLog(): Output {
  const traced = nextTraced()
  if (traced != NONE) return give(Output.LOG, traced, Level.SIP)
  const lost = log.takeLost()
  if (lost != 0) {
    const w = log.line()
    w.number(lost)
    w.say(prose(" lines are lost"))
    return give(Output.LOG, w.written, Level.WARNING)
  }
  const level = log.next()
  if (level == Level.NONE) return Output.REST
  return give(Output.LOG, log.taken(), level)
}

function pollStore(): Output {
  const p = phone(), w = writer()
  w.open(STORE_TEXT, STORE_TEXT_SIZE)
  if (p.store) {
    p.store = false
    writeAll(w)
    return give(Output.STORE, w.written, Stored.SETTINGS)
  }
  if (!takeNoteNews()) return Output.REST
  writeNotes(w)
  return give(Output.STORE, w.written, Stored.NOTES)
}

function pollEvent(): Output {
  const p = phone()
  if (p.reboot) {
    p.reboot = false
    return give(Output.EVENT, text("restart asked for"), Event.REBOOT)
  }
  const call = pollCall()
  if (call != Output.REST) return call
  for (let line = 0; line < LINES; line++) {
    const event = takeNews(line) ? tellWaiting(line) : pollLine(line)
    if (event != Output.REST) return event
  }
  return Output.REST
}

/** What happened to the registration of a line. */
function pollLine(line: i32): Output {
  const r = registration(line)
  // The lowest bit is the one that comes first in the life of a registration.
  const happened = r.happened & -r.happened
  // Who waits for the end is told of it when all lines have come to theirs.
  if (happened == 0 || phone().closing && happened == Happened.UNREGISTERED && !areOff()) return Output.REST
  r.happened ^= happened
  const w = begin(line)
  const event = tell(w, line, r, <Happened>happened)
  return giveEvent(w, line, event)
}

/** Begins the text of an event; what is not of the first line says which one it is of. */
function begin(line: i32): Writer {
  const w = writer()
  w.open(TX, TX_SIZE / 2)
  if (line == 0) return w
  w.say(prose("line "))
  w.number(line + 1)
  w.say(prose(": "))
  return w
}

function giveEvent(w: Writer, line: i32, event: Event): Output {
  give(Output.EVENT, w.written, event)
  io().flags = line + 1
  return Output.EVENT
}

/** RFC 3842: how many voice messages wait. */
function tellWaiting(line: i32): Output {
  const w = begin(line)
  if (!isWaiting(line)) w.say(prose("no new messages"))
  else if (voiceNew(line) == 0) w.say(prose("new messages"))
  else {
    w.say(prose("new messages: "))
    w.number(voiceNew(line))
  }
  return giveEvent(w, line, Event.MESSAGES_WAITING)
}

/** What happened to the calls. */
function pollCall(): Output {
  for (let i = 0; i < CALLS; i++) {
    const l = leg(i)
    // The lowest bit is the one that comes first in the life of a call.
    const happened = l.happened & -l.happened
    if (happened == 0) continue
    l.happened ^= happened
    const w = begin(call(i).line)
    const event = tellCall(w, <CallHappened>happened)
    w.put(call(i).peerNumber)
    if (event == Event.CALL_ENDED) {
      w.say(prose(": "))
      writeEnd(w, call(i))
    }
    return giveEvent(w, call(i).line, event)
  }
  return Output.REST
}

function tellCall(w: Writer, happened: CallHappened): Event {
  const i = ctz<usize>(happened)
  w.say(proseAt(CALL_WORDS + i * sizeof<usize>()))
  return load<i32>(CALL_EVENTS + i * sizeof<i32>())
}

function tell(w: Writer, line: i32, r: Registration, happened: Happened): Event {
  const i = ctz<usize>(happened)
  w.say(proseAt(REGISTRATION_WORDS + i * sizeof<usize>()))
  if (happened == Happened.FAILED) writeTrouble(w, r)
  else if (happened & AT_A_SERVER) {
    // The line may be trying another one already.
    const at = happened == Happened.REGISTERING ? r.candidate : indexOfId(line, r.lastId)
    if (at >= 0) writeEndpoint(w, candidate(line, at).endpoint)
  }
  return load<i32>(REGISTRATION_EVENTS + i * sizeof<i32>())
}

function writer(): Writer { return changetype<Writer>(PHONE_STATE + 112) }
