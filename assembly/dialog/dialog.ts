// Dialogs (RFC 3261 12): who takes part, which way requests go, and where the counts stand.
import { DIALOGS, ROUTES_MAX } from "../config"
import { DIALOG_STATE, DIALOG_STATE_SIZE, TX } from "../memory"
import { Endpoint, ENDPOINT_SIZE } from "../base/endpoint"
import { token } from "../base/random"
import { NONE, Span, between, lengthOf, same, startOf } from "../base/span"
import { Writer, WRITER_SIZE } from "../base/writer"
import { Address } from "../wire/address"
import { dropSpace } from "../wire/char"
import { Values, firstAddress } from "../wire/fields"
import { Field, Message } from "../wire/message"
import { ADDRESS_AT, URI_AT, VALUES_AT } from "../wire/state"
import { Scheme, Uri, parseUri } from "../wire/uri"
import { call } from "./call"
import { TEXTS_END, Text, dropTexts, keepText, textOf, textRoom, textsLength } from "./texts"

export { Text, textOf, keepText } from "./texts"

/** DRAFT: an INVITE of ours that nobody has answered with a tag yet; what its dialogs will have in common. */
export const enum DialogState { FREE, DRAFT, EARLY, CONFIRMED }

/** No call: the dialog only lives until its BYE is answered. */
export const NO_PLACE: i8 = -1

@unmanaged
export class Dialog {
  state: u8            // DialogState
  place: i8            // of the call that it belongs to, or NO_PLACE
  caller: bool         // the INVITE was ours
  counted: bool        // remoteCseq has been set
  wants: u8            // requests that wait for their turn: Want bits of dialog/requests.ts
  method: u8           // of the request under way that is no INVITE
  rounds: u8           // how often it was challenged
  over: bool           // its BYE has been answered: it is kept for repetitions of a 2xx, as long as nobody needs the place
  toward: u8           // server that its requests go to instead of their own way, 0 none: dialog/detour.ts
  turned: bool         // and it has yet to register us
  detours: u8          // servers asked for one request besides the first
  line: u8
  localCseq: u32
  remoteCseq: u32
  inviteCseq: u32      // of the INVITE that the ACK belongs to
  handle: i32          // request under way that is no INVITE; -1 none
  rseq: u32            // of their provisional answer that was acknowledged last; 0 none
  detouredAt: u32      // when the first server failed, the low 32 bits
  // then: 8 bytes that make the branch of its ACK, so that a repetition is the same; where requests go whose way leads to a name: the server that the INVITE went to or came from

  // @ts-ignore: decorator
  @inline
  get mark(): usize { return changetype<usize>(this) + MARK_AT }
  // @ts-ignore: decorator
  @inline
  get server(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + SERVER_AT) }
}

const MARK_AT: usize = 36, SERVER_AT: usize = MARK_AT + 8
const STRIDE: usize = 64
const TABLE: usize = (TEXTS_END + 7) & ~7
export const DIALOGS_END: usize = TABLE + <usize>DIALOGS * STRIDE

/** Texts of a dialog take so many bytes, as a rule at most. */
const TEXTS_USUAL: u32 = 700
const TAG_LENGTH: u32 = 10
const CALL_ID_LENGTH: u32 = 20

export function dialog(d: i32): Dialog { return changetype<Dialog>(TABLE + <usize>d * STRIDE) }

/** A place for a dialog, wiped; -1 when all are taken. */
export function takeDialog(state: DialogState, place: i32): i32 {
  const d = vacant()
  if (d < 0) return -1
  const x = dialog(d)
  memory.fill(changetype<usize>(x), 0, STRIDE)
  x.state = <u8>state
  x.place = <i8>place
  x.handle = -1
  if (place >= 0) x.line = call(place).line
  return d
}

/** A free place. Dialogs that are over make room, for the record and for its texts. */
function vacant(): i32 {
  let free = -1
  for (let d = 0; d < DIALOGS; d++) {
    if (dialog(d).state == DialogState.FREE) free = d
  }
  for (let d = 0; d < DIALOGS && (free < 0 || textRoom() < TEXTS_USUAL); d++) {
    if (dialog(d).state == DialogState.FREE || !dialog(d).over) continue
    freeDialog(d)
    free = d
  }
  return free
}

export function freeDialog(d: i32): void {
  if (d < 0) return
  dialog(d).state = <u8>DialogState.FREE
  dropTexts(d)
}

/** Whether there is no room for another one now. */
export function isFull(): bool { return vacant() < 0 || textRoom() < TEXTS_USUAL }

/** How many are in use. */
export function dialogCount(): i32 {
  let count = 0
  for (let d = 0; d < DIALOGS; d++) count += <i32>(dialog(d).state != DialogState.FREE && !dialog(d).over)
  return count
}

/** RFC 3261 12.2.2: the dialog of a request that came: its To tag is ours. -1: none. */
export function dialogOf(m: Message): i32 {
  const d = dialogNamed(m.callId, m.toTag, m.fromTag)
  return d >= 0 && dialog(d).over ? -1 : d
}

/** RFC 3261 12: the dialog of an answer to a request of ours: its From tag is ours. -1: none. */
export function dialogAnswered(m: Message): i32 { return dialogNamed(m.callId, m.fromTag, m.toTag) }

/** Whether a caller who names no tag of ours takes part in a dialog with us, by the INVITE that began it. */
export function isCalling(m: Message): bool {
  for (let d = 0; d < DIALOGS; d++) {
    const x = dialog(d)
    if (x.state < <u8>DialogState.EARLY || x.caller || x.over) continue
    if (same(textOf(d, Text.REMOTE_TAG), m.fromTag) && same(textOf(d, Text.CALL_ID), m.callId)) return true
  }
  return false
}

/** The dialog of that Call-ID, with our tag and that of the other side; -1: none. */
export function dialogNamed(callId: Span, local: Span, remote: Span): i32 {
  for (let d = 0; d < DIALOGS; d++) {
    if (dialog(d).state < <u8>DialogState.EARLY) continue
    if (same(textOf(d, Text.LOCAL_TAG), local) && same(textOf(d, Text.REMOTE_TAG), remote) && same(textOf(d, Text.CALL_ID), callId)) return d
  }
  return -1
}

// -- Beginnings. Each returns the dialog, or -1 when it does not fit: then nothing is left of it.

/** Of an INVITE of ours: to `target`, which stands in To as well, by the route set that the registrar named. */
export function draft(place: i32, local: Span, target: Span, remote: Span, routes: Span): i32 {
  const d = takeDialog(DialogState.DRAFT, place)
  if (d < 0) return -1
  const x = dialog(d)
  x.caller = true
  x.localCseq = 1
  const fits = keepText(d, Text.CALL_ID, drawn(CALL_ID_LENGTH)) && keepText(d, Text.LOCAL_TAG, drawn(TAG_LENGTH)) && keepText(d, Text.LOCAL, local) &&
    keepText(d, Text.REMOTE, remote) && keepText(d, Text.TARGET, target) && (routes == NONE || keepText(d, Text.ROUTES, routes))
  return kept(d, fits)
}

/** RFC 3261 12.1.1: of an INVITE that came and is going to be answered. */
export function dialogFromInvite(place: i32, m: Message, server: Endpoint): i32 {
  const d = takeDialog(DialogState.EARLY, place)
  if (d < 0) return -1
  const x = dialog(d)
  x.remoteCseq = m.cseq
  x.counted = true
  x.inviteCseq = m.cseq
  x.localCseq = 0
  x.server.copyFrom(server)
  const fits = keepText(d, Text.CALL_ID, m.callId) && keepText(d, Text.LOCAL_TAG, drawn(TAG_LENGTH)) && keepText(d, Text.REMOTE_TAG, m.fromTag) &&
    keepText(d, Text.LOCAL, withoutTag(m.to, m.toAddress)) && keepText(d, Text.REMOTE, withoutTag(m.from, m.fromAddress)) && takeWay(d, m, false)
  return kept(d, fits)
}

/** RFC 3261 12.1.2: of an answer to our INVITE. What the answer does not say comes from the request: From and Call-ID are repeated in it. */
export function dialogFromAnswer(place: i32, m: Message, state: DialogState, server: Endpoint): i32 {
  const d = takeDialog(state, place)
  if (d < 0) return -1
  const x = dialog(d)
  x.caller = true
  x.localCseq = m.cseq
  x.inviteCseq = m.cseq
  x.server.copyFrom(server)
  const fits = keepText(d, Text.CALL_ID, m.callId) && keepText(d, Text.LOCAL_TAG, m.fromTag) && keepText(d, Text.REMOTE_TAG, m.toTag) &&
    keepText(d, Text.LOCAL, withoutTag(m.from, m.fromAddress)) && keepText(d, Text.REMOTE, withoutTag(m.to, m.toAddress)) && takeWay(d, m, true)
  return kept(d, fits)
}

/**
 * RFC 3261 12.1.1, 12.1.2: remote target and route set of the message that makes the dialog. `reversed`: it is an answer; without a Contact that can be
 * used, the one that was called is the target. False when there is no target, or when requests of ours would not fit into a datagram.
 */
export function takeWay(d: i32, m: Message, reversed: bool): bool {
  if (!refreshTarget(d, m)) return false
  if (textOf(d, Text.TARGET) == NONE && !(reversed && keepTarget(d, m.toAddress.uri))) return false
  const w = changetype<Writer>(TX)
  w.open(TX + WRITER_SIZE, ROUTES_BYTES)
  return writeRoutes(w, m, reversed, ROUTES_MAX) && keepShort(d, Text.ROUTES, w.written)
}

/**
 * RFC 3261 12.2.1.2, 12.2.2: the Contact of a request or 2xx that refreshes the target. True also when there is none that can be used: the target stays
 * as it is. False when it does not fit.
 */
export function refreshTarget(d: i32, m: Message): bool {
  const uri = contactOf(m)
  return uri == NONE || keepTarget(d, uri)
}

/** RFC 3261 8.1.1.8, 12.1.1: the URI that requests to the sender of `m` go to; NONE where Contact is missing, "*", or no SIP URI. */
export function contactOf(m: Message): Span {
  const a = changetype<Address>(ADDRESS_AT)
  return firstAddress(m, Field.CONTACT, a) && isSip(a.uri) ? a.uri : NONE
}

// -- Helpers

const ROUTES_BYTES: u32 = 512
const TARGET_MAX: u32 = 255
/** With so many bytes of texts, a BYE still fits into a datagram. */
const TEXTS_MAX: u32 = 1000
const LIST: usize = TX + WRITER_SIZE + ROUTES_BYTES

function isSip(uri: Span): bool {
  const u = changetype<Uri>(URI_AT)
  return parseUri(uri, u) >= 0 && (u.scheme == Scheme.SIP || u.scheme == Scheme.SIPS)
}

/** False, and the target as before, when it cannot be one. */
function keepTarget(d: i32, uri: Span): bool {
  return same(textOf(d, Text.TARGET), uri) || lengthOf(uri) <= TARGET_MAX && isSip(uri) && keepShort(d, Text.TARGET, uri)
}

/** False, and the text as before, when there is no room, or requests would become too long. */
function keepShort(d: i32, which: Text, s: Span): bool {
  return textsLength(d) - lengthOf(textOf(d, which)) + lengthOf(s) <= TEXTS_MAX && keepText(d, which, s)
}

function kept(d: i32, fits: bool): i32 {
  if (fits) return d
  freeDialog(d)
  return -1
}

/** All Record-Route values, from last to first when `reversed`. False when there are more than `most`, 150 at most. */
export function writeRoutes(w: Writer, m: Message, reversed: bool, most: u32): bool {
  const values = changetype<Values>(VALUES_AT)
  values.open(m, Field.RECORD_ROUTE)
  let count: u32 = 0
  for (let value = values.next(); value != NONE; value = values.next()) {
    if (count == most) return false
    store<u32>(LIST + <usize>count * 4, value)
    count++
  }
  for (let i: u32 = 0; i < count; i++) {
    if (i > 0) w.byte(0x2c)
    w.put(load<u32>(LIST + <usize>(reversed ? count - 1 - i : i) * 4))
  }
  return !w.overflow
}

/** A From or To value up to its parameters. */
function withoutTag(whole: Span, a: Address): Span {
  return lengthOf(a.params) == 0 ? whole : between(startOf(whole), dropSpace(startOf(whole), startOf(a.params)))
}

// RFC 3261 8.1.1.4, 19.3: Call-ID and tags that nobody can guess.
function drawn(length: u32): Span {
  const w = changetype<Writer>(TX)
  w.open(TX + WRITER_SIZE, length)
  token(w, length)
  return w.written
}

if (offsetof<Dialog>() > MARK_AT || SERVER_AT + ENDPOINT_SIZE > STRIDE) ERROR("a dialog does not fit into its record")
if (DIALOGS_END > DIALOG_STATE + DIALOG_STATE_SIZE) ERROR("the dialogs do not fit")
