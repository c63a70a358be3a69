// Every test, the quick ones first: types, gate, conformance page, mocha, as-pect on both engines. The last line is "N passed, N failed".
import { spawn, spawnSync } from "node:child_process"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { stripVTControlCharacters } from "node:util"
import type { Exit } from "../host/errors.ts"
import { toldHelp } from "../host/flags.ts"
import { runProgram } from "../host/program.ts"
import { ROOT } from "./core.ts"
import { RESULTS } from "./requirements.ts"
import { runSpecs } from "./unit.ts"

/** No part may hang: all of them together take a few minutes. */
const MOCHA_MAX_MS = 15 * 60_000

const total = { passed: 0, failed: 0 }

/** A check that either holds or not: a failure counts as one failed test. */
function check(what: string, ...args: string[]): void {
  console.log(`== ${what}`)
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: "inherit" })
  if (status !== 0) total.failed++
}

/** What waits for real servers, boards and programs, and what computes: each would leave the other's processor idle. */
const REAL = ["board", "host", "interop"]
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  "the phone by itself": ["tests/**/*.test.ts", ...REAL.flatMap((folder) => ["--ignore", `tests/${folder}/**`])],
  "the phone among real programs": REAL.map((folder) => `tests/${folder}/**/*.test.ts`),
}

/** Runs mocha on all groups at once; what they print is shown one after the other, as it comes. */
async function mocha(): Promise<void> {
  rmSync(join(ROOT, RESULTS), { recursive: true, force: true })
  const groups = Object.entries(GROUPS).map(([name, args]) => ({ name, run: new Mocha(args) }))
  for (const { name, run } of groups) {
    console.log(`== mocha: ${name}`)
    const { printed, status } = await run.show()
    const count = (word: string) => Number(new RegExp(`^\\s+(\\d+) ${word}`, "m").exec(stripVTControlCharacters(printed))?.[1] ?? 0)
    total.passed += count("passing")
    total.failed += Math.max(count("failing"), status === 0 ? 0 : 1)
  }
}

class Mocha {
  private printed = ""
  private shown = false
  private readonly ended: Promise<number | null>

  constructor(files: readonly string[]) {
    const args = ["node_modules/mocha/bin/mocha.js", ...files, "--reporter", "build/reporter.cjs", ...(process.stdout.isTTY ? ["--color"] : [])]
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"], timeout: MOCHA_MAX_MS, killSignal: "SIGKILL" })
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.printed += text
      if (this.shown) process.stdout.write(text)
    })
    this.ended = new Promise((done) => child.on("close", done))
  }

  async show(): Promise<{ printed: string; status: number | null }> {
    this.shown = true
    process.stdout.write(this.printed)
    const status = await this.ended
    return { printed: this.printed, status }
  }
}

function specs(): void {
  console.log("== as-pect")
  const { passed, failed } = runSpecs()
  total.passed += passed
  total.failed += failed
}

function finish(): Exit {
  console.log(`${total.passed} passed, ${total.failed} failed`)
  return total.failed > 0 ? "defect" : "ok"
}

async function main(args: readonly string[]): Promise<Exit> {
  if (toldHelp(args, "npm test: every test, which takes ten minutes or so. npx mocha FILE runs one file, and npx mocha FILE -g WORDS the tests of it whose title has these words.")) return "ok"
  const tsx = ["--import", "tsx"]
  check("types", "node_modules/typescript/bin/tsc", "--noEmit")
  check("gate", ...tsx, "build/gate.ts")
  if (total.failed > 0) return finish()
  check("docs/conformance.md", ...tsx, "build/rfc.ts", "--check")
  await mocha()
  specs()
  return finish()
}

await runProgram("test", main)
