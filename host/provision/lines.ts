// Reads settings files that have a setting on each line: Snom's `name$: value`, Fanvil's `SIP1 Name :value`, and the fields of Versity's form.
import { decoded, type Field, type FormatName, type Sheet } from "./sheet.ts"

type Line = { readonly at: number; readonly start: number; readonly end: number; readonly content: string }

/** What a line says before its colon: the setting and its account; undefined when it is no setting. */
type Named = { readonly key: string; readonly name: string; readonly account: number } | undefined

type Reader = {
  /** Lines without settings. */
  readonly skip: RegExp
  /** The name before the colon. `section`: the account that a line before has begun. */
  named(before: string, section: number): Named
  /** The account that such a line begins; undefined when it begins none. */
  begins?(content: string): number | undefined
}

/** A file without an end must not keep the program busy for ever. */
const LINES_MAX = 20_000

const SNOM: Reader = {
  // A line may be a comment, or the HTML that such files come in.
  skip: /^(#|<|\/\/|$)/,
  named(before) {
    const [, whole = "", base = "", digits = ""] = /^((.*?)(\d*))[$!&]?\s*$/.exec(before) ?? []
    if (!/^[A-Za-z0-9_]+$/.test(whole)) return undefined
    return { key: whole, name: isOfAccount(base) ? base : whole, account: isOfAccount(base) ? Number(digits || 1) : 0 }
  },
}

/** Snom's settings of an account have its number at their end; others may end in a number of their own. */
function isOfAccount(base: string): boolean { return /^user_[a-z_]*[a-z]$/i.test(base) }

const FANVIL: Reader = {
  skip: /^(<|--.*--|$)/,
  named(before) {
    const key = before.trim().replace(/\s+/g, " ")
    if (key === "") return undefined
    const [, account = "0", name = key] = /^SIP(\d+) (.+)$/.exec(key) ?? []
    return { key, name, account: Number(account) }
  },
}

const VERSITY: Reader = {
  skip: /^(#|$)/,
  named(before, section) {
    const key = before.trim().replace(/\s+/g, " ")
    if (key === "") return undefined
    return { key: section > 1 && !isGlobal(key) ? `${key} of registration ${section}` : key, name: key, account: isGlobal(key) ? 0 : section }
  },
  begins: (content) => {
    const [, number] = /^[[\-\s]*SIP Registration (\d+)[\]\-\s]*$/i.exec(content) ?? []
    return number === undefined ? undefined : Number(number)
  },
}

function isGlobal(key: string): boolean { return key.toLowerCase() === "enable sip" }

const READERS: Readonly<Record<Exclude<FormatName, "snom-xml">, Reader>> = { snom: SNOM, fanvil: FANVIL, versity: VERSITY }

export function readLines(format: Exclude<FormatName, "snom-xml">, text: string): Sheet {
  const reader = READERS[format], fields: Field[] = [], others: string[] = []
  let section = 1
  for (const line of linesOf(text)) {
    const begun = reader.begins?.(line.content)
    if (begun !== undefined) section = begun
    if (begun !== undefined || reader.skip.test(line.content)) continue
    const colon = text.indexOf(":", line.start), named = colon < 0 || colon >= line.end ? undefined : reader.named(decoded(text.slice(line.start, colon)), section)
    if (named === undefined) others.push(`line ${line.at}`)
    else fields.push(fieldOf(text, line, colon, named))
  }
  return { format, text, fields, others }
}

function fieldOf(text: string, line: Line, colon: number, named: NonNullable<Named>): Field {
  const raw = text.slice(colon + 1, line.end), value = raw.trim()
  // An empty value stands behind the blank that follows its colon.
  const from = colon + 1 + (value === "" ? Math.min(raw.length, /^[ \t]?/.exec(raw)?.[0].length ?? 0) : raw.indexOf(value))
  return { ...named, at: line.at, value: decoded(value), from, to: from + value.length, start: line.start, end: line.end }
}

function* linesOf(text: string): Generator<Line> {
  for (let start = 0, at = 1; start < text.length && at <= LINES_MAX; at++) {
    const feed = text.indexOf("\n", start), stop = feed < 0 ? text.length : feed
    const end = text[stop - 1] === "\r" && stop > start ? stop - 1 : stop
    yield { at, start, end, content: text.slice(start, end).trim() }
    start = stop + 1
  }
}
