// Compiles the core, or a test entry of it, and remembers the result for as long as no file that was read changes.
import { createHash } from "node:crypto"
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs"
import { basename, dirname, join, relative, resolve } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { readMemoryMap } from "./memory-map.ts"
import { shrink } from "./shrink.ts"

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..")
export const OUT = join(ROOT, "build/out")
const CACHE = join(OUT, "cache")
const TRANSFORMS = ["build/layout-transform.mjs", "build/text-transform.mjs", "build/inline-transform.mjs"]
const PARTS = ["build/pairs.mjs", "build/shrink.ts"]

export type CompileOptions = {
  /** Keep function names and do not optimise: readable traps, three times the size. */
  debug?: boolean
  /** Sources that are read otherwise than they are written, by path: of each pair the first text becomes the second. For tests that need another build. */
  changes?: Changes
  /** Constants lie so many bytes behind where they lie otherwise. */
  shift?: number
}

export type Changes = Readonly<Record<string, readonly (readonly [find: string, put: string])[]>>

/** The compiler refused a source. The message holds its diagnostics, each with file, line and the line itself. */
export class CompileError extends Error {
  readonly code = "COMPILE_FAILED"
  constructor(entry: string, diagnostics: string) {
    super(`${entry} does not compile:\n${diagnostics.trim()}`)
    this.name = "CompileError"
  }
}

// What a compile read: the hash of each file, or null where the compiler looked and found nothing.
type Inputs = Record<string, string | null>
type Cached = { inputs: Inputs; wasm: string }

/**
 * Compiles `entry` (a path below the project root) with the options of asconfig.json and returns the module.
 * With `outFile` it is also written there. Results are kept in build/out/cache by entry, options and compiler, and used again
 * while every file that the compiler read is as it was. Throws CompileError.
 */
export async function compile(entry: string, outFile?: string, options: CompileOptions = {}): Promise<Uint8Array> {
  const target = options.debug ? "debug" : "release"
  const { changes = {}, shift = 0 } = options
  const name = hash([entry, target, ...toolVersion(), JSON.stringify(changes), shift].join("\0")).slice(0, 16)
  const kept = join(CACHE, `${basename(entry, ".ts")}-${name}.json`)
  const wasm = fromCache(kept) ?? await build(entry, target, kept, changes, shift)
  if (outFile !== undefined) writeWhole(resolve(ROOT, outFile), wasm)
  return wasm
}

function fromCache(kept: string): Uint8Array | undefined {
  const text = readOrNull(kept)
  if (text === null) return undefined
  const cached = JSON.parse(text) as Cached
  const fresh = Object.entries(cached.inputs).every(([path, was]) => hashOf(join(ROOT, path)) === was)
  return fresh ? new Uint8Array(Buffer.from(cached.wasm, "base64")) : undefined
}

async function build(entry: string, target: string, kept: string, changes: Changes, shift: number): Promise<Uint8Array> {
  const { main } = await compiler()
  const inputs: Inputs = {}
  let wasm: Uint8Array | undefined
  // The transforms are named here and not in asconfig.json, where the compiler does not find them by a relative path.
  const transforms = TRANSFORMS.flatMap((file) => ["--transform", join(ROOT, file)])
  const constants = readMemoryMap().find(({ name }) => name === "CONSTANTS")
  const options = ["--baseDir", ROOT, "--config", "asconfig.json", "--target", target, "--memoryBase", String((constants?.at ?? 0) + shift), ...transforms]
  const { error, stderr } = await main([entry, ...options, "--outFile", "core.wasm"], {
    readFile(name, baseDir) {
      const path = resolve(ROOT, baseDir, name)
      const text = readOrNull(path)
      inputs[relative(ROOT, path)] = text === null ? null : hash(text)
      return text === null ? null : changed(relative(ROOT, path), text, changes)
    },
    writeFile(_name, contents) { if (typeof contents !== "string") wasm = new Uint8Array(contents) },
    listFiles: () => [],
  })
  if (error !== null || wasm === undefined) throw new CompileError(entry, `${stderr.toString()}\n${error?.message ?? ""}`)
  if (target === "release") wasm = await shrink(wasm)
  writeWhole(kept, JSON.stringify({ inputs, wasm: Buffer.from(wasm).toString("base64") } satisfies Cached))
  return wasm
}

function changed(path: string, text: string, changes: Changes): string {
  return (changes[path] ?? []).reduce((whole, [find, put]) => {
    if (!whole.includes(find)) throw new Error(`${path} has no "${find}" that could be changed`)
    return whole.replace(find, () => put)
  }, text)
}

/** The stamp that the sources as they are give to the module: what decides where its records lie. */
export async function layoutOfSources(): Promise<number> {
  return (await stampsOf(Object.fromEntries(filesBelow("assembly").filter((path) => path.endsWith(".ts")).map((path) => [path, readFileSync(join(ROOT, path), "utf8")])))).layout
}

/** The stamps of sources by their paths: of all records, and of those that KEEP is made of. */
export async function stampsOf(texts: Readonly<Record<string, string>>): Promise<{ layout: number; keepLayout: number }> {
  await compiler()
  const { stampsOfTexts } = await import("./layout-transform.mjs")
  return stampsOfTexts(texts)
}

/** The compiler, without its handler of uncaught errors, which would print 8 MB of its own source before ours. */
async function compiler(): Promise<typeof import("assemblyscript/asc")> {
  const before = process.listeners("uncaughtException")
  const asc = await import("assemblyscript/asc")
  for (const added of process.listeners("uncaughtException")) {
    if (!before.includes(added)) process.removeListener("uncaughtException", added)
  }
  return asc
}

/** What else decides the result: the compiler's version, its options and our transforms. */
function toolVersion(): string[] {
  const tools = ["node_modules/assemblyscript/package.json", "asconfig.json", ...TRANSFORMS, ...PARTS]
  return tools.map((path) => hash(readFileSync(join(ROOT, path), "utf8")))
}

/** Writes a file so that a reader at the same time sees the old one or the new one, never a part. */
function writeWhole(path: string, contents: Uint8Array | string): void {
  mkdirSync(dirname(path), { recursive: true })
  const part = `${path}.${process.pid}.part`
  writeFileSync(part, contents)
  renameSync(part, path)
}

function hash(text: string): string { return createHash("sha256").update(text).digest("hex") }

function hashOf(path: string): string | null {
  const text = readOrNull(path)
  return text === null ? null : hash(text)
}

function readOrNull(path: string): string | null {
  try { return readFileSync(path, "utf8") } catch { return null }
}

/** Every file below a folder of the project, as paths from the project root. */
export function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    await compile("assembly/index.ts", "build/out/linehunt.wasm")
  } catch (error) {
    if (!(error instanceof CompileError)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
