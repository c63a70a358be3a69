// What it costs when one answer of DNS is the last that four lines have waited for: each makes its list of servers in an input of its own, all at the same instant.
import assert from "node:assert/strict"
import { compile } from "../../build/core.ts"
import { EVENT } from "../../host/abi.ts"
import { parseZone } from "../../host/sim/zone.ts"
import { Network, PASSWORD, SETTINGS } from "./network.ts"
import { Pair } from "./pair.ts"

const LINES = [1, 2, 3, 4], RECORDS = 16, DOMAIN = "example.com"
const FOUR_NAMES = Array<string>(4).fill(DOMAIN).join(";")
/** `most`: loop turns and calls that any input may cost. A list of four lines in one input cost three times as much, and more than a board has. */
const WORST = [
  { story: "16 servers of two addresses", addresses: ["192.0.2", "198.51.100"], server: "", most: 35_000, found: "located" },
  { story: "16 servers of two addresses, by four names", addresses: ["192.0.2", "198.51.100"], server: FOUR_NAMES, most: 35_000, found: "located" },
  { story: "16 servers of one address, by four names", addresses: ["192.0.2"], server: FOUR_NAMES, most: 50_000, found: "located" },
  { story: "16 servers without an address, by four names", addresses: [], server: FOUR_NAMES, most: 80_000, found: "registrationFailed" },
] as const

const wasm = await compile("assembly/index.ts")

function zone(addresses: readonly string[]): string {
  const server = (i: number): string => [`_sip._udp 60 IN SRV 0 ${i} 5060 s${i}`, ...addresses.map((net) => `s${i} 60 IN A ${net}.${i}`)].join("\n")
  return [`$ORIGIN ${DOMAIN}.`, "$TTL 60", "@ IN SOA ns hostmaster 1 3600 600 604800 60", ...Array.from({ length: RECORDS }, (_, i) => server(i + 1)), ""].join("\n")
}

describe("P-34: four lines of one domain", () => {
  for (const { story, addresses, server, most, found } of WORST) {
    it(`with ${story} share an answer, and no input costs more than ${most} loop turns and calls`, () => {
      const phone = new Pair(wasm), world = new Network(phone)
      world.nameserver.zones = [parseZone(zone(addresses))]
      const ofLine = (n: number): string => `${n}.domain: ${DOMAIN}\n${n}.user: 6001\n${n}.password: ${PASSWORD}\n${n}.server: ${server}\n`
      world.boot(`${SETTINGS}server: ${server}\n${LINES.slice(1).map(ofLine).join("")}`)
      const settled = (): number => world.events.filter((event) => event === EVENT[found]).length
      for (let ms = 0; settled() === 0 && ms < 5000; ms++) world.run(1)
      // None waits longer than the others.
      assert.equal(settled(), LINES.length)
      world.run(600_000)
      for (const name of ["handle_datagram", "handle_timeout", "handle_flow"] as const) {
        const { fuel, what } = phone.worst.get(name)!
        assert.ok(fuel > 0 && fuel < most, `${fuel} for ${what}`)
      }
    })
  }
})
