// One phone, several lines: each is checked for itself, and what befalls one is not felt by another.
import { EVENT } from "../../abi.ts"
import { Violation, type Check } from "../check.ts"
import { transactionMs, type Limits, type View } from "../checks.ts"
import { readSip } from "../message.ts"

const OF_LINE = /^line (\d): /

/** The same check for line number `place`, from 0: it is told of that line's servers and events only, and says whose it is. */
export function ofLine(check: Check, place: number, addresses: ReadonlySet<string>): Check {
  const name = `line ${place + 1}: ${check.name}`
  const tell = (call: () => void): void => {
    try {
      call()
    } catch (error) {
      throw error instanceof Violation ? new Violation(name, error.message) : error
    }
  }
  return {
    name,
    booted: (now, kept) => tell(() => check.booted?.(now, kept)),
    sent: (now, flow, peer, bytes) => { if (addresses.has(peer.address)) tell(() => check.sent?.(now, flow, peer, bytes)) },
    delivered: (now, from, bytes, damaged) => { if (addresses.has(from.address)) tell(() => check.delivered?.(now, from, bytes, damaged)) },
    troubled: (now, address) => { if (address === "" || addresses.has(address)) tell(() => check.troubled?.(now, address)) },
    // A line of the log may be anybody's.
    told: (now, code, text) => { if (code !== 0 && Number(OF_LINE.exec(text)?.[1] ?? 1) === place + 1) tell(() => check.told?.(now, code, text.replace(OF_LINE, ""))) },
    woken: (now, deadline) => tell(() => check.woken?.(now, deadline)),
    stepped: (now) => tell(() => check.stepped?.(now)),
  }
}

/**
 * A line that was registered while all was well with it and with the phone stays so for as long as that is so, whatever befalls the other lines: nothing fails
 * for it, and it is never without a binding for longer than it takes to go from one server to another.
 */
export function leftInPeace(view: View, limits: Limits): Check {
  const name = "who is well off is left in peace"
  let since = Infinity, boundAt = 0
  const isBound = (): boolean => view.registrars.some((server) => server.bindings().length > 0)
  const isWell = (): boolean => since < Infinity && view.wantsRegistration() && view.deadline() !== undefined && view.calmSince() <= since &&
    view.registrars.every((server) => server.preference() === Infinity || server.isGood())
  const complain = (now: number, what: string): void => {
    throw new Violation(name, `${what}, although it had been registered at ${since} ms and nothing was wrong with its servers for ${now - view.calmSince()} ms`)
  }
  return {
    name,
    booted() { since = Infinity },
    delivered(now, _from, bytes) {
      const sip = readSip(bytes)
      if (sip?.cseqMethod !== "REGISTER" || sip.status < 200 || sip.status >= 300 || since < Infinity || view.calmSince() >= now - transactionMs(limits) || !isBound()) return
      since = boundAt = now
    },
    told(now, code, text) {
      if ((code === EVENT.registrationFailed || code === EVENT.allServersFailed) && isWell()) complain(now, text)
    },
    stepped(now) {
      if (view.calmSince() > since) since = Infinity
      if (since === Infinity) return
      if (isBound()) boundAt = now
      else if (now - boundAt > transactionMs(limits) && isWell()) complain(now, `it has had no binding for ${now - boundAt} ms`)
    },
  }
}
