// Settings of the real phones into ours: known ones are translated, the phone itself says what it does not take, and nothing is half done.
import type { Machine, Refusal } from "../calls.ts"
import { UserError } from "../errors.ts"
import { refusalOf, withoutLine } from "../settings.ts"
import { composed, type Composed, type Setting } from "./account.ts"
import { readLines } from "./lines.ts"
import { PROFILES, rowOf, type Facet, type Row } from "./rows.ts"
import { SheetError, textOfBytes, type Field, type FormatName, type Sheet } from "./sheet.ts"
import { quoted, settingLines } from "./ours.ts"
import { readXml } from "./xml.ts"

export type Load = () => Machine

export type Imported = {
  readonly format: FormatName
  /** Our settings as a text that the phone takes. */
  readonly settings: Uint8Array
  /** What was taken, without passwords, and from where. */
  readonly taken: readonly string[]
  /** Settings of the file that are known; names of those that are not, and how many there are. */
  readonly known: number
  readonly unknown: readonly string[]
  readonly unknownCount: number
  /** Sentences about what cannot be done as the file has it. */
  readonly notes: readonly string[]
  /** What is not allowed: a sentence for each, with its line. When there is any, nothing is to be changed. */
  readonly wrong: readonly string[]
}

/** A real export has 0.2 MB. */
const BYTES_MAX = 4_000_000

/** Settings of the handset that no such file is about; they stay, as the phone book does. */
const STAYS = ["contact", "volume", "dnd", "call_waiting", "auto_answer"]

/** So many accounts a phone may have. */
const ACCOUNTS_MAX = 16

const ECHO_MAX = 32

/** Whose settings a text looks like; undefined for ours and for what is none. */
export function formatOf(bytes: Uint8Array): FormatName | undefined {
  const text = textOfBytes(bytes).replace(/^\u00ef\u00bb\u00bf/, "")
  if (/^# linehunt\b/.test(text)) return undefined
  if (/^\s*(<\?xml\b|<!--|<(settings|phone-settings)\b|<\w+[^>\n]*\b(perm|idx)=)/.test(text)) return "snom-xml"
  if (/^\s*<<VOIP CONFIG FILE>>|^\s*<SIP CONFIG MODULE>|^\s*--SIP Line List--|^\s*SIP\d+ [A-Z][\w -]*:/m.test(text)) return "fanvil"
  if (/^\s*(Enable SIP|Server Address|SIP Server Port|SIP Server)\s*:/im.test(text)) return "versity"
  return /^\s*(\w+[$!&]|user_[a-z_]+\d*)\s*:|^\s*<pre>/m.test(text) ? "snom" : undefined
}

/** Reads a file as what it looks like. Throws UserError. */
export function readSheet(bytes: Uint8Array, name: string): Sheet {
  const format = formatOf(bytes)
  if (bytes.length > BYTES_MAX) throw new UserError("file", `${name} has ${bytes.length} bytes, more than any settings file; check its name.`)
  if (format === undefined) throw new UserError("file", `${name} is no settings file of Snom, Baker, Fanvil or Versity phones; docs/settings-files.md shows how they look.`)
  const text = textOfBytes(bytes)
  try {
    return format === "snom-xml" ? readXml(text) : readLines(format, text)
  } catch (error) {
    if (!(error instanceof SheetError)) throw error
    throw new UserError("file", `${name} cannot be read as XML, ${error.message}; export it again.`)
  }
}

/** How many accounts the phone has. */
export function accountsOf(load: Load): number {
  let count = 1
  while (count < ACCOUNTS_MAX && refusalOf(load, Buffer.from(`${count + 1}.enabled: 1\n`)) === undefined) count++
  return count
}

/** Translates a file. `before`: our settings so far, of which some stay. */
export function importSheet(sheet: Sheet, before: Uint8Array, load: Load): Imported {
  const importer = new Importer(sheet, load)
  importer.read()
  const settings = importer.settle(settingLines(before).filter(({ name }) => STAYS.includes(name)).map(({ line }) => line))
  return { format: sheet.format, settings, ...importer.found() }
}

/** A setting of ours with the settings of the file that it comes from. */
type Source = Setting & { readonly whole: string; readonly fields: readonly Field[] }

class Importer {
  private readonly sheet: Sheet
  private readonly load: Load
  private readonly accounts = new Map<number, Map<Facet, { value: string; field: Field }>>()
  private readonly unknown = new Map<string, number>()
  private readonly notes: string[] = []
  private readonly wrong: string[] = []
  private sources: Source[] = []
  private known = 0

  constructor(sheet: Sheet, load: Load) {
    this.sheet = sheet
    this.load = load
  }

  /** Takes every setting of the file to its account. */
  read(): void {
    const rows = this.sheet.fields.map((field) => ({ field, row: rowOf(this.sheet.format, field.name, field.account) }))
    for (const { field, row } of rows) {
      if (row === undefined) this.unknown.set(field.name, (this.unknown.get(field.name) ?? 0) + 1)
      else this.known++
    }
    for (const other of this.sheet.others) this.unknown.set(other, 1)
    // In files that set a thing twice, the last one counts.
    const last = new Map(rows.flatMap(({ field, row }) => row === undefined || field.value === "" ? [] : [[`${field.account} ${row.facet}`, { field, row }] as const]))
    const used = this.usedAccounts([...last.values()].map(({ field, row }) => ({ account: field.account, facet: row.facet })))
    for (const { field, row } of last.values()) {
      if (row.scope === "first" && field.account > 1) continue
      if (field.account !== 0 && !used.includes(field.account) && row.scope !== "first") continue
      this.take(row, field, row.scope === "every" ? used : [row.scope === "account" ? field.account : 0])
    }
  }

  private take(row: Row, field: Field, accounts: readonly number[]): void {
    const value = row.codec.read(field.value)
    if (value === undefined) return void this.wrong.push(`line ${field.at}: ${field.key} is ${row.codec.allowed}, not ${echo(field.value)}`)
    if (/[\r\n\0]/.test(value)) return void this.wrong.push(`line ${field.at}: ${field.key} is text without line breaks`)
    for (const account of accounts) {
      const facets = this.accounts.get(account) ?? new Map<Facet, { value: string; field: Field }>()
      facets.set(row.facet, { value, field })
      this.accounts.set(account, facets)
    }
  }

  /** The accounts that are filled in and that this phone has; those that it has not are told. */
  private usedAccounts(fields: ReadonlyArray<{ account: number; facet: Facet }>): number[] {
    const filled = [...new Set(fields.filter(({ account, facet }) => account > 0 && ["user", "host", "field"].includes(facet)).map(({ account }) => account))].sort((a, b) => a - b)
    const count = filled.some((account) => account > 1) ? accountsOf(this.load) : 1
    const more = filled.filter((account) => account > count)
    if (more.length > 0) this.notes.push(`more lines than this phone has, which is ${count}: ${more.join(", ")}`)
    return filled.filter((account) => account <= count)
  }

  /** Puts our settings together and asks the phone; what it does not take is told in the words of the file. Returns the text. */
  settle(stays: readonly string[]): Uint8Array {
    for (const [account, facets] of [...this.accounts].sort(([a], [b]) => a - b)) this.compose(account, facets)
    let sources = this.sources
    for (;;) {
      const text = Buffer.from([...stays, ...sources.map(({ whole, value }) => `${whole}: ${quoted(value)}`)].map((line) => `${line}\n`).join(""), "utf8")
      const refusal = refusalOf(this.load, text)
      if (refusal === undefined) return new Uint8Array(text)
      const refused = sources[refusal.line - 1 - stays.length]
      this.wrong.push(refused === undefined ? `the file as a whole: ${withoutLine(refusal)}` : this.sentence(refused, refusal))
      if (refused === undefined) return new Uint8Array(0)
      sources = sources.filter((each) => each !== refused)
    }
  }

  private compose(account: number, facets: ReadonlyMap<Facet, { value: string; field: Field }>): void {
    const { settings, left }: Composed = composed(this.sheet.format, new Map([...facets].map(([facet, { value }]) => [facet, value])))
    const own = account > 0 ? [{ name: "profile", value: PROFILES[this.sheet.format], of: [] }, ...settings] : settings
    const prefix = account > 1 ? `${account}.` : ""
    this.sources.push(...own.map((setting) => ({ ...setting, whole: `${prefix}${setting.name}`, fields: setting.of.flatMap((facet) => facets.get(facet)?.field ?? []) })))
    for (const { facet, transport } of left) {
      const field = facets.get(facet)?.field
      this.notes.push(`line ${field?.at ?? 0}: ${field?.key ?? facet} asks for ${transport}, which this phone cannot speak yet: such a server is left out`)
    }
  }

  /** What the phone says about a setting of ours, said about the setting of the file. */
  private sentence({ name, whole, fields }: Source, refusal: Refusal): string {
    const said = withoutLine(refusal)
    const blamed = fields.length < 2 ? fields[0] : fields.find((field) => refusalOf(this.load, Buffer.from(`domain: ${quoted(field.value)}\n`)) !== undefined) ?? fields[0]
    if (blamed === undefined) return said
    const words = fields.length > 1 ? ` is a host name or IP address, not ${echo(blamed.value)}` : said.startsWith(whole) ? said.slice(whole.length) : said.startsWith(name) ? said.slice(name.length) : undefined
    // A value that was put together from several may be refused for what is none of its parts.
    return `line ${blamed.at}: ${words === undefined ? `${blamed.key}: ${said}` : `${blamed.key}${words}`}`
  }

  found(): Pick<Imported, "taken" | "known" | "unknown" | "unknownCount" | "notes" | "wrong"> {
    const taken = this.sources.filter(({ fields }) => fields.length > 0)
      .map(({ whole, name, value, fields }) => `${whole}: ${name === "password" ? "********" : value}  (${[...new Set(fields.map(({ key }) => key))].join(", ")})`)
    const profile = this.sources.find(({ name }) => name === "profile")
    return {
      taken: profile === undefined ? taken : [`profile: ${profile.value}`, ...taken],
      known: this.known, unknown: [...this.unknown.keys()], unknownCount: [...this.unknown.values()].reduce((sum, count) => sum + count, 0),
      notes: this.notes, wrong: this.wrong.toSorted((a, b) => lineOf(a) - lineOf(b)),
    }
  }
}

function lineOf(sentence: string): number { return Number(/^line (\d+)/.exec(sentence)?.[1] ?? 0) }

/** A value that was refused, cut and without what cannot be printed. */
function echo(value: string): string {
  const text = value.slice(0, ECHO_MAX).replace(/[^\x20-\x7e]/g, "?")
  return value === "" ? "empty" : value.length > ECHO_MAX ? `${text}...` : text
}
