// The commands settings import and settings export, and what the program does with a settings file of a real phone that it is started with.
import { readFileSync, writeFileSync } from "node:fs"
import { UserError, because } from "../errors.ts"
import { fileStore, readIfThere, replaceFile, type Store } from "../store.ts"
import { keptSettings } from "../settings.ts"
import { emptySheet, exportInto } from "./export.ts"
import { formatOf, importSheet, readSheet, type Imported, type Load } from "./import.ts"
import { settingLines } from "./ours.ts"
import { FORMATS, type FormatName } from "./sheet.ts"

export type Told = { say(line: string): void; note(line: string): void }

const NAMES: Readonly<Record<FormatName, string>> = { "snom": "Snom", "snom-xml": "Snom (XML)", "fanvil": "Baker or Fanvil", "versity": "Versity" }

/** Beside our settings lies the file that they came from, so that it can be given back. */
const originalOf = (store: Store): string => `${store.path}.imported`

/** Translates a file into the settings of a store. Throws UserError when something in it is not allowed; then nothing has changed. */
export function importSettings(file: string, store: Store, load: Load, told: Told): void {
  const bytes = read(file)
  const before = keptSettings(store, load, told.note), imported = importSheet(readSheet(bytes, file), before, load)
  refuseWrong(file, imported)
  keep(store, imported, bytes)
  for (const line of imported.taken) told.say(line)
  tell(file, imported, told)
  told.note(`The settings are in ${store.path}.`)
  const gone = accountsIn(before)
  if (gone.length > 0) told.note(`They replace all that was there before: ${gone.join("; ")}. Only the phone book and volume, dnd, call_waiting and auto_answer stay.`)
}

/** The accounts of our settings, as `line 2, 6002`. */
function accountsIn(settings: Uint8Array): string[] {
  return settingLines(settings).flatMap(({ name, value }) => {
    const [, line = "1"] = /^(?:(\d)\.)?user$/.exec(name) ?? []
    return /^(\d\.)?user$/.test(name) && value !== "" ? [`line ${line}, ${value}`] : []
  })
}

/** Our settings as a file of a real phone. `template`: the file that is changed, else the one that they came from, else a new one. */
export function exportSettings(format: FormatName, template: string | undefined, store: Store, load: Load, note: (line: string) => void): Uint8Array {
  const ours = keptSettings(store, load, note)
  if (ours.length === 0) throw new UserError("settings", `There are no settings in ${store.path} yet; name others with --settings FILE.`)
  const original = template === undefined ? readIfThere(originalOf(store)) : read(template)
  const fits = original !== null && formatOf(original) === format
  if (template !== undefined && !fits) throw new UserError("usage", `${template} is no file for --as ${format}; give one of that kind with --template FILE.`)
  const { bytes, unsaid } = exportInto(fits ? readSheet(original, template ?? originalOf(store)) : emptySheet(format), ours, load, !fits)
  if (unsaid.length > 0) note(`Such a file cannot say: ${unsaid.join(", ")}.`)
  return bytes
}

/** What is written may hold passwords: a terminal is not shown it. */
export function giveOut(bytes: Uint8Array, out: string | undefined, isTerminal: boolean, note: (line: string) => void): void {
  if (out === undefined && isTerminal) throw new UserError("usage", "The file holds passwords, which a terminal does not get; write it to a file with --out FILE.")
  try {
    if (out === undefined) process.stdout.write(bytes)
    else writeFileSync(out, bytes, { mode: 0o600 })
  } catch (error) {
    throw new UserError("file", `The file ${out ?? "on stdout"} cannot be written: ${because(error)}; choose another one with --out FILE.`)
  }
  if (out !== undefined) note(`Wrote ${out}`)
}

/** The word behind --as. Throws UserError. */
export function formatNamed(word: string | undefined): FormatName {
  const format = FORMATS.find((each) => each === word)
  if (format === undefined) throw new UserError("usage", `${word === undefined ? "settings export needs --as" : `--as ${word} is not known`}; say ${FORMATS.slice(0, -1).join(", ")} or ${FORMATS.at(-1)}.`)
  return format
}

/**
 * Where the settings of a path are kept: there or, when that is a settings file of a real phone, beside it, translated. The file itself is never changed. When
 * it has changed since it was translated, it is again; when something in it is not allowed, the settings before stay. Throws UserError when there are none.
 */
export function storeAt(path: string, load: Load, note: (line: string) => void): Store {
  const own = fileStore(path), bytes = own.read()
  if (bytes === null || formatOf(bytes) === undefined) return own
  const store = fileStore(`${path}.linehunt`), before = store.read(), original = readIfThere(originalOf(store))
  if (before !== null && original !== null && Buffer.from(original).equals(bytes)) return store
  const imported = importSheet(readSheet(bytes, path), before ?? new Uint8Array(0), load)
  if (imported.wrong.length > 0 && before !== null) note(`${refusal(path, imported)} The settings before stay in force, from ${store.path}.`)
  else {
    refuseWrong(path, imported)
    keep(store, imported, bytes)
    tell(path, imported, { say() {}, note })
  }
  return store
}

function keep(store: Store, imported: Imported, original: Uint8Array): void {
  store.write(imported.settings)
  replaceFile(originalOf(store), original)
}

function refuseWrong(file: string, imported: Imported): void {
  if (imported.wrong.length > 0) throw new UserError("settings", `${refusal(file, imported)} Nothing was changed.`)
}

function refusal(file: string, { wrong }: Imported): string {
  return wrong.length === 1 ? `${file} is refused at ${wrong[0]}.` : `${file} is refused at ${wrong.length} places: ${wrong.join("; ")}.`
}

function tell(file: string, { format, known, unknown, unknownCount, notes }: Imported, { note }: Told): void {
  note(`${file} is a settings file of ${NAMES[format]} phones; ${known} of its settings are known here.`)
  if (unknownCount > 0) note(`${unknownCount} ${unknownCount === 1 ? "is" : "are"} not known here and kept for the export: ${unknown.join(", ")}.`)
  for (const line of notes) note(`${line}.`)
}

function read(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path))
  } catch (error) {
    throw new UserError("file", `The settings file ${path} cannot be read: ${because(error)}; check its name.`)
  }
}
