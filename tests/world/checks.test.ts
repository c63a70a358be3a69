// Each check of the simulated world notices the phone that it is there for, and a phone that does nothing wrong passes all of them.
import { strict as assert } from "node:assert"
import { lineChecks, phoneChecks, type Limits, type View } from "../../host/sim/checks.ts"
import { holdsDown, returns, stays, type Return } from "../../host/sim/checks/redundancy.ts"
import { BOOT, Difference, lockstep } from "../../host/sim/phone.ts"
import { EVENT } from "../../host/abi.ts"
import { Violation, type Check } from "../../host/sim/check.ts"
import { World } from "../../host/sim/world.ts"
import { ScriptedPhone, ScriptedRegistrar, type Fault, type Manner } from "./scripted.ts"

const LIMITS: Limits = { t1Ms: 500, t2Ms: 4000, giveUpMs: 32_000, boundMs: 300_000, leftoverMs: 60_000, learntMs: 0, setupMs: 60_000 }
const BACK: Return = { how: "by itself", holdMs: 0, withinMs: Infinity, soonMs: Infinity }
const HOUR = 3_600_000

type Scene = { world: World, first: ScriptedRegistrar, second: ScriptedRegistrar }

/** A phone with these faults and two registrars. */
function scene(...faults: Fault[]): Scene {
  const first = new ScriptedRegistrar({ address: "192.0.2.1", port: 5060 })
  const second = new ScriptedRegistrar({ address: "192.0.2.2", port: 5060 })
  const view: View = {
    registrars: [first, second].map(registrar => ({
      at: registrar.at,
      isGood: () => registrar.manner === "accepts",
      preference: () => 1,
      hasRejected: () => false,
      bindings: () => registrar.bindings(world.now),
      violations: () => registrar.complaints,
    })),
    wantsRegistration: () => world.networkUp,
    addresses: () => world.addresses,
    calmSince: () => Infinity,
    dnsSince: () => Infinity,
    claim: () => ({ registered: world.phone?.screen()[0] === "Registered", server: "" }),
    deadline: () => world.deadline,
  }
  const world = new World({
    seed: 1, make: () => new ScriptedPhone(...faults), settings: "192.0.2.1:5060 192.0.2.2:5060", addresses: ["192.0.2.10"], dns: [],
    clockOrigin: 2 ** 32, checks: [...phoneChecks(1), ...lineChecks(view, LIMITS, BACK)],
  })
  world.place(first.at, first)
  world.place(second.at, second)
  return { world, first, second }
}

/** The name of the check that fails. */
function failing(act: () => void): string {
  try {
    act()
  } catch (error) {
    if (error instanceof Violation) return error.check
    throw error
  }
  return "none"
}

function runWith(fault: Fault, manner: Manner = "accepts", forMs = HOUR): string {
  const { world, first, second } = scene(fault)
  first.manner = second.manner = manner
  return failing(() => { world.boot(BOOT.cold); world.run(forMs) })
}

describe("the checks of a simulated world", () => {
  it("let a phone pass that registers, refreshes, moves from a silent server and comes back", () => {
    const { world, first, second } = scene()
    world.boot(BOOT.cold)
    world.run(HOUR)
    first.manner = "is silent"
    world.run(2 * HOUR)
    assert.equal(second.bindings(world.now).length, 1)
    second.manner = "is silent"
    first.manner = "accepts"
    world.run(3 * HOUR)
    assert.equal(first.bindings(world.now).length, 1)
  })

  const ERRS: readonly [string, Fault, Manner?][] = [
    ["registered once", "registers twice"],
    ["no storm", "storms"],
    ["every request ends", "has no deadline"],
    ["every request ends", "sleeps through the timeout", "is silent"],
    ["every request ends", "sends other bytes again", "is silent"],
    ["every request ends", "goes on after the answer"],
    ["the screen tells the truth", "lies on its screen"],
    ["the screen tells the truth", "lies after the end"],
    ["the phone rests", "never rests"],
    ["the phone gets registered", "never registers"],
    ["requests follow in order", "repeats its CSeq"],
    ["requests follow in order", "changes its Call-ID"],
    ["requests follow in order", "overlaps", "is silent"],
    ["credentials stay with their server", "answers another's challenge", "challenges"],
    ["credentials stay with their server", "offers a refused password for ever", "challenges"],
    ["flows are used in order", "uses a closed flow"],
  ]
  for (const [check, fault, manner] of ERRS) {
    it(`"${check}" notices a phone that ${fault}`, () => {
      assert.equal(runWith(fault, manner), check)
    })
  }

  it("\"registrars have no complaint\" passes on what a registrar says", () => {
    const { world, first } = scene()
    first.complaints.push("REGISTER without a Contact")
    assert.equal(failing(() => { world.boot(BOOT.cold); world.run(HOUR) }), "registrars have no complaint")
  })

  it("\"deadlines move on\" notices a phone whose deadline stays in the past", () => {
    const { world } = scene()
    world.boot(BOOT.cold)
    assert(world.phone)
    Object.assign(world.phone, { timeout() {} })
    assert.equal(failing(() => world.run(HOUR)), "deadlines move on")
  })

  it("\"the core takes every input\" notices a trap and a refused input", () => {
    const { world } = scene()
    world.boot(BOOT.cold)
    assert(world.phone)
    Object.assign(world.phone, { timeout() { throw new RangeError("unreachable") } })
    assert.equal(failing(() => world.run(HOUR)), "the core takes every input")
  })

  it("\"the phone gets registered\" notices a phone that believes a registrar which forgets", () => {
    assert.equal(runWith("lies after the end"), "the screen tells the truth")
    const { world, first } = scene()
    world.boot(BOOT.cold)
    world.run(1000)
    Object.assign(first, { bindings: () => [] })
    assert.equal(failing(() => world.run(HOUR)), "the phone gets registered")
  })

  it("\"both engines do the same\" notices one byte of difference", () => {
    const same = lockstep(new ScriptedPhone(), new ScriptedPhone())
    same.open("192.0.2.1:5060", BOOT.cold, 0)
    assert.equal(same.deadline(), Infinity)
    const other = lockstep(new ScriptedPhone(), new ScriptedPhone("lies on its screen"))
    assert.throws(() => other.screen(), Difference)
  })

  it("excuse a second binding while the first server is in trouble, and no longer than it takes to remove it (P-28)", () => {
    const { world, first } = scene()
    world.boot(BOOT.cold)
    world.run(1000)
    first.manner = "is silent"
    Object.assign(first, { bindings: () => [{ contact: "sip:me@192.0.2.10:5060", expiresAt: Infinity, callId: "call0", cseq: 1 }] })
    world.run(180_000)
    first.manner = "accepts"
    assert.equal(failing(() => world.run(HOUR)), "registered once")
  })
})

describe("the checks of redundancy", () => {
  /** Three servers of these priorities; what is wrong with them is said by `wrong`. */
  function watch(make: (view: View) => Check, priorities: number[]) {
    const wrong = new Set<number>()
    let calmSince = 0
    const view: View = {
      registrars: priorities.map((priority, i) => ({
        at: { address: `192.0.2.${i + 1}`, port: 5060 }, isGood: () => !wrong.has(i), preference: () => priorities[i] ?? priority, hasRejected: () => false,
        bindings: () => [], violations: () => [],
      })),
      wantsRegistration: () => true, addresses: () => [], calmSince: () => wrong.size > 0 ? Infinity : calmSince, dnsSince: () => -Infinity,
      claim: () => ({ registered: false, server: "" }), deadline: () => undefined,
    }
    const check = make(view)
    check.booted?.(0, false)
    return {
      wrong, check,
      mend(now: number) { wrong.clear(); calmSince = now },
      registered(now: number, server: number) { check.told?.(now, EVENT.registered, `registered at 192.0.2.${server}:5060`) },
    }
  }
  const byItself: Return = { how: "by itself", holdMs: 300_000, withinMs: HOUR, soonMs: 400_000 }

  it("notice a phone that leaves a good server for an equal one, and let it go to a better one (VE-05, VE-50)", () => {
    const equals = watch((view) => stays(view, LIMITS, byItself), [1, 1])
    equals.registered(0, 1)
    assert.equal(failing(() => equals.registered(HOUR, 2)), "a good server is not left for an equal")
    const back = watch((view) => stays(view, LIMITS, byItself), [1, 1])
    back.registered(0, 1)
    back.wrong.add(0)
    back.registered(100_000, 2)
    back.mend(200_000)
    assert.equal(failing(() => back.registered(540_000, 1)), "a good server is not left for an equal", "the server that it had before is back")
    const ranked = watch((view) => stays(view, LIMITS, byItself), [1, 2])
    ranked.registered(0, 2)
    assert.equal(failing(() => ranked.registered(HOUR, 1)), "none")
    const told = watch((view) => stays(view, LIMITS, { ...byItself, how: "never" }), [1, 2])
    told.registered(0, 2)
    assert.equal(failing(() => told.registered(HOUR, 1)), "a good server is not left for an equal")
  })

  it("let a phone leave a server that has been in trouble", () => {
    const equals = watch((view) => stays(view, LIMITS, byItself), [1, 1])
    equals.registered(0, 1)
    equals.wrong.add(0)
    assert.equal(failing(() => equals.registered(HOUR, 2)), "none")
  })

  it("notice a phone that does not come back (VE-31, AMB-11)", () => {
    const ranked = watch((view) => returns(view, LIMITS, byItself), [1, 2])
    ranked.registered(0, 2)
    assert.equal(failing(() => ranked.check.stepped?.(HOUR)), "none")
    assert.equal(failing(() => ranked.check.stepped?.(HOUR + 1)), "the phone returns to the preferred server")
  })

  it("notice a phone that is not back within a probe interval and the hold-down from a server that it has lost once (VE-31)", () => {
    for (const isTried of [false, true]) {
      const ranked = watch((view) => returns(view, LIMITS, byItself), [1, 2])
      ranked.check.stepped?.(0)
      ranked.registered(0, 1)
      ranked.wrong.add(0)
      ranked.registered(100_000, 2)
      ranked.mend(101_000)
      // Who tries in vain may be held down for longer.
      const register = Buffer.from("REGISTER sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nCall-ID: a\r\nCSeq: 1 REGISTER\r\nContact: <sip:a@a>\r\nExpires: 60\r\n\r\n")
      if (isTried) ranked.check.sent?.(200_000, 1, { address: "192.0.2.1", port: 5060 }, register)
      assert.equal(failing(() => ranked.check.stepped?.(800_000)), "none")
      assert.equal(failing(() => ranked.check.stepped?.(800_001)), isTried ? "none" : "the phone returns to the preferred server")
    }
  })

  it("notice a phone that comes back too soon (P-02)", () => {
    const ranked = watch((view) => holdsDown(view, LIMITS, byItself), [1, 2])
    ranked.registered(0, 1)
    ranked.wrong.add(0)
    ranked.registered(100_000, 2)
    ranked.mend(101_000)
    assert.equal(failing(() => ranked.registered(170_000, 1)), "no return within the hold-down")
    ranked.registered(180_000, 2)
    assert.equal(failing(() => ranked.registered(520_000, 1)), "none")
  })

  it("do not take a phone that goes where DNS sent it for one that has lost its server (P-02, removed_active: move)", () => {
    const priorities = [1, 2], obeys = watch((view) => holdsDown(view, { ...LIMITS, learntMs: 60_000 }, byItself), priorities)
    obeys.registered(0, 1)
    obeys.check.stepped?.(0)
    priorities[0] = Infinity
    obeys.check.stepped?.(1_000_000)
    priorities[0] = 1
    obeys.check.stepped?.(1_010_000)
    obeys.registered(1_020_000, 2)
    assert.equal(failing(() => obeys.registered(1_140_000, 1)), "none")
    // Long after DNS has settled, whoever leaves its server has lost it again.
    obeys.registered(9_000_000, 2)
    assert.equal(failing(() => obeys.registered(9_120_000, 1)), "no return within the hold-down")
  })
})
