import assert from "node:assert/strict"
import { Driver, type Trap } from "../../host/driver.ts"
import type { Call, Output } from "../../host/calls.ts"
import { fakeClock, fakeMachine, type Script } from "./fakes.ts"

const timeout: Call = { call: "timeout" }
const command = (line: string): Call => ({ call: "command", line })
const log = (text: string): Output => ({ kind: "log", level: 1, text })

function driverUnderTest(script: Script) {
  const clock = fakeClock(), machine = fakeMachine(script)
  const seen: string[] = [], traps: Trap[] = []
  let handler = (_output: Output): void => {}
  const driver = new Driver(clock, (output) => {
    seen.push(output.kind === "log" ? output.text : output.kind)
    handler(output)
  }, (trap) => { traps.push(trap) })
  driver.start(machine)
  return { clock, machine, driver, seen, traps, onOutput(next: (output: Output) => void) { handler = next } }
}

describe("The driver", () => {
  it("An input that an output's handler gives waits until the drain has ended", () => {
    const { driver, machine, seen, onOutput } = driverUnderTest((call, _now, put) => {
      if (call.call !== "command") return
      put(log(`${call.line} 1`))
      put(log(`${call.line} 2`))
    })
    onOutput((output) => { if (output.kind === "log" && output.text === "first 1") driver.give(command("second")) })
    driver.give(command("first"))
    assert.deepEqual(seen, ["first 1", "first 2", "second 1", "second 2"])
    assert.equal(machine.calls.length, 2)
  })

  it("The core sleeps until its deadline and is woken then, not before", () => {
    const { driver, machine, clock } = driverUnderTest((call, now) => ({ deadline: call.call === "command" ? now + 500 : Infinity }))
    driver.give(command("go"))
    clock.advance(499)
    assert.equal(machine.calls.length, 1)
    clock.advance(1)
    assert.deepEqual(machine.calls.at(-1), { call: timeout, now: 1500 })
    clock.advance(100_000)
    assert.equal(machine.calls.length, 2)
  })

  it("An input before the deadline moves the deadline (design 3)", () => {
    const { driver, machine, clock } = driverUnderTest((_call, now) => ({ deadline: now + 500 }))
    driver.give(command("one"))
    clock.advance(300)
    driver.give(command("two"))
    clock.advance(400)
    assert.equal(machine.calls.length, 2)
    clock.advance(100)
    assert.deepEqual(machine.calls.map(({ call }) => call.call), ["command", "command", "timeout"])
  })

  it("After a trap the instance is not called again, and what it said last is still told", () => {
    const { driver, machine, traps, seen, clock } = driverUnderTest((call, now, put) => {
      if (call.call === "command" && call.line === "poison") throw new Error("unreachable")
      put(log("fine"))
      return { deadline: now + 10 }
    })
    driver.give(command("well"))
    driver.give(command("poison"))
    driver.give(command("more"))
    clock.advance(1000)
    assert.equal(traps.length, 1)
    assert.deepEqual(traps[0]?.call, command("poison"))
    assert.deepEqual(seen, ["fine"])
    assert.equal(machine.calls.length, 2)
  })

  it("A core that never comes to rest is a trap, not a hang", () => {
    const clock = fakeClock(), traps: Trap[] = []
    const endless = { ...fakeMachine(() => {}), poll: (): Output => log("again") }
    const driver = new Driver(clock, () => {}, (trap) => { traps.push(trap) })
    driver.start(endless)
    driver.give(timeout)
    assert.match(traps[0]?.error.message ?? "", /does not come to rest/)
  })

  it("Who gives an input learns whether it was taken", () => {
    const refusal = { code: "TOO_LONG", line: 0, sentence: "too long" } as const
    const { driver } = driverUnderTest((call) => call.call === "command" ? { refusal } : {})
    const told: unknown[] = []
    driver.give(command("x"), (done) => { told.push(done.refusal) })
    driver.give(timeout, (done) => { told.push(done.refusal) })
    assert.deepEqual(told, [refusal, undefined])
  })
})
