// What must always hold in every world: the list of all checks, and what they are allowed to look at.
import type { Check } from "./check.ts"
import { heals, honest, registrarsAreContent, singleBinding } from "./checks/bindings.ts"
import { Ledger } from "./checks/ledger.ts"
import { leftInPeace } from "./checks/lines.ts"
import { pace, restful } from "./checks/pace.ts"
import { requestsEnd, sequence } from "./checks/requests.ts"
import { holdsDown, returns, stays, type Return } from "./checks/redundancy.ts"
import { credentials } from "./checks/credentials.ts"
import type { Endpoint } from "./phone.ts"

/** A binding at a registrar. */
export type Binding = {
  /** Without parameters. */
  readonly contact: string
  /** Milliseconds of the world. */
  readonly expiresAt: number
  readonly callId: string
  readonly cseq: number
}

/** A registrar as the checks see it: from inside. */
export type RegistrarView = {
  readonly at: Endpoint
  /** It answers as it should, every packet to and from it arrives, and DNS leads there by a path as good. */
  isGood(): boolean
  /** Which it is among them by DNS or by the settings, lower first; Infinity when it is not named. */
  preference(): number
  /** It has refused the account, or what serves for that, since the phone was started. */
  hasRejected(): boolean
  /** Those of the phone's address of record that have not expired. */
  bindings(): readonly Binding[]
  /** Sentences about requests that no phone may send. */
  violations(): readonly string[]
}

/** What the phone's screen says. `server`: its address, "" when the screen does not say which. */
export type Claim = { readonly registered: boolean, readonly server: string }

/** What the checks look at besides what they are told. */
export type View = {
  readonly registrars: readonly RegistrarView[]
  /** The phone runs, has a network, and nobody told it to unregister. */
  wantsRegistration(): boolean
  addresses(): readonly string[]
  /** Since when nothing has been wrong anywhere, in milliseconds of the world; Infinity while something is. */
  calmSince(): number
  /** Since when DNS has said the same, in milliseconds of the world; Infinity while something is wrong with it. */
  dnsSince(): number
  claim(): Claim
  /** The phone's next deadline, Infinity for none; undefined while its host is busy and cannot ask. */
  deadline(): number | undefined
}

/** How long things may take; milliseconds. */
export type Limits = {
  readonly t1Ms: number
  readonly t2Ms: number
  /** Shortest time after which the settings let the phone give up a silent server. */
  readonly giveUpMs: number
  /** Longest time without a binding while a server is good. */
  readonly boundMs: number
  /** Longest time until a change of the zone is known to the phone: it asks again when it has something to send. */
  readonly learntMs: number
  /** Longest life of a binding that was left behind at a server which is good again. */
  readonly leftoverMs: number
  /** Longest time for which a call looks for a server. */
  readonly setupMs: number
}

/** RFC 3261 17.1.2.2: timer F. */
export function transactionMs(limits: Limits): number { return 64 * limits.t1Ms }

/** What the phone as a whole must not do, however many lines it has. */
export function phoneChecks(lines: number): Check[] { return [pace(lines), restful()] }

/** All other checks, for one line. */
export function lineChecks(view: View, limits: Limits, back: Return): Check[] {
  const ledger = new Ledger()
  return [
    ledger, requestsEnd(view, limits), sequence(limits), credentials(limits),
    registrarsAreContent(view), singleBinding(view, limits), honest(view, ledger), heals(view, limits),
    stays(view, limits, back), returns(view, limits, back), holdsDown(view, limits, back), leftInPeace(view, limits),
  ]
}
