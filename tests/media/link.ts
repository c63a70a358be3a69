// A source of sound, a link with its faults and the phone's ear at the other end, on a virtual clock: what comes out of the speaker for what went in.
import { encode } from "../../host/sim/g711.ts"
import type { Endpoint } from "../../host/abi.ts"
import { type Phone, type Quality } from "./bench.ts"
import { rtpPacket } from "./rtp.ts"

export type Condition = {
  name: string
  /** Delays lie between the least and this much more, each as likely as the other. */
  jitterMs?: number
  /** Of a hundred packets, drawn one by one. */
  lossPercent?: number
  /** As many packets in a row are lost each time. */
  burst?: number
  /** Of a hundred packets, delayed by 30 ms more, so that the next one overtakes. */
  reorderPercent?: number
  /** Every 5 s everything stops for so long and then comes at once. */
  stallMs?: number
  /** The sender's clock is faster than ours by so many millionths. */
  driftPpm?: number
  ptimeMs?: number
  law?: "PCMU" | "PCMA"
  seed?: number
}

/** The faults that docs/sound.md has rows for. */
export const CONDITIONS: Condition[] = [
  { name: "nothing" }, { name: "nothing, PCMA", law: "PCMA" },
  { name: "jitter 20 ms", jitterMs: 20 }, { name: "jitter 40 ms", jitterMs: 40 }, { name: "jitter 80 ms", jitterMs: 80 },
  { name: "jitter 40 ms, packets of 10 ms", jitterMs: 40, ptimeMs: 10 }, { name: "jitter 40 ms, packets of 30 ms", jitterMs: 40, ptimeMs: 30 },
  { name: "jitter 40 ms, packets of 60 ms", jitterMs: 40, ptimeMs: 60 },
  { name: "loss 1 %", lossPercent: 1 }, { name: "loss 3 %", lossPercent: 3 }, { name: "loss 10 %", lossPercent: 10 },
  { name: "loss 3 %, three in a row", lossPercent: 3, burst: 3 }, { name: "loss 3 %, jitter 40 ms", lossPercent: 3, jitterMs: 40 },
  { name: "loss 3 %, packets of 40 ms", lossPercent: 3, ptimeMs: 40 },
  { name: "5 % overtaken", reorderPercent: 5 }, { name: "5 % overtaken, jitter 40 ms", reorderPercent: 5, jitterMs: 40 },
  { name: "stalls of 100 ms every 5 s", stallMs: 100 }, { name: "stalls of 200 ms every 5 s", stallMs: 200 },
  { name: "sender's clock 0.02 % fast", driftPpm: 200 }, { name: "sender's clock 0.02 % slow", driftPpm: -200 },
  { name: "sender's clock 0.2 % fast", driftPpm: 2000 }, { name: "sender's clock 0.2 % slow", driftPpm: -2000 },
]

export const NETWORK_MS = 30
const THEM: Endpoint = { address: "192.0.2.20", port: 30_000 }

/** Numbers from 0 up to 1 that only the seed decides (mulberry32). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = state + 0x6d2b79f5 | 0
    let mixed = Math.imul(state ^ state >>> 15, 1 | state)
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32
  }
}

type Arrival = { at: number; bytes: Uint8Array }

/** The packets of `sound` with the instants at which they come, in that order. The first sample is spoken at instant 0. */
export function arrivals(sound: Int16Array, c: Condition): Arrival[] {
  const { jitterMs = 0, lossPercent = 0, burst = 1, reorderPercent = 0, stallMs = 0, driftPpm = 0, ptimeMs = 20, law = "PCMU" } = c
  const draw = random(c.seed ?? 1), length = ptimeMs * 8, found: Arrival[] = []
  let losing = 0
  for (let k = 0; (k + 1) * length <= sound.length; k++) {
    const sent = (k + 1) * ptimeMs * (1 - driftPpm / 1e6)
    const delay = NETWORK_MS + draw() * jitterMs + (draw() * 100 < reorderPercent ? 30 : 0)
    if (losing === 0 && draw() * 100 < lossPercent / burst) losing = burst
    if (losing > 0) {
      losing--
      continue
    }
    const stalled = stallMs > 0 && sent > 4000 && sent % 5000 < stallMs ? stallMs - sent % 5000 : 0
    const payload = law === "PCMU" ? 0 : 8
    const bytes = rtpPacket({ payload, sequence: k, timestamp: k * length, ssrc: 99, marker: k === 0, sound: encode(law, sound.subarray(k * length, (k + 1) * length)) })
    found.push({ at: sent + delay + stalled, bytes })
  }
  return found.sort((a, b) => a.at - b.at)
}

export type Heard = { speaker: Int16Array; quality: Quality }

/** Speaks `sound` through the link to the phone, whose ticks come `phaseMs` after multiples of 20 ms; sample n of what is returned is played at n/8 ms. */
export function hear(p: Phone, sound: Int16Array, c: Condition, phaseMs = 10): Heard {
  const packets = arrivals(sound, c), end = sound.length / 8
  p.talk(0, THEM, 0, { codec: c.law === "PCMA" ? 8 : 0 })
  const speaker = new Int16Array(sound.length)
  let next = 0
  for (let t = phaseMs; t + 20 <= end; t += 20) {
    for (; next < packets.length && packets[next]!.at <= t; next++) {
      p.receive(p.flows(0).rtp, packets[next]!.bytes, THEM, Math.floor(packets[next]!.at))
    }
    speaker.set(p.tick(t).speaker, t * 8)
  }
  return { speaker, quality: p.quality(0) }
}
