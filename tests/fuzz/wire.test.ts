// Whatever arrives, reading it ends, traps never, looks at nothing behind the last byte and writes nothing but its own records.
import assert from "node:assert/strict"
import { MESSAGES } from "../bench/messages.ts"
import { bytesOf, readCases } from "../wire/markdown.ts"
import { INCOMING, type WireCore, enginesPresent, wireCore } from "../wire/wire-core.ts"

const SEED = Number(process.env.SEED ?? 20_261_121)
/** Loop turns and calls that reading a datagram of 4096 bytes may take, and then going through all its values in four ways. Only wasm3 counts. */
const READ_FUEL = 12_000, WALK_FUEL = 60_000
const PAGE = 0x10000

const typical = MESSAGES.map(({ text }) => Buffer.from(text, "latin1"))
const written = readCases().flatMap(({ blocks }) => blocks.filter(({ kind }) => kind === "sip" || kind === "kept").map(bytesOf))

type Outcome = { used: number; fault: string; record: Buffer }

/** Reads a message and everything in it. */
function readAll(core: WireCore, message: Uint8Array, at = core.rx): Outcome {
  core.setFuel(READ_FUEL)
  const used = core.read(message, INCOMING, at)
  core.setFuel(WALK_FUEL)
  const state = core.call("stateAt")
  const record = Buffer.from(core.bytes.slice(state, state + core.call("recordSize")))
  const fault = core.fault()
  core.call("walk", INCOMING)
  return { used, fault, record }
}

/** The same numbers for the same seed (mulberry32). */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = state + 0x6d2b79f5 >>> 0
    let t = Math.imul(state ^ state >>> 15, state | 1)
    t = t + Math.imul(t ^ t >>> 7, t | 61) ^ t
    return ((t ^ t >>> 14) >>> 0) % below
  }
}

const SPLINTERS = ["\r\n", "\r\n ", "\r", "\n", "\0", "\"",
  "\\", "<", ">", ",", ";", ":", "=", "@", "%", "%00", "[", "]", "[::", "?", "&", "*", "  ", "\t", "é", "\xff", "Via: ", "Contact: *",
  "Content-Length: ", "4294967296", "-1", "SIP/2.0", "sip:", "tel:+", ";lr", ";tag=", ";rport", "Digest realm=\"", "1.2.3.4",
    "\r\n\r\n"].map((text) => Buffer.from(text, "latin1"))

function mutated(draw: (below: number) => number, seeds: Buffer[]): Buffer {
  const one = seeds[draw(seeds.length)]!, other = seeds[draw(seeds.length)]!
  let message = draw(3) === 0 ? Buffer.concat([one.subarray(0, draw(one.length)), other.subarray(draw(other.length))]) : Buffer.from(one)
  for (let n = 1 + draw(4); n > 0; n--) {
    const at = draw(message.length + 1)
    const splinter = SPLINTERS[draw(SPLINTERS.length)]!
    const gone = draw(3) === 0 ? draw(20) : draw(2)
    message = Buffer.concat([message.subarray(0, at), splinter, message.subarray(at + gone)])
  }
  return message.subarray(0, 4096)
}

for (const engine of await enginesPresent()) {
  const core = await wireCore(engine)
  const seeds = engine === "v8" ? [...typical, ...written] : [...typical, ...written.filter((_, i) => i % 12 === 0)]

  describe(`Damaged messages on ${engine}`, () => {
    it("a message cut at any byte is read to its end and no further, whatever lies behind", () => {
      const behind = [Buffer.alloc(64, 0), Buffer.alloc(64, 0xff), Buffer.from("\r\n\r\n;tag=1,\">a\r\n:b %41".padEnd(64, "0"))]
      for (const message of seeds.filter(({ length }) => length < 2000)) {
        for (let length = 0; length <= message.length; length++) {
          const part = message.subarray(0, length)
          const outcomes = behind.map((garbage) => {
            core.bytes.set(garbage, core.rx + length)
            return readAll(core, part)
          })
          assert.deepEqual(outcomes[1], outcomes[0], `${length} of ${message.toString("latin1")}`)
          assert.deepEqual(outcomes[2], outcomes[0], `${length} of ${message.toString("latin1")}`)
        }
      }
    })

    it("a message cut at any byte is read at the end of memory as elsewhere", () => {
      for (const message of seeds.filter(({ length }) => length < 2000)) {
        for (let length = 1; length <= message.length; length++) {
          const part = message.subarray(0, length)
          const { used, fault } = readAll(core, part)
          const atEnd = readAll(core, part, PAGE - length)
          assert.deepEqual([atEnd.used, atEnd.fault], [used, fault], `${length} of ${message.toString("latin1")}`)
        }
      }
    })

    it("a message with any one bit turned is read without a trap and within the fuel of a message", () => {
      for (const message of engine === "v8" ? seeds.filter(({ length }) => length < 1500) : seeds.slice(0, 12)) {
        const copy = Buffer.from(message)
        for (let bit = 0; bit < copy.length * 8; bit++) {
          copy[bit >> 3]! ^= 1 << (bit & 7)
          readAll(core, copy)
          copy[bit >> 3]! ^= 1 << (bit & 7)
        }
      }
    })

    it("reading writes nothing but the records of the wire room", () => {
      for (const message of seeds.slice(0, 40)) {
        core.bytes.set(message, core.rx)
        const before = Buffer.from(core.bytes)
        core.call("read", INCOMING, core.rx, message.length)
        core.call("walk", INCOMING)
        const after = Buffer.from(core.bytes)
        const state = core.call("stateAt"), end = state + core.call("stateSize")
        before.fill(0, state, end)
        after.fill(0, state, end)
        assert.ok(before.equals(after), message.toString("latin1"))
      }
    })

    it("the longest datagram of the worst kind stays within the fuel of a message", () => {
      const head = "INVITE sip:a@b SIP/2.0\r\n"
      const full = (start: string, piece: string, end = "\r\n\r\n"): Buffer =>
        Buffer.from(`${head}${start}${piece.repeat(4096).slice(0, 4096 - head.length - start.length - end.length)}${end}`, "latin1")
      const pieces = ["<,", "\",", "\"\\", ";", ",", "a;", " ", "\t", "\r\n ", "%", "%4", "[", "<", ">", "\"", "a=", "a=\"b\",", ", a", "Digest ",
        ":", "\0", "\xff", "<sip:a>,", "*,", ".", "1.", "a.", "@", "("]
      for (const name of ["Via: SIP/2.0/UDP a", "From: ", "To: \"", "Contact: ", "Contact: <", "Route: ", "Call-ID: ", "CSeq: 1",
        "WWW-Authenticate: ", "WWW-Authenticate: Digest ", "Require: ",
        "Allow: ", "X: ", "Retry-After: 1", "", "a"]) {
        for (const piece of pieces) readAll(core, full(name, piece))
      }
      for (const line of ["a\r\n", ":\r\n", "a:\r\n", "Via:a\r\n", "t:<\r\n", "m:<,\r\n", "\r\n", "\r", "\n", " \r\n",
        "a \r\n"]) readAll(core, full("", line))
      readAll(core, Buffer.from("\r\n".repeat(2048)))
      readAll(core, Buffer.from("A".repeat(4096)))
      readAll(core, Buffer.from(`${"sip:".repeat(1000)} SIP/2.0\r\n\r\n`))
    })
  })
}

describe("Mutated messages", () => {
  const count = 6000
  it(`${count} of them are read alike by every engine (again: SEED=${SEED} npx mocha tests/fuzz/wire.test.ts)`, async () => {
    const cores = await Promise.all((await enginesPresent()).map(wireCore))
    const draw = generator(SEED)
    for (let i = 0; i < count; i++) {
      const message = mutated(draw, [...typical, ...written])
      const [first, ...others] = cores.map((core) => readAll(core, message))
      for (const other of others) assert.deepEqual(other, first, `message ${i} of seed ${SEED}: ${message.toString("latin1")}`)
    }
  })

  it(`the response to one that is good is good, and repeats it (again: SEED=${SEED} npx mocha tests/fuzz/wire.test.ts)`, async () => {
    const core = await wireCore("v8")
    const draw = generator(SEED + 1)
    let answered = 0
    for (let i = 0; i < 20_000; i++) {
      const message = mutated(draw, [...typical, ...written])
      const used = core.read(message)
      if (core.call("isAnswerable", INCOMING) !== 1) continue
      const before = essence(core)
      core.call("respond", 200, "OK", "tagged", "192.0.2.9:5099", 0)
      if (used < 0) continue
      answered++
      const length = core.call("outLength"), at = core.call("outAt")
      assert.ok(core.read(core.bytes.slice(at, at + length)) > 0, `message ${i} of seed ${SEED + 1}, ${core.fault()}: ${message.toString("latin1")}`)
      const after = essence(core)
      assert.deepEqual({ ...after, "to tag": before["to tag"] }, before)
      if (before["to tag"] === undefined) assert.equal(after["to tag"], "tagged")
    }
    assert.ok(answered > 300, `${answered} answered`)
  })

  it(`a URI is the same as itself, and two are alike from both sides (again: SEED=${SEED} npx mocha tests/fuzz/wire.test.ts)`, async () => {
    const core = await wireCore("v8")
    const draw = generator(SEED + 2)
    const blocks = readCases().filter(({ file }) => file === "uri.md").flatMap((each) => each.blocks)
    const uris = blocks.flatMap(({ kind, text }) => kind === "uri" ? [text.split("\n")[0]!] : text.trim().split(/\s+/))
      .map((text) => Buffer.from(text, "latin1"))
    for (let i = 0; i < 20_000; i++) {
      const [a, b] = [mutated(draw, uris).toString("ascii"), uris[draw(uris.length)]!.toString("ascii")]
      const same = core.call("compareUris", a, a)
      assert.ok(same === 1 || same === -1, a)
      const there = core.call("compareUris", a, b), back = core.call("compareUris", b, a)
      assert.ok(there === back || there < 0 && back < 0, `${a} ${b}`)
    }
  })
})

/** What a response repeats. */
function essence(core: WireCore): Record<string, string | undefined> {
  const names = ["from", "from tag", "to", "to tag", "call-id", "cseq", "cseq method", "via count", "via branch", "via host"]
  const lines = core.text("describe", INCOMING).split("\n")
  return Object.fromEntries(names.map((name) => [name, lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)]))
}
