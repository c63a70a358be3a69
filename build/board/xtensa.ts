// Compiles the board's C for the processor of an ESP32 and an ESP32-S3, as far as it can be done without Espressif's compiler: with the clang of Debian.
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { ROOT } from "../core.ts"
import { compactWasm3 } from "./compact.ts"
import { inParallel, run, type Wasm3 } from "./compile.ts"
import { isInstalled } from "./tools.ts"

export const CLANG = "clang-22"

// What both chips have; this clang knows their names, but its driver does not take them.
const FEATURES = ["density", "loop", "minmax", "mul32", "mul32high", "nsa", "sext", "threadptr", "windowed", "div32", "clamps", "s32c1i"]
export const XTENSA = ["--target=xtensa", ...FEATURES.flatMap((feature) => ["-Xclang", "-target-feature", "-Xclang", `+${feature}`])]

/** A sentence that says what to install; undefined when it is there. */
export function missingClang(): string | undefined {
  return isInstalled(CLANG) ? undefined : `code for Xtensa is compiled by ${CLANG}; on Debian 12: apt install --no-install-recommends ${CLANG}`
}

/** The options that boards compile wasm3 with. */
export function wasm3Options(): Wasm3 { return JSON.parse(readFileSync(join(ROOT, "host/engine/node-wasm3/wasm3.json"), "utf8")) as Wasm3 }

/** How many bytes of stack each function takes on an Xtensa without tail calls: the interpreter, wasm3's compiler and what calls them. */
export async function xtensaFrames(steps: boolean): Promise<Map<string, number>> {
  const { folder, flags, defines, boardDefines } = wasm3Options()
  const changed = compactWasm3(folder), out = mkdtempSync(join(tmpdir(), "linehunt-xtensa-"))
  const includes = ["board", "board/port/riscv/libc/include", changed, "host/engine/node-wasm3"].map((each) => `-I${each}`)
  const options = [...XTENSA, "-O2", "-ffreestanding", ...flags, "-w", ...includes, ...[...defines, ...boardDefines].map((each) => `-D${each}`), `-DCODE_STEPS=${steps ? 1 : 0}`]
  const files = [...["interpreter", "code", "ahead", "core", "supervisor", "main"].map((name) => `board/${name}.c`), join(changed, "m3_env.c"), join(changed, "m3_function.c")]
  try {
    await inParallel(files, (file) => run(CLANG, [...options, "-S", file, "-o", join(out, `${basename(file)}.s`)]))
    return new Map(files.flatMap((file) => framesIn(readFileSync(join(out, `${basename(file)}.s`), "utf8"))))
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

/** Each function with what its first instruction, `entry`, takes of the stack. */
function framesIn(assembly: string): [string, number][] {
  return [...assembly.matchAll(/^([A-Za-z_]\w*):[^]*?\bentry\s+a1, (\d+)/gm)].map(([, name, bytes]) => [name ?? "", Number(bytes)])
}
