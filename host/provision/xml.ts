// Reads Snom's settings in XML: <user_host idx="1" perm="">snom.rocks</user_host>. saxes finds the elements and says where they stand.
import { SaxesParser, type SaxesTag } from "saxes"
import { decoded, SheetError, type Field, type Sheet } from "./sheet.ts"

/** Around the settings there may be these, or nothing. */
const ROOTS = ["settings", "phone-settings"]

/** What else such a file may have; empty ones could be taken for settings. */
const PARTS = ["functionKeys", "tbook", "dialplan", "ReplacementPlan", "certificates", "gui-languages", "web-languages", "firmware-settings", "uploads"]

/** A byte order mark, a character for each byte. */
const MARK = "\u00ef\u00bb\u00bf"

type Open = { readonly name: string; readonly index: number | undefined; readonly start: number; readonly from: number; readonly at: number; inner: boolean }

/** Throws SheetError. */
export function readXml(text: string): Sheet {
  const fields: Field[] = [], others = new Set<string>(), open: Open[] = []
  const before = text.startsWith(MARK) ? MARK.length : 0, xml = text.slice(before)
  // Settings may stand there without anything around them.
  const parser = new SaxesParser({ fragment: !/^\s*<(\?xml|!DOCTYPE|settings|phone-settings)/.test(xml), position: true })
  const place = (): number => parser.position + before
  const lineAt = lineCounter(text)
  let begins = 0
  parser.on("error", (error) => { throw new SheetError(`line ${parser.line}: ${sentenceOf(error.message)}`) })
  parser.on("opentagstart", () => { begins = text.lastIndexOf("<", place() - 1) })
  parser.on("opentag", (tag) => {
    const outer = open.at(-1)
    if (outer !== undefined) outer.inner = true
    const index = indexOf(tag)
    open.push({ name: tag.name, index, start: begins, from: place(), at: lineAt(begins), inner: false })
  })
  parser.on("closetag", (tag) => {
    const element = open.pop()
    if (element === undefined || ROOTS.includes(element.name)) return
    const parent = open.at(-1)?.name
    // What lies deeper is the book of numbers, keys and the like.
    if (parent !== undefined && !ROOTS.includes(parent)) return
    if (element.inner || PARTS.includes(element.name)) others.add(`<${element.name}>`)
    else fields.push(fieldOf(text, element, tag, place()))
  })
  try {
    parser.write(xml).close()
  } catch (error) {
    if (error instanceof SheetError) throw error
    throw new SheetError(`line ${parser.line}: ${sentenceOf(error instanceof Error ? error.message : String(error))}`)
  }
  return { format: "snom-xml", text, fields, others: [...others] }
}

function fieldOf(text: string, element: Open, tag: SaxesTag, end: number): Field {
  const { name, index, start, at } = element
  const whole = { key: index === undefined ? name : `${name} ${index}`, name, account: index ?? (name.startsWith("user_") ? 1 : 0), at, start, end }
  if (!tag.isSelfClosing) {
    const to = text.lastIndexOf("</", end - 1)
    return { ...whole, value: contentOf(decoded(text.slice(element.from, to))).trim(), from: element.from, to }
  }
  const slash = text.lastIndexOf("/", end - 1)
  return { ...whole, value: "", from: slash, to: end, around: [">", `</${name}>`] }
}

/** What stands between two tags, read: it may have references of its own for letters that the file has no bytes for. */
function contentOf(text: string): string {
  if (!/[&<]/.test(text)) return text
  let content = ""
  const parser = new SaxesParser({ fragment: true }), put = (part: string): void => { content += part }
  parser.on("text", put)
  parser.on("cdata", put)
  parser.on("error", (error) => { throw new SheetError(sentenceOf(error.message)) })
  parser.write(text).close()
  return content
}

function indexOf({ attributes }: SaxesTag): number | undefined {
  const idx = attributes["idx"]
  return typeof idx === "string" && /^\d{1,3}$/.test(idx) ? Number(idx) : undefined
}

/** The lines of places that come one after the other. */
function lineCounter(text: string): (place: number) => number {
  let line = 1, feed = text.indexOf("\n")
  return (place) => {
    for (; feed >= 0 && feed < place; feed = text.indexOf("\n", feed + 1)) line++
    return line
  }
}

function sentenceOf(message: string): string { return message.replace(/^\d+:\d+: /, "").replace(/\.$/, "") }
