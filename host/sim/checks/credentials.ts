// Answers to challenges stay with the server that made the challenge, and a password that is refused is not offered again and again.
import { endpointText } from "../phone.ts"
import { readSip } from "../message.ts"
import { Violation, type Check } from "../check.ts"

const TRIES_PER_NONCE = 2
const KEPT = 1000 // nonces remembered

type Nonce = { readonly from: string, rejections: number }

/** P-03: a nonce is answered only at the server that gave it. RFC 3261 22.1: after two refusals of one nonce it is not tried again. */
export function credentials(): Check {
  const name = "credentials stay with their server"
  const nonces = new Map<string, Nonce>()
  const signed = new Map<string, string>()
  return {
    name,
    sent(_now, _flow, peer, bytes) {
      const sip = readSip(bytes)
      if (sip === undefined || sip.method === "" || sip.nonce === "" || signed.get(sip.branch) === sip.nonce) return
      const nonce = nonces.get(sip.nonce)
      if (nonce === undefined) throw new Violation(name, `${sip.method} to ${endpointText(peer)} answers a challenge that nobody made`)
      if (nonce.from !== endpointText(peer)) throw new Violation(name, `${sip.method} to ${endpointText(peer)} answers the challenge of ${nonce.from}`)
      if (nonce.rejections >= TRIES_PER_NONCE) throw new Violation(name, `${sip.method} to ${nonce.from} offers credentials that were refused ${nonce.rejections} times`)
      signed.set(sip.branch, sip.nonce)
      trim(signed)
    },
    delivered(_now, from, bytes) {
      const sip = readSip(bytes)
      if (sip === undefined || sip.status !== 401 && sip.status !== 407) return
      const refused = nonces.get(signed.get(sip.branch) ?? "")
      if (refused !== undefined && !sip.stale) {
        refused.rejections++
        signed.delete(sip.branch) // a repeated answer counts once
      }
      if (!nonces.has(sip.nonce)) nonces.set(sip.nonce, { from: endpointText(from), rejections: 0 })
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
