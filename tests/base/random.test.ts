import assert from "node:assert/strict"
import { createCipheriv } from "node:crypto"
import { type TestCore, testCore } from "../harness.ts"

/** The generator as base/random.ts describes it, over the ChaCha20 of OpenSSL. */
class Reference {
  private key = Buffer.alloc(32)

  seed(entropy: Uint8Array): void {
    for (let done = 0; done < entropy.length; done += 32) {
      entropy.subarray(done, done + 32).forEach((byte, i) => { this.key[i]! ^= byte })
      this.fresh()
    }
  }

  fresh(): Buffer {
    const block = createCipheriv("chacha20", this.key, Buffer.alloc(16)).update(Buffer.alloc(64))
    this.key = Buffer.from(block.subarray(0, 32))
    return block.subarray(32)
  }

  fill(length: number): Buffer {
    const blocks = Array.from({ length: Math.ceil(length / 32) }, () => this.fresh())
    return Buffer.concat(blocks).subarray(0, length)
  }
}

function seed(core: TestCore, entropy: Uint8Array): void {
  core.bytes.set(entropy, core.globals.RX_AT!)
  core.exports.randomSeed!(entropy.length)
}

function filled(core: TestCore, length: number): string {
  core.exports.randomFill!(length)
  return Buffer.from(core.bytes.slice(core.globals.TX_AT!, core.globals.TX_AT! + length)).toString("hex")
}

const entropy = (length: number, first: number): Uint8Array => Uint8Array.from({ length }, (_, i) => first + i * 7)

describe("random", () => {
  let core: TestCore
  beforeEach(async () => { core = await testCore("digest") })

  it("makes the ChaCha20 key stream of the seed, with a new key for every block", () => {
    const reference = new Reference()
    for (const length of [32, 48, 1, 100]) {
      seed(core, entropy(length, length))
      reference.seed(entropy(length, length))
      for (const wanted of [4, 32, 33, 64, 200]) assert.equal(filled(core, wanted), reference.fill(wanted).toString("hex"))
    }
    assert.equal(Number(core.exports.randomU32!()) >>> 0, reference.fill(4).readUInt32LE())
  })

  it("is seeded when 32 bytes have come in, at once or in pieces", () => {
    assert.equal(core.exports.randomSeeded!(), 0)
    seed(core, entropy(31, 1))
    assert.equal(core.exports.randomSeeded!(), 0)
    seed(core, entropy(1, 9))
    assert.equal(core.exports.randomSeeded!(), 1)
  })

  it("leaves nothing of what it gave out in its memory", () => {
    seed(core, entropy(32, 3))
    const given = filled(core, 32)
    const state = Buffer.from(core.bytes.slice(core.globals.BASE_STATE_AT!, core.globals.BASE_STATE_AT! + 0x100)).toString("hex")
    assert.ok(!state.includes(given.slice(0, 16)))
    assert.match(state.slice(0x68 * 2, 0xe8 * 2), /^0+$/)
  })

  it("draws each number below n equally often", () => {
    seed(core, entropy(32, 5))
    const draws = 12_000
    for (const n of [2, 3, 7, 101]) {
      const counts = new Array<number>(n).fill(0)
      for (let i = 0; i < draws; i++) counts[Number(core.exports.randomBelow!(n))]!++
      const expected = draws / n
      const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
      const limit = n - 1 + 4 * Math.sqrt(2 * (n - 1)) + 6
      assert.ok(chiSquare < limit, `chi-square of ${n} is ${chiSquare}, more than ${limit}`)
    }
    assert.equal(core.exports.randomBelow!(0), 0)
    assert.equal(core.exports.randomBelow!(1), 0)
    for (let i = 0; i < 50; i++) assert.ok(Number(core.exports.randomBelow!(0xc0000000)) >>> 0 < 0xc0000000)
  })

  it("writes tokens of 32 different characters", () => {
    seed(core, entropy(32, 8))
    const seen = new Set<string>()
    for (let i = 0; i < 20; i++) {
      const length = Number(core.exports.randomToken!(70))
      const token = Buffer.from(core.bytes.slice(core.globals.TX_AT!, core.globals.TX_AT! + length)).toString("latin1")
      assert.match(token, /^[a-z2-7]{70}$/)
      for (const letter of token) seen.add(letter)
    }
    assert.equal(seen.size, 32)
  })
})
