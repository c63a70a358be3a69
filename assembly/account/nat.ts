// Our address behind a NAT (setting nat_contact): each server says in its answers where it sees us (RFC 3581), and that is what our Contact there names (P-27).
import { Endpoint } from "../base/endpoint"
import { parseIp } from "../base/ip"
import { decimal } from "../base/number"
import { NONE } from "../base/span"
import { Setting, knob } from "../settings/settings"
import { Message } from "../wire/message"
import { activeId, byId, idAt } from "../servers/candidates"

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
