// What the ESP-IDF project needs of this build: the module, and wasm3 changed for boards, with the options that they all compile it with.
import { writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { UserError } from "../../host/errors.ts"
import { compactWasm3 } from "../board/compact.ts"
import { wasm3Options } from "../board/xtensa.ts"
import { ROOT, compile } from "../core.ts"
import { CHIPS, type Chip } from "./boards.ts"

export const MODULE = "build/out/linehunt.wasm"

/** The definitions that wasm3 and what includes it are compiled with. */
export function definesFor(chip: Chip): string[] {
  const { defines, boardDefines } = wasm3Options()
  // ESP32 is defined by nobody here: wasm3 would put its operations into instruction RAM. RISC-V has tail calls.
  return [...defines, ...boardDefines, `CODE_STEPS=${chip === "esp32c3" ? 0 : 1}`]
}

/** wasm3's files besides those that board/code.c and board/interpreter.c stand for or include. */
export function wasm3Files(): { folder: string; files: string[] } {
  const { folder, files } = wasm3Options(), changed = compactWasm3(folder)
  return { folder: changed, files: files.filter((name) => name !== "code").map((name) => join(changed, `m3_${name}.c`)) }
}

/** Writes a file that CMake includes. */
export async function prepare(file: string, chip: string): Promise<void> {
  const known = CHIPS.find((each) => each === chip)
  if (file === "" || known === undefined) throw new UserError("usage", `The phone runs on ${CHIPS.join(", ")}, not on "${chip}".`)
  await compile("assembly/index.ts", MODULE)
  const { folder, files } = wasm3Files()
  const set = (name: string, values: readonly string[]): string => `set(${name} ${values.map((value) => `"${value}"`).join(" ")})`
  writeFileSync(file, [
    "# Made by build/esp32/prepare.ts", set("LINEHUNT_MODULE", [resolve(ROOT, MODULE)]), set("LINEHUNT_WASM3_FOLDER", [folder]), set("LINEHUNT_WASM3_FILES", files),
    set("LINEHUNT_DEFINES", definesFor(known)), "",
  ].join("\n"))
}
