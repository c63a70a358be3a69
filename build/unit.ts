// Runs as-pect over the pure leaves of the core, on both engines. The compiler finds a transform of a configuration file only by an absolute
// path, so the file is written here.
import { spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { stripVTControlCharacters } from "node:util"
import { OUT, ROOT } from "./core.ts"

const CONFIG = {
  targets: { noCoverage: { transform: ["@as-pect/transform", join(ROOT, "build/text-transform.mjs")] } },
  options: {
    outFile: "output.wasm", textFile: "output.wat", bindings: "raw",
    exportMemory: true, exportStart: "_start", exportRuntime: true, exportTable: true,
    // Constants below 65536, as spans want it; below 8192 specs have memory of their own.
    memoryBase: 8192, use: ["RTRACE=1"], debug: true,
  },
  entries: ["../../node_modules/@as-pect/assembly/assembly/index.ts"],
}

// as-pect's name in large letters, which no option takes away.
const LOGO = /^\s*$|^(?=.*[/\\_]{2})[ /\\_|,.-]+$|AS-pect|Using config/

/** Runs all specs on both engines and prints what as-pect says. A spec that does not compile counts as one failure. */
export function runSpecs(): { passed: number; failed: number } {
  const file = join(OUT, "as-pect.asconfig.json")
  mkdirSync(OUT, { recursive: true })
  writeFileSync(file, JSON.stringify(CONFIG))
  const counts = { passed: 0, failed: 0 }
  for (const engine of ["v8", "wasm3"]) {
    const asp = join(ROOT, "node_modules/@as-pect/cli/bin/asp.js")
    const args = [asp, "--no-logo", "-a", file, "-c", `tests/unit/${engine}.config.js`]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" })
    const printed = stripVTControlCharacters(stdout + stderr).split("\n").filter((line) => !LOGO.test(line)).join("\n").trim()
    console.log(`${engine}: ${printed}\n`)
    const [, passed, total] = /\[Tests\]:\s+(\d+) \/ (\d+)/.exec(printed) ?? []
    counts.passed += Number(passed ?? 0)
    counts.failed += total === undefined ? 1 : Math.max(Number(total) - Number(passed), status === 0 ? 0 : 1)
  }
  return counts
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  if (runSpecs().failed > 0) process.exitCode = 1
}
