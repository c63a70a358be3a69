// Every test, the quick ones first: types, gate, conformance page, mocha, as-pect on both engines. The last line is "N passed, N failed".
import { spawn, spawnSync } from "node:child_process"
import { stripVTControlCharacters } from "node:util"
import { ROOT } from "./core.ts"
import { runSpecs } from "./unit.ts"

/** No part may hang: all of them together take a few minutes. */
const MOCHA_MAX_MS = 13 * 60_000

const total = { passed: 0, failed: 0 }

/** A check that either holds or not: a failure counts as one failed test. */
function check(what: string, ...args: string[]): void {
  console.log(`== ${what}`)
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: "inherit" })
  if (status !== 0) total.failed++
}

/** Runs mocha, shows what it prints as it comes, and takes the numbers from its last lines. */
async function mocha(): Promise<void> {
  console.log("== mocha")
  const args = ["node_modules/mocha/bin/mocha.js", "tests/**/*.test.ts", "--reporter", "build/reporter.cjs", ...(process.stdout.isTTY ? ["--color"] : [])]
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"], timeout: MOCHA_MAX_MS, killSignal: "SIGKILL" })
  let printed = ""
  child.stdout.on("data", (chunk: Buffer) => {
    process.stdout.write(chunk)
    printed = (printed + chunk.toString()).slice(-1_000_000)
  })
  const status = await new Promise<number | null>((done) => child.on("close", done))
  const count = (word: string) => Number(new RegExp(`^\\s+(\\d+) ${word}`, "m").exec(stripVTControlCharacters(printed))?.[1] ?? 0)
  total.passed += count("passing")
  total.failed += Math.max(count("failing"), status === 0 ? 0 : 1)
}

function specs(): void {
  console.log("== as-pect")
  const { passed, failed } = runSpecs()
  total.passed += passed
  total.failed += failed
}

function finish(): never {
  console.log(`${total.passed} passed, ${total.failed} failed`)
  process.exit(total.failed > 0 ? 1 : 0)
}

const TSX = ["--import", "tsx"]
check("types", "node_modules/typescript/bin/tsc", "--noEmit")
check("gate", ...TSX, "build/gate.ts")
if (total.failed > 0) finish()
check("docs/conformance.md", ...TSX, "build/rfc.ts", "--check")
await mocha()
specs()
finish()
