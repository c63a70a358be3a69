// Reads zones in the master-file syntax of RFC 1035 5.1, as BIND writes and reads it, into plain records.
//
// dns-zonefile, the parser on npm, knows neither NAPTR nor parentheses outside SOA nor relative names, hence this one.

/** What a record says. Names are in lower case and have no dot at the end; the root is "". */
export type RecordData =
  | { readonly type: "A" | "AAAA", readonly address: string }
  | { readonly type: "CNAME" | "NS", readonly target: string }
  | { readonly type: "SRV", readonly priority: number, readonly weight: number, readonly port: number, readonly target: string }
  | {
      readonly type: "NAPTR", readonly order: number, readonly preference: number, readonly flags: string, readonly services: string,
      readonly regexp: string, readonly replacement: string,
    }
  | {
      readonly type: "SOA", readonly mname: string, readonly rname: string, readonly serial: number, readonly refresh: number, readonly retry: number,
      readonly expire: number, readonly minimum: number,
    }
  | { readonly type: "TXT", readonly strings: readonly string[] }

/** A record with its owner and its time to live in seconds. */
export type ZoneRecord = { readonly name: string, readonly ttl: number } & RecordData

export type Zone = {
  /** The top of the zone: owner of the SOA, else the origin. */
  readonly apex: string
  readonly records: readonly ZoneRecord[]
  /** What was left out or guessed, each with its line number. Empty unless `lenient`. */
  readonly warnings: readonly string[]
}

export type ZoneOptions = {
  /** What relative names end in until $ORIGIN says otherwise; in BIND the zone statement says it. */
  readonly origin?: string
  /** Leave out a record that cannot be read and go on, and take a name behind leading blanks for an owner. Texts copied from web pages need it. */
  readonly lenient?: boolean
}

/** The text is no zone. The message begins with the line number. */
export class ZoneError extends Error {
  readonly code = "ZONE_REFUSED"
  readonly line: number
  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`)
    this.name = "ZoneError"
    this.line = line
  }
}

type Token = { readonly text: string, readonly quoted: boolean }
type Entry = { readonly line: number, readonly indented: boolean, readonly tokens: readonly Token[] }
type State = { origin: string | undefined, owner: string | undefined, ttl: number | undefined, lastTtl: number | undefined }

const TYPES = ["A", "AAAA", "CNAME", "NS", "SRV", "NAPTR", "SOA", "TXT"] as const
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
const TTL_MAX = 0x7fff_ffff

/** Reads a zone. Throws ZoneError. */
export function parseZone(text: string, options: ZoneOptions = {}): Zone {
  const origin = options.origin
  const state: State = { origin: origin === undefined ? undefined : absolute(origin), owner: undefined, ttl: undefined, lastTtl: undefined }
  const records: ZoneRecord[] = []
  const warnings: string[] = []
  for (const entry of entriesOf(text)) {
    try {
      const record = readEntry(entry, state, options.lenient === true ? warnings : undefined)
      if (record !== undefined) records.push(record)
    } catch (error) {
      if (!(error instanceof ZoneError) || options.lenient !== true) throw error
      warnings.push(`${error.message}; left out`)
    }
  }
  const apex = records.find((record) => record.type === "SOA")?.name ?? state.origin
  if (apex === undefined) throw new ZoneError(1, "the zone has no SOA record and no $ORIGIN: nothing says what it is the zone of")
  return { apex, records, warnings }
}

// -- Entries: lines, joined where parentheses are open

function entriesOf(text: string): Entry[] {
  const entries: Entry[] = []
  let tokens: Token[] = [], depth = 0, start = 1, indented = false
  text.split(/\r\n|\n|\r/).forEach((raw, i) => {
    const line = i + 1
    if (depth === 0) {
      tokens = []
      start = line
      indented = /^[ \t]/.test(raw)
    }
    for (const token of tokensOf(raw, line)) {
      if (token.quoted || (token.text !== "(" && token.text !== ")")) tokens.push(token)
      else depth += token.text === "(" ? 1 : -1
      if (depth < 0) throw new ZoneError(line, "a closing parenthesis without an opening one")
    }
    if (depth === 0 && tokens.length > 0) entries.push({ line: start, indented, tokens })
  })
  if (depth > 0) throw new ZoneError(start, "this parenthesis is never closed")
  return entries
}

function tokensOf(raw: string, line: number): Token[] {
  const tokens: Token[] = []
  const pattern = /\s+|;.*|"((?:[^"\\]|\\.)*)"|([()])|((?:[^\s;"()\\]|\\.)+)|(["\\])/gy
  for (const match of raw.matchAll(pattern)) {
    const [, quoted, parenthesis, word, open] = match
    if (open !== undefined) throw new ZoneError(line, open === '"' ? "a quotation mark without its partner" : "a backslash at the end of the line")
    if (quoted !== undefined) tokens.push({ text: unescape(quoted), quoted: true })
    else if (parenthesis !== undefined) tokens.push({ text: parenthesis, quoted: false })
    else if (word !== undefined) tokens.push({ text: word, quoted: false })
  }
  return tokens
}

function unescape(text: string): string {
  return text.replace(/\\(\d{3}|.)/g, (_, code: string) => code.length === 3 ? String.fromCharCode(Number(code)) : code)
}

// -- One entry

function readEntry(entry: Entry, state: State, warnings: string[] | undefined): ZoneRecord | undefined {
  const [first, ...rest] = entry.tokens
  if (first === undefined) return undefined
  if (!first.quoted && first.text.startsWith("$")) {
    readDirective(entry.line, first.text, rest, state)
    return undefined
  }
  const tokens = [...entry.tokens]
  if (!entry.indented) state.owner = nameOf(entry.line, tokens.shift(), state)
  else if (warnings !== undefined && !startsRecord(tokens[0])) {
    state.owner = nameOf(entry.line, tokens.shift(), state)
    warnings.push(`line ${entry.line}: blanks before an owner; taken for ${state.owner}`)
  }
  if (state.owner === undefined) throw new ZoneError(entry.line, "the first record needs an owner")
  return { name: state.owner, ...readRecord(entry.line, tokens, state) }
}

function readDirective(line: number, name: string, rest: readonly Token[], state: State): void {
  const value = rest[0]
  if (value === undefined || rest.length > 1) throw new ZoneError(line, `${name} needs one value`)
  if (name.toUpperCase() === "$TTL") state.ttl = seconds(line, value.text)
  else if (name.toUpperCase() === "$ORIGIN") state.origin = nameOf(line, value, state)
  else throw new ZoneError(line, `${name} is not known here; $TTL and $ORIGIN are`)
}

/** Whether a token may follow the owner: a TTL, a class or a type. */
function startsRecord(token: Token | undefined): boolean {
  return token !== undefined && !token.quoted && (isTime(token.text) || isClass(token.text) || typeOf(token.text) !== undefined)
}

// RFC 1035 5.1: TTL and class are optional and come in either order, then the type, then its data.
function readRecord(line: number, tokens: Token[], state: State): { ttl: number } & RecordData {
  let ttl: number | undefined
  while (tokens[0] !== undefined && !tokens[0].quoted) {
    const text = tokens[0].text
    if (isTime(text) && ttl === undefined) ttl = seconds(line, text)
    else if (!isClass(text)) break
    else if (text.toUpperCase() !== "IN") throw new ZoneError(line, `class ${text}: only IN is served`)
    tokens.shift()
  }
  const word = tokens.shift()
  const type = word === undefined ? undefined : typeOf(word.text)
  if (type === undefined) throw new ZoneError(line, word === undefined ? "there is no record type" : `${word.text} is no record type that is known here: ${TYPES.join(", ")}`)
  const fields = new Fields(line, type, tokens, state)
  const data = readData(type, fields)
  fields.end()
  // RFC 2308 4: $TTL; RFC 1035 5.1: else the last one that was stated; else the minimum of the SOA.
  const used = ttl ?? state.ttl ?? state.lastTtl ?? (data.type === "SOA" ? data.minimum : undefined)
  if (used === undefined) throw new ZoneError(line, "the record has no TTL, and no $TTL stands before it")
  state.lastTtl = used
  return { ttl: used, ...data }
}

function readData(type: typeof TYPES[number], fields: Fields): RecordData {
  switch (type) {
    case "A": return { type, address: fields.address(isIp4, "an IPv4 address") }
    case "AAAA": return { type, address: fields.address(isIp6, "an IPv6 address") }
    case "CNAME": case "NS": return { type, target: fields.name() }
    case "SRV": return { type, priority: fields.number(), weight: fields.number(), port: fields.number(), target: fields.name() }
    case "NAPTR": return {
      type, order: fields.number(), preference: fields.number(), flags: fields.string(), services: fields.string(), regexp: fields.string(), replacement: fields.name(),
    }
    case "SOA": return {
      type, mname: fields.name(), rname: fields.name(), serial: fields.number(0xffff_ffff), refresh: fields.time(), retry: fields.time(),
      expire: fields.time(), minimum: fields.time(),
    }
    case "TXT": return { type, strings: fields.strings() }
  }
}

/** The data of one record, taken field by field. */
class Fields {
  readonly #line: number
  readonly #type: string
  readonly #tokens: Token[]
  readonly #state: State

  constructor(line: number, type: string, tokens: readonly Token[], state: State) {
    this.#line = line
    this.#type = type
    this.#tokens = [...tokens]
    this.#state = state
  }

  name(): string { return nameOf(this.#line, this.#next("a name"), this.#state) }

  time(): number { return seconds(this.#line, this.#next("a time").text) }

  string(): string {
    const { text } = this.#next("a string")
    if (text.length > 255) throw new ZoneError(this.#line, "a string of a record has at most 255 characters")
    return text
  }

  strings(): string[] {
    const strings = [this.string()]
    while (this.#tokens.length > 0) strings.push(this.string())
    return strings
  }

  number(most = 0xffff): number {
    const { text } = this.#next("a number")
    if (!/^\d{1,10}$/.test(text) || Number(text) > most) throw new ZoneError(this.#line, `${this.#type} needs a number from 0 to ${most} here, not ${text}`)
    return Number(text)
  }

  address(isGood: (text: string) => boolean, what: string): string {
    const { text } = this.#next(what)
    if (!isGood(text)) throw new ZoneError(this.#line, `${this.#type} needs ${what}, not ${text}`)
    return text.toLowerCase()
  }

  end(): void {
    const extra = this.#tokens[0]
    if (extra !== undefined) throw new ZoneError(this.#line, `${extra.text} is too much for ${this.#type}`)
  }

  #next(what: string): Token {
    const token = this.#tokens.shift()
    if (token === undefined) throw new ZoneError(this.#line, `${this.#type} needs ${what}, and the line ends`)
    return token
  }
}

// -- Values

function nameOf(line: number, token: Token | undefined, state: State): string {
  if (token === undefined) throw new ZoneError(line, "a name is missing")
  const text = token.text
  if (text === ".") return ""
  const origin = (): string => {
    if (state.origin === undefined) throw new ZoneError(line, `${text} is relative, and no $ORIGIN stands before it`)
    return state.origin
  }
  if (text === "@") return origin()
  const name = absolute(text.endsWith(".") || origin() === "" ? text : `${text}.${origin()}`)
  if (text.includes("\\") || name.split(".").some((label) => label.length === 0 || label.length > 63) || name.length > 253) {
    throw new ZoneError(line, `${text} is no name: labels have 1 to 63 characters, a name 253 at most, and none of them is escaped`)
  }
  return name
}

function absolute(name: string): string { return name.toLowerCase().replace(/\.$/, "") }

function typeOf(text: string): typeof TYPES[number] | undefined { return TYPES.find((type) => type === text.toUpperCase()) }

function isClass(text: string): boolean { return /^(IN|CH|HS|CS)$/i.test(text) }

function isTime(text: string): boolean { return /^(\d+|(\d+[smhdw])+)$/i.test(text) }

/** Seconds of "300", "1w" or "1h30m". */
function seconds(line: number, text: string): number {
  if (!isTime(text)) throw new ZoneError(line, `${text} is no time: a number of seconds, or such as 1w, 2d, 1h30m`)
  let sum = 0
  for (const [, digits, unit] of text.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)) sum += Number(digits) * (SECONDS[unit ?? ""] ?? 1)
  if (sum > TTL_MAX) throw new ZoneError(line, `${text} is longer than ${TTL_MAX} seconds`)
  return sum
}

function isIp4(text: string): boolean {
  const parts = text.split(".")
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)
}

function isIp6(text: string): boolean {
  const halves = text.split("::")
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => half === "" ? [] : half.split(":"))
  const last = groups.at(-1)
  const dotted = last !== undefined && last.includes(".")
  if (dotted && !isIp4(last)) return false
  const hexadecimal = dotted ? groups.slice(0, -1) : groups
  const count = hexadecimal.length + (dotted ? 2 : 0)
  return hexadecimal.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) && (halves.length === 2 ? count < 8 : count === 8)
}
