// What the phone has been told of its registrations, read off the wire: the measure of what its screen may say.
import { endpointText, type Endpoint } from "../phone.ts"
import { readSip, type Sip } from "../message.ts"
import type { Check } from "../check.ts"

type Asked = { readonly peer: string, readonly contact: string, readonly expires: number, doubtful: boolean }

/** Grants by server. It checks nothing itself. */
export class Ledger implements Check {
  readonly name = "ledger"
  readonly #asked = new Map<string, Asked>()
  readonly #grantedUntil = new Map<string, number>()
  readonly #unsure = new Set<string>()

  /** The instant until which the server (address:port) said that the phone is registered; 0 for none; Infinity when it cannot be known. */
  grantedUntil(server: string): number { return this.#unsure.has(server) ? Infinity : this.#grantedUntil.get(server) ?? 0 }

  /** Servers that have granted something. */
  servers(): string[] { return [...new Set([...this.#grantedUntil.keys(), ...this.#unsure])] }

  sent(_now: number, _flow: number, peer: Endpoint, bytes: Uint8Array): void {
    const sip = readSip(bytes)
    if (sip?.method !== "REGISTER") return
    const contact = sip.contacts[0]
    const expires = contact !== undefined && contact.expires >= 0 ? contact.expires : sip.expires
    this.#asked.set(sip.branch, { peer: endpointText(peer), contact: contact?.uri ?? "", expires, doubtful: false })
    for (const key of this.#asked.keys()) {
      if (this.#asked.size <= 200) return
      this.#asked.delete(key)
    }
  }

  delivered(now: number, from: Endpoint, bytes: Uint8Array, damaged: boolean): void {
    const server = endpointText(from)
    if (damaged) return this.#doubt(server)
    const sip = readSip(bytes)
    const asked = sip === undefined ? undefined : this.#asked.get(sip.branch)
    if (sip === undefined || asked === undefined || asked.peer !== server || sip.status < 200 || sip.status >= 300) return
    this.#asked.delete(sip.branch)
    if (!asked.doubtful) this.#unsure.delete(server)
    this.#grantedUntil.set(server, asked.expires === 0 ? 0 : now + 1000 * grantedSec(sip, asked))
  }

  /** Who gets a damaged answer may believe whatever is in it, until a later request has a whole one. */
  #doubt(server: string): void {
    this.#unsure.add(server)
    for (const asked of this.#asked.values()) if (asked.peer === server) asked.doubtful = true
  }
}

/** RFC 3261 10.2.4: the expires parameter of our contact, else header Expires, else what was asked for. */
function grantedSec(sip: Sip, asked: Asked): number {
  const ours = sip.contacts.find(contact => contact.uri === asked.contact)
  if (ours !== undefined && ours.expires >= 0) return ours.expires
  return sip.expires >= 0 ? sip.expires : asked.expires
}
