// Everything at once, at random: requests and answers of both sides, failures and a clock that jumps. Nothing may trap, leak or send too much.
import assert from "node:assert/strict"
import type { EngineName } from "../../host/engine/engine.ts"
import { Bench, reply, request, SERVER } from "./bench.ts"

const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1)
const STEPS = 1500
const METHODS = ["INVITE", "OPTIONS", "REGISTER", "BYE"]
const STATUSES = [100, 180, 200, 200, 302, 401, 486, 503, 603]

/** xorshift32: the same numbers for the same seed. */
function dice(seed: number): (n: number) => number {
  let x = seed * 2654435761 >>> 0 || 1
  return (n) => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return (x >>> 0) % n
  }
}

async function storm(seed: number, engine: EngineName = "v8"): Promise<Bench> {
  const b = await Bench.open(2 ** 32 - 20_000, 500, 4000, 5000, engine)
  const pick = dice(seed)
  const branch = (side: string) => `z9hG4bK${side}${pick(14)}`
  const ours = () => request(METHODS[pick(4)]!, { branch: branch("o") })
  const theirs = (method: string) => request(method, { via: `SIP/2.0/UDP 192.0.2.1:5060;rport;branch=${branch("t")}`, cseq: pick(3), toTag: pick(4) === 0 ? ";tag=x" : "" })
  const handles: number[] = []
  const any = () => handles[pick(handles.length || 1)] ?? 0
  const steps: (() => void)[] = [
    () => handles.push(b.start(ours(), { peer: `192.0.2.${1 + pick(3)}:5060` })),
    () => b.response(reply(ours(), STATUSES[pick(STATUSES.length)]!)),
    () => b.response(reply(ours(), STATUSES[pick(STATUSES.length)]!, { method: "CANCEL" })),
    () => { if (["NEW", "CANCEL_MATCHED"].includes(b.request(theirs([...METHODS, "CANCEL", "FOO"][pick(6)]!)))) b.answer(pick(5) > 0) },
    () => {
      const text = theirs("INVITE")
      if (b.request(text) !== "NEW") return
      const handle = b.call("current")
      if (pick(3) > 0) b.respond(handle, reply(text, 180))
      b.respond(handle, reply(text, pick(2) > 0 ? 200 : 486))
      b.call("forget", pick(8) === 0 || b.call("isOpen", handle) === 1 ? handle : -1)
    },
    () => b.request(theirs("ACK")),
    () => b.command("cancel", any()),
    () => b.command("abandon", any()),
    () => b.at(SERVER, pick(2) === 0 ? "refused" : "unreachable", pick(2) === 0 ? b.common : b.towards(SERVER)),
    () => b.until(b.now + pick(700)),
    () => b.jumpTo(b.now + pick(9000)),
    () => { b.events(); b.serverEvents() },
  ]
  for (let i = 0; i < STEPS; i++) steps[pick(steps.length)]!()
  // An INVITE that rings does so until its user has had enough of it (P-06).
  for (const handle of handles) b.command("abandon", handle)
  return b
}

describe("transactions under a storm", () => {
  for (const seed of SEEDS) {
    it(`seed ${seed}: all ends, all slots come back, and never more than ten packets leave in a second (SK-27)`, async () => {
      const b = await storm(seed)
      for (let i = 0; i < 10; i++) {
        b.until(b.now + 64_000)
        b.events()
        b.serverEvents()
      }
      assert.equal(b.call("kept"), 0)
      assert.equal(b.soonest(), 2n ** 63n - 1n)
      const instants = b.sent.map((line) => Number(line.split(" ")[0]))
      assert.ok(instants.length > 100)
      instants.forEach((at, i) => assert.ok(i < 10 || at - instants[i - 10]! > 1000, `${at}`))
    })
  }

  it("both engines send the same packets at the same instants", async () => {
    const [v8, wasm3] = [await storm(99), await storm(99, "wasm3")]
    assert.deepEqual(wasm3.sent, v8.sent)
    assert.deepEqual(wasm3.packets, v8.packets)
  })
})
