// Calls in a simulated world: each profile sets one up or gives it up in time, and each check of calls notices the phone that it is there for.
import { strict as assert } from "node:assert"
import { createHash } from "node:crypto"
import { compile } from "../../build/core.ts"
import { AUDIO, type CoreExports } from "../../host/abi.ts"
import { loadCore } from "../../host/core.ts"
import { loadV8 } from "../../host/engine/v8.ts"
import type { Deed } from "../../host/sim/calling.ts"
import type { Hash } from "../../host/sim/challenger.ts"
import type { MakePhone } from "../../host/sim/phone.ts"
import { drawScenario, linesOf, type Scenario, type Trouble } from "../../host/sim/scenario.ts"
import { runScenario } from "../../host/sim/worlds.ts"

const HASHES = { "MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512-256" } as const
const hash: Hash = (name, text) => createHash(HASHES[name]).update(text, "latin1").digest("hex")
const MINUTE = 60_000
/** Two servers by SRV. */
const SEED = 20

/** The user dials at one minute, is looked at until then, and hangs up. */
function dialled(until: number, words = "answers after 1000ms"): Deed[] {
  const looks = Array.from({ length: Math.ceil((until - MINUTE) / 4000) }, (_, i): Deed => ({ at: MINUTE + 4000 * i, what: "look" }))
  return [{ at: MINUTE - 1, what: "caller", place: 0, name: "bob", words }, { at: MINUTE, what: "type", line: "dial 701" }, ...looks,
    { at: until, what: "hush" }, { at: until + 3 * MINUTE, what: "quiet" }]
}

/** The world of a seed with other troubles than it has. */
const troubled = (seed: number, minutes: number, profile: string, lines: number, troubles: (scenario: Scenario) => readonly Trouble[]): Scenario => {
  const scenario = drawScenario(seed, minutes / 1440, profile, lines)
  return { ...scenario, troubles: troubles(scenario), others: scenario.others.map((other) => ({ ...other, troubles: [] })) }
}

describe("calls in a world", function () {
  let make: MakePhone
  before(async () => {
    const wasm = await compile("assembly/index.ts")
    make = keep => loadCore(loadV8<CoreExports>(wasm), keep)
  })

  /** A phone whose console answers these commands as it is told to. */
  function lying(answers: Readonly<Record<string, string>>): MakePhone {
    return keep => {
      const core = make(keep)
      let answer: string | undefined
      return {
        ...core,
        command(line, now) {
          answer = answers[line]
          core.command(line, now)
        },
        output() {
          const output = core.output()
          if (answer === undefined || output?.kind !== "reply") return output
          const text = answer
          answer = ""
          return { ...output, text }
        },
      }
    }
  }

  const noTroubles = (): readonly Trouble[] => []
  const failing = (phone: MakePhone, calling: readonly Deed[] = dialled(90_000), lines = 1): string | undefined =>
    runScenario(troubled(SEED, 6, "auto", lines, noTroubles), { make: phone, hash, calling }).violation?.check

  for (const profile of ["auto", "snom", "versity", "baker", "vip"]) {
    it(`of profile ${profile} end in time when every server falls silent (AMB-10, BK-11)`, () => {
      const silence = ({ servers }: Scenario): readonly Trouble[] =>
        servers.map((_, server): Trouble => ({ at: 50_000, forMs: 60 * MINUTE, what: "registrar", server, how: { kind: "silent" } }))
      const scenario = troubled(SEED, 25, profile, 1, silence)
      assert.ok(scenario.servers.length > 1)
      const { violation } = runScenario(scenario, { make, hash, calling: dialled(15 * MINUTE) })
      assert.equal(violation, undefined, `${violation?.check}: ${violation?.message}`)
    })
  }

  it("are known to both sides, and nothing is left of them", () => { assert.equal(failing(make), undefined) })

  const call = (state: string): string => `{"calls":[{"call":1,"state":"${state}","direction":"out","number":"701"}]}`
  const LIES: readonly [check: string, what: string, answers: Readonly<Record<string, string>>, calling?: readonly Deed[]][] = [
    ["a call is set up in time", "looks for a server for ever", { "calls --json": call("calling") }, dialled(20 * MINUTE, "is-silent")],
    ["both sides know of the same calls", "knows nothing of the call that it is in", { "calls --json": '{"calls":[]}' }],
    ["every call ends", "never ends a call", { "calls --json": call("ending") }, dialled(90_000, "is-silent")],
    ["no pool leaks", "keeps something of a call", { "mem --json": '{"pools":[{"pool":"client transactions","used":1}]}' }],
    ["the console tells", "answers with half a document", { "calls --json": "{" }],
  ]
  for (const [check, what, answers, calling] of LIES) {
    it(`notice with "${check}" a phone that ${what}`, () => { assert.equal(failing(lying(answers), calling), check) })
  }

  it("notice with \"sound ends with the call\" a phone that leaves its microphone on", () => {
    const deaf: MakePhone = keep => {
      const core = make(keep)
      return {
        ...core,
        output() {
          const output = core.output()
          return output?.kind === "audio" && output.code === AUDIO.stop ? this.output() : output
        },
      }
    }
    assert.equal(failing(deaf), "sound ends with the call")
  })

  it("of the second line go through its servers to its callers, and what the phone says of that line is checked as well (BK-30)", () => {
    const deeds = dialled(90_000).map((deed): Deed => deed.what === "type" ? { ...deed, line: "dial --line 2 701" } : deed.what === "caller" ? { ...deed, place: 1 } : deed)
    const scenario = troubled(SEED, 6, "auto", 2, noTroubles), said: string[] = []
    const { violation, calls } = runScenario(scenario, { make, hash, calling: deeds, tell: (line) => said.push(line) })
    assert.equal(violation, undefined, `${violation?.check}: ${violation?.message}`)
    assert.equal(calls, 0, "nobody has called the phone")
    const second = linesOf(scenario)[1]?.servers.map(({ address }) => address) ?? []
    const invited = said.flatMap((line) => / -> (\S+):\d+ INVITE/.exec(line)?.[1] ?? [])
    assert.ok(invited.length > 0 && invited.every((address) => second.includes(address)), `INVITE to ${invited.join(", ")}, and not ${second.join(" or ")}\n${said.slice(-60).join("\n")}`)
    assert.ok(said.some((line) => /bob of line 2 hangs up; heard \d+ packets/.test(line)))
    const claims = JSON.stringify({ line: 2, state: "registered", server: { address: second[0] } })
    const { violation: lie } = runScenario(troubled(SEED, 6, "auto", 2, noTroubles), { make: lying({ "status 2 --json": claims }), hash })
    assert.equal(lie?.check, "line 2: the screen tells the truth")
  })
})
