// The phone never floods: not the network with packets, not a server with requests, not its host with deadlines that have passed.
import { readSip } from "../message.ts"
import { isSound } from "../sounding.ts"
import { Violation, type Check } from "../check.ts"

const PACKETS_PER_SECOND = 10 // SK-27
const REQUESTS_PER_MINUTE = 40 // new ones outside calls; a phone that hunts over eight servers and answers their challenges needs 16 and its DNS questions
const OF_CALLS_PER_MINUTE = 120 // and three calls at once, with somebody who presses all keys
const WAKES_AT_ONCE = 20
const WAKES_PER_SECOND = 200

/** No more than ten packets besides sound leave in any second, and no more than forty SIP requests outside calls for each line begin in any minute. */
export function pace(lines = 1): Check {
  const name = "no storm"
  const packets: number[] = []
  const outside = new Map<string, number>(), inside = new Map<string, number>()
  return {
    name,
    booted() {
      // A phone that starts anew does not know what the one before it sent.
      packets.length = 0
      outside.clear()
      inside.clear()
    },
    sent(now, _flow, peer, bytes) {
      if (isSound(bytes, peer.port)) return
      packets.push(now)
      while (packets[0] !== undefined && packets[0] <= now - 1000) packets.shift()
      if (packets.length > PACKETS_PER_SECOND) throw new Violation(name, `${packets.length} packets were sent in one second: ${packets.join(", ")}`)
      const sip = readSip(bytes)
      if (sip === undefined || sip.method === "") return
      const kind = sip.method === "REGISTER" || sip.method === "OPTIONS" || sip.method === "SUBSCRIBE" ? outside : inside
      if (!kind.has(sip.branch)) kind.set(sip.branch, now)
      for (const [requests, most] of [[outside, lines * REQUESTS_PER_MINUTE], [inside, OF_CALLS_PER_MINUTE]] as const) {
        for (const [old, at] of requests) if (at <= now - 60_000) requests.delete(old)
        if (requests.size > most) throw new Violation(name, `${requests.size} requests were begun in one minute`)
      }
    },
  }
}

/** A deadline that has passed is followed by one that is later: the host is never kept busy without end. */
export function restful(): Check {
  const name = "deadlines move on"
  let wakes: number[] = []
  return {
    name,
    booted() { wakes = [] },
    woken(now, deadline) {
      wakes.push(now)
      while (wakes[0] !== undefined && wakes[0] <= now - 1000) wakes.shift()
      const atOnce = wakes.filter(at => at === now).length
      if (atOnce > WAKES_AT_ONCE) {
        throw new Violation(name, `the deadline passed ${atOnce} times in the same millisecond; the next is ${deadline - now} ms away`)
      }
      if (wakes.length > WAKES_PER_SECOND) throw new Violation(name, `the deadline passed ${wakes.length} times in one second`)
    },
  }
}
