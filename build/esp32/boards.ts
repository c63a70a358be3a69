// The real boards: one folder each in board/port/esp32/boards, with its table of pins and what its build is set to.
import { readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { UserError } from "../../host/errors.ts"
import { ROOT } from "../core.ts"

export const PROJECT = "board/port/esp32"
export const CHIPS = ["esp32", "esp32c3", "esp32s3"] as const
export type Chip = (typeof CHIPS)[number]

export type RealBoard = { name: string; chip: Chip; about: string; partitions: string }

/** All of them, by name. */
export function boards(): RealBoard[] {
  return readdirSync(join(ROOT, PROJECT, "boards")).sort().map((name) => {
    const file = (path: string): string => readFileSync(join(ROOT, PROJECT, path), "utf8")
    const config = `${file("sdkconfig.defaults")}\n${file(`boards/${name}/sdkconfig`)}`
    const last = (key: string): string => [...config.matchAll(new RegExp(`^${key}="(.*)"$`, "gm"))].at(-1)?.[1] ?? ""
    const about = /^\/\* (?:An? )?(.*?)[.:] /.exec(file(`boards/${name}/board.c`))?.[1] ?? ""
    return { name, chip: last("CONFIG_IDF_TARGET") as Chip, about, partitions: last("CONFIG_PARTITION_TABLE_CUSTOM_FILENAME") }
  })
}

/** The board of that name. Throws UserError with the list of all. */
export function boardNamed(name: string | undefined): RealBoard {
  const all = boards(), found = all.find((board) => board.name === name)
  if (found !== undefined) return found
  const list = all.map((board) => `  ${board.name.padEnd(16)} ${board.about}`).join("\n")
  throw new UserError("usage", `${name === undefined ? "Say which board it is" : `There is no board "${name}"`}: --board with one of\n${list}`)
}

export type Partition = { name: string; type: string; subtype: string; offset: number; size: number }

/** The partitions of a table of the project. */
export function partitionsOf(file: string): Partition[] {
  return readFileSync(join(ROOT, PROJECT, file), "utf8").split("\n").filter((line) => /^\w/.test(line)).map((line) => {
    const [name = "", type = "", subtype = "", offset = "", size = ""] = line.split(",").map((word) => word.trim())
    return { name, type, subtype, offset: Number(offset), size: Number(size) }
  })
}
