import assert from "node:assert/strict"
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { STRICT, inParallel, run } from "../../build/board/compile.ts"
import { isInstalled } from "../../build/board/tools.ts"
import { OUT } from "../../build/core.ts"
import { Upload, frame, withoutAnswers } from "../../host/upload.ts"
import { Random } from "../../host/sim/random.ts"
import { fakeClock } from "../host/fakes.ts"
import { skipWithout } from "../needs.ts"
import { CASES } from "../supervised.ts"
import { BAD, LAYOUT, constants, moduleWith } from "../modules.ts"

const CC = process.env["CC"] ?? "cc"
const FILES = ["abi", "area", "console", "crc", "editor", "facts", "flows", "sha256", "slots", "store", "upload"].map((name) => `board/${name}.c`)
const HARNESS = ["tests/board/native/native.c", "tests/board/native/flows.c", "tests/board/native/main.c"]
const SUPERVISOR = ["board/supervisor.c", "board/kept.c", "board/report.c", "board/crc.c", "tests/board/native/supervised.c"]
const DLE = 0x10, END = frame("E", Buffer.alloc(0))
const SEED = process.env["SEED"] ?? "20"

describe(`The board's C on this machine, with sanitizers (SEED=${SEED} repeats it)`, function () {
  this.timeout(120_000)
  let folder = ""
  const at = (name: string): string => join(folder, name)
  const firmware = join(OUT, "linehunt.wasm")

  before(async function () {
    skipWithout(this, isInstalled(CC) ? undefined : `${CC} not found: install a C compiler to run these tests`)
    folder = mkdtempSync(join(tmpdir(), "linehunt-native-"))
    const flags = ["-std=gnu11", "-g", "-O1", ...STRICT, "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Iboard", "-Itests/board/native"]
    const programs = { native: [...FILES, ...HARNESS], supervised: SUPERVISOR }, object = (file: string): string => at(`${file.replaceAll("/", "-")}.o`)
    await inParallel([...new Set(Object.values(programs).flat())], (file) => run(CC, [...flags, "-c", file, "-o", object(file)]))
    for (const [name, files] of Object.entries(programs)) await run(CC, ["-fsanitize=address,undefined", ...files.map(object), "-o", at(name)])
    writeFileSync(at("small.wasm"), moduleWith())
  })
  after(() => { if (folder !== "") rmSync(folder, { recursive: true }) })

  function native(mode: string, module: string, rounds = 0, input: Uint8Array = new Uint8Array(0)): string {
    const { status, stdout, stderr } = spawnSync(at("native"), [mode, module, SEED, String(rounds)], { encoding: "utf8", input, maxBuffer: 1 << 26 })
    assert.equal(status, 0, stderr)
    return stdout.trim()
  }

  it("A module that has everything is good, the built one too", () => {
    assert.equal(native("facts", firmware, 0, moduleWith()), `good: layout ${LAYOUT.toString(16)}, constants at ${constants.at}, handle_timeout is 0`)
    assert.match(native("facts", firmware, 0, readFileSync(firmware)), /^good: layout [0-9a-f]{8}, constants at \d+, handle_timeout is \d+$/)
  })

  for (const { story, module, board } of BAD) it(`Refused is, as by the host: ${story}`, () => { assert.match(native("facts", firmware, 0, module), board) })

  it("Whatever is changed in a module, nothing outside of it is read", () => {
    assert.equal(native("fuzz-facts", firmware, 2000), "more than a quarter of 2000 modules that were changed are refused")
    assert.equal(native("fuzz-facts", at("small.wasm"), 50_000), "more than a quarter of 50000 modules that were changed are refused")
  })

  it("Whatever comes over the serial line, halves of frames among it, the next command is taken", () => {
    assert.match(native("fuzz-console", firmware, 10_000), /COMMAND status$/)
  })

  it("Whatever becomes of sockets and streams, the core hears of its flows alone, in their order, without a gap, and none is left open", () => {
    assert.match(native("fuzz-flows", firmware, 200_000), /^everything happened/)
  })

  it("Wherever the power is cut in an update, the old module runs on until the new one is whole", () => {
    assert.equal(native("cuts", at("small.wasm")), "the power was cut at more than 100 places; the old module ran on, until the new one was whole")
  })

  it("Of slots that are damaged only whole modules are chosen, the newest first, and none that was given up", () => {
    assert.equal(native("damage", at("small.wasm"), 5000), "of slots that were damaged only whole modules were chosen, and the firmware's when there was none (which happened)")
  })

  it("Wherever the power is cut while compiled code is written, what is not whole is never run, and the rest need not be written again (DC-06)", () => {
    assert.equal(native("code-cuts", firmware), "the power was cut at more than 1000 places; what was whole stayed, what was not was never used")
  })

  it("Of compiled code that is damaged only what is whole is run (DC-06)", () => {
    assert.equal(native("code-damage", firmware, 5000), "of an area that was damaged only whole functions were used (each kind of damage happened)")
  })

  it("Settings that are read are whole, wherever the power was cut and whatever is damaged", () => {
    assert.equal(native("settings", firmware, 20_000), "settings that were read were whole; damaged ones were not (which happened)")
  })

  it("An update arrives over a line that loses, changes and adds bytes; what somebody types meanwhile is taken once, and nothing else is", async () => {
    const { board, upload, goesOn, ending } = uploadOver(noisy)
    const typed: string[] = []
    for (let pauses = 0; ending() === "";) {
      if (await goesOn() || ++pauses % 10 !== 0) continue
      typed.push(`status ${pauses}`)
      upload.type(`status ${pauses}`)
    }
    assert.equal(ending(), "whole")
    assert.ok(typed.length > 1)
    board.sleep(2000)
    upload.type("last")
    for (let i = 0; !board.text.includes("COMMAND last") && i < 100; i++) await board.isQuiet()
    assert.deepEqual([...board.text.matchAll(/^COMMAND (.*)$/gm)].map(([, line]) => line), [...typed, "last"])
    assert.deepEqual(board.text.match(/^CHANGE .*$/gm), [`CHANGE slot 0, ${readFileSync(firmware).length} bytes`])
    assert.match(withoutAnswers(board.text), /The new module is whole/)
    board.end()
  })

  it("Over a line that changes every frame, as one that is not raw, an update ends with a sentence", async () => {
    const { board, goesOn, ending } = uploadOver((bytes) => Buffer.from(bytes.map((byte) => byte === 0x0d ? 0x0a : byte)))
    while (ending() === "") await goesOn()
    assert.equal(ending(), "it does not arrive as it was sent; check that the line carries 8 bits and changes none")
    board.end()
  })

  /** An upload to the board's console; every frame goes through `line` and one answer in 32 gets lost. */
  function uploadOver(line: (bytes: Buffer, below: (limit: number) => number) => Buffer) {
    const board = new NativeConsole(spawn(at("native"), ["console", firmware, SEED])), clock = fakeClock(), random = new Random(Number(SEED), "line")
    const below = (limit: number): number => random.between(0, limit - 1)
    const upload = new Upload({ module: readFileSync(firmware), clock, write: (bytes) => board.type(bytes[0] === DLE ? line(Buffer.from(bytes), below) : Buffer.from(bytes)) })
    board.said = (bytes) => { if (below(32) > 0) upload.take(bytes) }
    let ended = ""
    upload.finished.then(() => { ended = "whole" }, (error: Error) => { ended = error.message })
    upload.start()
    /** False when nothing was under way any more: whoever waits, waits in vain. */
    const goesOn = async (): Promise<boolean> => {
      if (!await board.isQuiet()) return true
      board.sleep(2000)
      clock.advance(2000)
      return false
    }
    return { board, upload, goesOn, ending: () => ended }
  }

  for (const { story, steps } of CASES) it(`Its supervisor, as that of the host: ${story}`, () => {
    const { status, stdout, stderr } = spawnSync(at("supervised"), { encoding: "utf8", input: steps.map(([step]) => `${step}\n`).join("") })
    assert.equal(status, 0, stderr)
    assert.deepEqual(stdout.split("\n").slice(0, -1), steps.map(([, happens]) => happens))
  })

  const small = moduleWith(), begin = beginOf(small), first = dataFrame(0, small.subarray(0, 200)), all = [dataFrame(0, small.subarray(0, 512)), dataFrame(512, small.subarray(512))]
  const typed = frame("T", Buffer.from("\x01calls"))
  const broken: { story: string; said: Buffer[]; sentence: RegExp; commands?: string[] }[] = [
    { story: "a line that came twice, as its answer got lost", said: [begin, typed, typed], sentence: /stopped after 0/, commands: ["COMMAND calls"] },
    { story: "a half of it, and then nothing", said: [begin, first], sentence: /The update has stopped after 200 of \d+ bytes\. The phone goes on as it was/ },
    { story: "the end before all has come", said: [begin, first, END], sentence: /refused: not all of it has come\. The phone goes on as it was/ },
    { story: "more than was announced", said: [beginOf(small.subarray(0, 196)), first], sentence: /refused: more came than was announced/ },
    { story: "another hash", said: [beginOf(small, Buffer.alloc(32)), ...all, END], sentence: /refused: its SHA-256 is not what was announced/ },
    { story: "more than a slot holds", said: [beginOf(new Uint8Array(256 * 1024))], sentence: /refused: it does not fit into a slot/ },
    { story: "nothing", said: [beginOf(new Uint8Array(0))], sentence: /refused: it does not fit into a slot/ },
    { story: "a beginning whose length is broken", said: [Buffer.concat([begin.subarray(0, 2), Buffer.of(0xff, 0xff), Buffer.from("redial\r"), begin.subarray(4)])], sentence: /^/ },
    { story: "pieces without a beginning", said: [...all, END], sentence: /linehunt none 0/ },
  ]
  for (const { story, said, sentence, commands = [] } of broken) it(`Of an update there is ${story}: the board says so, and takes the next command`, () => {
    const records = [...said.map((bytes) => record("C", bytes)), record("T", 30_001), record("C", Buffer.from("status\r"))]
    const text = native("console", firmware, 0, Buffer.concat(records))
    assert.match(text, sentence)
    assert.deepEqual(text.match(/^(COMMAND|CHANGE) .*$/gm), [...commands, "COMMAND status"])
  })
})

function word(value: number): Buffer { return Buffer.from(Uint32Array.of(value).buffer) }
function dataFrame(at: number, bytes: Uint8Array): Buffer { return frame("D", Buffer.concat([word(at), bytes])) }
function beginOf(module: Uint8Array, print = createHash("sha256").update(module).digest()): Buffer { return frame("B", Buffer.concat([word(module.length), print])) }

/** What the program reads: bytes for the console, or milliseconds that pass. */
function record(kind: "C" | "T", what: Buffer | number): Buffer {
  return Buffer.concat([Buffer.from(kind), word(typeof what === "number" ? what : what.length), typeof what === "number" ? Buffer.alloc(0) : what])
}

/** The board's console as a program. */
class NativeConsole {
  text = ""
  said = (_bytes: Buffer): void => {}
  private readonly child: ChildProcessWithoutNullStreams
  private heard = false

  constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child
    child.stdout.on("data", (bytes: Buffer) => {
      this.heard = true
      this.text += bytes.toString("latin1")
      this.said(bytes)
    })
    child.stderr.on("data", (bytes: Buffer) => { this.text += bytes.toString("latin1") })
  }

  type(bytes: Buffer): void { this.child.stdin.write(record("C", bytes)) }
  sleep(ms: number): void { this.child.stdin.write(record("T", ms)) }
  end(): void { this.child.stdin.end() }

  /** Whether nothing has been said for a moment. */
  async isQuiet(): Promise<boolean> {
    this.heard = false
    await new Promise((resolve) => setTimeout(resolve, 25))
    return !this.heard
  }
}

/** One frame in eight does not come as it was sent. */
function noisy(bytes: Buffer, below: (limit: number) => number): Buffer {
  const at = below(bytes.length)
  switch (below(32)) {
    case 0: return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])
    case 1: bytes[at] = (bytes[at] ?? 0) ^ 1 << below(8); return bytes
    case 2: return Buffer.concat([bytes.subarray(0, at), Buffer.of(below(256)), bytes.subarray(at)])
    case 3: return bytes.subarray(0, at)
    default: return bytes
  }
}
