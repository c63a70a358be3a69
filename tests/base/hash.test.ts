import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { type TestCore, testCore } from "../harness.ts"

const KINDS = [[1, "md5"], [2, "sha256"], [3, "sha512-256"]] as const
const LENGTH_MAX = 300

const message = Uint8Array.from({ length: 4096 }, (_, i) => i * i * 31 + i * 7 + (i >> 5))

function digest(core: TestCore, kind: number, length: number, piece: number): string {
  core.bytes.set(message.subarray(0, length), core.globals.RX_AT!)
  const size = Number(core.exports.hash!(kind, length, piece))
  return Buffer.from(core.bytes.slice(core.globals.TX_AT!, core.globals.TX_AT! + size)).toString("hex")
}

for (const engine of ["v8", "wasm3"] as const) {
  describe(`hash on ${engine}`, () => {
    let core: TestCore
    before(async () => { core = await testCore("digest", engine) })

    for (const [kind, name] of KINDS) {
      const wanted = (length: number): string => createHash(name).update(message.subarray(0, length)).digest("hex")

      it(`${name} of 0 to ${LENGTH_MAX} bytes is that of node:crypto (RF-12)`, () => {
        for (let length = 0; length <= LENGTH_MAX; length++) {
          assert.equal(digest(core, kind, length, 4096), wanted(length), `${length} bytes`)
        }
        assert.equal(digest(core, kind, 4096, 4096), wanted(4096))
      })

      it(`${name} does not depend on the pieces`, () => {
        for (const piece of [1, 3, 63, 64, 65, 127, 128, 129]) {
          for (const length of [55, 56, 64, 111, 112, 119, 120, 128, 250]) {
            assert.equal(digest(core, kind, length, piece), wanted(length), `${length} bytes by ${piece}`)
          }
        }
      })
    }

    it("leaves nothing of the message in its memory", () => {
      digest(core, 3, 130, 130)
      const at = core.globals.BASE_STATE_AT!
      assert.ok(core.bytes.slice(at + 0x28, at + 0x100).every((byte) => byte === 0))
    })
  })
}
