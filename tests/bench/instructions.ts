// Instructions for a piece of work under wasm3, counted by callgrind: the same on every run, however busy the machine is.
import { execFile } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { promisify } from "node:util"
import { OUT, ROOT, compile } from "../../build/core.ts"

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
  try {
    await prepare(entry, pieces)
    const counts: number[] = []
    for (const piece of pieces.keys()) {
      const few = await counted(entry, name, piece, FEW, pieces.length)
      const more = await counted(entry, name, piece, MORE, pieces.length)
      counts.push((more - few) / (MORE - FEW))
    }
    return counts
  } catch (error) {
    console.error(`No instruction counts: they need valgrind and a C compiler (${(error as Error).message.split("\n")[0]})`)
    return undefined
  }
}

async function prepare(entry: string, pieces: string[]): Promise<void> {
  mkdirSync(FOLDER, { recursive: true })
  await run("valgrind", ["--version"])
  const wasm3 = "node_modules/wasm3-source/cpp"
  const sources = ["tests/bench/count.c", ...SOURCES.map((part) => `${wasm3}/m3_${part}.c`)]
  await run("cc", [...FLAGS, "-w", `-I${wasm3}`, ...sources, "-lm", "-o", join(FOLDER, "count")], { cwd: ROOT })
  await compile(`tests/entries/${entry}.ts`, relative(ROOT, join(FOLDER, `${entry}.wasm`)))
  pieces.forEach((text, i) => writeFileSync(pieceFile(i), text, "latin1"))
}

function pieceFile(piece: number): string { return join(FOLDER, `piece${piece}`) }

async function counted(entry: string, name: string, piece: number, turns: number, pieces: number): Promise<number> {
  const files = Array.from({ length: pieces }, (_, i) => pieceFile(i))
  const words = [join(FOLDER, "count"), join(FOLDER, `${entry}.wasm`), name, `${piece}`, `${turns}`, ...files]
  const { stderr } = await run("valgrind", ["--tool=callgrind", "--callgrind-out-file=/dev/null", ...words])
  const count = /Collected : (\d+)/.exec(stderr)?.[1]
  if (count === undefined) throw new Error("callgrind printed no count")
  return Number(count)
}
