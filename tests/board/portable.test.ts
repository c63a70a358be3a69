import assert from "node:assert/strict"
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { join, relative } from "node:path"
import { compactWasm3 } from "../../build/board/compact.ts"
import { STRICT, inParallel, run } from "../../build/board/compile.ts"
import { GCC } from "../../build/board/tools.ts"
import { CLANG, XTENSA, wasm3Options } from "../../build/board/xtensa.ts"
import { OUT, ROOT, filesBelow } from "../../build/core.ts"
import type { Chip } from "../../build/esp32/boards.ts"
import { definesFor, wasm3Files } from "../../build/esp32/prepare.ts"
import { needsBoard, needsXtensa } from "./needs.ts"

/** Everything above the port, and the empty port. */
const own = filesBelow("board").filter((file) => file.endsWith(".c") && (!file.startsWith("board/port/") || file.startsWith("board/port/template/")))

/** Compiles it and what of wasm3 goes with it, as boards with such a chip do. */
async function compileFor(chip: Chip, command: string, flags: string[]): Promise<void> {
  const { folder, files } = wasm3Files()
  const includes = ["board", "board/port/riscv/libc/include", folder, "host/engine/node-wasm3"].map((each) => `-I${each}`)
  const common = [...flags, "-O2", "-ffreestanding", "-fwrapv", "-fno-strict-aliasing", ...includes, ...definesFor(chip).map((define) => `-D${define}`), "-o", "/dev/null"]
  // interpreter.c is wasm3's code for the most part, which knows no such rules.
  const rules = (file: string): string[] => file.endsWith("interpreter.c") || files.includes(file) ? ["-std=gnu11", "-w"] : ["-std=c11", ...STRICT]
  await inParallel([...own, ...files], (file) => run(command, [...common, ...rules(file), file]))
}

describe("The board's C above its port", function () {

  it("It compiles with every warning an error for rv32imc, with the empty port", async function () {
    needsBoard(this)
    await compileFor("esp32c3", GCC, ["-march=rv32imc_zicsr", "-mabi=ilp32", "-c"])
    assert.ok(own.length > 15)
  })

  it("It compiles for Xtensa with every warning an error, with the empty port", async function () {
    needsXtensa(this)
    await compileFor("esp32s3", CLANG, [...XTENSA, "-S"])
  })

  it("Another wasm3 than the one that it was made for is refused", () => {
    const { folder } = wasm3Options(), copy = mkdtempSync(join(OUT, "wasm3-"))
    try {
      cpSync(join(ROOT, folder), copy, { recursive: true })
      assert.equal(compactWasm3(relative(ROOT, copy)), compactWasm3(folder))
      appendFileSync(join(copy, "m3_env.c"), "\n")
      assert.throws(() => compactWasm3(relative(ROOT, copy)), /holds another wasm3 than boards are made with \(SHA-256 [0-9a-f]{64}, not [0-9a-f]{64}\): npm ci/)
    } finally {
      rmSync(copy, { recursive: true })
    }
  })

  it("It knows nothing of SIP: only the core does", () => {
    const knowing = filesBelow("board").filter((file) => /\.[ch]$/.test(file))
      .filter((file) => /REGISTER sip|INVITE|"SIP\/2|Via:|Call-ID/.test(readFileSync(join(ROOT, file), "utf8")))
    assert.deepEqual(knowing, [])
  })
})
