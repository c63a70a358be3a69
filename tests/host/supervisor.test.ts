import assert from "node:assert/strict"
import { BOOT } from "../../host/abi.ts"
import { Driver } from "../../host/driver.ts"
import type { Build } from "../../host/loader.ts"
import { Supervisor } from "../../host/supervisor.ts"
import type { Call } from "../../host/calls.ts"
import { CASES } from "../supervised.ts"
import { bytes, fakeClock, fakeMachine, type FakeMachine, type Script } from "./fakes.ts"

const peer = { address: "192.0.2.1", port: 5060 }
const datagram = (text: string, flow = 1, from = peer): Call => ({ call: "datagram", flow, peer: from, bytes: bytes(text) })
const poisoned: Script = (call) => {
  if (call.call === "datagram" && Buffer.from(call.bytes).toString() === "poison") throw new Error("unreachable")
  if (call.call === "command" && call.line.startsWith("crash")) throw new Error("unreachable")
}

function supervised(script: Script = poisoned) {
  const clock = fakeClock(), machines: FakeMachine[] = [], kept: Array<Uint8Array | undefined> = [], warnings: string[] = [], notes: string[] = []
  let closed = 0
  const driver = new Driver(clock, () => {}, (trap) => supervisor.trapped(trap))
  /** A module by its name, which says on which the instance runs. */
  const build = (hash: string, layout = 1): Build => ({
    hash, layout,
    load(keep) {
      if (hash === "unloadable") throw new Error("out of memory")
      // An exchange begins without KEEP; only instances that are given calls count here.
      const machine = fakeMachine(script, bytes(`kept by ${hash}`))
      machines.push(machine)
      kept.push(keep)
      return machine
    },
  })
  const supervisor: Supervisor = new Supervisor({
    driver, clock, build: build("first"),
    entropy: (length) => new Uint8Array(length).fill(machines.length),
    closeFlows: () => { closed++ },
    network: () => ({ up: true, lines: ["address 192.0.2.10", "dns 192.0.2.53"] }),
    warn: (line) => { warnings.push(line) },
    note: (line) => { notes.push(line) },
    onStart: () => {},
    onExchange: () => {},
    onOpen: () => {},
  })
  const start = (): void => supervisor.start(bytes("user: 6001\n"), BOOT.cold, () => {})
  const calls = (machine: FakeMachine | undefined): string[] => machine?.calls.map(({ call }) => call.call) ?? []
  return { clock, machines, kept, warnings, notes, supervisor, build, start, calls, closed: () => closed }
}

describe("The supervisor", () => {
  it("A start gives seed, settings, time and network, in this order", () => {
    const { start, machines, calls } = supervised()
    start()
    assert.deepEqual(calls(machines[0]), ["entropy", "open", "wallclock", "network"])
    const last = machines[0]?.calls.at(-1)?.call
    assert.deepEqual(last, { call: "network", up: true, text: "address 192.0.2.10\ndns 192.0.2.53" })
  })

  it("After a trap a fresh instance goes on with what the old one kept, with a new seed, and its sockets are closed", () => {
    const { start, supervisor, machines, kept, clock, closed } = supervised()
    start()
    supervisor.give(datagram("poison"))
    assert.equal(closed(), 1)
    clock.advance(0)
    assert.equal(machines.length, 2)
    assert.deepEqual(kept, [undefined, bytes("kept by first")])
    const [seed, open] = machines[1]?.calls ?? []
    assert.deepEqual(seed?.call, { call: "entropy", bytes: new Uint8Array(48).fill(2) })
    assert.deepEqual(open?.call, { call: "open", bytes: bytes("user: 6001\n"), boot: BOOT.trap })
  })

  it("It says what the core expected, its last log lines and the input that did it", () => {
    const { start, supervisor, warnings } = supervised()
    start()
    supervisor.give(datagram("poison", 513))
    assert.deepEqual(warnings, [
      "The phone stopped itself: unreachable; it expected: a slot that is in use.",
      `It was given, at 1000 ms: a datagram of 6 bytes from 192.0.2.1:5060 on flow 513: "poison"`,
      "  log: SIP > REGISTER", "  log: SIP < 401",
      "The phone starts again.",
    ])
  })

  it("A password in the command that did it is not printed", () => {
    const { start, supervisor, warnings } = supervised()
    start()
    supervisor.give({ call: "command", line: "crash cfg set password s3cret" })
    assert.equal(warnings.join("\n").includes("s3cret"), false)
    assert.match(warnings.join("\n"), /crash cfg set password \.\.\./)
  })

  it("A restart begins with the settings that were stored last", () => {
    const { start, supervisor, machines, clock } = supervised()
    start()
    supervisor.keepSettings(bytes("user: 6002\n"))
    supervisor.reboot()
    clock.advance(0)
    assert.deepEqual(machines[1]?.calls[1]?.call, { call: "open", bytes: bytes("user: 6002\n"), boot: BOOT.cold })
  })

  it("A module that cannot be loaded is told of, and the one before goes on", () => {
    const { start, supervisor, machines, clock, warnings, calls, build } = supervised()
    start()
    for (const layout of [1, 2]) {
      supervisor.update(build("unloadable", layout))
      clock.advance(1000)
    }
    assert.deepEqual(warnings, Array.from({ length: 2 }, () => "The new module cannot be used: out of memory. The phone goes on with the one before."))
    supervisor.give(datagram("harmless"))
    assert.equal(calls(machines[0]).at(-1), "datagram")
  })

  it("It tells the user of another module: that it waits, and that it runs; and of the third trap within a minute", () => {
    const { start, supervisor, machines, clock, notes, warnings, build } = supervised()
    start()
    supervisor.update(build("second"))
    clock.advance(0)
    machines[1]!.inCall = true
    supervisor.update(build("third", 2))
    clock.advance(1000)
    machines[1]!.inCall = false
    clock.advance(200)
    assert.deepEqual(notes, [
      "The phone goes on with the module second.", "The new module lays out its memory in another way: it waits for the end of the call.", "The phone starts with the module third.",
    ])
    for (const n of [1, 2, 3]) {
      supervisor.give({ call: "command", line: `crash ${n}` })
      clock.advance(2000)
    }
    assert.ok(warnings.includes("That was the third time within a minute: the phone goes back to the module before."))
  })

  for (const { story, steps } of CASES) it(story, () => { assert.deepEqual(lived(steps.map(([step]) => step)), steps.map(([, happens]) => happens)) })
})

/** What happens at each step of a case. */
function lived(steps: readonly string[]): string[] {
  let said: string[] = [], opensBadly = false, hasSockets = false, inCall = false
  const clock = fakeClock()
  const happens = (text: string): void => { said.push(text) }
  const driver = new Driver(clock, () => {}, (trap) => supervisor.trapped(trap))
  const build = (name: string, layout: number): Build => ({
    hash: name, layout,
    load(keep) {
      const script: Script = (call) => {
        const text = call.call === "datagram" ? Buffer.from(call.bytes).toString() : call.call === "command" ? call.line : ""
        if (call.call === "open") {
          hasSockets = true
          happens(`${name} opens (${call.boot === BOOT.cold ? "cold" : "trap"})${keep === undefined ? "" : ` as ${Buffer.from(keep).toString()} was`}`)
        }
        if (call.call === "resume") happens(`${name} resumes`)
        if (text.startsWith("poison") || call.call === "open" && opensBadly) {
          happens(`${name} traps`)
          throw new Error("unreachable")
        }
        if (text !== "") happens(`${name} takes ${text}`)
      }
      return { ...fakeMachine(script, bytes(name)), idle: () => !inCall }
    },
  })
  const supervisor: Supervisor = new Supervisor({
    driver, clock, build: build("first", 1), entropy: (length) => new Uint8Array(length), network: () => ({ up: true, lines: [] }),
    closeFlows() {
      if (hasSockets) happens("sockets closed")
      hasSockets = false
    },
    warn: () => {}, note: () => {}, onStart: () => {}, onExchange: () => {}, onOpen: () => {},
  })
  const kinds: ReadonlyArray<readonly [RegExp, (...words: string[]) => void]> = [
    [/^start$/, () => supervisor.start(new Uint8Array(0), BOOT.cold, () => {})],
    [/^pass (\d+)$/, (ms) => clock.advance(Number(ms))],
    [/^datagram on (\d+) from (\d+): (.*)$/, (flow, host, text = "") => void supervisor.give(datagram(text, Number(flow), { address: `192.0.2.${host}`, port: 5060 }))],
    [/^command (.*)$/, (line = "") => void supervisor.give({ call: "command", line })],
    [/^update with layout (\d)$/, (layout) => supervisor.update(build("second", Number(layout)))],
    [/^back$/, () => { if (!supervisor.goBack()) happens("there is none before") }],
    [/^a call begins$/, () => { inCall = true }],
    [/^the call ends$/, () => { inCall = false }],
    [/^its settings are poison$/, () => { opensBadly = true }],
  ]
  return steps.map((step) => {
    said = []
    const [pattern, act] = kinds.find(([each]) => each.test(step)) ?? assert.fail(step)
    act(...(pattern.exec(step) ?? []).slice(1))
    return said.join(", ")
  })
}
