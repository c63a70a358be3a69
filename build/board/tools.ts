// The programs that a board needs, and what to install where they are missing.
import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import { QEMU } from "../../host/board/machine.ts"

export const GCC = "riscv64-unknown-elf-gcc", OBJCOPY = "riscv64-unknown-elf-objcopy", SIZE = "riscv64-unknown-elf-size"

/** Each program with the package of Debian that has it. */
const PACKAGES: Readonly<Record<string, string>> = {
  [QEMU]: "qemu-system-misc", [GCC]: "gcc-riscv64-unknown-elf", [OBJCOPY]: "binutils-riscv64-unknown-elf", "apt-get": "apt", tar: "tar", xz: "xz-utils",
}

/** A sentence that says what to install; undefined when everything is there. */
export function missingTools(): string | undefined {
  const missing = Object.keys(PACKAGES).filter((name) => !isInstalled(name))
  if (missing.length === 0) return undefined
  const packages = [...new Set(missing.map((name) => PACKAGES[name]))].join(" ")
  return `the emulated board needs ${missing.join(", ")}; on Debian 12: apt install --no-install-recommends ${packages}`
}

export function isInstalled(name: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch { return false }
  })
}
