// Typed calls on a core, with a core made of JavaScript: what is written where, what is read from where, and how refusals and traps come through.
import assert from "node:assert/strict"
import { BOOT, FAILURE, NEVER, OUTPUT, STORED_NOTES, REGIONS, addressBytes, ioRecord, readEndpoint, writeEndpoint, type CoreExports } from "../../host/abi.ts"
import { loadCore, type Core } from "../../host/core.ts"
import { EngineTrap, type Engine } from "../../host/engine/engine.ts"

const SIZE = 0x200

/** An engine whose exports write down how they were called; `answer` is what each returns. */
function fake(answer: Partial<Record<keyof CoreExports, number | bigint | (() => never)>> = {}) {
  const memory = new Uint8Array(65536)
  const globals: Record<string, number> = { ABI_VERSION: 1 }
  REGIONS.forEach((name, i) => {
    globals[`${name}_AT`] = 0x1000 + i * SIZE
    globals[`${name}_SIZE`] = SIZE
  })
  const calls: unknown[][] = []
  const exports = new Proxy({}, {
    get: (_, name: keyof CoreExports) => (...args: unknown[]) => {
      calls.push([name, ...args])
      const value = answer[name]
      return typeof value === "function" ? value() : value ?? 0
    },
  }) as CoreExports
  const engine: Engine<CoreExports> = { name: "v8", exports, globals, memory, setFuel() {}, fuelUsed: () => 0 }
  const at = (name: string) => globals[`${name}_AT`] ?? 0
  const core = loadCore(engine)
  calls.length = 0
  return { core, calls, memory, at, io: ioRecord(memory, at("IO")), engine }
}

const text = (memory: Uint8Array, at: number, length: number) => new TextDecoder().decode(memory.subarray(at, at + length))

describe("The core's host side", () => {
  it("puts bytes where the core reads them and passes length, numbers and time", () => {
    const { core, calls, memory, at, io } = fake()
    core.entropy(Uint8Array.of(1, 2, 3))
    core.open("user: 6001\n", BOOT.trap, 5)
    assert.equal(text(memory, at("CONFIG"), 11), "user: 6001\n")
    core.network(true, "dns 192.0.2.53\n", 6)
    core.datagram(7, Uint8Array.of(9, 8), { address: "192.0.2.1", port: 5060 }, 7)
    assert.deepEqual(io.peer(), { address: "192.0.2.1", port: 5060 })
    assert.deepEqual([...memory.subarray(at("RX"), at("RX") + 2)], [9, 8])
    core.key("*", true, 8)
    core.command("servers", 9)
    core.audio(Uint8Array.of(1, 0, 255, 127), 9)
    assert.deepEqual([...memory.subarray(at("AUDIO"), at("AUDIO") + 4)], [1, 0, 255, 127])
    core.wallclock(1_700_000_000_000, 60, 10)
    core.timeout(11)
    core.close(12)
    assert.deepEqual(calls, [
      ["handle_entropy", 3], ["core_open", 11, 1, 5n], ["handle_network", 1, 15, 6n], ["handle_datagram", 7, 2, 7n], ["handle_key", 42, 1, 8n],
      ["handle_command", 7, 9n], ["handle_audio", 9n], ["handle_wallclock", 1_700_000_000_000n, 60, 10n], ["handle_timeout", 11n], ["core_close", 12n],
    ])
  })

  it("describes what became of a flow in IO", () => {
    const { core, calls, memory, at, io } = fake()
    core.flow(3, { kind: "opened", local: { address: "192.0.2.10", port: 5060 } }, 1)
    assert.deepEqual(io.local(), { address: "192.0.2.10", port: 5060 })
    core.flow(3, { kind: "refused", peer: { address: "2001:db8::1", port: 5060 } }, 2)
    assert.deepEqual(io.peer(), { address: "2001:db8::1", port: 5060 })
    core.flow(3, { kind: "failed", code: FAILURE.unreachable }, 3)
    assert.equal(new DataView(memory.buffer).getUint32(at("IO") + 12, true), 2)
    core.flow(3, { kind: "closed" }, 4)
    assert.deepEqual(calls.map(([, , event]) => event), [1, 3, 4, 2])
  })

  it("reads each kind of output, and copies its bytes", () => {
    const put = (kind: number, code = 0, flags = 0) => {
      const { core, memory, at } = fake({ poll_output: kind })
      const view = new DataView(memory.buffer, at("IO"))
      memory.set(new TextEncoder().encode("hello"), 0x3000)
      const fields = [12, 0x3000, 5, code, flags, 1]
      fields.forEach((value, i) => view.setUint32(i * 4, value, true))
      writeEndpoint(memory, at("IO") + 24, { address: "192.0.2.1", port: 5060 })
      const output = core.output()
      memory.fill(0, 0x3000, 0x3005)
      return output
    }
    const bytes = new TextEncoder().encode("hello"), peer = { address: "192.0.2.1", port: 5060 }
    assert.equal(put(OUTPUT.rest), undefined)
    assert.deepEqual(put(OUTPUT.send), { kind: "send", flow: 12, peer, bytes })
    assert.deepEqual(put(OUTPUT.write), { kind: "write", flow: 12, bytes })
    assert.deepEqual(put(OUTPUT.open), { kind: "open", flow: 12, protocol: 1, local: { address: "", port: 0 }, peer })
    assert.deepEqual(put(OUTPUT.close), { kind: "close", flow: 12 })
    assert.deepEqual(put(OUTPUT.display), { kind: "display", frame: bytes })
    assert.deepEqual(put(OUTPUT.audio), { kind: "audio", code: 0, bytes })
    assert.deepEqual(put(OUTPUT.store), { kind: "store", notes: false, bytes })
    assert.deepEqual(put(OUTPUT.store, STORED_NOTES), { kind: "store", notes: true, bytes })
    assert.deepEqual(put(OUTPUT.event, 3), { kind: "event", code: 3, text: "hello" })
    assert.deepEqual(put(OUTPUT.log, 4), { kind: "log", level: 4, text: "hello" })
    assert.deepEqual(put(OUTPUT.reply, 2, 1), { kind: "reply", code: 2, text: "hello", last: true })
    assert.throws(() => put(77), { code: "UNKNOWN_CODE" })
  })

  it("gives a flow without a peer none", () => {
    assert.deepEqual(fake({ poll_output: OUTPUT.open }).core.output(),
      { kind: "open", flow: 0, protocol: 0, local: { address: "", port: 0 }, peer: undefined })
  })

  it("turns each return code into an error with a stable code", () => {
    const codes = ["NOT_SEEDED", "NOT_OPEN", "TOO_LONG", "NO_SUCH_FLOW", "NOT_DRAINED", "UNKNOWN_INPUT"]
    codes.forEach((code, i) => assert.throws(() => fake({ handle_timeout: -1 - i }).core.timeout(1), { code }))
    assert.throws(() => fake({ handle_timeout: -99 }).core.timeout(1), { code: "UNKNOWN_CODE" })
  })

  it("says which line of the settings was refused, and why", () => {
    const { core, memory, at } = fake({ core_open: -7 })
    const view = new DataView(memory.buffer, at("IO"))
    memory.set(new TextEncoder().encode("sip_port is 0 to 65535"), 0x3000)
    view.setUint32(4, 0x3000, true)
    view.setUint32(8, 22, true)
    view.setUint32(12, 3, true)
    const refused = { code: "SETTINGS_REFUSED", line: 3, message: "sip_port is 0 to 65535" }
    assert.throws(() => core.open("...", BOOT.cold, 1), refused)
  })

  it("refuses what does not fit before the core sees it, and goes on", () => {
    const { core, calls } = fake()
    assert.throws(() => core.command("x".repeat(SIZE + 1), 1), { code: "TOO_LONG" })
    assert.deepEqual(calls, [])
    core.timeout(2)
    assert.equal(calls.length, 1)
  })

  it("never calls a core again that has stopped itself, but reads what it left", () => {
    const { core, memory, at } = fake({ handle_timeout: () => { throw new EngineTrap("v8", "unreachable", "unreachable") } })
    const panic = new DataView(memory.buffer, at("PANIC"))
    ;[1, 0x3000, 5].forEach((value, i) => panic.setUint32(i * 4, value, true))
    memory.set(new TextEncoder().encode("flow?"), 0x3000)
    memory[at("KEEP")] = 42
    assert.equal(core.panic(), "flow?")
    assert.throws(() => core.timeout(1), EngineTrap)
    const later: ((core: Core) => unknown)[] = [(c) => c.timeout(2), (c) => c.output(), (c) => c.deadline(), (c) => c.command("x", 1)]
    for (const call of later) assert.throws(() => call(core), { code: "DEAD" })
    assert.equal(core.panic(), "flow?")
    assert.equal(core.keep()[0], 42)
  })

  it("reads the log ring before and after it has wrapped", () => {
    const { core, memory, at } = fake()
    const ring = at("LOG") + 16, ringSize = SIZE - 16
    let written = 0
    const say = (line: string) => {
      for (const byte of [1, ...new TextEncoder().encode(line), 10]) memory[ring + written++ % ringSize] = byte
      new DataView(memory.buffer).setUint32(at("LOG"), written, true)
    }
    say("first")
    say("second")
    assert.deepEqual(core.logLines(), ["first", "second"])
    for (let i = 0; i < 100; i++) say(`line ${i}`)
    const lines = core.logLines()
    assert.equal(lines.at(-1), "line 99")
    assert.ok(lines.length > 40 && lines.every((line, i) => line === `line ${100 - lines.length + i}`), lines[0])
  })

  it("gives the next deadline, and Infinity for none", () => {
    assert.equal(fake({ poll_timeout: 1234n }).core.deadline(), 1234)
    assert.equal(fake({ poll_timeout: NEVER }).core.deadline(), Infinity)
  })

  it("puts a snapshot back", () => {
    const one = fake(), two = fake()
    one.memory[one.at("STATE") + 5] = 77
    two.core.takeOver(one.core.snapshot())
    two.core.resume(9)
    assert.equal(two.memory[two.at("STATE") + 5], 77)
    assert.deepEqual(two.calls, [["core_resume", 9n]])
    assert.throws(() => two.core.takeOver(new Uint8Array(5)), { code: "WRONG_MODULE" })
  })

  it("refuses a module of another interface", () => {
    const { engine } = fake()
    assert.throws(() => loadCore({ ...engine, globals: { ...engine.globals, ABI_VERSION: 2 } }), { code: "WRONG_MODULE" })
    assert.throws(() => loadCore({ ...engine, globals: {} }), { code: "WRONG_MODULE" })
  })
})

describe("An endpoint", () => {
  it("comes back from memory as it went, in the form of RFC 5952", () => {
    const memory = new Uint8Array(32)
    const forms: [string, string][] = [
      ["192.0.2.1", "192.0.2.1"], ["255.255.255.255", "255.255.255.255"], ["", ""], ["::", "::"], ["::1", "::1"], ["fe80::1%eth0", "fe80::1"],
      ["2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"], ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
      ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
      ["1:0:0:2:3:0:0:4", "1::2:3:0:0:4"], ["::ffff:192.0.2.1", "::ffff:c000:201"], ["10:0:0:0:0:0:0:0", "10::"], ["0:0:1:0:0:0:0:10", "0:0:1::10"],
      ["100:0:0:10:0:0:0:0", "100:0:0:10::"], ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ]
    for (const [given, expected] of forms) {
      writeEndpoint(memory, 6, { address: given, port: 65535 })
      assert.deepEqual(readEndpoint(memory, 6), { address: expected, port: 65535 }, given)
    }
  })

  it("is refused when it is no address", () => {
    const ip4 = ["1.2.3", "1.2.3.256", "1.2.3.4.5", "name"]
    const ip6 = [":::", "1::2::3", "12345::", "g::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1.2.3"]
    for (const bad of [...ip4, ...ip6]) assert.throws(() => addressBytes(bad), RangeError, bad)
  })
})
