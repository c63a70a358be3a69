// The codec against the tables of ITU-T G.711, its reference code and the simulated callers' own code.
import assert from "node:assert/strict"
import { decode as otherDecode, type Law } from "../../host/sim/g711.ts"
import { testCore } from "../harness.ts"

const PCMU = 0, PCMA = 8
const core = await testCore("media")
const decode = (codec: number, code: number) => Number(core.exports.decode!(codec, code))
const encode = (codec: number, sample: number) => Number(core.exports.encode!(codec, sample))

/** Decoder output values y of G.711 tables 1 and 2 for positive values, first of each segment, in the units of G.191: 16 bits. */
const FIRST_OF_SEGMENT: Record<number, number[]> = {
  [PCMU]: [0, 132, 396, 924, 1980, 4092, 8316, 16764],
  [PCMA]: [8, 264, 528, 1056, 2112, 4224, 8448, 16896],
}

/** ulaw_compress of G.191, step by step. */
function referenceU(sample: number): number {
  const magnitude = Math.min((sample < 0 ? ~sample >> 2 : sample >> 2) + 33, 0x1fff)
  let segment = 1
  for (let rest = magnitude >> 6; rest !== 0; rest >>= 1) segment++
  return 8 - segment << 4 | 15 - (magnitude >> segment & 15) | (sample >= 0 ? 0x80 : 0)
}

/** alaw_compress of G.191, step by step. */
function referenceA(sample: number): number {
  let value = sample < 0 ? ~sample >> 4 : sample >> 4
  if (value > 15) {
    let segment = 1
    for (; value > 31; value >>= 1) segment++
    value = value - 16 + (segment << 4)
  }
  return (value | (sample >= 0 ? 0x80 : 0)) ^ 0x55
}

describe("media/g711", () => {
  for (const [name, codec] of [["PCMU", PCMU], ["PCMA", PCMA]] as [Law, number][]) {
    it(`${name} has the values of the tables at the beginning of each segment`, () => {
      const code = (segment: number) => codec === PCMU ? 0xff - 16 * segment : 0xd5 ^ 16 * segment
      assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 7].map((segment) => decode(codec, code(segment))), FIRST_OF_SEGMENT[codec])
      assert.equal(decode(codec, codec === PCMU ? 0x80 : 0xaa), codec === PCMU ? 32124 : 32256)
    })

    it(`${name} decodes every code as the callers' code does`, () => {
      const codes = Uint8Array.from({ length: 256 }, (_, i) => i)
      assert.deepEqual([...codes].map((each) => decode(codec, each)), [...otherDecode(name, codes)])
    })

    it(`${name} encodes what it has decoded to a code with the same value`, () => {
      for (let code = 0; code < 256; code++) assert.equal(decode(codec, encode(codec, decode(codec, code))), decode(codec, code))
    })

    it(`${name} encodes every sample as the reference code in ITU-T G.191`, () => {
      const reference = codec === PCMU ? referenceU : referenceA
      for (let sample = -32768; sample < 32768; sample++) {
        if (encode(codec, sample) !== reference(sample)) assert.equal(encode(codec, sample), reference(sample), `${sample}`)
      }
    })
  }
})
