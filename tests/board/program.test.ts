import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { QEMU } from "../../host/board/machine.ts"
import { buildBoard } from "../../build/board/compile.ts"
import { isInstalled } from "../../build/board/tools.ts"
import { skipWithout } from "../needs.ts"
import { needsBoard } from "./needs.ts"
import { PROGRAM, Running, WAIT_MS } from "./running.ts"

const CTRL_C = "\x03", CTRL_L = "\x0c"

/** Waits until its terminal shows this. With Ctrl-L everything is drawn anew, row by row. */
async function shows(running: Running, pattern: RegExp): Promise<void> {
  for (const end = performance.now() + WAIT_MS; performance.now() < end;) {
    const from = running.said.length
    running.type(CTRL_L)
    await new Promise((resolve) => setTimeout(resolve, 300))
    if (pattern.test(running.said.slice(from).replaceAll(/\x1b\[[0-9;?]*[A-Za-z]/g, ""))) return
  }
  throw new Error(`it does not show ${String(pattern)}, but: ${JSON.stringify(running.said.slice(-3000))}`)
}

/** Whether a QEMU runs with this file. */
function runsWith(file: string): boolean {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).some((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "latin1")
      return line.startsWith(QEMU) && line.includes(file)
    } catch { return false }
  })
}

describe("npm run board", function () {
  this.timeout(2 * WAIT_MS)
  let folder = "", running: Running | undefined
  const file = (name: string): string => join(folder, name)

  before(async function () {
    needsBoard(this)
    folder = mkdtempSync(join(tmpdir(), "linehunt-program-"))
    // What is compiled once is compiled for all.
    await buildBoard({ module: "build/out/linehunt.wasm" })
  })
  afterEach(() => { running?.child.kill("SIGKILL") })
  after(() => { if (folder !== "") rmSync(folder, { recursive: true }) })

  it("In a terminal it boots, draws the phone's screen, shows a key that is typed and ends with Ctrl-C; the terminal is as it was, and the exit code is 0", async function () {
    skipWithout(this, isInstalled("script") ? undefined : "script not found: install bsdutils")
    const inside = `stty rows 40 cols 120; stty -g; npm run -s board -- --store ${file("terminal.bin")}; echo "code $?"; stty -g`
    running = new Running(["script", "-qec", inside, "/dev/null"], { LC_ALL: "C", TERM: "xterm", NO_COLOR: "1" })
    await running.says(/REGISTERED/)
    await shows(running, /Registered at[^]*198\.51\.100\.\d[^]*6001@rapidtech\.phones/)
    running.type("7")
    await shows(running, /\b7\b[^]*Delete +abc +Call/)
    running.type(CTRL_C)
    assert.equal(await running.ended, 0, running.said.slice(-2000))
    const [before = "?", after] = running.said.split(/\r\n/).filter((line) => /^[0-9a-f]+(:[0-9a-f]+){10,}$/.test(line))
    assert.equal(after, before, "stty -g")
    const left = running.said.lastIndexOf("\x1b[?1049l")
    assert.ok(left > running.said.indexOf("\x1b[?1049h") && running.said.slice(left).includes("\x1b[?1049lcode 0\r\n"), JSON.stringify(running.said.slice(-200)))
    assert.equal(runsWith(file("terminal.bin")), false)
  })

  it("In a pipe its console is there; a line that says quit ends it, and so does a signal, with no QEMU left", async () => {
    const store = file("pipe.bin")
    running = new Running([...PROGRAM, "--store", store])
    await running.says(/REGISTERED registered at/)
    assert.equal(runsWith(store), true)
    running.type("status\n")
    await running.says(/account: 6001@rapidtech\.phones[^]*state: registered/)
    running.type("quit\n")
    assert.equal(await running.ended, 0, running.said)
    assert.equal(runsWith(store), false)
    running = new Running([...PROGRAM, "--store", store])
    await running.says(/looking for servers/)
    running.child.kill("SIGTERM")
    assert.equal(await running.ended, 0, running.said)
    assert.equal(runsWith(store), false)
  })

  it("Without its tools it says what to install", async () => {
    running = new Running(PROGRAM, { PATH: file("empty") })
    assert.equal(await running.ended, 6)
    assert.match(running.said, /^board: the emulated board needs qemu-system-riscv32, .*; on Debian 12: apt install --no-install-recommends qemu-system-misc .*\.\n$/)
  })

  it("What it is told in a wrong way is a sentence each, with an exit code", async () => {
    writeFileSync(file("small"), "no flash")
    const wrong = [
      { args: ["--stor", "x"], code: 2, said: /^board: There is no flag --stor; did you mean --store\? --help lists them all\.\n$/ },
      { args: ["szie"], code: 2, said: /^board: It takes no szie; npm run board -- --help lists what it takes\.\n$/ },
      { args: ["--password-file", "x"], code: 2, said: /^board: --password-file is for --replay FILE\.\n$/ },
      { args: ["--replay", file("none")], code: 3, said: /^board: The trace \S+ cannot be read: there is no such file or folder; check its name\.\n$/ },
      { args: ["--trace", file("none/trace")], code: 3, said: /^board: The trace \S+ cannot be written: .*; choose another file with --trace FILE\.\n$/ },
      { args: ["--store", file("none/store")], code: 3, said: /^board: The flash \S+ cannot be used: .*; choose another file with --store FILE\.\n$/ },
      { args: ["--store", file("small")], code: 3, said: /^board: \S+ is not the flash of a board, which has 33554432 bytes; choose another file with --store FILE\.\n$/ },
    ]
    await Promise.all(wrong.map(async ({ args, code, said }) => {
      const one = new Running([...PROGRAM, ...args])
      assert.equal(await one.ended, code, one.said)
      assert.match(one.said, said)
    }))
  })
})
