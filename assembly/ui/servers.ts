// The SIP status view: every server with rank, priority, address and status, in the order of DNS, and what the registration says. VE-20, VE-38
import { prose } from "../base/prose"
import { text, between } from "../base/span"
import { candidate, candidateCount } from "../servers/candidates"
import { registration } from "../account/registration"
import { RegistrationState } from "../account/machine"
import { title, softKeys, pen, beginText, endText, pair, paragraph, scroll } from "./paper"
import { Action, View, pop, push } from "./panel"
import { icon, serversUp } from "./standing"
import { hasAccount, writeAccount, writeRank, writeServer, writeStatus, writeTrouble } from "./words"

const INDENT: u32 = 5                    // below the address

export function drawServers(): void {
  const count = candidateCount(0)
  let w = pen()
  w.say(prose("Servers"))
  if (count > 0) {
    w.say(prose(" "))
    w.number(serversUp())
    w.say(prose(" of "))
    w.number(count)
    w.say(prose(" up"))
  }
  title(icon(), w.written)
  beginText()
  if (count == 0) paragraph(text("No server is known yet."), 0)
  for (let i = 0; i < count; i++) drawCandidate(i)
  drawRegistration()
  endText()
  softKeys(prose("Back"), prose(""), prose("Why"))
}

export function pressServers(key: u32): Action {
  if (key == 0x55 || key == 0x44) scroll(key == 0x44)
  else if (key == 0x63 || key == 0x4f) push(View.WHY)
  else if (key == 0x61 || key == 0x42) pop()
  return Action.NONE
}

function drawCandidate(i: i32): void {
  const c = candidate(0, i), w = pen()
  writeRank(w, c)
  w.byte(0x20)
  writeServer(w, c.endpoint)
  const middle = w.at
  writeStatus(w, c)
  pair(between(w.start, middle), between(middle, w.at), INDENT)
}

function drawRegistration(): void {
  if (!hasAccount(0)) {
    paragraph(text("There is no account."), 0)
    return
  }
  const r = registration(0)
  let w = pen()
  writeAccount(w, 0)
  paragraph(w.written, 1)
  w = pen()
  if (r.state == RegistrationState.WAITING || r.state == RegistrationState.FAILED) {
    writeTrouble(w, r)
  } else if (r.state == RegistrationState.REGISTERED || r.state == RegistrationState.REFRESHING) {
    w.say(prose("granted "))
    w.number(r.grantedSec)
    w.say(prose(" s"))
  } else {
    w.say(r.state == RegistrationState.OFF ? prose("not registered") : prose("being registered"))
  }
  paragraph(w.written, 1)
}
