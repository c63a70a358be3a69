// What is said about calls: who it is, how long, why it ended, why something is not possible.
import { NONE, Span, lengthOf, same, text } from "../base/span"
import { Writer } from "../base/writer"
import { Prose, prose, proseAt } from "../base/prose"
import { NEVER } from "../base/deadline"
import { wordAt } from "../settings/word"
import { Setting, contactName, findNumber } from "../settings/settings"
import { Call, CallState, Ended, call } from "../dialog/call"
import * as dialog from "../dialog/commands"
import { leg } from "../dialog/leg"
import { Transferring, isTransferring } from "../dialog/referral"
import { Codec } from "../dialog/session"
import { Reason, candidate, candidateCount } from "../servers/candidates"
import { Refusal } from "./lines"
import { panel, wakeAt } from "./panel"
import { isEmpty } from "./words"

const SECOND: i64 = 1000

/** Names of CallState. */
export function callWord(c: Call): Span {
  return wordAt(text("free preparing calling ringing incoming answering talking ending ended"), c.state)
}

/** Names of Ended. */
export function endedWord(ended: u8): Span {
  return wordAt(text("none hung_up peer_hung_up cancelled peer_cancelled busy rejected no_answer not_found forbidden no_server not_registered refused no_common_sound transferred replaced elsewhere lost network_down too_long no_room"), ended)
}

// In the order of `Ended`: one line for the screen.
const ENDS = memory.data<u32>([
  prose(""), prose("You hung up"), prose("They hung up"), prose("Cancelled"), prose("They gave up"), prose("Busy"), prose("Declined"), prose("No answer"),
  prose("Unknown number"), prose("Not allowed"), prose("No server answers"), prose("Not registered"), prose("Refused with "), prose("No codec in common"),
  prose("Transferred"), prose("Taken over"), prose("Answered elsewhere"), prose("Connection lost"), prose("Network is down"), prose("Message too long"), prose("No room for the call"),
])

/** Writes why a call ended, in 21 columns at most. */
export function writeEnd(w: Writer, c: Call): void {
  const at = serverOf(c)
  // AMB-23: the last server would have had to register us first, and refuses the account.
  if (c.ended == <u8>Ended.NO_SERVER && at >= 0 && candidate(c.line, at).reason == <u8>Reason.REJECTED) {
    w.say(isEmpty(c.line, Setting.PASSWORD) ? prose("No password") : prose("Wrong user/password"))
    return
  }
  w.say(proseAt(ENDS + 4 * <usize>c.ended))
  if (c.ended == <u8>Ended.REFUSED) w.number(c.status)
}

/** What a refusal of the dialog room is among those of the console: the same in the same order, but for the account, which is there already. */
export function refusalOf(refusal: dialog.Refusal): Refusal {
  if (refusal == dialog.Refusal.NO_ACCOUNT) return Refusal.NO_ACCOUNT
  return <Refusal>(<i32>Refusal.NOT_NOW - 1 - refusal - i32(refusal < dialog.Refusal.NO_ACCOUNT))
}

/** Why the calls did not do what they were told, as a sentence. */
export function refusalSentence(refusal: u8): Prose {
  switch (refusal) {
    case Refusal.NO_CALL: return prose("there is no such call")
    case Refusal.ALL_BUSY: return prose("there is no room for another call now")
    case Refusal.BAD_TARGET: return prose("that is no extension, number, sip: or tel: URI, or name in the phone book")
    case Refusal.NO_NETWORK: return prose("the network is down")
    case Refusal.NO_SERVER: return prose("there is no such server")
  }
  return prose("that is not possible now")
}

/** Who the other one is: by the phone book, by his own name, else by his number. */
export function peerOf(c: Call): Span { return personOf(c.peerName, c.peerNumber) }

export function personOf(name: Span, number: Span): Span {
  const known = knownAs(name, number)
  return lengthOf(known) > 0 ? known : number
}

/** The name by the phone book, else the one that is given. A name that is the number tells nothing: there is none. */
export function knownAs(name: Span, number: Span): Span {
  const i = findNumber(number), known = i >= 0 ? contactName(i) : name
  return same(known, number) ? NONE : known
}

export function codecWord(codec: u8): Span { return codec == Codec.PCMU ? text("PCMU") : text("PCMA") }

/** Place among the candidates of the server that a call went to or came from, or -1. */
export function serverOf(c: Call): i32 {
  for (let i = 0; i < candidateCount(c.line); i++) {
    if (c.serverId != 0 && candidate(c.line, i).id == c.serverId) return i
  }
  return -1
}

/** How long a call has been talked, or was; 0 before. */
export function talkedSeconds(c: Call, now: i64): i64 {
  if (c.answeredAt == NEVER) return 0
  return ((c.state == CallState.ENDED ? c.endedAt : now) - c.answeredAt) / SECOND
}

/** Writes that as 3:07 or 1:03:07; the picture changes with the next second. */
export function writeTalked(w: Writer, c: Call): void {
  const now = panel().now, seconds = <u32>talkedSeconds(c, now)
  if (seconds >= 3600) {
    w.number(seconds / 3600)
    w.byte(0x3a)
    w.padded(seconds / 60 % 60, 2)
  } else {
    w.number(seconds / 60)
  }
  w.byte(0x3a)
  w.padded(seconds % 60, 2)
  if (c.state != CallState.ENDED) wakeAt(now + SECOND - (now - c.answeredAt) % SECOND)
}

/** Writes the seconds since an instant; the picture changes with the next one. */
export function writeSince(w: Writer, instant: i64): void {
  const past = panel().now - instant
  w.number(past / SECOND)
  w.say(prose(" s"))
  wakeAt(panel().now + SECOND - past % SECOND)
}

/** Writes what is special about a call, held, by whom, muted, with a text before the first and commas between. */
export function writeMarks(w: Writer, i: i32, before: Prose): void {
  const from = w.at, c = call(i)
  mark(w, from, before, c.held, prose("on hold"))
  mark(w, from, before, leg(i).untold, prose("not told"))
  mark(w, from, before, c.heldByPeer, prose("held by them"))
  mark(w, from, before, c.muted, prose("muted"))
  mark(w, from, before, isTransferring(c), prose("transferring"))
  if (c.transferring != Transferring.FAILED) return
  mark(w, from, before, true, prose("not transferred: "))
  w.number(c.status)
}

function mark(w: Writer, from: usize, before: Prose, set: bool, p: Prose): void {
  if (!set) return
  w.say(w.at > from ? prose(", ") : before)
  w.say(p)
}
