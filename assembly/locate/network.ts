// Reads what the host says of the network: our own addresses, and the name servers to ask.
import { Endpoint } from "../base/endpoint"
import { parseHostPort, parseIp } from "../base/ip"
import { MIX_START, NONE, Span, after, indexOf, lengthOf, mix, span, startOf, startsWith, text, trim } from "../base/span"
import { NAME_AT } from "./layout"
import { addOwn, addServer, clearOwn, clearServers, setFamilies } from "./resolver"

const DNS_PORT: u16 = 53

/**
 * Takes lines `address 192.0.2.10` and `dns 192.0.2.53`, `dns 127.0.0.1:5353` or `dns [2001:db8::53]:53`; others are passed over, so that a host may
 * say more than this phone understands. Returns a hash of the own addresses: when it is another one, they have changed.
 */
export function readNetwork(lines: Span): u32 {
  let hash = MIX_START
  let ip4 = false, ip6 = false
  clearServers()
  clearOwn()
  for (let rest = lines; lengthOf(rest) > 0;) {
    const end = indexOf(rest, 0x0a)
    const line = trim(end < 0 ? rest : span(startOf(rest), end))
    rest = end < 0 ? span(startOf(rest), 0) : after(rest, end + 1)
    const e = changetype<Endpoint>(SCRATCH)
    if (startsWith(line, text("dns "))) readServer(trim(after(line, 4)), e)
    else if (startsWith(line, text("address ")) && parseIp(trim(after(line, 8)), e)) {
      if (e.family == 4) ip4 = true
      else ip6 = true
      addOwn(e)
      hash = mix(hash, line)
    }
  }
  setFamilies(ip4, ip6)
  return hash
}

// The place where names are written out is free between two questions.
const SCRATCH: usize = NAME_AT

function readServer(s: Span, e: Endpoint): void {
  if (parseHostPort(s, e) == NONE || e.family == 0) return
  if (e.port == 0) e.port = DNS_PORT
  addServer(e)
}
