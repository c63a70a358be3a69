// Sound in and out of one call, packet by packet.
import assert from "node:assert/strict"
import { decode, encode } from "../../host/sim/g711.ts"
import { DIRECTION, NONE, PCMA, STATE, TICK, phone, type Phone } from "./bench.ts"
import { readPacket, rtpPacket } from "./rtp.ts"
import { amplitudeAt, frequency, level, longestGap, tone } from "./signal.ts"

const THEM = { address: "192.0.2.20", port: 30_000 }, NAT = { address: "198.51.100.7", port: 61_000 }, STRANGER = { address: "203.0.113.66", port: 9 }
const SOUND = tone(440, 8000, 60 * 8000)

/** Packet number `k` of a source that began at zero. */
function theirs(k: number, { ssrc = 77, sequence = 65_500, stamp = 0xffff_f000, ptime = 20, payload = 0 } = {}): Uint8Array {
  const length = ptime * 8
  const sound = encode(payload === PCMA ? "PCMA" : "PCMU", SOUND.subarray(k * length, (k + 1) * length))
  return rtpPacket({ payload, sequence: sequence + k, timestamp: stamp + k * length, ssrc, marker: k === 0, sound })
}

/** Ticks from `from` on, each with one packet 5 ms before it; returns what the speaker played. */
function listen(p: Phone, from: number, ticks: number, packet: (k: number) => Uint8Array | undefined, peer = THEM): Int16Array {
  const played: number[] = []
  for (let k = 0; k < ticks; k++) {
    const bytes = packet(k)
    if (bytes !== undefined) p.receive(p.flows(0).rtp, bytes, peer, from + 20 * k - 5)
    played.push(...p.tick(from + 20 * k).speaker)
  }
  return Int16Array.from(played)
}

describe("media: a stream", () => {
  it("the host ticks from the moment a call has sound until it has none", async () => {
    const p = await phone()
    assert.equal(p.ticking, false)
    p.talk(0, THEM, 0)
    assert.equal(p.ticking, true)
    p.set(0, { state: STATE.ending })
    p.follow(100)
    assert.equal(p.ticking, false)
    assert.deepEqual(p.tick(120).sent, [])
  })

  for (const ptimeMs of [10, 20, 30, 40, 50, 60]) {
    it(`our packets carry ${ptimeMs} ms without a gap, and begin with the marker (RF-13)`, async () => {
      const p = await phone()
      p.talk(0, THEM, 0, { ptimeMs, codec: PCMA })
      const packets = Array.from({ length: 30 }, (_, k) => p.tick(20 * k, SOUND.subarray(k * TICK, (k + 1) * TICK)).sent).flat()
      const read = packets.map(({ bytes }) => readPacket(bytes))
      assert.equal(packets.length, 600 / ptimeMs)
      assert.ok(packets.every(({ peer, flow }) => peer.address === THEM.address && peer.port === THEM.port && flow === p.flows(0).rtp))
      assert.ok(read.every(({ payload, sound, marker }, i) => payload === PCMA && sound.length === 8 * ptimeMs && marker === (i === 0)))
      assert.ok(read.every((packet, i) => i === 0 || (packet.sequence - read[i - 1]!.sequence & 0xffff) === 1))
      assert.ok(read.every((packet, i) => i === 0 || (packet.timestamp - read[i - 1]!.timestamp >>> 0) === 8 * ptimeMs))
      const all = Uint8Array.from(read.flatMap(({ sound }) => [...sound]))
      assert.equal(Math.round(frequency(decode("PCMA", all))), 440)
    })

    it(`their packets of ${ptimeMs} ms are played without a gap`, async () => {
      const p = await phone(), played: number[] = []
      p.talk(0, THEM, 0)
      for (let t = 0, k = 0; t < 4000; t++) {
        if (t % ptimeMs === 7 % ptimeMs) p.receive(p.flows(0).rtp, theirs(k++, { ptime: ptimeMs }), THEM, t)
        if (t % 20 === 0) played.push(...p.tick(t).speaker)
      }
      const part = Int16Array.from(played.slice(1600))
      assert.ok(longestGap(part, 500) < 5)
      assert.ok(Math.abs(frequency(part) - 440) < 0.5)
      assert.ok(Math.abs(level(part) - level(SOUND)) < 0.3)
    })
  }

  it("a muted call sends silence, a held one nothing, one that only receives nothing", async () => {
    const p = await phone()
    p.talk(0, THEM, 0, {}, { muted: 1 })
    const [packet] = p.tick(0, SOUND.subarray(0, TICK)).sent
    assert.deepEqual([...new Set(readPacket(packet!.bytes).sound)], [0xff])
    p.set(0, { muted: 0, held: 1 })
    p.follow(10)
    assert.deepEqual(p.tick(20).sent, [])
    p.set(0, { held: 0 })
    p.agree(0, THEM, { direction: DIRECTION.receive })
    p.follow(30)
    assert.deepEqual(p.tick(40).sent, [])
    p.agree(0, THEM)
    p.follow(50)
    const [again] = p.tick(60).sent
    assert.equal(readPacket(again!.bytes).marker, true)
    assert.equal(readPacket(again!.bytes).timestamp - readPacket(packet!.bytes).timestamp >>> 0, 3 * TICK)
  })

  it("packets that come in another order are played in theirs, and those that come twice are counted", async () => {
    const p = await phone()
    p.talk(0, THEM, 0)
    const played = listen(p, 0, 100, (k) => theirs(k === 0 ? 0 : k % 2 === 0 ? k - 1 : k + 1))
    assert.ok(longestGap(played.subarray(1600), 500) < 5)
    for (let i = 0; i < 4; i++) p.receive(p.flows(0).rtp, theirs(100), THEM, 1990)
    assert.equal(p.quality(0).duplicate, 4)
    assert.equal(p.quality(0).late, 0)
  })

  it("the other codec that was offered is understood as well (RFC 3264 6.1)", async () => {
    const p = await phone()
    p.talk(0, THEM, 0)
    const played = listen(p, 0, 100, (k) => theirs(k, { payload: PCMA })).subarray(1600)
    assert.ok(Math.abs(frequency(played) - 440) < 0.5)
    assert.equal(p.quality(0).malformed, 0)
  })

  it("behind a NAT answers go where packets come from once two came in order (RFC 4961)", async () => {
    const p = await phone()
    p.talk(0, THEM, 0)
    p.receive(p.flows(0).rtp, theirs(0), NAT, 1)
    assert.equal(p.quality(0).packetsIn, 0)
    p.receive(p.flows(0).rtp, theirs(1), NAT, 21)
    assert.deepEqual(p.tick(40).sent[0]!.peer, NAT)
    p.receive(p.flows(0).rtp, theirs(0, { ssrc: 5 }), STRANGER, 41)
    p.receive(p.flows(0).rtp, theirs(1, { ssrc: 5 }), STRANGER, 42)
    assert.deepEqual(p.tick(60).sent[0]!.peer, NAT)
    p.receive(p.flows(0).rtp, theirs(2), { ...NAT, port: 61_001 }, 61)
    assert.deepEqual(p.tick(80).sent[0]!.peer, { ...NAT, port: 61_001 }, "their NAT gave them another port")
    p.receive(p.flows(0).rtp, theirs(3), THEM, 81)
    assert.deepEqual(p.tick(100).sent[0]!.peer, THEM, "where they said that they are counts more")
  })

  it("once a packet has come from where they said, a stranger's are dropped and counted, however many", async () => {
    const p = await phone()
    p.talk(0, THEM, 0)
    const played = listen(p, 0, 150, (k) => {
      for (let i = 0; i < 20; i++) p.receive(p.flows(0).rtp, theirs(k * 20 + i, { ssrc: 5 }), STRANGER, 20 * k - 6)
      return theirs(k)
    })
    assert.ok(longestGap(played.subarray(1600), 500) < 5)
    assert.equal(p.quality(0).strange >= 149 * 20, true)
    assert.deepEqual(p.tick(3000).sent[0]!.peer, THEM)
  })

  it("another source takes over with its second packet, and a sequence that begins anew as well (RFC 3550 A.1)", async () => {
    const p = await phone()
    p.talk(0, THEM, 0)
    listen(p, 0, 50, (k) => theirs(k))
    const other = listen(p, 1000, 50, (k) => theirs(k, { ssrc: 1234, sequence: 9, stamp: 555 }))
    assert.ok(longestGap(other.subarray(1600), 500) < 5)
    const anew = listen(p, 2000, 50, (k) => theirs(k, { ssrc: 1234, sequence: 30_000, stamp: 5 }))
    assert.ok(longestGap(anew.subarray(1600), 500) < 5)
  })

  it("a conference of three: each is sent what the two others say", async () => {
    const p = await phone(), other = { address: "192.0.2.30", port: 32_000 }
    p.talk(0, THEM, 0, {}, { mixed: 1 })
    p.talk(1, other, 0, { codec: PCMA }, { mixed: 1 })
    const first = tone(500, 6000, 80 * TICK), second = tone(900, 6000, 80 * TICK), mine = tone(1500, 6000, 80 * TICK)
    const heard: Record<string, number[]> = { speaker: [], [THEM.port]: [], [other.port]: [] }
    for (let k = 0; k < 80; k++) {
      const at = { sequence: k, timestamp: k * TICK, ssrc: 7 }
      p.receive(p.flows(0).rtp, rtpPacket({ ...at, payload: 0, sound: encode("PCMU", first.subarray(k * TICK, k * TICK + TICK)) }), THEM, 20 * k - 5)
      p.receive(p.flows(1).rtp, rtpPacket({ ...at, payload: 8, sound: encode("PCMA", second.subarray(k * TICK, k * TICK + TICK)) }), other, 20 * k - 5)
      const { speaker, sent } = p.tick(20 * k, mine.subarray(k * TICK, k * TICK + TICK))
      heard.speaker!.push(...speaker)
      for (const { peer, bytes } of sent) heard[peer.port]!.push(...decode(peer.port === THEM.port ? "PCMU" : "PCMA", readPacket(bytes).sound))
    }
    const parts = (name: string | number) => [500, 900, 1500].map((hertz) => {
      return Math.round(amplitudeAt(Int16Array.from(heard[name]!.slice(-4000)), hertz) / 1000)
    })
    assert.deepEqual(parts("speaker"), [6, 6, 0])
    assert.deepEqual(parts(THEM.port), [0, 6, 6])
    assert.deepEqual(parts(other.port), [6, 0, 6])
  })

  for (const joining of [0, 1]) {
    it(`whoever joins a conference, or leaves it, leaves no gap in the sound of the other (stream ${joining})`, async () => {
      const p = await phone(), other = { address: "192.0.2.30", port: 40_000 }, first = 1 - joining, played: number[] = []
      // The one that is to join takes its stream first, on hold.
      if (joining === 0) p.talk(0, other, 0, {}, { focused: 0, held: 1 })
      p.talk(first, THEM, 0, {}, { focused: 1 })
      const silent = (k: number): Uint8Array => rtpPacket({ payload: 0, sequence: k, timestamp: k * 160, ssrc: 5, marker: k === 0, sound: encode("PCMU", new Int16Array(160)) })
      for (let k = 0; k < 200; k++) {
        const at = 20 * k
        p.receive(p.flows(first).rtp, theirs(k), THEM, at - 5)
        if (k === 50) {
          p.talk(joining, other, at, {}, { focused: 0, held: 0, mixed: 1 })
          p.set(first, { mixed: 1 })
          p.follow(at)
        }
        if (k >= 50 && k < 100) p.receive(p.flows(joining).rtp, silent(k - 50), other, at - 4)
        if (k === 100) {
          p.set(joining, { state: STATE.ended })
          p.set(first, { mixed: 0 })
          p.follow(at)
        }
        played.push(...p.tick(at).speaker)
      }
      const steady = Int16Array.from(played.slice(10 * TICK))
      assert.ok(longestGap(steady, 500) < 5, `a gap of ${longestGap(steady, 500) / 8} ms`)
      assert.ok(Math.abs(frequency(steady) - 440) < 0.2)
      assert.equal(p.quality(first).concealed, 0)
    })
  }

  it("early media is played before the call is answered, and takes the place of ring-back", async () => {
    const p = await phone()
    p.set(0, { state: STATE.ringing, focused: 1 })
    p.follow(0)
    assert.equal(p.ticking, true)
    const ring = Int16Array.from(Array.from({ length: 25 }, (_, k) => [...p.tick(20 * k).speaker]).flat())
    assert.equal(Math.round(frequency(ring)), 425)
    p.agree(0, THEM, { early: 1 })
    p.follow(500)
    const played = listen(p, 520, 50, (k) => theirs(k))
    assert.ok(Math.abs(frequency(played.subarray(2000)) - 440) < 1)
  })

  it("comfort noise of theirs is heard at its level while they are silent", async () => {
    const p = await phone()
    p.talk(0, THEM, 0, { comfortIn: 13, comfort: 13 })
    listen(p, 0, 50, (k) => theirs(k))
    const stamp = 0xffff_f000 + 50 * TICK
    p.receive(p.flows(0).rtp, rtpPacket({ payload: 13, sequence: 65_550, timestamp: stamp, ssrc: 77, sound: Uint8Array.of(45) }), THEM, 995)
    const noise = listen(p, 1000, 100, () => undefined).subarray(3200)
    assert.ok(level(noise) < -38 && level(noise) > -52, `${level(noise)}`)
    const after = listen(p, 3000, 50, (k) => theirs(150 + k))
    assert.ok(Math.abs(frequency(after.subarray(1600)) - 440) < 1)
  })

  it("we send comfort noise instead of silence where it was agreed on, and speech begins with the marker", async () => {
    const p = await phone()
    p.talk(0, THEM, 0, { comfort: 13, comfortIn: 13 })
    const speaks = (k: number) => k < 50 || k >= 150
    const sent = Array.from({ length: 200 }, (_, k) => p.tick(20 * k, speaks(k) ? SOUND.subarray(k * TICK, k * TICK + TICK) : new Int16Array(TICK)).sent)
    const read = sent.map((each) => each.map(({ bytes }) => readPacket(bytes)))
    assert.equal(read.slice(70, 150).flat().filter(({ payload }) => payload === 0).length, 0)
    assert.ok(read.slice(50, 150).flat().filter(({ payload, sound }) => payload === 13 && sound.length === 1 && sound[0]! > 60).length >= 2)
    assert.equal(read[150]![0]!.marker, true)
    const first = read[0]![0]!, back = read[150]![0]!
    assert.equal(back.timestamp - first.timestamp >>> 0, 150 * TICK)
    assert.deepEqual(read.flat().map(({ sequence }) => sequence - first.sequence & 0xffff), read.flat().map((_, i) => i))
  })

  it("the two engines keep the same bytes and play the same sound", async () => {
    const [a, b] = [await phone("v8", 3), await phone("wasm3", 3)]
    const play = (p: Phone) => {
      p.talk(0, THEM, 0, { comfort: NONE })
      return [...listen(p, 0, 100, (k) => k % 7 === 3 ? undefined : theirs(k))]
    }
    assert.deepEqual(play(a), play(b))
    assert.deepEqual(a.memory(), b.memory())
  })
})
