// The phone lives through seeded worlds, on both engines in lockstep, and every check holds.
import { strict as assert } from "node:assert"
import { createHash } from "node:crypto"
import { compile } from "../../build/core.ts"
import type { CoreExports } from "../../host/abi.ts"
import { loadCore } from "../../host/core.ts"
import { loadV8 } from "../../host/engine/v8.ts"
import { loadWasm3 } from "../../host/engine/wasm3.ts"
import { drawCalling } from "../../host/sim/calling.ts"
import type { Hash } from "../../host/sim/challenger.ts"
import { lockstep, type MakePhone } from "../../host/sim/phone.ts"
import { drawScenario } from "../../host/sim/scenario.ts"
import { shrink } from "../../host/sim/shrink.ts"
import { timeText } from "../../host/sim/timetext.ts"
import { runScenario, type Outcome } from "../../host/sim/worlds.ts"

const HASHES = { "MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512-256" } as const
const hash: Hash = (name, text) => createHash(HASHES[name]).update(text, "latin1").digest("hex")

// Seeds that have failed once, with the virtual days that it took, and what was wrong.
const FORMER: readonly [seed: number, days: number, wrong: string][] = [
  [8, 0.05, "said registered while a refresh outlasted the binding"],
  [39, 0.2, "let a retry_period outlast 64*T1"],
  [243, 0.6, "began a REGISTER at a server while another one was out there (P-38)"],
  [2195, 0.4, "began one after giving up the one before (P-38)"],
  [1074, 0.4, "forgot where the core before it was registered (VE-06)"],
  [3757, 0.4, "left a binding alone whose answer came too late (P-28)"],
  [5475, 0.3, "kept credentials that a damaged challenge had spoilt"],
  [2031, 0.6, "asked every second where Retry-After was one second"],
]

// The same with calls, about 400 episodes a day.
const FORMER_WITH_CALLS: readonly [seed: number, days: number, wrong: string][] = [
  [18, 0.015, "stopped itself when a re-INVITE of ours was refused after the end of a call that others had made"],
  [13, 0.003, "acknowledged a repeated 200 with the number of a later re-INVITE"],
  [2, 0.01, "named another server on its screen when a call had DNS asked again and the list came in another order"],
]

describe("worlds", function () {
  let v8: MakePhone
  let both: MakePhone

  before(async () => {
    const wasm = await compile("assembly/index.ts")
    v8 = keep => loadCore(loadV8<CoreExports>(wasm), keep)
    both = keep => lockstep(v8(keep), loadCore(loadWasm3<CoreExports>(wasm), keep))
  })

  function live(seed: number, days: number, make: MakePhone, calls = 0, profile = "", lines = 1): Outcome {
    const scenario = drawScenario(seed, days, profile, lines)
    const outcome = runScenario(scenario, { make, hash, calling: calls > 0 ? drawCalling(scenario, calls) : [] })
    const { violation, atMs, history } = outcome
    if (violation === undefined) return outcome
    const command = `npm run worlds -- --seed ${seed} --count 1 --days ${days}${lines > 1 ? ` --lines ${lines}` : ""}${calls > 0 ? ` --calls ${calls}` : ""}${profile === "" ? "" : ` --profile ${profile}`}`
    throw new Error(`${violation.check}: ${violation.message}\nat ${timeText(atMs)}, ${history.slice(-12).join("\n")}\nto repeat it: ${command}`)
  }

  for (const [seed, days, wrong] of FORMER) {
    it(`a phone once ${wrong} (seed ${seed}), and does no more`, () => { live(seed, days, v8) })
  }

  for (const [seed, days, wrong] of FORMER_WITH_CALLS) {
    it(`a phone with calls once ${wrong} (seed ${seed}), and does no more`, () => { live(seed, days, v8, 400) })
  }

  it("seeds 1 to 8 hold on both engines in lockstep, every output and deadline the same", () => {
    for (let seed = 1; seed <= 8; seed++) live(seed, 0.05, both)
  })

  for (const profile of ["auto", "snom", "versity", "baker", "vip"]) {
    it(`worlds with calls hold for profile ${profile}: one binding, none left for an equal, back in time, held down (VE-03 to VE-06, VE-31, BK-03, AMB-11, P-02)`, () => {
      // Servers of one priority, and of two.
      live(27, 0.3, v8, 0, profile)
      const { moves } = live(20, 0.2, v8, 10, profile)
      assert.ok(moves >= 5, `${moves} moves: too few to show anything`)
    })
  }

  it("seeds 5, 9 and 14 hold with calls made and taken, on both engines in lockstep", () => {
    for (const seed of [5, 9, 14]) live(seed, 0.01, both, 400)
  })

  it("four lines in one phone, each with its own servers, profile, callers and troubles: what befalls one is not felt by another (BK-30, P-02, VE-06)", () => {
    for (const [seed, calls] of [[3, 60], [5, 0]] as const) live(seed, 0.05, v8, calls, "", 4)
  })

  it("a phone whose second line falls silent when the first one moves is found out (BK-30)", () => {
    // Its packets to the servers of line 2 are lost as soon as line 1 has lost a server.
    const entangled: MakePhone = keep => {
      const core = v8(keep)
      let lost = false
      return {
        ...core,
        output: () => {
          for (;;) {
            const output = core.output()
            if (output?.kind === "event" && /^(moved|no server answers)/.test(output.text)) lost = true
            if (output?.kind !== "send" || !lost || !/^198\.51\.100\.(3[3-9]|[45])/.test(output.peer.address)) return output
          }
        },
      }
    }
    const { violation } = runScenario(drawScenario(119, 0.15, "", 2), { make: entangled, hash })
    assert.equal(violation?.check, "line 2: who is well off is left in peace")
  })

  it("a world is the same every time", () => {
    const first = live(2, 1, v8)
    assert.deepEqual(live(2, 1, v8), first)
    assert.ok(first.packets > 100)
  })

  it("a failure is shrunk to the troubles that it needs", () => {
    // This phone loses its mind when it is told that the network is gone.
    const fragile: MakePhone = keep => {
      const core = v8(keep)
      return { ...core, network: (up, text, now) => { if (up) core.network(up, text, now); else throw new RangeError("lost") } }
    }
    const scenario = Array.from({ length: 100 }, (_, i) => drawScenario(i + 1, 0.2))
      .find(({ troubles }) => troubles.length < 12 && troubles.some(trouble => trouble.what === "network" && !trouble.silently))
    assert(scenario !== undefined)
    const { violation } = runScenario(scenario, { make: fragile, hash })
    assert.equal(violation?.message, "network down: lost")
    const without = shrink(scenario, { make: fragile, hash }, violation.check)
    const left = scenario.troubles.filter((_, i) => !without.has(i))
    assert.deepEqual(left.map(trouble => trouble.what), ["network"])
  })
})
