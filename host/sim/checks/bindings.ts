// The phone is registered once, soon, and where its screen says.
import { endpointText } from "../phone.ts"
import { Violation, type Check } from "../check.ts"
import { transactionMs, type Binding, type Limits, type RegistrarView, type View } from "../checks.ts"
import type { Ledger } from "./ledger.ts"

/** No registrar has anything to complain of. */
export function registrarsAreContent(view: View): Check {
  const name = "registrars have no complaint"
  const heard = new Map<RegistrarView, number>()
  const damaged = new Set<string>()
  return {
    name,
    delivered(_now, from, _bytes, isDamaged) {
      if (isDamaged) damaged.add(endpointText(from))
    },
    stepped() {
      for (const registrar of view.registrars) {
        const complaints = registrar.violations().slice(heard.get(registrar) ?? 0)
        heard.set(registrar, (heard.get(registrar) ?? 0) + complaints.length)
        // Who answers a damaged challenge gives damaged credentials.
        const complaint = complaints.find(sentence => !damaged.has(endpointText(registrar.at)) || !/credentials|nonce|nc is/.test(sentence))
        if (complaint !== undefined) throw new Violation(name, `${endpointText(registrar.at)}: ${complaint}`)
      }
    },
  }
}

type Known = { readonly server: RegistrarView, signature: string, updatedAt: number, orphan: boolean }

/**
 * VE-06, AMB-13: at most one live binding, but for one transaction. A binding at a server that failed the phone cannot be helped while
 * the trouble lasts; then it must go within `leftoverMs` (P-28). Bindings from before a restart are nobody's but for the last one,
 * which a restart with what was kept knows of.
 */
export function singleBinding(view: View, limits: Limits): Check {
  const name = "registered once"
  const known = new Map<string, Known>()
  const troubledAt = new Map<string, number>()
  let doubleSince = Infinity, last: RegistrarView | undefined
  return {
    name,
    booted(_now, kept) {
      const newest = newestOf(known.values())
      for (const one of known.values()) one.orphan ||= !kept || one !== newest
    },
    troubled(now, address) { troubledAt.set(address, now) },
    stepped(now) {
      for (const { at, isGood } of view.registrars) if (!isGood()) troubledAt.set(at.address, now)
      note(known, view, now)
      const newest = newestOf(known.values())
      const others = [...known.values()].filter(one => one !== newest && !one.orphan)
      // Whoever registers elsewhere begins to have two with that.
      if (others.length === 0 || newest?.server !== last) doubleSince = Infinity
      last = newest?.server
      if (others.length > 0) doubleSince = Math.min(doubleSince, now)
      for (const other of others) {
        const address = other.server.at.address
        const trouble = Math.max(troubledAt.get(address) ?? -Infinity, troubledAt.get("") ?? -Infinity)
        const excused = trouble >= other.updatedAt - transactionMs(limits)
        // A phone that gives a server up early leaves room for its late answer before it removes what it left behind there.
        const patience = limits.giveUpMs < transactionMs(limits) ? transactionMs(limits) : 0
        const limit = excused ? Math.max(trouble, doubleSince) + limits.leftoverMs : doubleSince + patience + transactionMs(limits)
        if (now <= limit) continue
        throw new Violation(name, `bindings at ${endpointText(other.server.at)} and ${newest ? endpointText(newest.server.at) : "nowhere"} `
          + `live side by side for ${now - doubleSince} ms`)
      }
    },
  }
}

function note(known: Map<string, Known>, view: View, now: number): void {
  const live = new Set<string>()
  for (const server of view.registrars) {
    for (const binding of server.bindings()) {
      const key = `${endpointText(server.at)} ${binding.contact}`
      live.add(key)
      const one = known.get(key)
      const signature = signatureOf(binding)
      if (one === undefined) known.set(key, { server, signature, updatedAt: now, orphan: false })
      else if (one.signature !== signature) Object.assign(one, { signature, updatedAt: now, orphan: false })
    }
  }
  for (const key of known.keys()) if (!live.has(key)) known.delete(key)
}

function signatureOf(binding: Binding): string { return `${binding.callId} ${binding.cseq} ${binding.expiresAt}` }

function newestOf(known: Iterable<Known>): Known | undefined {
  let newest: Known | undefined
  for (const one of known) if (newest === undefined || one.updatedAt >= newest.updatedAt) newest = one
  return newest
}

// The screen may be so much behind.
const SCREEN_MS = 1100

/** The screen never says "registered" when no server said so, or for longer than it said. */
export function honest(view: View, ledger: Ledger): Check {
  const name = "the screen tells the truth"
  return {
    name,
    stepped(now) {
      if (view.deadline() === undefined) return
      const claim = view.claim()
      if (!claim.registered) return
      const servers = ledger.servers().filter(server => claim.server === "" || server.includes(claim.server))
      if (servers.some(server => ledger.grantedUntil(server) > now - SCREEN_MS)) return
      const where = claim.server === "" ? "" : ` at ${claim.server}`
      throw new Violation(name, `the screen says registered${where}, but no such registration was granted or it is over`)
    },
  }
}

/** While a server is good, the phone has a binding somewhere, but for `boundMs` at most. */
export function heals(view: View, limits: Limits): Check {
  const name = "the phone gets registered"
  const goodSince = new Map<RegistrarView, number>()
  let heldAt = 0
  let wantedSince: number | undefined
  return {
    name,
    booted(now) { wantedSince = now },
    troubled(now, address) {
      for (const server of view.registrars) if (address === "" || server.at.address === address) goodSince.set(server, now)
    },
    stepped(now) {
      if (!view.wantsRegistration()) wantedSince = undefined
      else wantedSince ??= now
      for (const server of view.registrars) {
        if (!server.isGood()) goodSince.delete(server)
        else if (!goodSince.has(server)) goodSince.set(server, now)
        if (server.bindings().some(binding => isOurs(binding, view.addresses()))) heldAt = now
      }
      if (wantedSince === undefined || goodSince.size === 0) return
      const since = Math.max(heldAt, wantedSince, Math.min(...goodSince.values()))
      if (now - since <= limits.boundMs) return
      throw new Violation(name, `no binding for ${now - since} ms, although a server is good; the bound is ${limits.boundMs} ms`)
    },
  }
}

function isOurs(binding: Binding, addresses: readonly string[]): boolean { return addresses.some(address => binding.contact.includes(address)) }
