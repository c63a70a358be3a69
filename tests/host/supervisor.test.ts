import assert from "node:assert/strict"
import { BOOT } from "../../host/abi.ts"
import { Driver } from "../../host/driver.ts"
import type { Build } from "../../host/loader.ts"
import { HIDE_MS, PAUSES_MS, Supervisor } from "../../host/supervisor.ts"
import type { Call } from "../../host/calls.ts"
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

  it("The input that stopped the core is hidden for 64 T1, from its source alone and on any flow (design 3)", () => {
    const { start, supervisor, machines, clock } = supervised()
    start()
    supervisor.give(datagram("poison"))
    clock.advance(0)
    assert.equal(supervisor.give(datagram("poison", 2)), false)
    assert.equal(supervisor.give(datagram("harmless", 2)), true)
    assert.equal(machines.length, 2)
    clock.advance(HIDE_MS)
    assert.equal(supervisor.give(datagram("poison", 2)), true)
    clock.advance(1000)
    assert.equal(machines.length, 3)
    assert.equal(supervisor.give(datagram("poison", 2, { address: "192.0.2.2", port: 5060 })), true)
  })

  it("Traps in a row are answered with longer and longer pauses, 60 s at most", () => {
    const { start, machines, clock } = supervised((call) => { if (call.call === "open") throw new Error("unreachable") })
    start()
    const waits: number[] = []
    for (let i = 0; i < PAUSES_MS.length + 2; i++) {
      const before = clock.now(), count = machines.length
      while (machines.length === count) clock.advance(i === 0 ? 0 : 500)
      waits.push(clock.now() - before)
    }
    assert.deepEqual(waits, [...PAUSES_MS, 60_000, 60_000])
  })

  it("An instance that lived long makes the next trap a first one", () => {
    const { start, supervisor, machines, clock } = supervised()
    start()
    for (const n of [1, 2]) {
      supervisor.give({ call: "command", line: `crash ${n}` })
      clock.advance(5 * 60_000)
    }
    supervisor.give({ call: "command", line: "crash 3" })
    clock.advance(0)
    assert.equal(machines.length, 4)
  })

  it("What comes while there is no instance is lost, as on a phone that starts", () => {
    const { start, supervisor, machines, clock, calls } = supervised()
    start()
    supervisor.give({ call: "command", line: "crash" })
    supervisor.give({ call: "command", line: "crash again" })
    supervisor.give(datagram("too early"))
    clock.advance(0)
    assert.deepEqual(calls(machines[1]), ["entropy", "open", "wallclock", "network"])
  })

  it("A restart begins with the settings that were stored last", () => {
    const { start, supervisor, machines, clock } = supervised()
    start()
    supervisor.keepSettings(bytes("user: 6002\n"))
    supervisor.reboot()
    clock.advance(0)
    assert.deepEqual(machines[1]?.calls[1]?.call, { call: "open", bytes: bytes("user: 6002\n"), boot: BOOT.cold })
  })

  it("Another build whose memory is laid out alike goes on with it, its sockets open, and is given what comes next", () => {
    const { start, supervisor, machines, clock, calls, closed, notes, build } = supervised()
    start()
    const [first] = machines
    first!.inCall = true
    supervisor.update(build("second"))
    assert.equal(machines.length, 1, "not in the middle of anything")
    clock.advance(0)
    assert.deepEqual(machines[1]?.tookOver, bytes("kept by first"))
    assert.equal(closed(), 0)
    supervisor.give(datagram("harmless"))
    assert.deepEqual(calls(machines[1]), ["resume", "datagram"])
    assert.deepEqual(calls(first), ["entropy", "open", "wallclock", "network"])
    assert.deepEqual(notes, ["The phone goes on with the module second."])
  })

  it("Another build whose memory is laid out otherwise waits for the end of the call, and then starts with what was kept", () => {
    const { start, supervisor, machines, kept, clock, calls, notes, build } = supervised()
    start()
    machines[0]!.inCall = true
    supervisor.update(build("second", 2))
    clock.advance(60_000)
    assert.equal(machines.length, 1)
    assert.deepEqual(notes, ["The new module lays out its memory in another way: it waits for the end of the call."])
    machines[0]!.inCall = false
    clock.advance(200)
    const last = machines.at(-1)
    assert.deepEqual(calls(last), ["entropy", "open", "wallclock", "network"])
    assert.deepEqual(last?.calls[1]?.call, { call: "open", bytes: bytes("user: 6001\n"), boot: BOOT.trap })
    assert.deepEqual(kept.at(-1), bytes("kept by first"))
    assert.equal(notes[1], "The phone starts with the module second.")
  })

  it("Three traps within a minute go back to the module before, and that one is left no more", () => {
    const { start, supervisor, machines, clock, kept, warnings, build } = supervised()
    start()
    supervisor.update(build("second"))
    clock.advance(0)
    for (const n of [1, 2, 3]) {
      supervisor.give({ call: "command", line: `crash ${n}` })
      clock.advance(n === 3 ? 0 : 2000)
    }
    assert.equal(supervisor.build.hash, "first")
    assert.ok(warnings.includes("That was the third time within a minute: the phone goes back to the module before."))
    assert.deepEqual(kept.at(-1), bytes("kept by second"))
    const before = machines.length
    for (const n of [4, 5, 6]) {
      supervisor.give({ call: "command", line: `crash ${n}` })
      clock.advance(60_000)
    }
    assert.equal(supervisor.build.hash, "first")
    assert.ok(machines.length > before, "it starts again and again, with longer pauses")
  })

  it("Three traps in more than a minute are none of a new module's fault", () => {
    const { start, supervisor, clock, build } = supervised()
    start()
    supervisor.update(build("second"))
    clock.advance(0)
    for (const n of [1, 2, 3]) {
      supervisor.give({ call: "command", line: `crash ${n}` })
      clock.advance(31_000)
    }
    assert.equal(supervisor.build.hash, "second")
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

  it("The user goes back to the module before, and not further", () => {
    const { start, supervisor, clock, build } = supervised()
    start()
    assert.equal(supervisor.goBack(), false)
    supervisor.update(build("second"))
    clock.advance(0)
    assert.equal(supervisor.goBack(), true)
    clock.advance(0)
    assert.equal(supervisor.build.hash, "first")
    assert.equal(supervisor.goBack(), false)
  })
})
