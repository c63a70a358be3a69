// The simulated balancer: who gets to which backend.
import assert from "node:assert/strict"
import { Balancer, type Backend } from "../../host/sim/balancer.ts"
import type { Endpoint } from "../../host/sim/phone.ts"

const VIP = "192.0.2.9"
const client = (n: number): Endpoint => ({ address: `198.51.100.${n % 250}`, port: 5060 + Math.floor(n / 250) })

/** A farm whose backends answer with their name and where they saw the client. */
function farm(weights: Readonly<Record<string, number>>, nat: "nat" | "dnat" = "dnat"): { balancer: Balancer, ask(n: number, now?: number, port?: number): string } {
  const backends: Backend[] = Object.entries(weights).map(([name, weight], i) => ({
    name, weight, at: { address: `10.0.0.${i + 1}`, port: 5060 },
    service: { receive: (_bytes, from) => [{ bytes: Buffer.from(`${name} ${from.address}`), to: from }] },
  }))
  const balancer = new Balancer({ address: VIP, ports: [5060, 5061], nat, backends })
  return {
    balancer,
    ask(n, now = 0, port = 5060) {
      const answers = balancer.receive(new Uint8Array(), client(n), now, { address: VIP, port })
      if (answers === "refused" || answers[0] === undefined) return "nothing"
      assert.deepEqual(answers[0].to, client(n))
      return Buffer.from(answers[0].bytes).toString()
    },
  }
}

describe("simulated balancer", () => {
  it("gives each backend clients by its weight (SK-10)", () => {
    const { ask } = farm({ a: 1, b: 3, c: 6 })
    const shares = new Map<string, number>()
    for (let n = 0; n < 1000; n++) shares.set(ask(n)[0] ?? "", (shares.get(ask(n)[0] ?? "") ?? 0) + 1)
    assert.deepEqual(Object.fromEntries(shares), { a: 100, b: 300, c: 600 })
  })

  it("listens at the ports of its farm only, clear and TLS (SK-11)", () => {
    const { ask } = farm({ a: 1 })
    assert.deepEqual([5060, 5061, 5062].map((port) => ask(1, 0, port)), ["a 198.51.100.1", "a 198.51.100.1", "nothing"])
  })

  it("shows backends the client's address with dnat, its own with nat, and answers come from the farm either way (SK-07, SK-11)", () => {
    assert.deepEqual([farm({ a: 1 }, "dnat").ask(1), farm({ a: 1 }, "nat").ask(1)], ["a 198.51.100.1", `a ${VIP}`])
  })

  it("keeps a client at his backend until that is dropped or he has been quiet for three minutes", () => {
    const { ask, balancer } = farm({ a: 1, b: 1 })
    assert.deepEqual([ask(1), ask(2), ask(1, 100_000), ask(1, 200_000)].map((text) => text[0]), ["a", "b", "a", "a"])
    balancer.drop("a")
    assert.deepEqual([ask(1, 200_000), ask(2, 200_000)].map((text) => text[0]), ["b", "b"])
    balancer.drop("b")
    assert.equal(ask(1, 200_000), "nothing")
  })
})
