// Settings between two runs: one file, replaced whole or not at all, and the last good one beside it.
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, realpathSync, renameSync, rmSync, writeSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import { CONFIG_BYTES } from "./abi.ts"
import { UserError, because, systemCode } from "./errors.ts"
import type { Override } from "./options.ts"

export type Store = {
  readonly path: string
  /** The settings text as it was left; null when there is none yet. Throws UserError when it is there but cannot be read. */
  read(): Uint8Array | null
  /** The last text that the phone took; null when there is none. */
  readGood(): Uint8Array | null
  /** Replaces the settings and remembers them as good: only texts that the phone itself wrote are given here. Throws UserError. */
  write(text: Uint8Array): void
  /** What the phone has noted for itself; empty when there is nothing, or nothing that can be read. */
  readNotes(): Uint8Array
  /** Throws UserError. */
  writeNotes(notes: Uint8Array): void
  /** The phone took this text: it is the one to come back to. */
  good(text: Uint8Array): void
}

/** Only the owner may read it: the password is in it. */
const FILE_MODE = 0o600, FOLDER_MODE = 0o700

export function fileStore(path: string): Store {
  const goodPath = `${path}.good`, notesPath = `${path}.notes`
  return {
    path,
    read: () => readIfThere(path),
    readGood: () => readIfThere(goodPath),
    write(text) {
      replaceFile(path, text)
      replaceFile(goodPath, text)
    },
    readNotes() {
      try { return readIfThere(notesPath) ?? new Uint8Array(0) } catch { return new Uint8Array(0) }
    },
    writeNotes: (notes) => replaceFile(notesPath, notes),
    good(text) {
      const before = readIfThere(goodPath)
      if (before === null || !same(before, text)) replaceFile(goodPath, text)
    },
  }
}

/** A store that forgets; for a phone that shall leave nothing behind. */
export function memoryStore(path: string, first: Uint8Array | null): Store {
  let text = first, good: Uint8Array | null = null, notes = new Uint8Array(0)
  return {
    path,
    read: () => text,
    readGood: () => good,
    write(next) { text = good = next },
    readNotes: () => notes,
    writeNotes(next) { notes = new Uint8Array(next) },
    good(next) { good = next },
  }
}

/** The store, which tells as well when settings could not be kept in it. */
export function watchedStore(store: Store, failed: () => void): Store {
  return {
    ...store,
    write(text) {
      try {
        store.write(text)
      } catch (error) {
        failed()
        throw error
      }
    },
  }
}

/** Whether two paths lead to one file; it need not be there yet. */
export function isSameFile(a: string, b: string): boolean { return realPath(resolve(a)) === realPath(resolve(b)) }

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return dirname(path) === path ? path : join(realPath(dirname(path)), basename(path))
  }
}

/** A file whole; null when it is not there. Throws UserError when it cannot be read. */
export function readIfThere(path: string): Uint8Array | null {
  try {
    return new Uint8Array(readFileSync(path))
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null
    throw new UserError("file", `The settings file ${path} cannot be read: ${because(error)}; repair it or choose another with --settings FILE.`)
  }
}

/** Writes beside the file and renames: a reader, or the next run after a power cut, finds the old text or the new one, never a part. */
export function replaceFile(path: string, text: Uint8Array): void {
  const part = `${path}.${process.pid}.part`
  try {
    makeFolder(dirname(path))
    writeThrough(part, text)
    renameSync(part, path)
    syncFolder(dirname(path))
  } catch (error) {
    rmSync(part, { force: true })
    throw new UserError("file", `The settings file ${path} cannot be written: ${because(error)}; the settings before stay in force there.`)
  }
}

/** Makes a folder and those above it. Node's own recursive way never ends where the system says that a folder is missing and cannot be made, as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  if (dirname(folder) !== folder) makeFolder(dirname(folder))
  mkdirSync(folder, { mode: FOLDER_MODE })
}

function writeThrough(path: string, text: Uint8Array): void {
  const file = openSync(path, "w", FILE_MODE)
  try {
    for (let at = 0; at < text.length;) at += writeSync(file, text, at)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Makes the new name last as well; some systems cannot open a folder, and then there is nothing to be done. */
function syncFolder(path: string): void {
  let folder: number
  try { folder = openSync(path, "r") } catch { return }
  try { fsyncSync(folder) } catch { /* not on this file system */ } finally { closeSync(folder) }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

/**
 * Puts settings of the command line over a settings text that the phone has taken as it is. Its comments go, as one of them counts its
 * lines. `mark`: a comment between both. Returns the text, and the flag that a line of it came from.
 */
export function layer(file: Uint8Array, overrides: readonly Override[], mark = ""): { text: Uint8Array; flagOf(line: number): string | undefined } {
  const last = new Map(overrides.map((override) => [override.name.toLowerCase(), override]))
  const kept = Buffer.from(file).toString("latin1").split("\n").filter((line) => nameIn(line) !== "" && !last.has(nameIn(line)))
  const added = [...last.values()], marks = mark === "" ? [] : [mark]
  return {
    text: new Uint8Array(Buffer.concat([
      Buffer.from([...kept, ...marks].map((line) => `${line}\n`).join(""), "latin1"),
      Buffer.from(added.map(({ name, value }) => `${name}: ${value}\n`).join(""), "utf8"),
    ])),
    flagOf: (line) => added[line - 1 - kept.length - marks.length]?.flag,
  }
}

/** The value of a setting in a settings text, empty when it is not there; enough to know whether an account is there at all. */
export function valueIn(text: Uint8Array, name: string): string {
  const line = Buffer.from(text).toString("latin1").split("\n").find((each) => nameIn(each) === name)
  return line === undefined ? "" : line.slice(line.indexOf(":") + 1).trim()
}

function nameIn(line: string): string {
  const at = line.indexOf(":")
  return at < 0 || line.trimStart().startsWith("#") ? "" : line.slice(0, at).trim().toLowerCase()
}

/** What the phone is opened with: its settings, and its notes behind them where there is room. */
export function withNotes(settings: string | Uint8Array, notes: Uint8Array): Uint8Array {
  const text = Buffer.from(settings), whole = Buffer.concat([text, Buffer.from("\n"), notes])
  return new Uint8Array(notes.length === 0 || whole.length > CONFIG_BYTES ? text : whole)
}
