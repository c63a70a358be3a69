// Compiles the emulated board: wasm3 from npm, lwIP from Debian, and board/. Objects are kept by the hash of what they were made from.
import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { basename, join } from "node:path"
import { OUT, ROOT, filesBelow } from "../core.ts"
import { compactWasm3 } from "./compact.ts"
import { lwipSources } from "./sources.ts"
import { GCC, OBJCOPY } from "./tools.ts"

export type Wasm3 = { folder: string; files: string[]; flags: string[]; defines: string[]; boardDefines: string[] }
type Job = { file: string; flags: readonly string[] }

export type BoardOptions = {
  /** The wasm module that goes into the flash. */
  module: string
  /** Bytes of RAM for compiled code. */
  codeBytes?: number
  /** Lets the processor fail on certain bytes of the console, for tests. */
  faults?: boolean
  /** Runs the module as on a processor without tail calls (board/steps.h). */
  steps?: boolean
  /** Makes the calls of a trace instead of its own (board/port/riscv/replay.c). */
  replay?: boolean
  say?(line: string): void
}

export type Board = {
  elf: string
  /** What goes into the flash, filled up to the 32 MB of a flash bank of QEMU. */
  program: string
  /** Bytes of it that are used. */
  flashBytes: number
}

export const FLASH_BANK_BYTES = 32 * 1024 * 1024

/** Bytes of RAM for compiled code, unless it is said otherwise; docs/board.md says why so many. */
export const CODE_BYTES = 48 * 1024

const OWN = "board", PORT = "board/port/riscv"
/** The two files with a main. */
const PHONE = `${OWN}/main.c`, REPLAY = `${PORT}/replay.c`
const MACHINE = ["-march=rv32imc_zicsr", "-mabi=ilp32", "-mcmodel=medany"]
const COMMON = ["-O2", "-ffreestanding", "-fno-builtin-printf", "-ffunction-sections", "-fdata-sections", "-g"]
export const STRICT = ["-Wall", "-Wextra", "-Werror"]
// What is left out of lwIP: its resolver, and everything that needs threads.
const LWIP_CORE = ["def", "inet_chksum", "init", "ip", "mem", "memp", "netif", "pbuf", "raw", "tcp", "tcp_in", "tcp_out", "timeouts", "udp"]
const LWIP_IPV4 = ["dhcp", "etharp", "icmp", "ip4", "ip4_addr", "ip4_frag"]

/** Builds the board. Throws SourceError, or Error with what the compiler said. */
export async function buildBoard({ module, codeBytes = CODE_BYTES, faults = false, steps = false, replay = false, say = () => {} }: BoardOptions): Promise<Board> {
  const lwip = lwipSources(say)
  const objects = join(OUT, "board/objects")
  mkdirSync(objects, { recursive: true })
  const jobs = jobsFor(lwip, module, [`-DCODE_BYTES=${codeBytes}`, ...(faults ? ["-DFAULTS"] : [])], steps, replay)
  const headers = hashOf([...filesBelow(OWN), ...filesBelow("host/engine/node-wasm3")].filter((name) => /\.[h]$|interpreter\.c$/.test(name)))
  let said = false
  const sayOnce = (): void => {
    if (!said) say("compiling ...")
    said = true
  }
  const outputs = await inParallel(jobs, (job) => objectFor(job, objects, headers, module, sayOnce))
  const name = createHash("sha256").update(outputs.join("\0")).update(readFileSync(join(ROOT, PORT, "board.ld"))).digest("hex").slice(0, 16)
  const elf = join(OUT, `board/${name}.elf`), program = join(OUT, `board/${name}.bin`)
  if (!existsSync(elf) || !existsSync(program)) await link(outputs, elf, program)
  return { elf, program, flashBytes: imageBytes(program) }
}

/** The image of the flash ends where the linker's output ended; the size is kept beside it. */
function imageBytes(program: string): number { return Number(readFileSync(`${program}.size`, "utf8")) }

async function link(objects: readonly string[], elf: string, program: string): Promise<void> {
  const part = `${elf}.${process.pid}.part`
  const options = ["-march=rv32imc", "-mabi=ilp32", "-nostdlib", "-nostartfiles", "-T", `${PORT}/board.ld`, "-Wl,--gc-sections", "-Wl,--build-id=sha1", `-Wl,-Map=${elf}.map`]
  await run(GCC, [...options, ...objects, "-lgcc", "-o", part])
  await run(OBJCOPY, ["-O", "binary", "-j", ".text", "-j", ".identity", "-j", ".eh_frame", "-j", ".data", part, `${part}.bin`])
  writeFileSync(`${program}.size`, String(statSync(`${part}.bin`).size))
  truncateSync(`${part}.bin`, FLASH_BANK_BYTES)
  renameSync(`${part}.bin`, program)
  renameSync(part, elf)
}

function jobsFor(lwip: string, module: string, choices: readonly string[], steps: boolean, replay: boolean): Job[] {
  const wasm3 = JSON.parse(readFileSync(join(ROOT, "host/engine/node-wasm3/wasm3.json"), "utf8")) as Wasm3
  const folder = compactWasm3(wasm3.folder)
  const defines = [...wasm3.defines, ...wasm3.boardDefines].map((define) => `-D${define}`)
  const includes = [OWN, PORT, `${PORT}/libc/include`, join(lwip, "include"), folder, "host/engine/node-wasm3"].map((folder) => `-I${folder}`)
  const common = [...MACHINE, ...COMMON, ...includes, ...defines, ...(steps ? ["-DCODE_STEPS=1"] : [])]
  const others = [...wasm3.flags, "-w"], own = ["-std=c11", "-fwrapv", "-fno-strict-aliasing", ...STRICT]
  const isInterpreter = (file: string): boolean => file === `${OWN}/interpreter.c`
  return [
    // board/code.c takes the place of m3_code.c, and board/interpreter.c includes m3_compile.c.
    ...wasm3.files.filter((name) => name !== "code").map((name) => ({ file: join(folder, `m3_${name}.c`), flags: [...common, ...others] })),
    ...[...LWIP_CORE.map((name) => `core/${name}`), ...LWIP_IPV4.map((name) => `core/ipv4/${name}`), "netif/ethernet"]
      .map((name) => ({ file: join(lwip, `${name}.c`), flags: [...common, ...others] })),
    ...ownFiles().filter((file) => file !== (replay ? PHONE : REPLAY)).map((file) => ({ file, flags: [...common, ...(isInterpreter(file) ? others : own), ...choices] })),
    { file: `${PORT}/start.S`, flags: [...common, `-DMODULE="${module}"`] },
  ]
}

/** The sources of the phone's board and of the emulated one. */
function ownFiles(): string[] { return filesBelow(OWN).filter((file) => file.endsWith(".c") && (!file.startsWith(`${OWN}/port/`) || file.startsWith(PORT))) }

async function objectFor({ file, flags }: Job, objects: string, headers: string, module: string, say: () => void): Promise<string> {
  const inputs = file.endsWith(".S") ? [file, module] : [file]
  const name = createHash("sha256").update([...flags, headers, hashOf(inputs)].join("\0")).digest("hex").slice(0, 16)
  const object = join(objects, `${basename(file)}-${name}.o`)
  if (existsSync(object)) return object
  say()
  await run(GCC, [...flags, "-c", file, "-o", `${object}.${process.pid}`])
  renameSync(`${object}.${process.pid}`, object)
  return object
}

function hashOf(files: readonly string[]): string {
  const hash = createHash("sha256")
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(file.startsWith("/") ? file : join(ROOT, file)))
  return hash.digest("hex")
}

/** Works on all of them, as many at once as there are processors; results in their order. */
export async function inParallel<T, R>(jobs: readonly T[], work: (job: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const left = [...jobs.entries()]
  const worker = async (): Promise<void> => { for (let next = left.shift(); next; next = left.shift()) results[next[0]] = await work(next[1]) }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return results
}

/** Runs a tool in the project's root; rejects with what it printed. */
export function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] })
    let printed = "", said = ""
    child.stdout.on("data", (chunk) => { said += chunk })
    child.stderr.on("data", (chunk) => { printed += chunk })
    child.on("error", failed)
    child.on("close", (code) => code === 0 ? done(said) : failed(new Error(`${command} has failed:\n${printed}`)))
  })
}
