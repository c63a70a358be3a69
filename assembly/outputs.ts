// The outputs of the phone, given one by one in a fixed order: sockets, sound, log, packets, events, settings to keep, the screen, replies.
import { PHONE_STATE, TX, TX_SIZE } from "./memory"
import { Output, give, io, peer } from "./io"
import { prose } from "./base/prose"
import { Span, span, text } from "./base/span"
import { Writer } from "./base/writer"
import { writeEndpoint } from "./base/ip"
import * as log from "./base/log"
import { Level } from "./base/log"
import { pollFlow } from "./transport/flow"
import * as outbox from "./transport/outbox"
import { logMessage } from "./transport/siplog"
import * as resolver from "./locate/resolver"
import { candidate } from "./servers/candidates"
import { Happened, Registration, registration } from "./account/registration"
import { CALLS } from "./config"
import { call } from "./dialog/call"
import { Happened as CallHappened, leg } from "./dialog/leg"
import { writeAll } from "./settings/settings"
import { STORE_TEXT, STORE_TEXT_SIZE, exchange } from "./settings/staging"
import * as media from "./media/media"
import { isWaiting, takeNews, voiceNew } from "./dialog/waiting"
import { phone } from "./phone"
import { pollDisplay } from "./ui/view"
import { pollReply } from "./ui/lines"
import { writeEnd } from "./ui/call-words"
import { writeTrouble } from "./ui/words"

const LINE: i32 = 0

/** Kinds of EVENT, with a text for people. */
const enum Event {
  NONE, LOCATING, REGISTERING, REGISTERED, MOVED, REGISTRATION_FAILED, UNREGISTERED, ALL_SERVERS_FAILED, REBOOT, LOCATED, SPARE,
  CALL_RINGING_OUT, CALL_INCOMING, CALL_TALKING, CALL_ENDED, CALL_HELD, CALL_RESUMED, CALL_TRANSFERRED, MESSAGES_WAITING, TRANSFER_FAILED,
}

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
  if (kind == Output.REST) kind = pollConsole()
  if (kind == Output.REST) owing().owed = false
  return kind
}

function pollSip(now: i64): Output {
  const kind = outbox.pollSend(now)
  if (kind == Output.SEND) logMessage(true, peer(), span(io().at, io().length), phone().sipTrace)
  return kind
}

function pollLog(): Output {
  const level = log.next()
  if (level == Level.NONE) return Output.REST
  return give(Output.LOG, log.taken(), level)
}

/** What the user is told is what he chose, also while the old account is still being unregistered. */
function pollConsole(): Output {
  const changing = phone().changing
  if (changing) exchange()
  const kind = pollReply()
  if (changing) exchange()
  return kind
}

function pollStore(): Output {
  const p = phone()
  if (!p.store) return Output.REST
  p.store = false
  const w = writer()
  w.open(STORE_TEXT, STORE_TEXT_SIZE)
  // What the user chose is kept, even while the old account is still being unregistered.
  if (p.changing) exchange()
  writeAll(w)
  if (p.changing) exchange()
  return give(Output.STORE, w.written, 0)
}

function pollEvent(): Output {
  const p = phone()
  if (p.reboot) {
    p.reboot = false
    return give(Output.EVENT, text("restart asked for"), Event.REBOOT)
  }
  const call = pollCall()
  if (call != Output.REST) return call
  if (takeNews(LINE)) return tellWaiting()
  const r = registration(LINE)
  // The lowest bit is the one that comes first in the life of a registration.
  const happened = r.happened & -r.happened
  if (happened == 0) return Output.REST
  r.happened ^= happened
  const w = writer()
  w.open(TX, TX_SIZE / 2)
  const event = tell(w, r, <Happened>happened)
  return give(Output.EVENT, w.written, event)
}

/** RFC 3842: how many voice messages wait. */
function tellWaiting(): Output {
  const w = writer()
  w.open(TX, TX_SIZE / 2)
  if (!isWaiting(LINE)) w.say(prose("no new messages"))
  else if (voiceNew(LINE) == 0) w.say(prose("new messages"))
  else {
    w.say(prose("new messages: "))
    w.number(voiceNew(LINE))
  }
  return give(Output.EVENT, w.written, Event.MESSAGES_WAITING)
}

/** What happened to the calls. */
function pollCall(): Output {
  for (let i = 0; i < CALLS; i++) {
    const l = leg(i)
    // The lowest bit is the one that comes first in the life of a call.
    const happened = l.happened & -l.happened
    if (happened == 0) continue
    l.happened ^= happened
    const w = writer()
    w.open(TX, TX_SIZE / 2)
    const event = tellCall(w, <CallHappened>happened)
    w.put(call(i).peerNumber)
    if (event == Event.CALL_ENDED) {
      w.say(prose(": "))
      writeEnd(w, call(i))
    }
    return give(Output.EVENT, w.written, event)
  }
  return Output.REST
}

function tellCall(w: Writer, happened: CallHappened): Event {
  switch (happened) {
    case CallHappened.OUT: {
      w.say(prose("calling "))
      return Event.CALL_RINGING_OUT
    }
    case CallHappened.INCOMING: {
      w.say(prose("call from "))
      return Event.CALL_INCOMING
    }
    case CallHappened.TALKING: {
      w.say(prose("talking to "))
      return Event.CALL_TALKING
    }
    case CallHappened.HELD: {
      w.say(prose("on hold: "))
      return Event.CALL_HELD
    }
    case CallHappened.RESUMED: {
      w.say(prose("talking again to "))
      return Event.CALL_RESUMED
    }
    case CallHappened.TRANSFERRED: {
      w.say(prose("transferred: "))
      return Event.CALL_TRANSFERRED
    }
    case CallHappened.TRANSFER_FAILED: {
      w.say(prose("transfer failed: "))
      return Event.TRANSFER_FAILED
    }
  }
  w.say(prose("call ended with "))
  return Event.CALL_ENDED
}

function tell(w: Writer, r: Registration, happened: Happened): Event {
  if (happened == Happened.LOCATING) {
    w.say(prose("looking for servers"))
    return Event.LOCATING
  }
  if (happened == Happened.LOCATED) {
    w.say(prose("servers found"))
    return Event.LOCATED
  }
  if (happened == Happened.UNREGISTERED) {
    w.say(prose("not registered"))
    return Event.UNREGISTERED
  }
  if (happened == Happened.ALL_FAILED) {
    w.say(prose("no server answers"))
    return Event.ALL_SERVERS_FAILED
  }
  if (happened == Happened.FAILED) {
    w.say(prose("not registered: "))
    writeTrouble(w, r)
    return Event.REGISTRATION_FAILED
  }
  w.say(happened == Happened.REGISTERING ? prose("registering at ") : happened == Happened.MOVED ? prose("moved to ") : prose("registered at "))
  if (r.candidate >= 0) writeEndpoint(w, candidate(LINE, r.candidate).endpoint)
  if (happened == Happened.REGISTERING) return Event.REGISTERING
  return happened == Happened.MOVED ? Event.MOVED : Event.REGISTERED
}

function writer(): Writer { return changetype<Writer>(PHONE_STATE + 112) }
