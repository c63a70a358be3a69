// Keys in a call (RFC 4733), tones, and what the reports of RTCP say.
import assert from "node:assert/strict"
import { decode } from "../../host/sim/g711.ts"
import { DIRECTION, NONE, STATE, TICK, phone, type Phone, type Sent } from "./bench.ts"
import { readPacket, rtpPacket } from "./rtp.ts"
import { amplitudeAt, frequency } from "./signal.ts"

const THEM = { address: "192.0.2.20", port: 30_000 }
const EVENTS = 101
const KEYS = "123A456B789C*0#D"
const LOW = [697, 770, 852, 941], HIGH = [1209, 1336, 1477, 1633]

/** Presses keys one after the other for 120 ms with 80 ms between, as the screen does; returns all that was sent, and the speaker. */
function type(p: Phone, keys: string, from = 0, extra = 20): { sent: Sent[]; speaker: Int16Array } {
  const sent: Sent[] = [], speaker: number[] = []
  for (let k = 0; k < keys.length * 10 + extra; k++) {
    p.press(0, k % 10 < 6 ? keys[Math.floor(k / 10)] ?? "" : "")
    const tick = p.tick(from + 20 * k)
    sent.push(...tick.sent)
    speaker.push(...tick.speaker)
  }
  return { sent, speaker: Int16Array.from(speaker) }
}

const eventsOf = (sent: Sent[]) => sent.map(({ bytes }) => readPacket(bytes)).filter(({ payload }) => payload === EVENTS)

/** The two frequencies of a key in 100 ms of sound. */
function keyIn(sound: Int16Array): string {
  const loudest = (from: number[]) => {
    const found = from.map((hertz) => amplitudeAt(sound, hertz))
    return Math.max(...found) < 1000 ? -1 : found.indexOf(Math.max(...found))
  }
  return KEYS[4 * loudest(LOW) + loudest(HIGH)] ?? ""
}

describe("media: keys", () => {
  it("are sent as events: the same timestamp, a growing duration, three ends, the marker in the first (RF-14)", async () => {
    const p = await phone()
    p.talk(0, THEM, 0)
    const { sent } = type(p, "5"), events = eventsOf(sent)
    const lines = events.map(({ marker, timestamp, sound }) => {
      const end = (sound[1]! & 0x80) !== 0
      return `${marker ? "marker " : ""}+${timestamp - events[0]!.timestamp} event ${sound[0]} ${end ? "end " : ""}volume ${sound[1]! & 0x3f} duration ${sound[2]! << 8 | sound[3]!}`
    })
    assert.deepEqual(lines, [
      "marker +0 event 5 volume 10 duration 160", "+0 event 5 volume 10 duration 320", "+0 event 5 volume 10 duration 480", "+0 event 5 volume 10 duration 640",
      "+0 event 5 volume 10 duration 800", "+0 event 5 volume 10 duration 960", "+0 event 5 end volume 10 duration 1120",
      "+0 event 5 end volume 10 duration 1120", "+0 event 5 end volume 10 duration 1120",
    ])
    const all = sent.map(({ bytes }) => readPacket(bytes)), sound = all.find(({ payload }) => payload === 0)!
    assert.ok(all.every((packet, i) => i === 0 || (packet.sequence - all[i - 1]!.sequence & 0xffff) === 1), "one sequence")
    assert.equal(sound.timestamp - events[0]!.timestamp >>> 0, 9 * TICK, "sound goes on at its own time")
    assert.equal(sound.marker, true)
  })

  it("all sixteen are sent in their order, each once, and heard here", async () => {
    const p = await phone()
    p.talk(0, THEM, 0)
    const { sent, speaker } = type(p, KEYS)
    const begun = eventsOf(sent).filter(({ marker }) => marker).map(({ sound }) => "0123456789*#ABCD"[sound[0]!]).join("")
    assert.equal(begun, KEYS)
    const heard = Array.from(KEYS, (_, i) => keyIn(speaker.subarray(i * 1600 + 80, i * 1600 + 880))).join("")
    assert.equal(heard, KEYS)
  })

  it("are sent as tones to those who do not know events", async () => {
    const p = await phone()
    p.talk(0, THEM, 0, { events: NONE, eventsIn: NONE })
    const { sent } = type(p, "4#")
    const sound = decode("PCMU", Uint8Array.from(sent.flatMap(({ bytes }) => [...readPacket(bytes).sound])))
    assert.equal(keyIn(sound.subarray(80, 880)), "4")
    assert.equal(keyIn(sound.subarray(1680, 2480)), "#")
    assert.equal(keyIn(sound.subarray(1120, 1500)), "")
  })

  it("are only heard here when they are sent by INFO", async () => {
    const p = await phone()
    p.call("setDtmf", 1)
    p.talk(0, THEM, 0)
    const { sent, speaker } = type(p, "7")
    assert.deepEqual(eventsOf(sent), [])
    assert.ok(sent.every(({ bytes }) => readPacket(bytes).sound.every((code) => code === 0xff)))
    assert.equal(keyIn(speaker.subarray(80, 880)), "7")
  })

  it("a key that stays down ends by itself after 8 s, and none is sent in a call on hold", async () => {
    const p = await phone()
    p.talk(0, THEM, 0)
    p.press(0, "1")
    const sent = Array.from({ length: 450 }, (_, k) => p.tick(20 * k).sent).flat()
    const durations = eventsOf(sent).map(({ sound }) => sound[2]! << 8 | sound[3]!)
    assert.equal(Math.max(...durations), 64_000)
    assert.equal(eventsOf(sent.slice(-40)).length, 0)
    p.press(0, "")
    p.set(0, { held: 1 })
    p.agree(0, THEM, { direction: DIRECTION.send })
    p.follow(9000)
    p.press(0, "1")
    assert.deepEqual(Array.from({ length: 10 }, (_, k) => p.tick(9000 + 20 * k).sent).flat(), [])
  })

  it("of theirs are heard here once, however often their packets come", async () => {
    const p = await phone(), speaker: number[] = []
    p.talk(0, THEM, 0)
    for (let k = 0; k < 12; k++) {
      const sound = Uint8Array.of(9, k < 6 ? 10 : 0x8a, 0, 0)
      for (let i = 0; i < 2; i++) {
        const bytes = rtpPacket({ payload: EVENTS, sequence: k, timestamp: 800, ssrc: 3, marker: k === 0, sound })
        if (k < 9) p.receive(p.flows(0).rtp, bytes, THEM, 20 * k)
      }
      speaker.push(...p.tick(20 * k).speaker)
    }
    const played = Int16Array.from(speaker)
    assert.equal(keyIn(played.subarray(80, 880)), "9")
    assert.equal(keyIn(played.subarray(1200, 1900)), "")
  })
})

describe("media: tones", () => {
  async function tone(fields: Parameters<Phone["set"]>[1], ms = 1000): Promise<Int16Array> {
    const p = await phone()
    p.set(0, { focused: 1, ...fields })
    p.follow(0)
    assert.equal(p.ticking, true)
    return Int16Array.from(Array.from({ length: ms / 20 }, (_, k) => [...p.tick(20 * k).speaker]).flat())
  }
  /** "500 on 500 off" of the first turn. */
  function cadence(sound: Int16Array): string {
    const loud = (i: number) => sound.subarray(i * 160, i * 160 + 160).some((sample) => Math.abs(sample) > 300)
    let on = 0, off = 0
    while (loud(on)) on++
    while ((on + off) * 160 < sound.length && !loud(on + off)) off++
    return `${on * 20} on ${off * 20} off`
  }

  it("say how the call stands, in the European plan (ITU-T E.180)", async () => {
    const ringing = await tone({ state: STATE.ringing }, 6000)
    assert.equal(cadence(ringing), "1000 on 4000 off")
    assert.equal(Math.round(frequency(ringing.subarray(0, 8000))), 425)
    assert.equal(cadence(await tone({ state: STATE.ended, ended: 5, endedAt: 0 }, 2000)), "500 on 500 off", "busy")
    assert.equal(cadence(await tone({ state: STATE.ended, ended: 8, endedAt: 0 }, 2000)), "240 on 260 off", "not found")
    const bell = await tone({ state: STATE.incoming }, 6000)
    assert.equal(cadence(bell), "1200 on 3600 off")
  })

  it("of a second call that goes out are heard while the first is on hold", async () => {
    const p = await phone()
    p.talk(0, THEM, 0, { direction: DIRECTION.send }, { held: 1, focused: 0 })
    assert.equal(p.ticking, false)
    p.set(1, { state: STATE.ringing, focused: 1 })
    p.follow(10)
    const { speaker, sent } = p.tick(20)
    assert.equal(Math.round(frequency(speaker) / 25), 17)
    assert.deepEqual(sent, [])
  })

  it("a failure outside the calls is heard for half a second, unless a call is to be heard (BK-13)", async () => {
    const p = await phone()
    p.call("alert", 1000n)
    p.follow(1000)
    assert.equal(p.ticking, true)
    const sound = Int16Array.from(Array.from({ length: 6 }, (_, k) => [...p.tick(1000 + 20 * k).speaker]).flat())
    assert.equal(Math.round(frequency(sound) / 10), 95)
    p.tick(1600)
    assert.equal(p.ticking, false)
    p.talk(0, THEM, 2000)
    p.call("alert", 2000n)
    p.follow(2000)
    assert.ok(p.tick(2020).speaker.every((sample) => sample === 0))
  })

  it("of a call that has ended stop by themselves, and the host is told", async () => {
    const p = await phone()
    p.set(0, { state: STATE.ended, ended: 5, endedAt: 0, focused: 1 })
    p.follow(0)
    for (let t = 0; t < 4000; t += 20) p.tick(t)
    assert.equal(p.ticking, true)
    p.tick(4000)
    assert.equal(p.ticking, false)
  })

  it("a call that waits is heard softly during another one, and a silent ring not at all", async () => {
    const p = await phone()
    p.talk(0, THEM, 0)
    p.set(1, { state: STATE.incoming, silentRing: 1 })
    p.follow(10)
    const sound = Int16Array.from(Array.from({ length: 10 }, (_, k) => [...p.tick(20 * k).speaker]).flat())
    assert.equal(Math.round(frequency(sound)), 425)
    assert.ok(Math.max(...sound) < 3000)
    const q = await phone()
    q.set(0, { state: STATE.incoming, silentRing: 1, focused: 1 })
    q.follow(0)
    assert.equal(q.ticking, false)
  })

  it("are as loud as the volume says, 3 dB a step", async () => {
    const loudness: number[] = []
    for (const volume of [1, 3, 6, 8]) {
      const p = await phone()
      p.call("setVolume", volume)
      p.set(0, { state: STATE.ringing, focused: 1 })
      p.follow(0)
      loudness.push(Math.max(...p.tick(0).speaker))
    }
    assert.deepEqual(loudness.map((each) => Math.round(20 * Math.log10(each / loudness[2]!))), [-15, -9, 0, 6])
  })
})

describe("media: reports", () => {
  const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

  it("come about every five seconds with what was sent and received, and a name (RFC 3550 6)", async () => {
    const p = await phone("v8", 5)
    p.talk(0, THEM, 0)
    const reports: { at: number; sent: Sent }[] = []
    for (let t = 0, k = 0; t < 60_000; t += 20, k++) {
      if (k % 10 !== 3) p.receive(p.flows(0).rtp, rtpPacket({ payload: 0, sequence: k, timestamp: k * 160, ssrc: 0xabcd, sound: new Uint8Array(160) }), THEM, t)
      p.tick(t)
      while (p.soonest() <= t) reports.push(...p.expire(t).map((sent) => ({ at: t, sent })))
    }
    assert.ok(reports.length >= 9 && reports.length <= 16, `${reports.length}`)
    assert.ok(reports.every(({ at }, i) => i === 0 || at - reports[i - 1]!.at >= 2500 && at - reports[i - 1]!.at <= 7520))
    const { bytes, peer, flow } = reports.at(-1)!.sent, v = view(bytes)
    assert.deepEqual([peer, flow], [{ ...THEM, port: THEM.port + 1 }, p.flows(0).rtcp])
    assert.deepEqual([bytes[0], bytes[1], v.getUint16(2)], [0x81, 200, 12], "a sender report with one block")
    assert.equal(v.getUint32(8), Math.floor(reports.at(-1)!.at / 1000))
    assert.equal(v.getUint32(20), reports.at(-1)!.at / 20 + 1, "packets")
    assert.equal(v.getUint32(24), 160 * (reports.at(-1)!.at / 20 + 1), "octets")
    assert.equal(v.getUint32(28), 0xabcd)
    assert.ok(Math.abs(bytes[32]! - 25.6) < 3, `lost ${bytes[32]} of 256`)
    assert.deepEqual([bytes[52], bytes[53], bytes[60]], [0x81, 202, 1], "SDES with a CNAME")
    assert.match(Buffer.from(bytes.subarray(62, 62 + bytes[61]!)).toString(), /^[a-z2-7]{8}$/)
    assert.equal(p.quality(0, 60_000).loss, 10)
    assert.equal(p.quality(0, 60_000).level, 2)
  })

  it("end with a farewell when the call does (RFC 3550 6.3.7)", async () => {
    const p = await phone()
    p.talk(0, THEM, 0)
    p.tick(0)
    p.set(0, { state: STATE.ending })
    p.follow(20)
    const [last, ...more] = p.drain(20), bytes = last!.bytes
    assert.equal(more.length, 0)
    assert.deepEqual([...bytes.subarray(-8, -4)], [0x81, 203, 0, 1])
    assert.equal(p.soonest(), Number(0x7fff_ffff_ffff_ffffn))
    assert.deepEqual(p.expire(20_000), [])
  })

  it("of theirs tell the round trip and what they lost", async () => {
    const p = await phone("v8", 5)
    p.talk(0, THEM, 0)
    p.tick(0)
    const ssrc = readPacket(p.tick(20).sent[0]!.bytes).ssrc
    const at = p.soonest(), [ours] = p.expire(at), sent = view(ours!.bytes)
    const middle = (sent.getUint32(8) & 0xffff) << 16 | sent.getUint32(12) >>> 16
    const report = new Uint8Array(32), v = view(report)
    report.set([0x81, 201, 0, 7])
    v.setUint32(4, 0xabcd)
    v.setUint32(8, ssrc)
    v.setUint32(12, 0x0c00_0003)
    v.setUint32(24, middle)
    v.setUint32(28, 65_536)
    p.receive(p.flows(0).rtcp, report, { ...THEM, port: THEM.port + 1 }, at + 1000 + 87)
    assert.deepEqual([p.quality(0).roundTrip, p.quality(0).lossOut], [87, 5])
    p.receive(p.flows(0).rtcp, report.subarray(0, 31), THEM, at + 2000)
    assert.equal(p.quality(0).malformed, 1)
    p.receive(p.flows(0).rtcp, report, { address: "203.0.113.9", port: 1 }, at + 2000)
    assert.equal(p.quality(0).strange, 1)
  })
})
