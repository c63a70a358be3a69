// Writes host/engine/node-wasm3/sequences.h: which operations of wasm3 become one (fused.c). They are those that follow each other most often in the work that
// npm run bench measures, every row of it counting the same. Run it when the core has changed much: node --import tsx tests/bench/sequences.ts
import { execFile } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { promisify } from "node:util"
import { type CompileOptions, ROOT, compile } from "../../build/core.ts"
import { CALL_SCENES } from "./call-scenes.ts"
import { FOLDER, buildCount, placed, written } from "./instructions.ts"
import { HUNTING, READING, SOUND, WORK } from "./rows.ts"
import { scenes, serialise } from "./scenes.ts"

const run = promisify(execFile)

const SEQUENCES = 320
const LENGTH_MAX = 4
const TURNS = 10

// They call the operation after them instead of going on with it, or are written over when they are run.
const ALONE = /^(Entry|Loop|Call|CallIndirect|CallRawFunction|Compile\w*|BranchTable)$/

/** Operations of which each always comes after the one before it, with the share of its row's operations that each is. */
type Run = { names: string[]; shares: number[] }

const PROGRAM = join(FOLDER, "profile")

async function main(): Promise<void> {
  // So that addresses are those of the file.
  await buildCount("tests/bench/profile.c", PROGRAM, ["-no-pie", "-fno-pie"])
  const names = await operationNames(), runs: Run[] = []
  for (const { entry, name, pieces, build } of [READING, WORK, HUNTING, SOUND]) {
    const module = await compiled(`tests/entries/${entry}.ts`, build), files = placed(pieces)
    for (const i of pieces.keys()) runs.push(...await profile([module, name, `${i}`, `${TURNS}`, ...files], names))
  }
  const phone = await compiled("assembly/index.ts")
  for (const scene of await scenes(CALL_SCENES)) runs.push(...await profile([phone, written("scene", serialise(scene)), `${TURNS}`], names))
  writeFileSync(join(ROOT, "host/engine/node-wasm3/sequences.h"), header(choose(runs)))
}

async function compiled(source: string, build?: CompileOptions): Promise<string> {
  const module = join(FOLDER, "profiled.wasm")
  await compile(source, relative(ROOT, module), build)
  return module
}

/** The operations by address. */
async function operationNames(): Promise<Map<string, string>> {
  const { stdout } = await run("nm", [PROGRAM])
  return new Map([...stdout.matchAll(/^0*([0-9a-f]+) t op_(\w+)$/gm)].map(([, address, name]) => [`0x${address}`, name!]))
}

/** What count.c runs with these words. */
async function profile(words: string[], names: Map<string, string>): Promise<Run[]> {
  const { stdout } = await run(PROGRAM, words, { maxBuffer: 1 << 26 })
  const lines = stdout.trim().split("\n").map((line) => line.split(" "))
  const total = lines.reduce((sum, [, runs]) => sum + Number(runs), 0)
  const found: Run[] = []
  for (const [address, runs, follows] of lines) {
    const name = names.get(address!) ?? ""
    if (follows === "0" || ALONE.test(name) || ALONE.test(found.at(-1)?.names.at(-1) ?? "Entry")) found.push({ names: [], shares: [] })
    found.at(-1)!.names.push(name)
    found.at(-1)!.shares.push(Number(runs) / total)
  }
  return found.filter(({ shares }) => shares.some((share) => share > 0))
}

/** One after the other those that save the most jumps when all before them are in use. */
function choose(runs: Run[]): string[][] {
  const chosen = new Map<string, string[]>()
  while (chosen.size < SEQUENCES) {
    const savings = new Map<string, { names: string[]; saving: number }>()
    for (const { names, shares } of runs) {
      for (let i = 0, end: number; i < names.length; i = end) {
        for (end = i + 1; end < names.length && chosen.has(names.slice(i, end + 1).join()); end++);
        if (end === names.length || end - i === LENGTH_MAX) continue
        const longer = names.slice(i, end + 1), known = savings.get(longer.join())
        savings.set(longer.join(), { names: longer, saving: (known?.saving ?? 0) + shares[end]! })
      }
    }
    const best = [...savings.values()].reduce((a, b) => b.saving > a.saving ? b : a)
    chosen.set(best.names.join(), best.names)
  }
  return [...chosen.values()]
}

/** Short ones first, as each is made of its first operation and the rest. */
function header(chosen: string[][]): string {
  const wanted = new Set(chosen.map((names) => names.join())), lines = new Map<string, string>()
  const write = (names: string[]): void => {
    if (names.length === 1 || lines.has(names.join())) return
    const rest = names.slice(1)
    write(rest)
    const made = [nameOf(names), names[0], nameOf(rest)]
    lines.set(names.join(), wanted.has(names.join()) ? `SEQUENCE (${[...made, nameOf(names.slice(0, -1)), names.at(-1)].join(", ")})` : `PART (${made.join(", ")})`)
  }
  chosen.sort((a, b) => a.length - b.length || (a.join() < b.join() ? -1 : 1)).forEach(write)
  return ["/* Made by tests/bench/sequences.ts; do not edit. */", ...lines.values(), ""].join("\n")
}

const nameOf = (names: string[]): string => names.join("__")

await main()
