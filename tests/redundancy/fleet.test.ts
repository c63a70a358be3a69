// A thousand phones in one process: their server dies, and the next one is not run over.
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { compile } from "../../build/core.ts"
import type { CoreExports } from "../../host/abi.ts"
import { loadCore } from "../../host/core.ts"
import { loadV8 } from "../../host/engine/v8.ts"
import type { Hash } from "../../host/sim/challenger.ts"
import { Fleet, peakToMean } from "../../host/sim/fleet.ts"
import type { MakePhone } from "../../host/sim/phone.ts"

const PHONES = 1000
const HASHES = { "MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512-256" } as const
const hash: Hash = (name, text) => createHash(HASHES[name]).update(text, "latin1").digest("hex")
const ZONE = `$ORIGIN example.com.
$TTL 300
@ IN SOA ns hostmaster 1 3600 600 604800 60
_sip._udp IN SRV 1 1 5060 a
_sip._udp IN SRV 2 1 5060 b
a IN A 192.0.2.1
b IN A 192.0.2.2
`
/** The window of the requirement is divided into so many parts of equal length: a peak is one of them. */
const PARTS = 10
const SECOND = 1000

/**
 * When the server dies, how long it takes at most until all phones have noticed, and what the jitter of their timers makes of it at least; seconds. They are all
 * switched on within one second: nothing but that jitter keeps them apart.
 */
const CASES = [
  { profile: "auto", diesSec: 100, withinSec: 360, spreadSec: 45 },
  { profile: "versity", diesSec: 100, withinSec: 360, spreadSec: 40 },
  { profile: "baker", diesSec: 400, withinSec: 360, spreadSec: 250 },
  { profile: "snom", diesSec: 100, withinSec: 3600, spreadSec: 400 },
  { profile: "vip", diesSec: 100, withinSec: 60, spreadSec: 20 },
] as const

describe("a thousand phones", function () {
  this.timeout(180_000)
  let make: MakePhone
  before(async () => {
    const wasm = await compile("assembly/index.ts")
    make = (keep) => loadCore(loadV8<CoreExports>(wasm), keep)
  })

  it("whose network comes back at one instant spread their first REGISTER over start_spread (P-01)", () => {
    const fleet = new Fleet({
      seed: 2, phones: PHONES, make, zone: ZONE, settings: "domain: example.com\nprobe_method: none\nstart_spread: 20\n",
      servers: ["192.0.2.1", "192.0.2.2"].map((address) => ({ address, realm: address, secret: address, hash })),
    })
    const [server] = fleet.servers
    assert.ok(server !== undefined)
    fleet.boot(60 * SECOND)
    fleet.run(100 * SECOND)
    fleet.network(false)
    fleet.run(110 * SECOND)
    const before = server.registers.length
    fleet.network(true)
    fleet.run(131 * SECOND)
    const asked = server.registers.slice(before)
    assert.ok(asked.length >= PHONES, `${asked.length} have asked`)
    assert.ok(peakToMean(asked, 110 * SECOND, 130 * SECOND, PARTS) <= 1.5)
  })

  for (const { profile, diesSec, withinSec, spreadSec } of CASES) {
    it(`of profile ${profile} whose server dies ask the next one at most at twice the mean rate of the time in which they move, which is ${spreadSec} s at least (P-01, P-37)`, () => {
      const server = (address: string) => ({ address, realm: address, secret: address, hash })
      const fleet = new Fleet({
        seed: 1, phones: PHONES, make, zone: ZONE, settings: `profile: ${profile}\ndomain: example.com\n`, servers: [server("192.0.2.1"), server("192.0.2.2")],
      })
      const [dying, next] = fleet.servers
      assert.ok(dying !== undefined && next !== undefined)
      fleet.boot(SECOND)
      fleet.run(diesSec * SECOND)
      assert.equal(dying.registrar.bindings(fleet.now).length, PHONES)
      const before = next.registers.length
      dying.state = "refuses"
      fleet.run((diesSec + withinSec) * SECOND)
      assert.equal(next.registrar.bindings(fleet.now).length, PHONES, "not all phones have moved")
      // Each phone asks twice, the second time with its credentials; what comes after that is refreshing.
      const asked = next.registers.slice(before, before + 2 * PHONES)
      const from = asked[0] ?? 0, to = asked.at(-1) ?? 0
      const ratio = peakToMean(asked, from, to, PARTS)
      assert.ok(to - from >= spreadSec * SECOND, `they all ask within ${((to - from) / SECOND).toFixed(1)} s`)
      assert.ok(ratio <= 2, `the peak is ${ratio.toFixed(2)} times the mean of ${((to - from) / SECOND).toFixed(0)} s`)
    })
  }
})
