// Instructions for a piece of work under wasm3, counted by callgrind: the same on every run, however busy the machine is.
import { execFile } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { promisify } from "node:util"
import { OUT, ROOT, compile } from "../../build/core.ts"
import { type Scene, serialise } from "./scenes.ts"

const run = promisify(execFile)

const FOLDER = join(OUT, "bench")
const SOURCES = ["bind", "code", "compile", "core", "env", "exec", "function", "info", "module", "parse"]
const FLAGS = ["-O3", "-fomit-frame-pointer", "-fno-stack-protector", "-fwrapv", "-fno-strict-aliasing", "-DNDEBUG", "-Dd_m3MaxDuplicateFunctionImpl=8"]

// The difference between a run of few turns and one of more is the work alone, without loading and compiling.
const FEW = 10, MORE = 60

/**
 * Instructions for one turn of `name`(piece, turns) of tests/entries/<entry>.ts, for each of the pieces.
 * Undefined, with the reason on stderr, where valgrind or a C compiler is missing.
 */
export async function instructions(entry: string, name: string, pieces: string[]): Promise<number[] | undefined> {
  const files = pieces.map((text, i) => written(`piece${i}`, Buffer.from(text, "latin1")))
  return each(`tests/entries/${entry}.ts`, pieces.length, (module, piece, turns) => [module, name, `${piece}`, `${turns}`, ...files])
}

/** The same for scenes of the whole phone. */
export async function sceneInstructions(scenes: Scene[]): Promise<number[] | undefined> {
  const files = scenes.map((scene, i) => written(`scene${i}`, serialise(scene)))
  return each("assembly/index.ts", scenes.length, (module, i, turns) => [module, files[i] ?? "", `${turns}`])
}

async function each(source: string, count: number, words: (module: string, i: number, turns: number) => string[]): Promise<number[] | undefined> {
  try {
    const module = join(FOLDER, "counted.wasm")
    await prepare(source, module)
    const counts: number[] = []
    for (let i = 0; i < count; i++) {
      const few = await counted(words(module, i, FEW)), more = await counted(words(module, i, MORE))
      counts.push((more - few) / (MORE - FEW))
    }
    return counts
  } catch (error) {
    console.error(`No instruction counts: they need valgrind and a C compiler (${(error as Error).message.split("\n")[0]})`)
    return undefined
  }
}

async function prepare(source: string, module: string): Promise<void> {
  await run("valgrind", ["--version"])
  const wasm3 = "node_modules/wasm3-source/cpp"
  const sources = ["tests/bench/count.c", ...SOURCES.map((part) => `${wasm3}/m3_${part}.c`)]
  await run("cc", [...FLAGS, "-w", `-I${wasm3}`, ...sources, "-lm", "-o", join(FOLDER, "count")], { cwd: ROOT })
  await compile(source, relative(ROOT, module))
}

function written(name: string, bytes: Uint8Array): string {
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(join(FOLDER, name), bytes)
  return join(FOLDER, name)
}

async function counted(words: string[]): Promise<number> {
  const { stderr } = await run("valgrind", ["--tool=callgrind", "--callgrind-out-file=/dev/null", join(FOLDER, "count"), ...words])
  const count = /Collected : (\d+)/.exec(stderr)?.[1]
  if (count === undefined) throw new Error("callgrind printed no count")
  return Number(count)
}
