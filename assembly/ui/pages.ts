// The views that only show text: why this server was chosen, what this phone is, and messages.
import { prose } from "../base/prose"
import { Span } from "../base/span"
import { fault } from "../settings/settings"
import { writeHost } from "../base/ip"
import { own, ownCount } from "../locate/resolver"
import { isOpen, listening, localOf } from "../transport/flow"
import { writeWhy } from "../servers/why"
import { RegistrationState } from "../account/machine"
import { Trouble, registration } from "../account/registration"
import * as dialog from "../dialog/commands"
import { Refusal } from "./lines"
import { PRODUCT } from "../product"
import { Symbol } from "./font"
import { title, softKeys, pen, beginText, endText, paragraph, scroll, spell } from "./paper"
import { Action, View, panel, pop, push, shown } from "./panel"
import { icon } from "./standing"
import { isShared, writeAdvice } from "./words"
import { refusalOf, refusalSentence } from "./call-words"

export const enum Message { FAILURE, FAULT, REFUSAL }

export function drawWhy(): void {
  title(icon(), spell(prose("Why this server")))
  beginText()
  let step = 0
  for (let w = pen(); writeWhy(w, panel().line, step, false); w = pen(), step++) paragraph(w.written, 1)
  if (step == 0) paragraph(spell(prose("Nothing had to be decided so far.")), 0)
  endText()
  softKeys(prose("Back"), prose(""), prose(""))
}

export function drawAbout(): void {
  title(icon(), spell(prose("About")))
  beginText()
  paragraph(PRODUCT, 0)
  const flow = listening()
  if (ownCount() == 0) paragraph(spell(prose("There is no network.")), 0)
  else if (flow == 0 || !isOpen(flow)) paragraph(spell(prose("The SIP port is not open.")), 0)
  else {
    paragraph(spell(prose("SIP over UDP, own address and port:")), 0)
    for (let i: u32 = 0; i < ownCount(); i++) {
      const w = pen()
      writeHost(w, own(i))
      w.byte(0x3a)
      w.number(localOf(flow).port)
      paragraph(w.written, 1)
    }
  }
  endText()
  softKeys(prose("Back"), prose(""), prose(""))
}

/** For both of the above. */
export function pressPage(key: u32): Action {
  if (key == 0x55 || key == 0x44) scroll(key == 0x44)
  else if (key == 0x61 || key == 0x42 || key == 0x4f) pop()
  return Action.NONE
}

/** Shows why the registration failed, as it stands now. */
export function announceFailure(line: i32): void {
  const p = panel(), r = registration(line)
  // Nobody is interrupted in a call
  if (p.place >= 0) return
  p.trouble = r.reason
  p.troubleLine = <u8>line
  p.troubleStatus = r.status
  if (shown() == View.MESSAGE && p.message == Message.FAILURE) return
  push(View.MESSAGE)
  p.message = <u8>Message.FAILURE
}

/** Shows the sentence about a refused setting. */
export function announceFault(): void {
  push(View.MESSAGE)
  panel().message = <u8>Message.FAULT
}

/** Shows why the calls did not do what they were told. */
export function announceRefusal(refusal: dialog.Refusal): void {
  push(View.MESSAGE)
  panel().message = <u8>Message.REFUSAL
  panel().refusal = <u8>refusalOf(refusal)
}

export function drawMessage(): void {
  const p = panel(), failure = p.message == Message.FAILURE
  title(failure ? Symbol.FAILED : icon(), failure ? failureTitle() : spell(p.message == Message.FAULT ? prose("Not accepted") : prose("Not possible")))
  beginText()
  const w = pen()
  if (failure) writeAdvice(w, p.trouble, p.troubleStatus)
  else if (p.message == Message.FAULT) w.put(fault())
  else if (p.refusal == Refusal.NO_ACCOUNT) writeAdvice(w, <u8>Trouble.NO_DOMAIN, 0)
  else if (p.refusal == Refusal.NO_NETWORK) writeAdvice(w, <u8>Trouble.NETWORK_DOWN, 0)
  else w.say(refusalSentence(p.refusal))
  paragraph(w.written, 0)
  softKeys(prose(""), prose(""), prose("OK"))
}

/** Which line is not registered, where there are several. */
function failureTitle(): Span {
  if (!isShared()) return spell(prose("Not registered"))
  const w = pen()
  w.number(panel().troubleLine + 1)
  w.say(prose(": not registered"))
  return w.written
}

/** Any key. The view under a message about a failure may be another message. */
export function pressMessage(): Action {
  pop()
  panel().message = <u8>Message.FAULT
  return Action.NONE
}

/** A message about a failure goes by itself once the phone is registered. */
export function outdated(): bool {
  return panel().message == Message.FAILURE && registration(panel().troubleLine).state == RegistrationState.REGISTERED
}
