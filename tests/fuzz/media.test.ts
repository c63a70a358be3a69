// RTP and RTCP that nobody should send: no trap, bounded work, nothing written outside the room, and the sound of the call in progress stays.
import assert from "node:assert/strict"
import { encode } from "../../host/sim/g711.ts"
import { phone, type Phone } from "../media/bench.ts"
import { random } from "../media/link.ts"
import { rtpPacket } from "../media/rtp.ts"
import { frequency, longestGap, tone } from "../media/signal.ts"
import { enginesPresent } from "../wire/wire-core.ts"

const SEED = Number(process.env.SEED ?? 20_261_121)
const THEM = { address: "192.0.2.20", port: 30_000 }, STRANGER = { address: "203.0.113.66", port: 4000 }
/** Loop turns and calls for one datagram, and for 20 ms of sound with a gap that begins. Only wasm3 counts. */
const RECEIVE_FUEL = 4000, TICK_FUEL = 40_000
const SOUND = tone(440, 8000, 80_000)

type Draw = (below: number) => number

function good(k: number, ssrc = 77): Uint8Array {
  return rtpPacket({ payload: 0, sequence: k, timestamp: k * 160, ssrc, sound: encode("PCMU", SOUND.subarray(k % 500 * 160, (k % 500 + 1) * 160)) })
}

function report(draw: Draw): Uint8Array {
  const bytes = new Uint8Array(28 + 24 * draw(3) + 16), view = new DataView(bytes.buffer)
  bytes.set([0x81, 200 + draw(2), 0, (bytes.length - 16) / 4 - 1])
  bytes.set([0x81, 202 + draw(3), 0, 3], bytes.length - 16)
  for (let i = 4; i < bytes.length - 16; i += 4) view.setUint32(i, draw(2 ** 32))
  return bytes
}

/** A packet, bent: bits flipped, cut, lengthened, with odd times, sequence numbers, payloads and sources; or noise. */
function bent(draw: Draw, k: number): Uint8Array {
  const kind = draw(10)
  if (kind === 0) return Uint8Array.from({ length: draw(300) }, () => draw(256))
  if (kind === 1) return report(draw)
  let bytes = good(k, draw(4) === 0 ? draw(2 ** 32) : 77)
  const view = new DataView(bytes.buffer)
  if (kind === 2) view.setUint32(4, draw(2 ** 32))
  if (kind === 3) view.setUint32(4, k * 160 + draw(4000) - 2000)
  if (kind === 4) view.setUint16(2, draw(65_536))
  if (kind === 5) bytes[1] = draw(256)
  if (kind === 6) bytes[0] = draw(256)
  if (kind === 7) bytes = bytes.slice(0, draw(bytes.length))
  if (kind === 8) bytes = Uint8Array.from([...bytes, ...new Uint8Array(draw(4000 - bytes.length))])
  if (kind === 9) bytes[1] = [101, 13, 8, 0x80][draw(4)]!
  for (let n = draw(3); n > 0 && bytes.length > 0; n--) bytes[draw(Math.min(bytes.length, 20))]! ^= 1 << draw(8)
  return bytes
}

/** Everything that the room has no business to write. */
function elsewhere(p: Phone): Buffer {
  const bytes = p.core.bytes.slice(), media = p.at("MEDIA_AT"), { RX_AT, TX_AT, IO_AT, AUDIO_AT } = p.core.globals
  const mine: [number, number][] = [[media, p.at("MEDIA_BYTES")], [RX_AT!, 4096 + 64], [TX_AT!, 1216], [IO_AT!, 128], [AUDIO_AT!, 320]]
  for (const [at, size] of mine) bytes.fill(0, at, at + size)
  // The random generator moves on.
  const base = p.at("BASE_AT")
  return Buffer.from(bytes.fill(0, base, base + 0x100))
}

for (const engine of await enginesPresent()) {
  describe(`Bad RTP on ${engine}`, function () {

    it(`never stops the phone, and good packets are heard again afterwards (SEED=${SEED})`, async () => {
      const next = random(SEED), draw: Draw = (below) => Math.floor(next() * below)
      for (let turn = 0; turn < (engine === "v8" ? 60 : 6); turn++) {
        const p = await phone(engine, turn + 1)
        p.talk(0, THEM, 0, { comfort: 13, comfortIn: 13, ptimeMs: 10 * (1 + draw(6)), codec: draw(2) * 8 })
        p.talk(1, { ...THEM, port: 31_000 }, 0, {}, { mixed: draw(2) })
        const before = elsewhere(p)
        for (let k = 0; k < 150; k++) {
          p.core.setFuel(RECEIVE_FUEL)
          for (let n = draw(6); n > 0; n--) {
            const flows = p.flows(draw(2)), from = draw(3) > 0 ? THEM : { ...STRANGER, port: 4000 + draw(3) }
            p.receive(draw(4) === 0 ? flows.rtcp : flows.rtp, bent(draw, k), from, 20 * k + draw(20) - 19)
          }
          p.core.setFuel(TICK_FUEL)
          p.tick(20 * k)
          if (draw(10) === 0) p.expire(20 * k)
        }
        assert.ok(elsewhere(p).equals(before), `turn ${turn} wrote outside the room`)
        const played: number[] = []
        for (let k = 0; k < 120; k++) {
          p.receive(p.flows(0).rtp, good(k, 4711), THEM, 3000 + 20 * k)
          played.push(...p.tick(3010 + 20 * k).speaker)
        }
        const end = Int16Array.from(played.slice(-6400))
        assert.ok(longestGap(end, 400) < 8 && Math.abs(frequency(end) - 440) < 1, `turn ${turn}: the tone does not come back`)
      }
    })

    it("a flood of a thousand packets a second from strangers changes nothing of what is heard and sent", async () => {
      const [quiet, flooded] = [await phone(engine, 9), await phone(engine, 9)]
      const next = random(SEED), draw: Draw = (below) => Math.floor(next() * below)
      for (const p of [quiet, flooded]) {
        p.talk(0, THEM, 0)
        p.receive(p.flows(0).rtp, good(0), THEM, 0)
      }
      for (let k = 1; k < 100; k++) {
        for (let n = 0; n < 20; n++) {
          const bytes = n % 2 === 0 ? good(k, 77) : bent(draw, k)
          flooded.receive(n % 5 === 0 ? flooded.flows(0).rtcp : flooded.flows(0).rtp, bytes, { ...STRANGER, port: 4000 + n }, 20 * k - 3)
        }
        for (const p of [quiet, flooded]) p.receive(p.flows(0).rtp, good(k), THEM, 20 * k - 2)
        assert.deepEqual(flooded.tick(20 * k), quiet.tick(20 * k))
      }
      assert.ok(flooded.quality(0).strange > 1000)
    })
  })
}

describe("Reading RTP and RTCP", () => {
  it(`looks at nothing behind the last byte, and finds the payload inside (SEED=${SEED})`, async () => {
    const next = random(SEED), draw: Draw = (below) => Math.floor(next() * below)
    const p = await phone(), rx = p.at("RX_AT"), tx = p.at("TX_AT")
    const view = new DataView(p.core.bytes.buffer, p.core.bytes.byteOffset)
    let read = 0
    for (let i = 0; i < 20_000; i++) {
      const bytes = bent(draw, i), results: string[] = []
      for (const behind of [0, 0xff]) {
        p.core.bytes.fill(behind, rx, rx + 4160)
        p.core.bytes.set(bytes, rx)
        p.core.bytes.fill(0, tx, tx + 64)
        const rtp = p.call("rtp", bytes.length)
        const at = view.getUint32(tx + 12, true), length = view.getUint32(tx + 16, true)
        if (rtp === 1) assert.ok(at >= rx + 12 && at + length <= rx + bytes.length, `${Buffer.from(bytes).toString("hex")}`)
        read += rtp
        const record = Buffer.from(p.core.bytes.slice(tx, tx + 20)).toString("hex")
        results.push(`${rtp} ${rtp === 1 ? record : ""} ${p.call("rtcp", bytes.length, 77)}`)
      }
      assert.equal(results[0], results[1], Buffer.from(bytes).toString("hex"))
    }
    assert.ok(read > 10_000, "most can be read")
  })
})
