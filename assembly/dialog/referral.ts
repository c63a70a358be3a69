// What is kept of the transfers of each call: dialog/transfer.ts asks the other side, dialog/refer.ts is asked.
import { CALLS } from "../config"
import { TRANSFERS, TRANSFERS_SIZE } from "../memory"
import { NEVER } from "../base/deadline"
import { sameFolded, text } from "../base/span"
import { withoutParams } from "../wire/fields"
import { Field, Message, fieldOf } from "../wire/message"
import { Call, CallState, call } from "./call"

/**
 * Call.transferring. We ask: ASKING (REFER is out), UNDER_WAY (the other side tries), FAILED (the call is the user's again; Call.status and Call.reason
 * say why). They ask: FOLLOWING (we call somebody for them). REPLACING: this call takes the place of another one.
 */
export const enum Transferring { NONE, ASKING, UNDER_WAY, FAILED, FOLLOWING, REPLACING }

@unmanaged
export class Transfer {
  other: i8            // place: the call that we talk about, or that we make for them; -1 none
  otherId: u8          // its id
  depth: u8            // transfers that have led to this call
  count: u8            // REFERs that this call has brought
  quiet: bool          // they want no NOTIFY (RFC 4488)
  told: u16            // status that they have been told
  status: u16          // that they have told us
  cseq: u32            // of their REFER: names its subscription
  dueAt: i64           // no news by then: it has failed
}

const STRIDE: usize = 24
export const TRANSFERS_END: usize = TRANSFERS + <usize>CALLS * STRIDE

export function transfer(i: i32): Transfer { return changetype<Transfer>(TRANSFERS + <usize>i * STRIDE) }

/** For a call that begins. */
export function clearTransfer(i: i32): void {
  memory.fill(changetype<usize>(transfer(i)), 0, STRIDE)
  transfer(i).other = -1
  transfer(i).dueAt = NEVER
  call(i).transferring = <u8>Transferring.NONE
}

/** Whether the other side has been asked, and it is not known yet what came of it. */
export function isTransferring(c: Call): bool {
  const state = c.transferring
  return state == Transferring.ASKING || state == Transferring.UNDER_WAY
}

/** Whether a transfer of ours, if it comes about, ends this call. */
export function isLeaving(i: i32): bool {
  for (let k = 0; k < CALLS; k++) {
    if (isTransferring(call(k)) && (k == i || otherOf(k) == i)) return true
  }
  return false
}

/** Place of the call that this one's transfer is about, if it is still the same; else -1. */
export function otherOf(i: i32): i32 {
  const t = transfer(i), k: i32 = t.other
  return k >= 0 && call(k).state != CallState.FREE && call(k).id == t.otherId ? k : -1
}

export function setOther(i: i32, k: i32): void {
  transfer(i).other = <i8>k
  transfer(i).otherId = k < 0 ? 0 : call(k).id
}

/** RFC 4488 4: Refer-Sub: false */
export function isQuiet(m: Message): bool { return sameFolded(withoutParams(fieldOf(m, Field.REFER_SUB)), text("false")) }

if (offsetof<Transfer>() > STRIDE || TRANSFERS_END > TRANSFERS + TRANSFERS_SIZE) ERROR("the transfers do not fit")
