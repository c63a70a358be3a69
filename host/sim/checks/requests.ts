// Every request of the phone is one transaction that ends in time, and the requests of a server follow each other in order.
import { endpointText, type Endpoint } from "../phone.ts"
import { latin1, readSip, type Sip } from "../message.ts"
import { Violation, type Check } from "../check.ts"
import { transactionMs, type Limits, type View } from "../checks.ts"

type Request = {
  readonly peer: string
  readonly text: string
  readonly sip: Sip
  readonly firstAt: number
  lastAt: number
  sends: number
  /** Ended for sure: a final answer was delivered. */
  ended: boolean
  /** Perhaps ended: a damaged answer was delivered, a refusal, or the network went. */
  doubtful: boolean
}

// A packet may have to wait a second for its turn (ten a second), and a host may be late: SLACK is added to whatever the phone must do in time.
const SLACK = 2500
const HOST_MS = 1000
// Its timers run while a request waits for that turn: of several lines one is sent later than the others.
const TURN_MS = 1000
const FORGET = 600_000

/** Requests under way, by branch. */
class Requests {
  readonly #byBranch = new Map<string, Request>()

  get(branch: string): Request | undefined { return this.#byBranch.get(branch) }

  add(branch: string, request: Request): void {
    this.#byBranch.set(branch, request)
    for (const [old, { lastAt }] of this.#byBranch) if (lastAt < request.firstAt - FORGET) this.#byBranch.delete(old)
  }

  *open(): Iterable<Request> { for (const request of this.#byBranch.values()) if (!request.ended) yield request }

  clear(): void { this.#byBranch.clear() }
}

function readRequest(bytes: Uint8Array): Sip | undefined {
  const sip = readSip(bytes)
  return sip !== undefined && sip.method !== "" && sip.method !== "ACK" && sip.method !== "CANCEL" ? sip : undefined
}

/** Marks what an answer ends. */
function answer(requests: Requests, from: Endpoint, bytes: Uint8Array, damaged: boolean): void {
  if (damaged) {
    for (const request of requests.open()) if (request.peer === endpointText(from)) request.doubtful = true
    return
  }
  const sip = readSip(bytes)
  const request = sip && sip.status >= 200 ? requests.get(sip.branch) : undefined
  if (request !== undefined) request.ended = true
  // RFC 3261 17.1.1.2: once it rings, the user's patience is what ends an INVITE.
  const ringing = sip?.cseqMethod === "INVITE" && sip.status < 200 ? requests.get(sip.branch) : undefined
  if (ringing !== undefined) ringing.doubtful = true
}

/**
 * Retransmissions are the same bytes to the same server, no more than the timers allow, none after a final answer or 64*T1; until then
 * the phone has a deadline that ends the request; and a phone that wants to be registered always has something planned.
 */
export function requestsEnd(view: View, limits: Limits): Check {
  const name = "every request ends"
  const requests = new Requests()
  const most = sendsMax(limits)
  let aimlessSince: number | undefined
  // The last sign that the phone goes on: a new request, or an event. What it left before that, it has given up.
  let goneOnAt = -Infinity
  const repeated = (now: number, request: Request, peer: string, text: string): void => {
    const what = `${request.sip.method} ${request.sip.cseq} to ${request.peer}`
    if (request.peer !== peer) throw new Violation(name, `${what} was sent again, to ${peer}`)
    if (request.text !== text) throw new Violation(name, `${what} was sent again with other bytes`)
    if (request.ended) throw new Violation(name, `${what} was sent again after its final answer`)
    if (request.lastAt === now) throw new Violation(name, `${what} was sent twice in the same millisecond`)
    if (now > request.firstAt + transactionMs(limits) + SLACK) {
      throw new Violation(name, `${what} was sent again ${now - request.firstAt} ms after the first time`)
    }
    if (++request.sends > most) throw new Violation(name, `${what} was sent ${request.sends} times; the timers allow ${most}`)
    request.lastAt = now
  }
  return {
    name,
    booted: () => requests.clear(),
    sent(now, _flow, peer, bytes) {
      const sip = readRequest(bytes)
      if (sip === undefined) return
      const known = requests.get(sip.branch)
      if (known !== undefined) return repeated(now, known, endpointText(peer), latin1(bytes))
      goneOnAt = now
      requests.add(sip.branch, {
        peer: endpointText(peer), text: latin1(bytes), sip, firstAt: now, lastAt: now, sends: 1, ended: false, doubtful: false,
      })
    },
    delivered: (_now, from, bytes, damaged) => answer(requests, from, bytes, damaged),
    troubled(_now, address) {
      for (const request of requests.open()) if (address === "" || request.peer.includes(address)) request.doubtful = true
    },
    told(now, code) {
      if (code !== 0) goneOnAt = now
    },
    stepped(now) {
      const deadline = view.deadline()
      if (deadline !== Infinity || !view.wantsRegistration()) aimlessSince = undefined
      if (deadline === undefined || !view.wantsRegistration()) return
      // For a moment it may wait for its host alone, which is asked to open a socket.
      if (deadline === Infinity) aimlessSince ??= now
      if (aimlessSince !== undefined && now > aimlessSince + HOST_MS) {
        throw new Violation(name, "the phone has no deadline: whatever it waits for, it would wait for ever")
      }
      if (deadline === Infinity) return
      for (const request of requests.open()) {
        // A probe ends early where the next one needs its turn; its silence is an answer too.
        if (request.sip.method === "OPTIONS") continue
        const end = request.firstAt + transactionMs(limits) + SLACK
        if (request.doubtful || now >= request.firstAt + limits.giveUpMs - TURN_MS || deadline <= end || goneOnAt > request.lastAt) continue
        const what = `${request.sip.method} ${request.sip.cseq} to ${request.peer}`
        throw new Violation(name, `${what} has no answer, and the next deadline is ${deadline - now} ms away`)
      }
    },
  }
}

/** RFC 3261 17.1.2.2: how often timer E lets a request be sent before timer F ends it. */
function sendsMax(limits: Limits): number {
  let sends = 1
  for (let at = limits.t1Ms, interval = limits.t1Ms; at < transactionMs(limits); sends++) {
    interval = Math.min(2 * interval, limits.t2Ms)
    at += interval
  }
  return sends
}

/**
 * P-29: one Call-ID for each server and none for two; CSeq rises with every new request of a Call-ID, also after a restart.
 * P-38, RFC 3261 10.2: no REGISTER at a server before the one before it has ended.
 */
export function sequence(limits: Limits): Check {
  const name = "requests follow in order"
  const requests = new Requests()
  const callIds = new Map<string, string>()
  const owners = new Map<string, string>()
  const cseqs = new Map<string, number>()
  const ended = new Set<string>()
  const registered = (peer: string, sip: Sip): void => {
    const own = callIds.get(peer)
    if (own !== undefined && own !== sip.callId) throw new Violation(name, `REGISTER to ${peer} changes its Call-ID from ${own} to ${sip.callId}`)
    const owner = owners.get(sip.callId)
    if (owner !== undefined && owner !== peer) throw new Violation(name, `REGISTER to ${peer} has the Call-ID of ${owner}`)
    callIds.set(peer, sip.callId)
    owners.set(sip.callId, peer)
  }
  return {
    name,
    booted(_now, kept) {
      requests.clear()
      if (!kept) callIds.clear() // a phone that lost its memory may begin anew, with a Call-ID never used before or a CSeq that is higher
    },
    sent(now, _flow, peer, bytes) {
      const sip = readRequest(bytes)
      if (sip === undefined || requests.get(sip.branch) !== undefined) return
      const at = endpointText(peer)
      // RFC 3261 12.2.1.1: each dialog counts for itself; those of one INVITE have a Call-ID in common.
      const dialog = `${sip.callId} ${sip.toTag}`
      const last = cseqs.get(dialog)
      // RFC 3263 4.3: an INVITE that goes to the next server is the same request in another transaction.
      // RFC 3261 13.2.2.4: a 2xx that still comes after its dialog was ended is ended again.
      const again = (sip.method === "INVITE" && sip.cseq === last) || (sip.method === "BYE" && ended.has(dialog))
      if (sip.method === "BYE") ended.add(dialog)
      if (last !== undefined && sip.cseq <= last && !again) throw new Violation(name, `CSeq of ${sip.method} to ${at} is ${sip.cseq} after ${last}`)
      if (!again) cseqs.set(dialog, sip.cseq)
      if (sip.method === "REGISTER") {
        registered(at, sip)
        for (const other of requests.open()) {
          if (other.peer !== at || other.sip.method !== "REGISTER" || other.doubtful || now >= other.firstAt + limits.giveUpMs) continue
          throw new Violation(name, `REGISTER ${sip.cseq} to ${at} is sent before the end of REGISTER ${other.sip.cseq}`)
        }
      }
      requests.add(sip.branch, { peer: at, text: "", sip, firstAt: now, lastAt: now, sends: 1, ended: false, doubtful: false })
    },
    delivered: (_now, from, bytes, damaged) => answer(requests, from, bytes, damaged),
    troubled(_now, address) {
      for (const request of requests.open()) if (address === "" || request.peer.includes(address)) request.doubtful = true
    },
  }
}
