// Calls under attack, on both engines in lockstep and on wasm3 with fuel: a call in progress goes on, and bent messages of calls do no harm.
//
// FUZZ_SEED=n repeats one seed, FUZZ_ROUNDS=n runs so many, FUZZ_STEPS=n makes each as long.
import assert from "node:assert/strict"
import { compile } from "../../build/core.ts"
import { KEYS, type Endpoint } from "../../host/abi.ts"
import { mannerOf } from "../../host/sim/manner.ts"
import { Random } from "../../host/sim/random.ts"
import { sipFrom } from "./mutate.ts"
import { Network, STRANGER, requestFrom } from "./network.ts"
import { People } from "./people.ts"

const ROUNDS = Number(process.env["FUZZ_ROUNDS"] ?? 5)
const STEPS = Number(process.env["FUZZ_STEPS"] ?? 150)
const ONLY = process.env["FUZZ_SEED"]
const SEEDS = ONLY === undefined ? Array.from({ length: ROUNDS }, (_, i) => i + 1) : [Number(ONLY)]
const SERVER: Endpoint = { address: "192.0.2.1", port: 5060 }
const OFFER = "v=0\r\no=s 1 1 IN IP4 203.0.113.9\r\ns=-\r\nc=IN IP4 203.0.113.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"

const wasm = await compile("assembly/index.ts")

function registered(): { world: Network; people: People } {
  const world = Network.begin(wasm)
  const people = new People(world)
  world.run(3000)
  assert.match(world.phone.ask("status"), /^state: registered/m)
  return { world, people }
}

/** A call that talks, with somebody who takes every call. */
function talking(): { world: Network; people: People } {
  const { world, people } = registered()
  for (const caller of people.callers) caller.manner = mannerOf(["answers"]) ?? caller.manner
  world.type("dial 701")
  world.run(2000)
  assert.match(world.phone.ask("calls"), /talking/)
  return { world, people }
}

const packets = (people: People): number => people.callers[0]?.leg?.parts.talk.packetsIn ?? 0
const rest = (world: Network): string => [...world.phone.ask("mem").matchAll(/^(messages kept|client transactions|server transactions): [1-9]\d*/gm)].join(", ")

describe("A call in progress", function () {
  this.timeout(0)

  it("goes on, with its sound, while a stranger sends 1000 INVITE a second", () => {
    const { world, people } = talking()
    const before = packets(people)
    for (let i = 0; i < 2000; i++) {
      if (i % 20 === 0) world.run(20)
      world.datagram(world.listening!, requestFrom(i, "INVITE", "Content-Type: application/sdp\r\nContact: <sip:s@203.0.113.9>\r\n", OFFER), STRANGER)
    }
    const heard = packets(people) - before
    assert.ok(heard >= 95, `bob heard ${heard} packets in two seconds`)
    assert.match(world.phone.ask("calls"), /talking to 701/)
    for (let i = 0; i < 3; i++) world.type("hangup")
    world.run(60_000)
    assert.match(world.phone.ask("calls"), /^(?![^]*talking)/)
    assert.equal(rest(world), "")
  })

  it("is not ended, moved or held by a stranger who knows nothing of it", () => {
    const { world, people } = talking()
    const before = packets(people)
    for (const method of ["BYE", "CANCEL", "INVITE", "UPDATE", "REFER", "NOTIFY", "PRACK", "INFO", "ACK"]) {
      for (let n = 0; n < 3; n++) world.datagram(world.listening!, requestFrom(n, method, "Refer-To: <sip:666@203.0.113.9>\r\nReplaces: x;to-tag=1;from-tag=2\r\n"), STRANGER)
    }
    world.run(2000)
    assert.ok(packets(people) - before >= 95)
    assert.match(world.phone.ask("calls"), /talking to 701/)
  })
})

describe("Messages of calls that are bent", function () {
  this.timeout(0)

  for (const seed of SEEDS) {
    it(`do no harm, seed ${seed} (FUZZ_SEED=${seed} FUZZ_STEPS=${STEPS} npx mocha tests/fuzz/calls.test.ts)`, () => {
      const { world, people } = registered()
      const random = new Random(seed, "calls")
      for (const caller of people.callers) caller.manner = mannerOf(["answers", "after", "500ms"]) ?? caller.manner
      const bend = (): void => {
        const real = random.pick([...world.heard, ...world.said].filter(({ bytes }) => (bytes[0] ?? 0) >> 6 === 1))
        const flow = world.towards(random.pick([real.peer, SERVER, STRANGER])) ?? world.listening
        if (flow !== undefined) world.datagram(flow, sipFrom(random, real.bytes), random.pick([real.peer, SERVER, STRANGER]))
      }
      const noise = (): void => {
        const sockets = [...world.sockets.keys()]
        if (sockets.length > 0) world.datagram(random.pick(sockets), Uint8Array.of(0x80 | random.between(0, 63), ...random.bytes(random.between(0, 300))), STRANGER)
      }
      const acts: (() => void)[] = [
        bend, bend, bend, bend, noise,
        () => world.run(random.pick([1, 20, 100, 500, 2000])), () => world.run(random.pick([1, 20, 100, 500, 2000])),
        () => world.type(random.pick(["dial 701", "dial 702", "answer", "hangup", "hold", "resume", "swap", "conference on", "transfer 702", "transfer", "dtmf 5", "reject"])),
        () => void random.pick(people.callers).perform(random.pick(["calls 6001", "calls 6001 late", "hangs-up", "holds", "sends UPDATE", "sends INVITE", "transfers 702"]).split(" "), SERVER),
        () => world.press(random.pick([...Object.values(KEYS), ..."0123456789"])),
      ]
      try {
        for (let i = 0; i < STEPS; i++) random.pick(acts)()
      } catch (error) {
        const panic = world.phone.panic()
        throw new Error(`seed ${seed}: ${(error as Error).message}${panic === "" ? "" : `; it expected: ${panic}`}\n${world.phone.history.slice(-15).map((line) => `  ${line.replace(/[\x00-\x1f]/g, " ")}`).join("\n")}`, { cause: error })
      }
    })
  }
})
