// The depth probe: how much native stack the phone would need on an Xtensa, which cannot reuse a stack frame for the function that is called last. The real
// module is run under wasm3 on this machine, whose functions are counted as they are entered and left (depth.c), each with what it takes on an Xtensa.
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import type { CoreExports } from "../../host/abi.ts"
import { loadCore } from "../../host/core.ts"
import { loadWasm3, type Addon } from "../../host/engine/wasm3.ts"
import { drawCalling } from "../../host/sim/calling.ts"
import type { MakePhone } from "../../host/sim/phone.ts"
import { drawScenario } from "../../host/sim/scenario.ts"
import { runScenario } from "../../host/sim/worlds.ts"
import { OUT, ROOT } from "../core.ts"
import { steppingWasm3 } from "./compact.ts"
import { inParallel, run } from "./compile.ts"
import { wasm3Options, xtensaFrames } from "./xtensa.ts"

export type Depth = {
  /** Most operations and calls of the module that were under way at once. */
  levels: number
  /** Bytes of stack of these. */
  running: number
  /** Bytes of stack of wasm3's compiler, at most. */
  compiling: number
  /** Bytes of stack of the shim around both. */
  around: number
}

const ADDON = "host/engine/node-wasm3", CC = process.env["CC"] ?? "cc"
const FLAGS = ["-O2", "-fPIC", "-fvisibility=hidden", "-w", "-DNAPI_VERSION=8", "-Dd_m3CodePageAlignSize=4096"]
const COUNTED = ["-finstrument-functions", "-fno-optimize-sibling-calls"]
// All that can be on the stack around the module, the deepest way; what is inlined is in the frame of its caller.
const AROUND = ["main", "supervisorGive", "give", "drain", "corePoll", "coreGive", "call", "codeCall", "codeReady", "aheadOpen", "keep", "codeStraight", "compileHere", "compileOne", "m3_Call"]
// wasm3's operation for a call is another one on boards.
const NAMES: Readonly<Record<string, string>> = { op_Call: "op_CallFunction" }
const HEAD_BYTES = 16, WEIGHT_BYTES = 8

/** A world with failing servers and calls. */
const SEED = 1, DAYS = 0.01, CALLS = 250

/** Runs the phone in a world with calls and measures; with `steps` as boards without tail calls run it, and otherwise as it would be there as wasm3 has it. */
export async function measureDepth(module: Uint8Array, steps = true): Promise<Depth> {
  const folder = join(OUT, `board/depth-${steps ? "steps" : "calls"}-${process.pid}`), addon = join(folder, "addon.node"), table = join(folder, "table")
  mkdirSync(folder, { recursive: true })
  try {
    await buildAddon(folder, addon, steps)
    const frames = await xtensaFrames(steps)
    writeFileSync(table, weights(symbols(addon), frames))
    process.env["LINEHUNT_DEPTH"] = table
    live(createRequire(import.meta.url)(addon) as Addon, module)
    const [, levels = 0, running = 0, compiling = 0] = new Uint32Array(Uint8Array.from(readFileSync(table)).buffer, 0, HEAD_BYTES / 4)
    return { levels, running, compiling, around: AROUND.reduce((sum, name) => sum + (frames.get(name) ?? 0), 0) }
  } finally {
    delete process.env["LINEHUNT_DEPTH"]
    rmSync(folder, { recursive: true, force: true })
  }
}

async function buildAddon(folder: string, addon: string, steps: boolean): Promise<void> {
  const { folder: source, files, flags, defines, boardDefines } = wasm3Options(), changed = steppingWasm3(source)
  const common = [...flags, ...[...defines, ...boardDefines].map((each) => `-D${each}`), ...FLAGS, `-DCODE_STEPS=${steps ? 1 : 0}`,
    ...[changed, "board", "node_modules/node-api-headers/include"].map((each) => `-I${each}`)]
  const jobs: { file: string; flags: string[] }[] = [
    ...files.map((name) => ({ file: join(changed, `m3_${name}.c`), flags: [] })),
    ...["addon", "instance", "values"].map((name) => ({ file: `${ADDON}/${name}.c`, flags: [] })),
    { file: `${ADDON}/interpreter.c`, flags: COUNTED }, { file: "build/board/depth.c", flags: [] },
  ]
  const objects = await inParallel(jobs, async ({ file, flags: own }) => {
    const object = join(folder, `${file.split("/").pop()}.o`)
    await run(CC, [...common, ...own, "-c", file, "-o", object])
    return object
  })
  await run(CC, ["-shared", ...objects, "-lm", "-ldl", "-o", addon])
}

/** The functions of the addon with their addresses. */
function symbols(addon: string): [string, number][] {
  const { stdout } = spawnSync("nm", [addon], { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 24 })
  return [...stdout.matchAll(/^([0-9a-f]+) [tT] (\w+)/gm)].map(([, address, name]) => [name ?? "", Number.parseInt(address ?? "", 16)])
}

function weights(functions: [string, number][], frames: Map<string, number>): Uint8Array {
  const known = functions.flatMap(([name, address]) => {
    const bytes = frames.get(NAMES[name] ?? name)
    return bytes === undefined ? [] : [{ address, bytes, compiles: name.startsWith("op_") ? 0 : 1 }]
  }).sort((one, other) => one.address - other.address)
  const table = Buffer.alloc(HEAD_BYTES + WEIGHT_BYTES * known.length)
  table.writeUInt32LE(known.length)
  for (const [i, { address, bytes, compiles }] of known.entries()) {
    table.writeUInt32LE(address, HEAD_BYTES + WEIGHT_BYTES * i)
    table.writeUInt16LE(bytes, HEAD_BYTES + WEIGHT_BYTES * i + 4)
    table.writeUInt16LE(compiles, HEAD_BYTES + WEIGHT_BYTES * i + 6)
  }
  return table
}

const HASHES = { "MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512-256" } as const

function live(addon: Addon, module: Uint8Array): void {
  const make: MakePhone = (keep) => loadCore(loadWasm3<CoreExports>(module, undefined, addon), keep)
  const scenario = drawScenario(SEED, DAYS)
  const { violation } = runScenario(scenario, {
    make, calling: drawCalling(scenario, CALLS), hash: (name, text) => createHash(HASHES[name]).update(text, "latin1").digest("hex"),
  })
  if (violation !== undefined) throw violation
}
