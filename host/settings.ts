// Which settings the phone starts with: those of its file or, when the phone refuses them, the last good ones, under those of the command line.
import { BOOT } from "./abi.ts"
import type { Machine, Refusal } from "./calls.ts"
import { UserError } from "./errors.ts"
import type { Override } from "./options.ts"
import { layer, type Store } from "./store.ts"

/** Settings behind this line are of no file: the command line gave them, or the lab. */
const STARTED = "# start"

/** Tries a text on an instance of its own; undefined when the phone takes it. */
export function refusalOf(load: () => Machine, text: Uint8Array): Refusal | undefined {
  const machine = load()
  // Nothing is sent by this instance: any seed will do.
  machine.perform({ call: "entropy", bytes: new Uint8Array(32) }, 0)
  return machine.perform({ call: "open", bytes: text, boot: BOOT.cold }, 0)
}

/** The settings that are kept, or the last good ones with a warning. Throws UserError when the phone takes neither. */
export function keptSettings(store: Store, load: () => Machine, warn: (line: string) => void): Uint8Array {
  const text = store.read()
  if (text === null) return new Uint8Array(0)
  const refusal = refusalOf(load, text)
  if (refusal === undefined) {
    remember(store, text, warn)
    return text
  }
  const good = store.readGood()
  const what = `${store.path} ${complaint(refusal)}`
  if (good === null || refusalOf(load, good) !== undefined) throw new UserError("settings", `${what}; repair it, or remove it to begin with none.`)
  warn(`${what}; the last good settings are used, from ${store.path}.good.`)
  return good
}

/** Settings that can be read are enough to start with: what cannot be written beside them is told and no more. */
function remember(store: Store, text: Uint8Array, warn: (line: string) => void): void {
  try {
    store.good(text)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    warn(`${error.message} The phone starts with ${store.path} all the same.`)
  }
}

/** Puts the command line's settings over others. Throws UserError that names the flag that the phone refuses. */
export function withOverrides(text: Uint8Array, overrides: readonly Override[], load: () => Machine): Uint8Array {
  if (overrides.length === 0) return text
  const layered = layer(text, overrides, STARTED)
  const refusal = refusalOf(load, layered.text)
  if (refusal === undefined) return layered.text
  const flag = layered.flagOf(refusal.line)
  throw new UserError(flag === undefined ? "settings" : "usage", `${flag ?? "The settings"}: ${whole(withoutLine(refusal))}`)
}

function complaint({ code, line, sentence }: Refusal): string {
  return code === "SETTINGS_REFUSED" ? `is refused at line ${line}: ${withoutLine({ sentence })}` : `is refused: ${sentence}`
}

/** Ends a sentence that the phone has left open; it may have asked a question. */
export function whole(sentence: string): string { return sentence.endsWith("?") ? sentence : `${sentence}.` }

/** What is wrong, without the number of the line, which the reader has been told or cannot know. */
export function withoutLine({ sentence }: Pick<Refusal, "sentence">): string { return sentence.replace(/^line \d+: /, "") }
