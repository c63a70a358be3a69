import assert from "node:assert/strict"
import { BOOT } from "../../host/abi.ts"
import type { Call, Output } from "../../host/calls.ts"
import { step } from "../../host/driver.ts"
import { UserError } from "../../host/errors.ts"
import { replay, type ReplayParts, type Verdict } from "../../host/replay.ts"
import { withoutPassword } from "../../host/supervisor.ts"
import { makeTrace } from "../../host/trace.ts"
import { bytes, fakeMachine, type Script } from "./fakes.ts"

const PASSWORD = "Zebra-4711"
const peer = { address: "192.0.2.1", port: 5060 }
const picture = (text: string, secret: boolean): Output =>
  ({ kind: "display", picture: { frame: bytes(text.padEnd(1024)), lines: [text], inverse: [[false, true]] }, secret })

/** A phone that says back what it hears, and shows what is typed. */
const echo: Script = (call, now, put) => {
  if (call.call === "open") put({ kind: "open", flow: 1, protocol: 1, local: { address: "", port: 5060 }, peer: undefined })
  if (call.call === "datagram") put({ kind: "send", flow: call.flow, peer: call.peer, bytes: call.bytes })
  if (call.call === "command") put({ kind: "reply", code: 0, text: "done", last: true })
  if (call.call === "command" && call.line.startsWith("cfg set password")) put({ kind: "store", notes: false, bytes: bytes(`user: 6001\npassword: ${call.line.slice(17)}\n`) })
  if (call.call === "key") put(picture(call.key, call.key !== "O"))
  if (call.call === "timeout") throw new Error("unreachable executed")
  return { deadline: now + 100 }
}

function traceOf(calls: Call[], script = echo): string {
  const lines: string[] = []
  const trace = makeTrace((line) => { lines.push(line) }, "0123abc", 1, "wasm3")
  const machine = fakeMachine(script)
  trace.start(BOOT.cold, undefined)
  let now = 0
  for (const call of calls) {
    now += 7
    trace.called(call, now)
    try {
      trace.done(step(machine, call, now, trace.output))
    } catch (error) {
      trace.trapped({ machine, call, now, error: error as Error })
    }
  }
  trace.close()
  return `${lines.join("\n")}\n`
}

const withoutEnd = (text: string): string => text.replace(/\{"end":.*\n$/, "")

function replayed(text: string, more: Partial<ReplayParts> = {}): Verdict {
  const load = (keep: Uint8Array | undefined) => fakeMachine(echo, keep)
  return replay({ text, name: "a.trace", load, module: "0123abc", password: undefined, known: [], warn: (line) => assert.fail(line), ...more })
}

const open = (settings: string): Call => ({ call: "open", bytes: bytes(settings), boot: BOOT.cold })
const all: Call[] = [
  { call: "entropy", bytes: Uint8Array.of(0, 255, 3) }, open("user: 6001\n"),
  { call: "network", up: true, text: "address 192.0.2.10" }, { call: "wallclock", unixMs: 1_700_000_000_000, zoneMin: 60 },
  { call: "flow", flow: 1, event: { kind: "opened", local: { address: "2001:db8::1", port: 5060 } } },
  { call: "flow", flow: 1, event: { kind: "refused", peer } }, { call: "flow", flow: 1, event: { kind: "failed", code: 2 } },
  { call: "datagram", flow: 1, peer, bytes: bytes("SIP/2.0 200 OK\r\n\r\n") }, { call: "datagram", flow: 1, peer, bytes: Uint8Array.of(1, 2, 200) },
  { call: "key", key: "O", down: true }, { call: "command", line: "status für alle" }, { call: "resume" },
  { call: "audio", bytes: new Uint8Array(320) }, { call: "audio", bytes: Uint8Array.of(7, 1, 9) }, { call: "close" }, { call: "timeout" },
]

describe("A trace", () => {
  it("A trace of every kind of call replays identically, a trap at its end included", () => {
    assert.deepEqual(replayed(traceOf(all)), { same: true, calls: 16, outputs: 5, note: "" })
  })

  it("The first byte that differs is shown with its call, its output and what stands around it", () => {
    const other: Script = (call, now, put) => {
      if (call.call !== "datagram") return echo(call, now, put)
      put({ kind: "send", flow: call.flow, peer: call.peer, bytes: bytes(Buffer.from(call.bytes).toString("latin1").replace("200", "202")) })
      return { deadline: now + 100 }
    }
    assert.deepEqual(replayed(traceOf(all), { load: (keep) => fakeMachine(other, keep) }), {
      same: false,
      lines: [
        "call 8 (datagram on flow 1 from 192.0.2.1:5060, at 56 ms): output 1 (send): bytes differ at byte 10 of 18",
        `  was "SIP/2.0 200 OK\\r\\n\\r\\n"`,
        `  is  "SIP/2.0 202 OK\\r\\n\\r\\n"`,
      ],
    })
  })

  it("Another deadline, a missing output and a trap that does not come are differences", () => {
    const cases: Array<[Script, RegExp]> = [
      [(call, now, put) => ({ ...echo(call, now, put), deadline: 5 }), /call 1 .*its end: deadline\n {2}was 107\n {2}is {2}5/],
      [(call, now, put) => call.call === "open" ? { deadline: now + 100 } : echo(call, now, put), /call 2 .*output 1 is missing: kind "open"/],
      [(call, now, put) => call.call === "timeout" ? { deadline: now } : echo(call, now, put), /call 16 .*its end: trap\n {2}was "unreachable executed"/],
    ]
    for (const [script, expected] of cases) {
      const verdict = replayed(traceOf(all), { load: (keep) => fakeMachine(script, keep) })
      assert(!verdict.same)
      assert.match(verdict.lines.join("\n"), expected)
    }
  })

  it("A trace of another module is replayed, with a warning", () => {
    const warnings: string[] = []
    assert.equal(replayed(traceOf(all), { module: "4567def", warn: (line) => warnings.push(line) }).same, true)
    assert.equal(warnings.length, 1)
  })

  it("A trace that was cut at the end of a line, or never ended, is replayed as far as it goes and says so; one of version 1 had no mark", () => {
    const text = traceOf(all), lines = text.split("\n"), thirteenth = lines.findIndex((line) => line.startsWith('{"n":14'))
    const note = "; there the trace ends without the mark of its end: it was cut, or what recorded it was stopped"
    assert.deepEqual(replayed(withoutEnd(text)), { same: true, calls: 16, outputs: 5, note })
    assert.deepEqual(replayed(lines.slice(0, thirteenth).map((line) => `${line}\n`).join("")), { same: true, calls: 13, outputs: 5, note })
    assert.deepEqual(replayed(withoutEnd(text).replace('"version":2', '"version":1')), { same: true, calls: 16, outputs: 5, note: "" })
  })

  it("A trace that lacks calls between others or before its end, or goes on behind that, be it with a torn line, is damaged", () => {
    const lines = traceOf(all).split("\n"), lacking = (n: number): string => lines.filter((line) => !line.startsWith(`{"n":${n},`)).join("\n")
    assert.throws(() => replayed(lacking(8)), /is damaged at line \d+: calls are missing before it; record it anew/)
    assert.throws(() => replayed(lacking(16)), /is damaged at line \d+: calls are missing before the end; record it anew/)
    for (const more of [`${lines.at(-2)}\n`, '{"n":17,"no', "x", "\n\nx\n"]) {
      assert.throws(() => replayed(`${lines.join("\n")}${more}`), /is damaged at line \d+: something stands behind the end/, more)
    }
  })

  it("A trace whose last line is torn is replayed as far as it goes", () => {
    const text = withoutEnd(traceOf(all))
    assert.deepEqual(replayed(text.slice(0, -20)), { same: true, calls: 15, outputs: 5, note: "; the trace ends in the middle of the call after them" })
  })

  it("What is no trace, or a damaged one, is refused with the line", () => {
    assert.throws(() => replayed("hello\n"), /is not a trace/)
    assert.throws(() => replayed(traceOf(all).replace(`"call":"network"`, `"call":"netwrk"`)), /is damaged at line \d+: there is no call netwrk/)
    assert.throws(() => replayed(`${withoutEnd(traceOf(all))}{]\n`), /is damaged at line 40: it is not JSON/)
    for (const line of ["null", "{\"start\":null}", "{\"lock\":null}", "{\"lock\":{\"salt\":5}}", "{\"n\":1,\"call\":{}}", "{\"n\":999,\"deadline\":null}"]) {
      assert.throws(() => replayed(`${withoutEnd(traceOf(all))}${line}\n`), /is damaged at line 40: /, line)
    }
  })
})

describe("Passwords in a trace", () => {
  const withPassword = (): string => traceOf([
    open(`user: 6001\nPassword : ${PASSWORD}\nenabled: 1\n`),
    { call: "command", line: "cfg set password Okapi-99" },
    { call: "command", line: "status" },
  ])

  it("Settings, commands and stored texts hold no password in clear, whatever its encoding", () => {
    const text = withPassword()
    for (const password of [PASSWORD, "Okapi-99"]) {
      assert.equal(text.includes(password), false)
      assert.equal(text.includes(Buffer.from(password).toString("base64").slice(0, 8)), false)
    }
    assert.match(text, /"text":"user: 6001\\nPassword : "/)
  })

  it("With the same password such a trace replays identically; any password of the trace will do", () => {
    for (const password of [PASSWORD, "Okapi-99"]) {
      assert.deepEqual(replayed(withPassword(), { password }), { same: true, calls: 3, outputs: 4, note: "" })
    }
  })

  it("A mistyped setting hides what stands behind it as well", () => {
    for (const line of ["cfg set pasword", "cfg passwrd", "cfg set passwd", "cfg set PWD"]) {
      assert.equal(traceOf([{ call: "command", line: `${line} ${PASSWORD}` }]).includes(PASSWORD), false, line)
      assert.equal(withoutPassword(`${line} ${PASSWORD}`), `${line} ...`)
    }
    for (const line of ["cfg get password --json", "cfg set display_name Änne"]) assert.equal(withoutPassword(line), line)
  })

  it("A password that is known need not be given, and does not excuse a wrong one", () => {
    assert(replayed(withPassword(), { known: ["other", PASSWORD] }).same)
    assert.throws(() => replayed(withPassword(), { known: [PASSWORD], password: "wrong" }), UserError)
  })

  it("Without the password, or with another one, the replay says so", () => {
    const refused = (sentence: RegExp) => (error: unknown) => error instanceof UserError && error.exit === "differs" && sentence.test(error.message)
    assert.throws(() => replayed(withPassword()), refused(/give the same one with --password-file/))
    assert.throws(() => replayed(withPassword(), { password: "wrong" }), refused(/is another than the one/))
  })

  it("Keys typed while a password is on the screen are sealed, and so is the screen", () => {
    const press = (key: string): Call => ({ call: "key", key, down: true })
    const text = traceOf([open(`password: ${PASSWORD}\n`), press("7"), press("8"), press("O")])
    assert.match(text, /"key":"7"/)
    assert.equal(/"key":"8"/.test(text), false)
    assert.equal(text.includes(Buffer.from("8".padEnd(1024)).toString("base64").slice(0, 20)), false)
    assert.deepEqual(replayed(text, { password: PASSWORD }), { same: true, calls: 4, outputs: 4, note: "" })
  })

  it("A password that was typed but never kept cannot be replayed, and the replay says where it ends", () => {
    const verdict = replayed(traceOf([{ call: "key", key: "7", down: true }, { call: "key", key: "8", down: true }]))
    assert(verdict.same)
    assert.match(verdict.note, /sealed and its password never kept/)
  })
})
