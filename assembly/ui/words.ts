// What states and troubles are called: one word for programs, one line for the screen, a sentence for the person.
import { LINES } from "../config"
import { Prose, prose } from "../base/prose"
import { Span, text, lengthOf } from "../base/span"
import { Writer } from "../base/writer"
import { writeIp, writeEndpoint } from "../base/ip"
import { Endpoint } from "../base/endpoint"
import { wordAt } from "../settings/word"
import { Setting, words } from "../settings/settings"
import { Candidate, REHEARSED, activeId } from "../servers/candidates"
import { Play, playAt } from "../transport/rehearsal"
import { Registration, Trouble } from "../account/registration"

const SIP_PORT: u16 = 5060

/** Names of RegistrationState. */
export function stateWord(state: u8): Span {
  return wordAt(text("off locating registering registered refreshing unregistering waiting failed"), state)
}

/** Names of Trouble. */
export function troubleWord(trouble: u8): Span {
  return wordAt(text("none no_account dns_dead not_found no_address service_absent not_carried all_failed rejected refused network_down stopped no_password"), trouble)
}

/** Names of the servers' Status (VE-22). */
export function statusWord(status: u8): Span { return wordAt(text("unknown up down failed"), status) }

/** Names of the servers' Reason. */
export function reasonWord(reason: u8): Span {
  return wordAt(text("none refused silent code unreachable rejected removed no_flow"), reason & ~REHEARSED)
}

/** Names of wire Transport. */
export function transportWord(transport: u8): Span { return wordAt(text("none UDP TCP TLS"), transport) }

/** Writes why the phone is not registered, in 21 columns at most. */
export function writeTrouble(w: Writer, r: Registration): void {
  w.say(troubleLine(r.reason))
  if (r.reason == Trouble.REFUSED_CODE) w.number(r.status)
}

function troubleLine(trouble: u8): Prose {
  switch (trouble) {
    case Trouble.NO_DOMAIN: return prose("No account yet")
    case Trouble.DNS_DEAD: return prose("DNS does not answer")
    case Trouble.NOT_FOUND: return prose("Domain not found")
    case Trouble.NO_ADDRESS: return prose("Server has no address")
    case Trouble.SERVICE_ABSENT: return prose("Domain without SIP")
    case Trouble.NOT_CARRIED: return prose("Needs TCP or TLS")
    case Trouble.ALL_FAILED: return prose("No server answers")
    case Trouble.REJECTED: return prose("Wrong user/password")
    case Trouble.REFUSED_CODE: return prose("Refused with ")
    case Trouble.NETWORK_DOWN: return prose("Network is down")
    case Trouble.STOPPED: return prose("Logged off")
    case Trouble.NO_PASSWORD: return prose("No password")
  }
  return prose("")
}

/** Writes the same as sentences: what has happened, and what can be done about it. At most six rows of 21 columns. */
export function writeAdvice(w: Writer, trouble: u8, status: u16): void {
  if (trouble == Trouble.REFUSED_CODE) {
    w.say(prose("The server answered "))
    w.number(status)
    w.say(status == 404 ? prose(": it does not know this user. Check user and domain in Menu, Account.")
      : prose(" and does not register you. Ask its administrator why."))
    return
  }
  w.say(advice(trouble))
}

function advice(trouble: u8): Prose {
  switch (trouble) {
    case Trouble.NO_DOMAIN: return prose("No account yet. Enter domain, user and password in Menu, Account.")
    case Trouble.DNS_DEAD: return prose("The DNS server does not answer. Check the network and its DNS server.")
    case Trouble.NOT_FOUND: return prose("DNS does not know the domain. Check its spelling in Menu, Account.")
    case Trouble.NO_ADDRESS: return prose("Server has no address in DNS. Tell the administrator of the domain.")
    case Trouble.SERVICE_ABSENT: return prose("The domain offers no SIP service. Check its spelling in Menu, Account.")
    case Trouble.NOT_CARRIED: return prose("Only TCP or TLS is offered, or set here; this phone speaks UDP. Ask the administrator for UDP.")
    case Trouble.ALL_FAILED: return prose("None of the servers could register you. The phone keeps trying; Servers shows how each stands.")
    case Trouble.NO_PASSWORD:
    case Trouble.REJECTED: return prose("The server refused user or password. Check them in Menu, Account.")
    case Trouble.NETWORK_DOWN: return prose("Network is down. Check the cable or the Wi-Fi; the phone goes on by itself.")
    case Trouble.STOPPED: return prose("Logged off. Menu, Register logs you on again.")
  }
  return prose("")
}

/** Writes the extension with its domain, as an address of record without the scheme. */
export function writeAccount(w: Writer, line: i32): void {
  w.put(words(line, Setting.USER))
  w.byte(0x40)
  w.put(words(line, Setting.DOMAIN))
}

/** Writes address and port; the port only when it is not 5060. */
export function writeServer(w: Writer, e: Endpoint): void {
  if (e.port == SIP_PORT) writeIp(w, e)
  else writeEndpoint(w, e)
}

/** Writes rank and priority: P1:1. VE-17, VE-18; AMB-18: P-:- for a server that DNS no longer names. */
export function writeRank(w: Writer, c: Candidate): void {
  w.byte(0x50)
  if (c.rank == 0) {
    w.say(prose("-:-"))
    return
  }
  w.number(c.rank)
  w.byte(0x3a)
  w.number(c.priority)
}

/** Writes the status, with an asterisk behind it when the phone is registered there (VE-20), and whether its failure is being rehearsed. */
export function writeStatus(w: Writer, c: Candidate): void {
  w.put(statusWord(c.status))
  if (<u32>c.id == activeId(c.line)) w.byte(0x2a)
  if (playAt(c.endpoint) != Play.NONE) w.say(prose(" rehearsed"))
}

/** The `n`-th line that has an account, from 0: how many there are before it. The first one stands for none; -1 behind the last. */
export function lineAt(n: i32): i32 {
  for (let line = 0; line < LINES; line++) if (hasAccount(line) && n-- == 0) return line
  return n == 0 && !hasAccount(0) && !isShared() ? 0 : -1
}

/** Whether another line than the first has an account, so that it has to be said which one is meant. */
export function isShared(): bool {
  for (let line = 1; line < LINES; line++) if (hasAccount(line)) return true
  return false
}

/** Writes "Line 2". */
export function writeLine(w: Writer, line: i32): void {
  w.say(prose("Line "))
  w.number(line + 1)
}

/** Names of what may be rehearsed at a server, in the order of Play. */
export function playWord(play: Play): Span { return wordAt(text("well refuse silent 503 slow"), play) }

/** Whether user and domain are set, without which nothing can be registered. */
export function hasAccount(line: i32): bool { return !isEmpty(line, Setting.USER) && !isEmpty(line, Setting.DOMAIN) }

export function isEmpty(line: i32, s: Setting): bool { return lengthOf(words(line, s)) == 0 }
