// The SIP status view: every server with rank, priority, address and status, in the order of DNS, and what the registration says. VE-20, VE-38
import { prose } from "../base/prose"
import { candidateCount } from "../servers/candidates"
import { registration } from "../account/registration"
import { RegistrationState } from "../account/machine"
import { title, softKeys, pen, beginText, endText, paragraph, scroll, spell } from "./paper"
import { Action, View, panel, pop, push } from "./panel"
import { icon, modeWord, writeRedundancy } from "./standing"
import { drawCandidate } from "./server"
import { hasAccount, writeAccount, writeTrouble } from "./words"

export function drawServers(): void {
  const count = candidateCount(panel().line)
  title(icon(), spell(prose("SIP status")))
  beginText()
  if (count == 0) paragraph(spell(prose("No server is known yet.")), 0)
  for (let i = 0; i < count; i++) drawCandidate(i)
  if (count > 0) drawRedundancy(count)
  drawRegistration()
  endText()
  softKeys(prose("Back"), count > 0 ? prose("Details") : prose(""), prose("Why"))
}

export function pressServers(key: u32): Action {
  if (key == 0x55 || key == 0x44) scroll(key == 0x44)
  else if (key == 0x63) push(View.WHY)
  else if ((key == 0x62 || key == 0x4f) && candidateCount(panel().line) > 0) push(View.SERVER)
  else if (key == 0x61 || key == 0x42) pop()
  return Action.NONE
}

/** VE-01, VE-46 */
function drawRedundancy(count: i32): void {
  let w = pen()
  if (count > 1) {
    w.say(prose("Mode: "))
    w.say(modeWord(panel().line))
    paragraph(w.written, 1)
    w = pen()
  }
  w.say(prose("Redundancy: "))
  writeRedundancy(w, panel().line)
  paragraph(w.written, 1)
}

function drawRegistration(): void {
  const line: i32 = panel().line
  if (!hasAccount(line)) {
    paragraph(spell(prose("There is no account.")), 0)
    return
  }
  const r = registration(line)
  let w = pen()
  writeAccount(w, line)
  paragraph(w.written, 1)
  w = pen()
  if (r.state == RegistrationState.WAITING || r.state == RegistrationState.FAILED) {
    w.say(prose("not registered: "))
    writeTrouble(w, r)
  } else if (r.state == RegistrationState.REGISTERED || r.state == RegistrationState.REFRESHING) {
    w.say(prose("registered for "))
    w.number(r.grantedSec)
    w.say(prose(" s"))
  } else {
    w.say(r.state == RegistrationState.OFF ? prose("not registered") : prose("being registered"))
  }
  paragraph(w.written, 1)
}
