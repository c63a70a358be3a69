// Instructions for a piece of work under wasm3, counted by callgrind: the same on every run, however busy the machine is.
import { execFile } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { promisify } from "node:util"
import { type CompileOptions, OUT, ROOT, compile } from "../../build/core.ts"
import type { Piece, Table } from "./rows.ts"
import { type Scene, serialise } from "./scenes.ts"

const run = promisify(execFile)

export const FOLDER = join(OUT, "bench")
const NODE_WASM3 = "host/engine/node-wasm3"

type Wasm3 = { folder: string } & Record<"files" | "flags" | "defines" | "addonFlags" | "addonDefines" | "x86Flags", string[]>

// The difference between a run of few turns and one of more is the work alone, without loading and compiling.
const FEW = 10, MORE = 60

/** Instructions for one turn of each piece of a table. Undefined, with the reason on stderr, where valgrind or a C compiler is missing. */
export async function instructions({ entry, name, pieces, build }: Table): Promise<number[] | undefined> {
  const files = placed(pieces)
  return each(`tests/entries/${entry}.ts`, build, pieces.length, (module, piece, turns) => [module, name, `${piece}`, `${turns}`, ...files])
}

/** Files with the texts of pieces, for count.c. */
export function placed(pieces: Piece[]): string[] { return pieces.map(({ text }, i) => written(`piece${i}`, Buffer.from(text, "latin1"))) }

/** The same for scenes of the whole phone. */
export async function sceneInstructions(scenes: Scene[]): Promise<number[] | undefined> {
  const files = scenes.map((scene, i) => written(`scene${i}`, serialise(scene)))
  return each("assembly/index.ts", undefined, scenes.length, (module, i, turns) => [module, files[i] ?? "", `${turns}`])
}

async function each(source: string, build: CompileOptions | undefined, count: number, words: (module: string, i: number, turns: number) => string[]): Promise<number[] | undefined> {
  try {
    const module = join(FOLDER, "counted.wasm")
    await prepare(source, build, module)
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

async function prepare(source: string, build: CompileOptions | undefined, module: string): Promise<void> {
  await run("valgrind", ["--version"])
  await buildCount(`${NODE_WASM3}/fused.c`, join(FOLDER, "count"))
  await compile(source, relative(ROOT, module), build)
}

/** Compiles count.c as `output` with wasm3 as the addon has it; `interpreter` is the file that includes wasm3's. */
export async function buildCount(interpreter: string, output: string, more: string[] = []): Promise<void> {
  const wasm3 = JSON.parse(readFileSync(join(ROOT, NODE_WASM3, "wasm3.json"), "utf8")) as Wasm3
  const x86 = process.arch === "x64" ? wasm3.x86Flags : []
  const defines = [...wasm3.defines, ...wasm3.addonDefines].map((define) => `-D${define}`)
  const sources = ["tests/bench/count.c", interpreter, ...wasm3.files.map((part) => `${wasm3.folder}/m3_${part}.c`)]
  const options = [...wasm3.flags, ...wasm3.addonFlags, ...x86, ...defines, ...more, "-w", `-I${wasm3.folder}`, `-I${NODE_WASM3}`]
  mkdirSync(dirname(output), { recursive: true })
  await run("cc", [...options, ...sources, "-lm", "-o", output], { cwd: ROOT })
}

export function written(name: string, bytes: Uint8Array): string {
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
