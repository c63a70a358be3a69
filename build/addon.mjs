// Builds the native addon over wasm3 with nothing but a C compiler: no Python, no make, no download (the headers come from npm).
// Plain JavaScript without dependencies, as it runs before there are any.
import { spawn } from "node:child_process"
import { mkdirSync, readFileSync, renameSync, rmSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { OUT, ROOT, filesBelow, fingerprint, isFresh, stamp } from "./stamp.mjs"

const OWN = "host/engine/node-wasm3"
const OPTIONS = `${OWN}/wasm3.json`
/** What the addon and the boards (build/board) compile wasm3 with. */
const wasm3 = JSON.parse(readFileSync(join(ROOT, OPTIONS), "utf8"))
const NODE_API = "node_modules/node-api-headers/include"
const ADDON = join(OUT, "node-wasm3.node")

// fused.c includes m3_compile.c; the m3_api_*.c files are WASI and libc, which nothing here uses.
const WASM3_FILES = wasm3.files.map((name) => `${wasm3.folder}/m3_${name}.c`)
const FROM_WASM3 = [...WASM3_FILES, `${OWN}/fused.c`]
const OWN_FILES = ["addon.c", "instance.c", "values.c"].map((name) => `${OWN}/${name}`)

// These change the layout of wasm3's records, so every file is compiled with them.
const DEFINES = [...wasm3.defines, ...wasm3.addonDefines, "NAPI_VERSION=8"].map((define) => `-D${define}`)
// Tail calls between operations need -O2 at least and no stack protector. wasm3 counts on wrapping integers, and looks at one slot as several types.
const FLAGS = [...wasm3.flags, ...wasm3.addonFlags]
const SYSTEM = { darwin: ["-bundle", "-undefined", "dynamic_lookup"] }

const compiler = process.env.CC ?? "cc"

/** True when the addon is there and was built from the sources as they are now. */
export function addonIsFresh() { return isFresh(ADDON, print()) }

/** Builds the addon. Returns undefined, or a sentence that says why it could not be built. */
export async function buildAddon() {
  const objects = join(OUT, `addon-${process.pid}`)
  mkdirSync(objects, { recursive: true })
  try {
    await run(["--version"])
    const jobs = [...FROM_WASM3.map((file) => [file, ["-w"]]), ...OWN_FILES.map((file) => [file, ["-Wall", "-Wextra", "-Werror"]])]
    const outputs = await inParallel(jobs, async ([file, warnings]) => {
      const object = join(objects, `${file.split("/").pop()}.o`)
      await run([...flags(), ...warnings, "-c", file, "-o", object])
      return object
    })
    await run([...(SYSTEM[process.platform] ?? ["-shared"]), ...outputs, "-lm", "-o", join(objects, "addon.node")])
    renameSync(join(objects, "addon.node"), ADDON)
    stamp(ADDON, print())
    return undefined
  } catch (error) {
    if (error.code === "ENOENT") return `there is no C compiler: "${compiler}" was not found (set CC to use another)`
    return `the C compiler failed.\n${error.message}`
  } finally {
    rmSync(objects, { recursive: true, force: true })
  }
}

function flags() {
  const x86 = process.arch === "x64" || process.arch === "ia32" ? wasm3.x86Flags : []
  return [...FLAGS, ...x86, ...DEFINES, `-I${wasm3.folder}`, `-I${NODE_API}`]
}

/** Everything that decides what the addon becomes. */
function print() {
  const packages = ["wasm3-source", "node-api-headers"].map((name) => `node_modules/${name}/package.json`)
  return fingerprint([process.platform, process.arch, compiler, ...flags()], [...filesBelow(OWN, ".c"), ...filesBelow(OWN, ".h"), OPTIONS, ...packages])
}

async function inParallel(jobs, work) {
  const results = []
  const left = jobs.map((job, i) => [job, i])
  const worker = async () => { for (let next = left.shift(); next; next = left.shift()) results[next[1]] = await work(next[0]) }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return results
}

/** Runs the compiler in the project's root; rejects with what it printed. */
function run(args) {
  return new Promise((done, failed) => {
    const child = spawn(compiler, args, { cwd: ROOT, stdio: ["ignore", "ignore", "pipe"] })
    let printed = ""
    child.stderr.on("data", (chunk) => { printed += chunk })
    child.on("error", failed)
    child.on("close", (code) => code === 0 ? done() : failed(new Error(`${compiler} ${args.join(" ")}\n${printed}`)))
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const why = await buildAddon()
  console.error(why === undefined ? "build/out/node-wasm3.node: built" : `The wasm3 addon was not built: ${why}`)
  process.exitCode = why === undefined ? 0 : 1
}
