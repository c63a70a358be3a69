// Our address behind a NAT (setting nat_contact): each server says in its answers where it sees us (RFC 3581), and that is what our Contact there names (P-27).
import { Endpoint } from "../base/endpoint"
import { parseIp } from "../base/ip"
import { decimal } from "../base/number"
import { NONE, lengthOf, text } from "../base/span"
import { Setting, knob } from "../settings/settings"
import { param } from "../wire/address"
import { Message } from "../wire/message"
import { activeId, byId, idAt } from "../servers/candidates"

/** RFC 6223 5: no more often than this, whatever a server wants; seldom enough for the pace, and no NAT forgets so soon. */
const KEEP_LEAST_SEC: i64 = 10
const KEEP_MOST_SEC: i64 = 3600
/** RFC 5626 4.4.1: where the server leaves it to us, over UDP. */
const KEEP_USUAL_SEC: u16 = 29

/** The address of ours that a Contact names to whoever is at `peer`, where `local` is that of our socket; the server that registers us speaks for strangers. */
export function outer(line: i32, peer: Endpoint, local: Endpoint): Endpoint {
  if (knob(line, Setting.NAT_CONTACT) == 0) return local
  const there = idAt(line, peer, true), id = there != 0 ? there : activeId(line)
  return id == 0 || byId(line, id).boundUntil == 0 ? local : byId(line, id).boundLocal
}

/** RFC 3581 4: reads from an answer where its sender sees us. False: it does not say. */
export function readOuter(m: Message, e: Endpoint): bool {
  const port = m.via.rport == NONE ? -1 : decimal(m.via.rport, 0xffff)
  if (port <= 0 || !parseIp(m.via.received != NONE ? m.via.received : m.via.host, e)) return false
  e.port = <u16>port
  return true
}

/** RFC 6223 4.4: how often, in seconds, who answers so wants a keep-alive; 0: it takes none. A `keep` without a value is only ours, come back. */
export function readKeep(m: Message): u16 {
  const value = param(m.via.params, text("keep"))
  const seconds = value == NONE || lengthOf(value) == 0 ? -1 : decimal(value, u32.MAX_VALUE)
  if (seconds <= 0) return seconds == 0 ? KEEP_USUAL_SEC : 0
  return <u16>min(max(seconds, KEEP_LEAST_SEC), KEEP_MOST_SEC)
}
