// Answers to challenges stay with the server that made the challenge, and a password that is refused is not offered again and again.
import { endpointText } from "../phone.ts"
import { readSip } from "../message.ts"
import { Violation, type Check } from "../check.ts"
import type { Limits } from "../checks.ts"

const TRIES_PER_NONCE = 2
const RESTED_MS = 600_000 // a phone that has rested for so long may ask again whether the account is good
const KEPT = 100_000 // nonces remembered: a phone may come back to a server after days

type Nonce = { readonly from: string, readonly rejectedAt: Map<string, number> }

/** P-03: a nonce is answered only at the server that gave it. RFC 3261 22.1: after two refusals of one nonce it is not tried again. */
export function credentials(limits: Limits): Check {
  const name = "credentials stay with their server"
  const nonces = new Map<string, Nonce>()
  const signed = new Map<string, { readonly nonce: string, readonly at: number }>()
  const doubtful = new Set<string>()
  return {
    name,
    // Another network, or a new start: the phone asks anew whether the account is good.
    troubled(_now, address) {
      if (address === "") for (const nonce of nonces.values()) nonce.rejectedAt.clear()
    },
    sent(now, _flow, peer, bytes) {
      const sip = readSip(bytes)
      const at = endpointText(peer)
      // RFC 3261 22.1: an ACK answers no challenge, it repeats what its INVITE had, wherever it goes.
      if (sip === undefined || sip.method === "" || sip.method === "ACK" || sip.nonce === "" || signed.has(sip.branch)) return
      signed.set(sip.branch, { nonce: sip.nonce, at: now })
      trim(signed)
      const nonce = nonces.get(sip.nonce)
      if (nonce !== undefined && nonce.from !== at) throw new Violation(name, `${sip.method} to ${at} answers the challenge of ${nonce.from}`)
      if (doubtful.has(at)) return
      if (nonce === undefined) throw new Violation(name, `${sip.method} to ${at} answers a challenge that nobody made`)
      const rejected = [...nonce.rejectedAt.values()].filter(at => at > now - RESTED_MS)
      if (rejected.length >= TRIES_PER_NONCE) {
        throw new Violation(name, `${sip.method} to ${at} offers credentials that were refused ${TRIES_PER_NONCE} times`)
      }
    },
    delivered(now, from, bytes, damaged) {
      const sip = readSip(bytes)
      const at = endpointText(from)
      // Nobody knows what the phone reads in a damaged challenge, nor for how long it keeps it.
      if (damaged) doubtful.add(at)
      if (sip === undefined || sip.status === 0) return
      const asked = signed.get(sip.branch)
      const refused = nonces.get(asked?.nonce ?? "")
      // An answer that comes when the phone has given up is not heard any more.
      const heard = asked !== undefined && now < asked.at + limits.giveUpMs
      const refuses = (sip.status === 401 || sip.status === 407) && !sip.stale
      if (refused !== undefined && refuses && heard && !damaged) refused.rejectedAt.set(sip.branch, now)
      if (sip.nonce !== "" && !nonces.has(sip.nonce)) nonces.set(sip.nonce, { from: at, rejectedAt: new Map() })
      trim(nonces)
    },
  }
}

function trim(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= KEPT) return
    map.delete(key)
  }
}
