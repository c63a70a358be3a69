import assert from "node:assert/strict"
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { STRICT, inParallel, run } from "../../build/board/compile.ts"
import { isInstalled } from "../../build/board/tools.ts"
import { OUT } from "../../build/core.ts"
import { withoutAnswers, Upload } from "../../host/upload.ts"
import { Random } from "../../host/sim/random.ts"
import { fakeClock } from "../host/fakes.ts"
import { BAD, LAYOUT, constants, moduleWith } from "../modules.ts"

const CC = process.env["CC"] ?? "cc"
const FILES = ["abi", "console", "crc", "editor", "facts", "sha256", "slots", "store", "upload"].map((name) => `board/${name}.c`)
const HARNESS = ["tests/board/native/native.c", "tests/board/native/main.c"]
const DLE = 0x10
const SEED = process.env["SEED"] ?? "20"

describe(`The board's C on this machine, with sanitizers (SEED=${SEED} repeats it)`, function () {
  this.timeout(120_000)
  let folder = ""
  const at = (name: string): string => join(folder, name)
  const firmware = join(OUT, "linehunt.wasm")

  before(async function () {
    if (!isInstalled(CC)) return this.skip()
    folder = mkdtempSync(join(tmpdir(), "linehunt-native-"))
    const flags = ["-std=gnu11", "-g", "-O1", ...STRICT, "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-Iboard", "-Itests/board/native"]
    const objects = await inParallel([...FILES, ...HARNESS], async (file) => {
      const object = at(`${file.replaceAll("/", "-")}.o`)
      await run(CC, [...flags, "-c", file, "-o", object])
      return object
    })
    await run(CC, ["-fsanitize=address,undefined", ...objects, "-o", at("native")])
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

  it("Wherever the power is cut in an update, the old module runs on until the new one is whole", () => {
    assert.equal(native("cuts", at("small.wasm")), "the power was cut at more than 100 places; the old module ran on, until the new one was whole")
  })

  it("Of slots that are damaged only whole modules are chosen, the newest first, and none that was given up", () => {
    assert.equal(native("damage", at("small.wasm"), 5000), "of slots that were damaged only whole modules were chosen, and the firmware's when there was none (which happened)")
  })

  it("Settings that are read are whole, wherever the power was cut and whatever is damaged", () => {
    assert.equal(native("settings", firmware, 20_000), "settings that were read were whole; damaged ones were not (which happened)")
  })

  it("An update arrives over a line that loses, changes and adds bytes, and nothing of it is taken for what somebody types", async () => {
    const board = new NativeConsole(spawn(at("native"), ["console", firmware, SEED])), clock = fakeClock(), random = new Random(Number(SEED), "line")
    const module = readFileSync(firmware)
    const upload = new Upload({ module, clock, write: (bytes) => board.type(noisy(Buffer.from(bytes), (limit) => random.between(0, limit - 1))) })
    board.said = (bytes) => upload.take(bytes)
    let ended = ""
    upload.finished.then(() => { ended = "whole" }, (error: Error) => { ended = error.message })
    upload.start()
    for (let quiet = 0; ended === "";) {
      if (await board.isQuiet()) {
        // Nothing is under way any more: whoever waits, waits in vain.
        board.sleep(2000)
        clock.advance(2000)
        if (++quiet % 10 === 0) upload.type("status\r")
      }
    }
    assert.equal(ended, "whole")
    board.sleep(2000)
    board.type(Buffer.from("\x03last\r"))
    for (let i = 0; !board.text.includes("COMMAND last") && i < 100; i++) await board.isQuiet()
    const commands = [...board.text.matchAll(/^COMMAND (.*)$/gm)].map(([, line]) => line)
    assert.deepEqual([...new Set(commands.slice(0, -1))].filter((line) => line !== "status"), [])
    assert.equal(commands.at(-1), "last")
    assert.match(board.text, new RegExp(`^CHANGE slot 0, ${module.length} bytes$`, "m"))
    assert.match(withoutAnswers(board.text), /The new module is whole/)
    board.end()
  })
})

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

  type(bytes: Buffer): void { this.record("C", bytes.length, bytes) }
  sleep(ms: number): void { this.record("T", ms, Buffer.alloc(0)) }
  end(): void { this.child.stdin.end() }

  /** Whether nothing has been said for a moment. */
  async isQuiet(): Promise<boolean> {
    this.heard = false
    await new Promise((resolve) => setTimeout(resolve, 25))
    return !this.heard
  }

  private record(kind: string, number: number, bytes: Buffer): void {
    const head = Buffer.alloc(5, kind)
    head.writeUInt32LE(number, 1)
    this.child.stdin.write(Buffer.concat([head, bytes]))
  }
}

/** One frame in eight does not come as it was sent; a line that was typed does. */
function noisy(bytes: Buffer, below: (limit: number) => number): Buffer {
  if (bytes[0] !== DLE) return bytes
  const at = below(bytes.length)
  switch (below(32)) {
    case 0: return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])
    case 1: bytes[at] = (bytes[at] ?? 0) ^ 1 << below(8); return bytes
    case 2: return Buffer.concat([bytes.subarray(0, at), Buffer.of(below(256)), bytes.subarray(at)])
    case 3: return bytes.subarray(0, at)
    default: return bytes
  }
}
