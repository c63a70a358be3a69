// Our settings as a file of a real phone: into the file that they came from, where only what differs changes, or into a new one.
import { decomposed, serversUnsaid } from "./account.ts"
import { accountsOf, importSheet, type Load } from "./import.ts"
import { readLines } from "./lines.ts"
import { settingLines, valuesOf } from "./ours.ts"
import { PROFILES, TABLES, rowOf, type Row } from "./rows.ts"
import { bytesOfText, edited, encoded, type Edit, type Field, type FormatName, type Sheet } from "./sheet.ts"
import { readXml } from "./xml.ts"

/** `unsaid`: names of settings that such a file has no word for. */
export type Exported = { readonly bytes: Uint8Array; readonly unsaid: readonly string[] }

/** The width of the names in Fanvil's lists. */
const NAME_WIDTH = 24

/** Files with nothing in them yet. */
const EMPTY: Readonly<Record<FormatName, string>> = {
  "snom": "",
  "snom-xml": `<?xml version="1.0" encoding="utf-8"?>\n<settings>\n  <phone-settings>\n  </phone-settings>\n</settings>\n`,
  "fanvil": "<<VOIP CONFIG FILE>>Version:2.0000000000\n\n<SIP CONFIG MODULE>\n--SIP Line List--  :\n<<END OF FILE>>\n",
  "versity": "",
}

export function emptySheet(format: FormatName): Sheet {
  return format === "snom-xml" ? readXml(EMPTY[format]) : readLines(format, EMPTY[format])
}

/** Changes in a file what our settings say otherwise than it does. A new one (`isNew`) gets every setting that it should have. */
export function exportInto(sheet: Sheet, ours: Uint8Array, load: Load, isNew: boolean): Exported {
  const count = accountsOf(load), format = sheet.format
  const before = importSheet(sheet, new Uint8Array(0), load).settings, edits: Edit[] = [], inserted = new Map<number, string[]>()
  const was = valuesOf(before, load), is = valuesOf(ours, load), writer = new Writer(sheet)
  const accounts = Array.from({ length: count }, (_, i) => i + 1).filter((account) => isUsed(was, account) || isUsed(is, account))
  for (const account of [0, ...accounts]) {
    // What others have once, and we in each account, is that of the first.
    const old = decomposed(format, (name) => was(nameOf(name, account))), next = decomposed(format, (name) => is(nameOf(name, account)))
    for (const row of TABLES[format].filter(({ scope }) => (scope === "account") === (account > 0))) {
      const value = next.get(row.facet) ?? "", field = writer.fieldOf(row, account)
      if (isNew ? !shouldSay(row, value) : (old.get(row.facet) ?? "") === value) continue
      const written = value === "" && isNew ? row.usual ?? "" : row.codec.write(value)
      if (field !== undefined) edits.push(writer.changed(field, written))
      else if (isNew || written !== "") put(inserted, writer.placeFor(account), ...writer.opening(account), writer.line(row, account, written))
    }
  }
  for (const [at, lines] of inserted) edits.push({ from: at, to: at, text: writer.joined(lines, at) })
  return { bytes: bytesOfText(edited(sheet.text, edits)), unsaid: unsaidIn(format, ours, is, accounts) }
}

function isUsed(get: (name: string) => string, account: number): boolean { return get(nameOf("domain", account)) !== "" || get(nameOf("user", account)) !== "" }

function nameOf(name: string, account: number): string { return account > 1 ? `${account}.${name}` : name }

/** In a new file stand the settings of the document, and what differs from nothing. */
function shouldSay(row: Row, value: string): boolean { return row.usual !== undefined || value !== "" }

function unsaidIn(format: FormatName, ours: Uint8Array, get: (name: string) => string, accounts: readonly number[]): string[] {
  const said = new Set<string>(["profile", "domain", "server", "user", "auth_user", "enabled", "transport", "backup_transport", ...TABLES[format].map(({ facet }) => facet)])
  const names = settingLines(ours).map(({ name }) => name).filter((name) => !said.has(name.replace(/^\d+\./, "")))
  const others = accounts.slice(1).flatMap((account) => TABLES[format].filter(({ scope }) => scope !== "account").flatMap(({ facet }) => {
    const name = nameOf(facet, account)
    return settingLines(ours).some((line) => line.name === name) && get(name) !== get(facet) ? [name] : []
  }))
  const servers = accounts.flatMap((account) => serversUnsaid(format, (name) => get(nameOf(name, account))) ?? [])
  const profiles = accounts.filter((account) => get(nameOf("profile", account)) !== PROFILES[format]).map((account) => `profile ${get(nameOf("profile", account))}`)
  return [...new Set([...profiles, ...servers, ...others, ...names])]
}

function put(map: Map<number, string[]>, at: number, ...lines: string[]): void { map.set(at, [...map.get(at) ?? [], ...lines]) }

/** Knows how a setting is written in a format, and where new ones go. */
class Writer {
  private readonly sheet: Sheet
  private readonly end: string
  private readonly opened = new Set<number>()

  constructor(sheet: Sheet) {
    this.sheet = sheet
    this.end = sheet.text.includes("\r\n") ? "\r\n" : "\n"
  }

  /** The setting that counts: of several the last that says something. */
  fieldOf(row: Row, account: number): Field | undefined {
    const of = row.scope === "first" ? 1 : account
    const all = this.sheet.fields.filter((field) => field.account === of && rowOf(this.sheet.format, field.name, field.account)?.facet === row.facet)
    return all.findLast(({ value }) => value !== "") ?? all.at(-1)
  }

  /** What stands before the first setting of an account that the file did not have. */
  opening(account: number): string[] {
    const isThere = account === 0 || this.opened.has(account) || this.sheet.fields.some((field) => field.account === account)
    this.opened.add(account)
    return this.sheet.format !== "versity" || isThere ? [] : ["", `SIP Registration ${account}`]
  }

  changed({ from, to, around = ["", ""] }: Field, value: string): Edit {
    return { from, to, text: `${around[0]}${this.escaped(value)}${around[1]}` }
  }

  /** Behind the last setting of the account, else behind the last one that is known, else where the file has its settings. */
  placeFor(account: number): number {
    const known = this.sheet.fields.filter((field) => rowOf(this.sheet.format, field.name, field.account) !== undefined)
    const last = known.findLast((field) => field.account === account) ?? known.findLast((field) => field.account < account) ?? known.at(-1)
    if (last !== undefined) return last.end
    const { text, format } = this.sheet
    const before = { "snom-xml": /\s*<\/(phone-)?settings>/, "fanvil": /\s*<<END OF FILE>>/, "snom": /\s*<\/pre>/i, "versity": /$^/ }[format].exec(text)
    return before?.index ?? text.length
  }

  /** A setting as a line of its own. */
  line(row: Row, account: number, value: string): string {
    const { format } = this.sheet, text = this.escaped(value), of = row.scope === "first" ? 1 : account
    switch (format) {
      case "snom": return `${row.name}${of > 0 ? of : ""}$: ${text}`
      case "snom-xml": return `    <${row.name}${of > 0 ? ` idx="${of}"` : ""} perm="">${text}</${row.name}>`
      case "fanvil": return `${(of > 0 ? `SIP${of} ${row.name}` : row.name).padEnd(NAME_WIDTH)}:${text}`
      case "versity": return `${row.name}: ${text}`
    }
  }

  joined(lines: readonly string[], at: number): string {
    const all = lines.join(this.end)
    return at === 0 ? `${all}${this.end}` : `${this.end}${all}`
  }

  private escaped(value: string): string {
    const text = this.sheet.format === "snom-xml" ? value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;") : value
    return encoded(text)
  }
}
