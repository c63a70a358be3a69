// The phone stays where it is well off, goes back where it is to go back, and not sooner than it may: in all profiles.
import { EVENT } from "../../abi.ts"
import { Violation, type Check } from "../check.ts"
import { transactionMs, type Limits, type RegistrarView, type View } from "../checks.ts"
import { readSip } from "../message.ts"
import { endpointText, type Endpoint } from "../phone.ts"

/** How the phone returns to a better server, as its settings have it; milliseconds. */
export type Return = {
  /** It never returns by itself, or each request chooses anew. */
  readonly how: "by itself" | "never" | "each request"
  /** Shortest time from losing a server to returning to it while another one serves. */
  readonly holdMs: number
  /** Longest time from all being well to being back. Infinity: nothing is promised. */
  readonly withinMs: number
  /** The same where the server has been lost only once and was not returned to in vain, so that it is held down for `holdMs` and no longer. */
  readonly soonMs: number
}

const SERVER = / (\S+)$/

/** Where the phone has said it is registered, and since when all has been well. */
class Whereabouts {
  at: RegistrarView | undefined
  sinceMs = 0
  readonly #view: View

  constructor(view: View) { this.#view = view }

  forget(now: number): void {
    this.at = undefined
    this.sinceMs = now
  }

  /** Takes an event; returns the server that the phone says it has moved to. */
  told(now: number, code: number, text: string): RegistrarView | undefined {
    if (code === EVENT.unregistered || code === EVENT.allServersFailed || code === EVENT.registrationFailed) this.forget(now)
    if (code !== EVENT.registered && code !== EVENT.moved) return undefined
    const server = SERVER.exec(text)?.[1]
    return this.#view.registrars.find(({ at }) => endpointText(at) === server)
  }

  settle(at: RegistrarView, now: number): void {
    if (at !== this.at) this.sinceMs = now
    this.at = at
  }
}

/** VE-03, VE-05, VE-50: while nothing is wrong the phone leaves its server for a better one only, and not at all where it is told to stay. */
export function stays(view: View, limits: Limits, back: Return): Check {
  const name = "a good server is not left for an equal"
  const where = new Whereabouts(view)
  return {
    name,
    booted(now) { where.forget(now) },
    told(now, code, text) {
      const left = where.at, next = where.told(now, code, text)
      if (next === undefined) return
      const calmSince = Math.max(view.calmSince(), where.sinceMs)
      where.settle(next, now)
      if (left === undefined || left === next || back.how === "each request") return
      // What went wrong may be noticed, and what DNS said may be learnt, so much later.
      if (now - calmSince < 4 * transactionMs(limits) || now - view.dnsSince() < limits.learntMs + 4 * transactionMs(limits)) return
      if (back.how === "by itself" && next.preference() < left.preference()) return
      throw new Violation(name, `it left ${endpointText(left.at)} (priority ${left.preference()}) for ${endpointText(next.at)} (priority ${next.preference()}), `
        + `and all had been well for ${now - calmSince} ms`)
    },
  }
}

/**
 * VE-04, VE-31, BK-03, AMB-11: when all has been well for long enough the phone is at a server that no other is preferred to; within a probe interval, another
 * probe, the jitter and one transaction where it has lost that server only once.
 */
export function returns(view: View, limits: Limits, back: Return): Check {
  const name = "the phone returns to the preferred server"
  const where = new Whereabouts(view), losses = new Losses(view)
  return {
    name,
    booted(now) {
      where.forget(now)
      losses.forget()
    },
    sent(_now, _flow, peer, bytes) { losses.sent(where.at, peer, bytes) },
    told(now, code, text) {
      const left = where.at, next = where.told(now, code, text)
      if (next === undefined) return
      if (left !== undefined && left !== next) losses.moved(left, next, now)
      where.settle(next, now)
    },
    stepped(now) {
      losses.look(now)
      const { at } = where
      if (at === undefined) return
      const wellFor = now - Math.max(view.calmSince(), where.sinceMs)
      if (wellFor <= Math.min(back.withinMs, back.soonMs)) return
      const better = view.registrars.find((other) => other.preference() < at.preference() && other.isGood() && !other.hasRejected() &&
        (wellFor > back.withinMs || losses.lastedMs(other, now, limits.learntMs + back.soonMs) > back.holdMs + back.soonMs))
      if (better === undefined) return
      throw new Violation(name, `it is still at ${endpointText(at.at)}, although ${endpointText(better.at)} is preferred and all has been well for ${wellFor} ms`)
    },
  }
}

/** Which servers the phone has lost, seen from outside: how often, and when. */
class Losses {
  readonly #view: View
  readonly #lost = new Map<RegistrarView, { readonly at: number, readonly times: number }>()
  /** Asked for a registration while there was one elsewhere. */
  readonly #tried = new Set<RegistrarView>()
  #ranking = ""
  #rankedAt = -Infinity

  constructor(view: View) { this.#view = view }

  forget(): void {
    this.#lost.clear()
    this.#tried.clear()
  }

  /** Notes when DNS names other servers than before, or in another order. */
  look(now: number): void {
    const seen = this.#view.registrars.map((server) => server.preference()).join(" ")
    if (seen !== this.#ranking) this.#rankedAt = now
    this.#ranking = seen
  }

  sent(home: RegistrarView | undefined, peer: Endpoint, bytes: Uint8Array): void {
    if (home === undefined || endpointText(home.at) === endpointText(peer)) return
    const sip = readSip(bytes), expires = sip?.contacts[0]?.expires ?? -1
    if (sip?.method !== "REGISTER" || (expires >= 0 ? expires : sip.expires) === 0) return
    const asked = this.#view.registrars.find(({ at }) => endpointText(at) === endpointText(peer))
    if (asked !== undefined) this.#tried.add(asked)
  }

  moved(left: RegistrarView, next: RegistrarView, now: number): void {
    this.#tried.delete(next)
    if (left.preference() < next.preference()) this.#lost.set(left, { at: now, times: (this.#lost.get(left)?.times ?? 0) + 1 })
  }

  /** For how long a server has been lost. 0: not once, or it was tried in vain since, or DNS has said something else within `settledMs`. */
  lastedMs(server: RegistrarView, now: number, settledMs: number): number {
    const lost = this.#lost.get(server)
    return lost?.times !== 1 || this.#tried.has(server) || now - this.#rankedAt <= settledMs ? 0 : now - lost.at
  }
}

/** P-02: who has lost a server returns to it, from one that works, after the hold-down at the soonest. */
export function holdsDown(view: View, limits: Limits, back: Return): Check {
  const name = "no return within the hold-down"
  const where = new Whereabouts(view)
  const lostAt = new Map<RegistrarView, number>(), troubledAt = new Map<string, number>()
  let ranking = "", rankedAt = -Infinity
  const look = (now: number): void => {
    const seen = view.registrars.map((server) => server.preference()).join(" ")
    if (seen !== ranking && ranking !== "") rankedAt = now
    ranking = seen
  }
  return {
    name,
    booted(now) {
      where.forget(now)
      lostAt.clear()
    },
    troubled(now, address) { troubledAt.set(address, now) },
    stepped: look,
    told(now, code, text) {
      look(now)
      const left = where.at, next = where.told(now, code, text)
      if (next === undefined) return
      const troubled = left === undefined ? 0 : Math.max(troubledAt.get(left.at.address) ?? -Infinity, troubledAt.get("") ?? -Infinity, where.sinceMs)
      where.settle(next, now)
      if (left === undefined || left === next) return
      // Whoever leaves a better server has lost it, unless it may not know yet that DNS names that one again, or as the better one: to obey DNS is no failure.
      if (left.preference() < next.preference() && now - rankedAt > limits.learntMs) lostAt.set(left, now)
      const lost = lostAt.get(next)
      const isReturn = next.preference() < left.preference() && left.isGood() && now - troubled > 2 * transactionMs(limits)
      // Between the loss and being registered elsewhere lies a hunt.
      if (!isReturn || lost === undefined || now - lost >= back.holdMs - 4 * transactionMs(limits)) return
      throw new Violation(name, `it lost ${endpointText(next.at)} ${now - lost} ms ago and is back from ${endpointText(left.at)}, which works; the hold-down is ${back.holdMs} ms`)
    },
  }
}
