import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { compactWasm3 } from "../../build/board/compact.ts"
import { STRICT, run } from "../../build/board/compile.ts"
import { GCC } from "../../build/board/tools.ts"
import { CLANG, XTENSA } from "../../build/board/xtensa.ts"
import { ROOT, filesBelow } from "../../build/core.ts"
import { needsBoard, needsXtensa } from "./needs.ts"

type Wasm3 = { folder: string; defines: string[]; boardDefines: string[] }

/** Everything above the port, and the empty port. */
const files = filesBelow("board").filter((file) => file.endsWith(".c") && (!file.startsWith("board/port/") || file.startsWith("board/port/template/")))

function flagsFor(file: string): string[] {
  const wasm3 = JSON.parse(readFileSync(join(ROOT, "host/engine/node-wasm3/wasm3.json"), "utf8")) as Wasm3
  const includes = ["board", "board/port/riscv/libc/include", compactWasm3(wasm3.folder), "host/engine/node-wasm3"]
  // interpreter.c is wasm3's code for the most part, which knows no such rules.
  const rules = file.endsWith("interpreter.c") ? ["-std=gnu11", "-w"] : ["-std=c11", ...STRICT]
  return ["-O2", "-ffreestanding", ...rules, ...includes.map((folder) => `-I${folder}`), ...[...wasm3.defines, ...wasm3.boardDefines].map((define) => `-D${define}`)]
}

describe("The board's C above its port", function () {
  this.timeout(60_000)

  it("It compiles with every warning an error for rv32imc, with the empty port", async function () {
    needsBoard(this)
    await Promise.all(files.map((file) => run(GCC, ["-march=rv32imc_zicsr", "-mabi=ilp32", ...flagsFor(file), "-c", file, "-o", "/dev/null"])))
    assert.ok(files.length > 15)
  })

  it("It compiles for Xtensa with every warning an error, with the empty port", async function () {
    needsXtensa(this)
    await Promise.all(files.map((file) => run(CLANG, [...XTENSA, ...flagsFor(file), "-DCODE_STEPS=1", "-S", file, "-o", "/dev/null"])))
  })

  it("It knows nothing of SIP: only the core does", () => {
    const knowing = filesBelow("board").filter((file) => /\.[ch]$/.test(file))
      .filter((file) => /REGISTER sip|INVITE|"SIP\/2|Via:|Call-ID/.test(readFileSync(join(ROOT, file), "utf8")))
    assert.deepEqual(knowing, [])
  })
})
