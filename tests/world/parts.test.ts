// The parts of a simulated world: chance that repeats, events in order, paths that lose and damage, scenarios drawn from a seed.
import { strict as assert } from "node:assert"
import { boundOf } from "../../host/sim/bound.ts"
import { carry, PERFECT } from "../../host/sim/link.ts"
import { readSip, summary } from "../../host/sim/message.ts"
import { EventQueue } from "../../host/sim/queue.ts"
import { Random } from "../../host/sim/random.ts"
import { drawScenario, settingsText, zoneText } from "../../host/sim/scenario.ts"
import { timeText } from "../../host/sim/timetext.ts"

describe("random numbers of a world", () => {
  it("are the same for the same seed and stream, and others for another", () => {
    const draw = (seed: number, stream: string): number[] => {
      const random = new Random(seed, stream)
      return Array.from({ length: 5 }, () => random.u32())
    }
    assert.deepEqual(draw(7, "links"), draw(7, "links"))
    assert.notDeepEqual(draw(7, "links"), draw(8, "links"))
    assert.notDeepEqual(draw(7, "links"), draw(7, "troubles"))
    assert.deepEqual(draw(1, "links"), [3976757690, 3409088443, 3362358662, 2856610203, 294346541])
  })

  it("are even: 100,000 draws of ten values pass a chi-square test at 0.1 %", () => {
    const random = new Random(1, "even")
    const counts = new Array<number>(10).fill(0)
    for (let i = 0; i < 100_000; i++) counts[random.between(0, 9)]! += 1
    const chi = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)
    assert(chi < 27.9, `chi-square is ${chi}`)
  })

  it("give durations between their limits", () => {
    const random = new Random(3, "durations")
    for (let i = 0; i < 1000; i++) {
      const ms = random.duration(10, 100_000)
      assert(ms >= 10 && ms <= 100_000, String(ms))
    }
  })
})

describe("the event queue", () => {
  it("gives events by time, and those of one instant in the order planned", () => {
    const queue = new EventQueue()
    const random = new Random(1, "queue")
    const planned = Array.from({ length: 500 }, (_, i) => ({ at: random.between(0, 50), i }))
    const happened: { at: number, i: number }[] = []
    for (const one of planned) queue.plan(one.at, () => happened.push(one))
    while (queue.size > 0) queue.take()?.happen()
    assert.deepEqual(happened, [...planned].sort((a, b) => a.at - b.at || a.i - b.i))
    assert.equal(queue.nextAt, Infinity)
  })
})

describe("a path", () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => i)
  const many = (quality: Partial<typeof PERFECT>, damageable = 100): ReturnType<typeof carry>[] => {
    const random = new Random(5, "path")
    return Array.from({ length: 2000 }, () => carry({ ...PERFECT, ...quality }, bytes, damageable, random))
  }

  it("that is perfect brings every packet once, whole, after its delay", () => {
    for (const arrivals of many({})) assert.deepEqual(arrivals, [{ afterMs: 5, bytes, damaged: false }])
  })

  it("loses, repeats, holds back and damages as often as it is said to", () => {
    const share = (quality: Partial<typeof PERFECT>, of: (arrivals: ReturnType<typeof carry>) => boolean): number =>
      many(quality).filter(of).length / 2000
    assert.ok(Math.abs(share({ loss: 0.3 }, arrivals => arrivals.length === 0) - 0.3) < 0.05)
    assert.ok(Math.abs(share({ repeat: 0.2 }, arrivals => arrivals.length === 2) - 0.2) < 0.05)
    assert.ok(Math.abs(share({ reorder: 0.2 }, ([first]) => first !== undefined && first.afterMs > 5) - 0.2) < 0.05)
    assert.ok(Math.abs(share({ damage: 0.5 }, ([first]) => first?.damaged === true) - 0.5) < 0.05)
    assert.equal(share({ cut: true }, arrivals => arrivals.length === 0), 1)
  })

  it("damages only the bytes that it may, and loses a packet of which it may damage none", () => {
    for (const [first] of many({ damage: 1 }, 12)) {
      assert(first === undefined || first.bytes.length < 12 || first.bytes.slice(12).every((byte, i) => byte === i + 12))
    }
    assert(many({ damage: 1 }, 0).every(arrivals => arrivals.length === 0))
  })
})

describe("a message as the checks read it", () => {
  it("gives method, branch, Call-ID, CSeq, contacts with their lifetime, nonce", () => {
    const text = "REGISTER sip:example.com SIP/2.0\r\nv: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK1;rport\r\ni: abc\r\nCSeq: 7 REGISTER\r\n"
      + "m: \"A, B\" <sip:6001@192.0.2.10:5060;ob>;expires=60\r\nExpires: 90\r\nAuthorization: Digest username=\"6001\", nonce=\"n1\"\r\n\r\n"
    const bytes = Uint8Array.from(text, character => character.charCodeAt(0))
    const sip = readSip(bytes)
    assert.deepEqual(sip?.contacts, [{ uri: "sip:6001@192.0.2.10:5060", expires: 60 }])
    const { method, branch, callId, cseq, expires, nonce, stale } = sip
    assert.deepEqual([method, branch, callId, cseq, expires, nonce, stale], ["REGISTER", "z9hG4bK1", "abc", 7, 90, "n1", false])
    assert.equal(summary(bytes), "REGISTER cseq 7 expires 60 signed")
    assert.equal(readSip(bytes.slice(9)), undefined)
  })
})

describe("a scenario", () => {
  it("is the same for the same seed, and its troubles do not depend on how many are left out", () => {
    assert.deepEqual(drawScenario(11, 2), drawScenario(11, 2))
    assert.notDeepEqual(drawScenario(11, 2), drawScenario(12, 2))
  })

  it("of every seed has servers, a zone, settings and troubles in order, and a bound", () => {
    for (let seed = 0; seed < 300; seed++) {
      const scenario = drawScenario(seed, 1)
      assert(scenario.servers.length >= 1 && scenario.servers.every(server => server.minExpiresSec <= server.maxExpiresSec))
      assert(scenario.troubles.every((trouble, i) => i === 0 || trouble.at >= (scenario.troubles[i - 1]?.at ?? 0)))
      assert(zoneText(scenario, scenario.zone).includes("SOA") && settingsText(scenario).includes("domain: phones.example"))
      const { boundMs, giveUpMs, t1Ms } = boundOf(scenario)
      assert(boundMs > 1_800_000 && boundMs < 8 * 3_600_000 && giveUpMs >= t1Ms && giveUpMs <= 64 * t1Ms)
    }
  })

  it("times are shown as days and hours", () => {
    assert.equal(timeText(2 * 86_400_000 + 3_723_004), "2d 01:02:03.004")
  })
})
