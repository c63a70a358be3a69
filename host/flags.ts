// Flags of every program here: one table is what is read and what --help lists, and each mistake is one sentence.
import { parseArgs } from "node:util"
import { UserError } from "./errors.ts"

/** `value`: what stands behind it, such as FILE; without it the flag stands alone. `help` may have several lines. */
export type Flag = { readonly value?: string; readonly short?: string; readonly help: string }
export type Flags = Readonly<Record<string, Flag>>

export type Given<Name extends string> = {
  /** What was given for each flag, in order, an empty text for one that stands alone. */
  readonly flags: ReadonlyMap<Name, readonly string[]>
  /** Everything that is no flag. */
  readonly words: readonly string[]
  /** What was given last. */
  text(name: Name): string | undefined
}

export const HELP_FLAG = { help: { short: "h", help: "this text" } } as const satisfies Flags

/** Letters that may be wrong in a word for it to be taken for another. */
const MISTAKES_MAX = 2
const COLUMN = 24

/** Reads a command line. Throws UserError. */
export function readFlags<Table extends Flags>(args: readonly string[], table: Table): Given<keyof Table & string> {
  type Name = keyof Table & string
  const options = Object.fromEntries(Object.entries(table).map(([name, { value, short }]) =>
    [name, { type: value === undefined ? "boolean" as const : "string" as const, ...short === undefined ? {} : { short } }]))
  // Strict, it would report mistakes in its own terms.
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true, allowPositionals: true })
  const flags = new Map<Name, string[]>(), words: string[] = []
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value)
    if (token.kind !== "option") continue
    const name = token.name as Name, flag = Object.hasOwn(table, name) ? table[name] : undefined
    if (flag === undefined) throw new UserError("usage", `There is no flag ${token.rawName}; ${meant(token.rawName, names(table))}--help lists them all.`)
    checkValue(token, flag, table)
    flags.set(name, [...(flags.get(name) ?? []), token.value ?? ""])
  }
  return { flags, words, text: (name) => flags.get(name)?.at(-1) }
}

type OptionToken = { readonly rawName: string; readonly value: string | undefined; readonly inlineValue: boolean | undefined }

function checkValue({ rawName, value, inlineValue }: OptionToken, flag: Flag, table: Flags): void {
  if (flag.value === undefined) {
    if (value !== undefined) throw new UserError("usage", `${rawName} takes no value; write it alone.`)
    return
  }
  if (value === undefined || value === "") throw new UserError("usage", `${rawName} needs a value after it, ${rawName} ${flag.value}; --help says more.`)
  if (inlineValue !== true && names(table).includes(value)) throw new UserError("usage", `${rawName} needs a value, but ${value} follows it; --help says which.`)
}

const names = (table: Flags): string[] => Object.keys(table).map((name) => `--${name}`)

/** For a program that takes nothing but --help: whether that was asked for, and has been told. Throws UserError. */
export function toldHelp(args: readonly string[], about: string): boolean {
  const { flags, words } = readFlags(args, HELP_FLAG)
  if (words.length > 0) throw new UserError("usage", `It takes no ${words[0]}, and nothing else; --help says what it does.`)
  if (flags.has("help")) process.stdout.write(`${about}\n`)
  return flags.has("help")
}

/** The lines of --help about flags. */
export function helpOf(flags: Flags): string {
  return Object.entries(flags).map(([name, { value, short, help }]) => {
    const flag = `  --${name}${short === undefined ? "" : `, -${short}`}${value === undefined ? "" : ` ${value}`}`
    const [first = "", ...more] = help.split("\n")
    return [`${flag.padEnd(COLUMN - 1)} ${first}`, ...more.map((line) => `${" ".repeat(COLUMN)}${line}`)].join("\n")
  }).join("\n")
}

/** The question whether another word was meant, with a blank behind it; empty when no word is near. */
export function meant(word: string, known: readonly string[]): string {
  const found = nearest(word, known)
  return found === undefined ? "" : `did you mean ${found}? `
}

/** The known word that begins like this one and no other does, or that has the fewest other letters. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const longer = known.filter((each) => word.replace(/^-+/, "").length > 2 && each.startsWith(word.toLowerCase()))
  if (longer.length === 1) return longer[0]
  const most = Math.min(MISTAKES_MAX, Math.floor((word.replace(/^-+/, "").length - 1) / 2))
  const [best] = known.map((each) => ({ each, mistakes: mistakes(word.toLowerCase(), each.toLowerCase()) })).sort((a, b) => a.mistakes - b.mistakes)
  return best !== undefined && best.mistakes <= most ? best.each : undefined
}

/** How many letters are wrong, missing, too many, or exchanged with the next one. */
function mistakes(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, i) => i)]
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i]
    for (let j = 1; j <= b.length; j++) {
      const exchanged = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Infinity
      rows[i]![j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1), exchanged)
    }
  }
  return at(a.length, b.length)
}
