// Whether something that was built is still what its sources say: a stamp beside it holds the hash of everything that it was made from.
// Plain JavaScript without dependencies, as it runs before there are any.
import { createHash } from "node:crypto"
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..")
export const OUT = join(ROOT, "build/out")

/** Hash of words and of files (paths from the project root); a file that is not there counts as such. */
export function fingerprint(words, files) {
  const hash = createHash("sha256").update(words.join("\0"))
  for (const file of files) hash.update(`\0${file}\0`).update(contents(file))
  return hash.digest("hex")
}

/** Every file below a folder whose name ends so, sorted. */
export function filesBelow(folder, ending) {
  return readdirSync(join(ROOT, folder), { recursive: true }).map((name) => `${folder}/${name}`).filter((name) => name.endsWith(ending)).sort()
}

export function isFresh(output, print) { return existsSync(output) && contents(stampOf(output)).toString() === print }

export function stamp(output, print) { writeFileSync(stampOf(output), print) }

function stampOf(output) { return `${output}.stamp` }

function contents(file) {
  try { return readFileSync(resolve(ROOT, file)) } catch { return "" }
}
