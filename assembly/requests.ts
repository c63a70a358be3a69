// SIP requests from others: which line each is for, and which room answers it.
import { peer } from "./io"
import { LINES } from "./config"
import { decimal } from "./base/number"
import { NONE, same, sameFolded, text } from "./base/span"
import { Setting, account, number } from "./settings/settings"
import { Message, Method } from "./wire/message"
import { URI_AT } from "./wire/state"
import { Uri, parseUri, uriParam } from "./wire/uri"
import * as outbox from "./transport/outbox"
import * as server from "./transaction/server"
import { Received } from "./transaction/server"
import { idAt } from "./servers/candidates"
import { hasAccount } from "./account/identity"
import { acknowledged, cancelled, invited } from "./dialog/incoming"
import { dialogOf } from "./dialog/dialog"
import { within } from "./dialog/inside"
import * as uas from "./dialog/uas"
import { notified } from "./dialog/waiting"

/** A request came by flow `from`; its sender is in IO. It was parsed as far as it could be. `taking`: new calls may come. */
export function request(m: Message, from: u32, taking: bool, now: i64): void {
  const received = server.receive(m, from, peer(), now)
  if (received == Received.STRAY_ACK) acknowledged(m, now)
  if (received != Received.NEW && received != Received.CANCEL_MATCHED) return
  const line = lineFor(m)
  // P-42: any server of the line may send us requests, not only the one that we are registered at.
  const known = idAt(line, peer(), true) != 0
  const d = m.method == Method.CANCEL ? -1 : dialogOf(m)
  // Who knows our tag takes part in the call, wherever he sends from.
  const status = uas.judge(m, known || d >= 0 || number(Setting.FILTER_REGISTRAR) == 0)
  if (status == uas.UNKNOWN_DIALOG && d >= 0) within(d, m, now)
  else if (status == uas.NOBODY_HERE && m.method == Method.INVITE && m.toTag == NONE && taking) invited(line, m, from, known, now)
  else answer(m, outside(line, m, status, known, now), now)
}

/**
 * The line that a request outside dialogs is for: the one that the Request-URI names, as a Contact of ours does; else, as registrars may leave a parameter out, the one
 * whose account the Request-URI, To and the sender fit best.
 */
function lineFor(m: Message): i32 {
  const named = uriParam(m.uri, text("line"))
  const number = named == NONE ? 0 : <i32>decimal(named, LINES)
  if (number > 0 && hasAccount(number - 1)) return number - 1
  const to = changetype<Uri>(URI_AT)
  const isSip = m.to != NONE && parseUri(m.toAddress.uri, to) >= 0
  let best = 0, most = 0
  for (let line = 0; line < LINES; line++) {
    if (!hasAccount(line)) continue
    const user = account(line, Setting.USER)
    let fit = same(m.uri.user, user) ? 4 : 0
    if (isSip && same(to.user, user) && sameFolded(to.host, account(line, Setting.DOMAIN))) fit += 2
    if (idAt(line, peer(), true) != 0) fit++
    if (fit <= most) continue
    best = line
    most = fit
  }
  return best
}

/** RFC 3515 2.4.1, RFC 6665 4.1.3: what may come without a call of ours; the others are for somebody who takes part in one. */
function outside(line: i32, m: Message, status: u32, known: bool, now: i64): u32 {
  if (status != uas.UNKNOWN_DIALOG && status != uas.NOBODY_HERE) return status
  if (m.method == Method.NOTIFY) return notified(line, m, known, now)
  return m.method == Method.REFER && status == uas.NOBODY_HERE ? 403 : status
}

function answer(m: Message, status: u32, now: i64): void {
  const slot = server.takeSlot()
  if (slot < 0) {
    server.forget(server.current())
    return
  }
  if (uas.answer(outbox.writer(slot), m, peer(), status) == uas.SILENCE || outbox.writer(slot).overflow) {
    outbox.discard(slot)
    server.forget(server.current())
    return
  }
  server.respond(server.current(), slot, now)
  // RFC 3261 9.2: the request that a CANCEL means is answered too, if it has not been yet.
  if (m.method == Method.CANCEL && server.cancelled() >= 0) cancelled(server.cancelled(), m, now)
}
