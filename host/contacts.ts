// Address books of other programs as contacts of the phone: CSV and vCard files are read by libraries, the phone itself says what it takes.
import { readFileSync } from "node:fs"
import ICAL from "ical.js"
import { parse } from "csv-parse/sync"
import type { Machine } from "./calls.ts"
import { UserError, because } from "./errors.ts"
import { refusalOf, withoutLine } from "./settings.ts"

export type Contact = { readonly name: string; readonly number: string }

/** What became of an import: the new settings text, who is in it, and who is not, with the reason. */
export type Imported = { readonly text: Uint8Array; readonly taken: readonly Contact[]; readonly left: readonly string[] }

/** The phone's limit for a name, in bytes of UTF-8. */
const NAME_MAX = 32

/** Reads the file; whether it is vCard or CSV is seen from its beginning. Throws UserError. */
export function readContacts(path: string): Contact[] {
  let text: string
  try {
    text = readFileSync(path, "utf8").replace(/^\ufeff/, "")
  } catch (error) {
    throw new UserError("file", `The address book ${path} cannot be read: ${because(error)}; check its name.`)
  }
  let contacts: Contact[]
  try {
    contacts = /^\s*BEGIN:VCARD/i.test(text) ? fromCards(text) : fromTable(text)
  } catch (error) {
    // The reader repeats what it stumbled over, which may be anything.
    const why = (error instanceof Error ? error.message : String(error)).replace(/,? value is .*|\n.*/s, "").replace(/[^\x20-\x7e]/g, "?")
    throw new UserError("file", `${path} is no address book that can be read (${why}); export it as CSV or vCard.`)
  }
  if (contacts.length === 0) throw new UserError("file", `${path} has nobody with a number; it needs a column for names and one for numbers, or vCards with TEL.`)
  return contacts
}

// RFC 6350 6.2.1, 6.4.1
function fromCards(text: string): Contact[] {
  const parsed: unknown = ICAL.parse(text)
  const cards = (Array.isArray(parsed) && Array.isArray(parsed[0]) ? parsed : [parsed]) as unknown[][]
  return cards.flatMap((card) => {
    const component = new ICAL.Component(card as never)
    const name = String(component.getFirstPropertyValue("fn") ?? "")
    return numbered(name, component.getAllProperties("tel").map((tel) => ({ kind: kindOf(tel.getParameter("type")), number: String(tel.getFirstValue()) })))
  })
}

function kindOf(type: unknown): string {
  const all = (Array.isArray(type) ? type : [type]).map((each) => String(each ?? "").toLowerCase())
  return all.find((each) => ["work", "home", "cell", "fax"].includes(each)) ?? ""
}

/** Columns by the names that Google, Outlook, Thunderbird and others give them; without such a first line, the first is the name and the second the number. */
const NAMES = /^(display ?name|full ?name|name|contact|file as)$/i, FIRST = /^(first|given) ?name$/i, LAST = /^(last|family) ?name$|^surname$/i
const NUMBERS = /phone|mobile|number|^tel|extension/i, LABELS = /label|type$/i

function fromTable(text: string): Contact[] {
  const delimiter = [";", "\t", ","].find((sign) => (text.split("\n")[0] ?? "").includes(sign)) ?? ","
  const rows: string[][] = parse(text, { delimiter, relax_column_count: true, skip_empty_lines: true, trim: true })
  const [head = [], ...rest] = rows
  const find = (pattern: RegExp): number => head.findIndex((title) => pattern.test(title))
  const numbers = head.flatMap((title, i) => NUMBERS.test(title) && !LABELS.test(title) ? [i] : [])
  if (numbers.length === 0) return rows.flatMap(([name = "", number = ""]) => numbered(name, [{ kind: "", number }]))
  const whole = find(NAMES), first = find(FIRST), last = find(LAST)
  return rest.flatMap((row) => {
    const name = row[whole] || [row[first], row[last]].filter(Boolean).join(" ")
    return numbered(name, numbers.map((i) => ({ kind: wordOf(head[i] ?? ""), number: row[i] ?? "" })))
  })
}

const KINDS = [["mobile", "cell"], ["cell", "cell"], ["fax", "fax"], ["home", "home"], ["work", "work"], ["business", "work"]] as const

function wordOf(title: string): string { return KINDS.find(([part]) => title.toLowerCase().includes(part))?.[1] ?? "" }

/** One contact for each number that is to be dialled; further ones say what they are behind the name. */
function numbered(name: string, numbers: readonly { readonly kind: string; readonly number: string }[]): Contact[] {
  const dialled = numbers.filter(({ kind }) => kind !== "fax").map(({ kind, number }) => ({ kind, number: plain(number) })).filter(({ number }) => number !== "")
  return dialled.map(({ kind, number }, i) => ({ name: shortened(name === "" ? number : name, i === 0 ? "" : ` ${kind === "" ? i + 1 : kind}`), number }))
}

/** A number without what is only there to be read; URIs and names stay as they are. */
function plain(number: string): string {
  if (/^sips?:/i.test(number)) return number.replace(/\s/g, "")
  return number.replace(/^tel:/i, "").split(";")[0]?.replace(/\(0\)/, "").replace(/[\s().\-/\u00a0\u2010-\u2015]/g, "") ?? ""
}

/** As many characters of a name as the phone keeps, and `end` whole. */
function shortened(name: string, end: string): string {
  let text = name.replace(/[=\r\n\t]+/g, " ").replace(/\s+/g, " ").trim()
  while (Buffer.byteLength(text + end) > NAME_MAX) text = [...text].slice(0, -1).join("")
  return text.trimEnd() + end
}

/** Puts contacts into a settings text, as many as the phone takes; one of the same name gets the new number. */
export function importContacts(text: Uint8Array, contacts: readonly Contact[], load: () => Machine): Imported {
  let lines = Buffer.from(text).toString("utf8").split("\n").filter((line) => line !== "")
  const taken: Contact[] = [], left: string[] = []
  for (const contact of contacts) {
    const others = lines.filter((line) => nameOf(line)?.toLowerCase() !== contact.name.toLowerCase())
    const next = [...others, `contact: ${contact.name} = ${contact.number}`]
    const refusal = refusalOf(load, Buffer.from(`${next.join("\n")}\n`))
    if (refusal !== undefined) {
      left.push(`${contact.name} ${contact.number}: ${withoutLine(refusal)}`)
      continue
    }
    lines = next
    taken.push(contact)
  }
  return { text: new Uint8Array(Buffer.from(lines.map((line) => `${line}\n`).join(""))), taken, left }
}

function nameOf(line: string): string | undefined { return /^\s*contact\s*:\s*(.*?)\s*=/i.exec(line)?.[1] }
