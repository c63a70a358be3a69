// Reads SIP requests strictly and writes responses, for the registrars of lab and simulation. Written apart from the phone's own parser.
import { latin1 } from "./message.ts"

/** A request that follows the grammar as far as it was read. */
export type Request = {
  readonly method: string
  readonly uri: string
  /** In the order received, names in lower case and long form, values unfolded and trimmed. */
  readonly fields: readonly Field[]
  readonly via: Via
  readonly from: Party
  readonly to: Party
  readonly callId: string
  readonly cseq: number
  readonly body: string
}

export type Field = { readonly name: string, readonly value: string }
export type Via = { readonly transport: string, readonly host: string, readonly port: number, readonly params: Params }
/** A name-addr or addr-spec with the parameters behind it. */
export type Party = { readonly uri: string, readonly params: Params }
/** Names in lower case; quoted strings without their quotes, escapes undone. */
export type Params = ReadonlyMap<string, string>

/** The bytes are no request as RFC 3261 25 has it; the message says where. `fields` are those that were read. */
export class Malformed extends Error {
  readonly fields: readonly Field[]
  constructor(sentence: string, fields: readonly Field[] = []) {
    super(sentence)
    this.fields = fields
  }
}

export const COMPACT: Readonly<Record<string, string>> = {
  c: "content-type", e: "content-encoding", f: "from", i: "call-id", k: "supported",
  l: "content-length", m: "contact", s: "subject", t: "to", v: "via", b: "referred-by", o: "event", r: "refer-to", x: "session-expires",
}
const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/
const SENT_BY = /^SIP\s*\/\s*2\.0\s*\/\s*([A-Za-z]+)\s+(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?\s*(.*)$/
const DIGITS = /^\d{1,10}$/

/** Reads a request. Undefined for a response and for a keep-alive of empty lines. Throws Malformed. */
export function readRequest(bytes: Uint8Array): Request | undefined {
  const text = latin1(bytes)
  if (/^(\r\n)*$/.test(text) || text.startsWith("SIP/2.0 ")) return undefined
  const end = text.indexOf("\r\n\r\n")
  if (end < 0) throw new Malformed("the header has no end")
  const [first = "", ...lines] = text.slice(0, end).replace(/\r\n[ \t]+/g, " ").split("\r\n")
  const fields = lines.map(readField)
  const start = /^(\S+) (\S+) SIP\/2\.0$/.exec(first)
  if (!start?.[1] || !start[2] || !TOKEN.test(start[1])) throw new Malformed(`the request line is "${first}"`, fields)
  const [, method, uri] = start
  try {
    return { method, uri, fields, ...readMandatory(fields, method), body: readBody(fields, text.slice(end + 4)) }
  } catch (error) {
    throw error instanceof Malformed ? new Malformed(error.message, fields) : error
  }
}

function readField(line: string): Field {
  const colon = line.indexOf(":")
  const name = line.slice(0, Math.max(colon, 0)).trimEnd().toLowerCase()
  if (!TOKEN.test(name)) throw new Malformed(`a line of the header is "${line}"`)
  if (/[\r\n\0]/.test(line)) throw new Malformed(`field ${name} holds a control character`)
  return { name: COMPACT[name] ?? name, value: line.slice(colon + 1).trim() }
}

// RFC 3261 8.1.1: what every request has.
function readMandatory(fields: readonly Field[], method: string): Pick<Request, "via" | "from" | "to" | "callId" | "cseq"> {
  const via = readVia(splitList(valueOf(fields, "via"))[0] ?? "")
  const from = readParty(single(fields, "from")), to = readParty(single(fields, "to"))
  if (!from.params.get("tag")) throw new Malformed("From has no tag")
  const callId = single(fields, "call-id")
  if (!/^[^\s@]+(@[^\s@]+)?$/.test(callId)) throw new Malformed(`Call-ID is "${callId}"`)
  const cseq = /^(\d{1,10})\s+(\S+)$/.exec(single(fields, "cseq"))
  if (!cseq || Number(cseq[1]) >= 2 ** 31) throw new Malformed(`CSeq is "${single(fields, "cseq")}"`)
  if (cseq[2] !== method) throw new Malformed(`CSeq says ${cseq[2]}, the request line ${method}`)
  const forwards = single(fields, "max-forwards")
  if (!DIGITS.test(forwards) || Number(forwards) > 255) throw new Malformed(`Max-Forwards is "${forwards}"`)
  return { via, from, to, callId, cseq: Number(cseq[1]) }
}

function readBody(fields: readonly Field[], rest: string): string {
  const length = fields.find(field => field.name === "content-length")?.value
  if (length === undefined) return rest
  if (!DIGITS.test(length) || Number(length) !== rest.length) throw new Malformed(`Content-Length is ${length}, the body has ${rest.length} bytes`)
  return rest
}

function readVia(value: string): Via {
  const via = SENT_BY.exec(value)
  if (!via?.[1] || !via[2]) throw new Malformed(`Via is "${value}"`)
  return { transport: via[1], host: via[2], port: Number(via[3] ?? 5060), params: readParams(via[4] ?? "") }
}

/** Reads a Contact, From, To, Route or the like. Throws Malformed. */
export function readParty(value: string): Party {
  const named = /^(?:"(?:[^"\\]|\\.)*"|[^"<>,;]*)\s*<([^<>]+)>\s*(.*)$/.exec(value)
  if (named?.[1]) return { uri: named[1], params: readParams(named[2] ?? "") }
  const bare = /^([^\s<>;?]+)\s*(.*)$/.exec(value)
  if (!bare?.[1]) throw new Malformed(`an address is "${value}"`)
  return { uri: bare[1], params: readParams(bare[2] ?? "") }
}

/** Reads ";name=value;name" and, with `separator`, lists like those of credentials. Throws Malformed. */
export function readParams(text: string, separator = ";"): Params {
  const params = new Map<string, string>()
  for (const piece of splitOutsideQuotes(text, separator)) {
    if (piece === "") continue
    const param = /^([A-Za-z0-9\-.!%*_+`'~]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s",;]+))?$/.exec(piece)
    if (!param?.[1]) throw new Malformed(`a parameter is "${piece}"`)
    const name = param[1].toLowerCase(), value = param[2] ?? ""
    if (params.has(name)) throw new Malformed(`parameter ${name} comes twice`)
    params.set(name, value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value)
  }
  return params
}

/** The values of all fields of a name, lists taken apart. */
export function valuesOf(request: { readonly fields: readonly Field[] }, name: string): string[] {
  return request.fields.filter(field => field.name === name).flatMap(field => splitList(field.value))
}

/** The whole value of the first field of a name; "" when there is none. */
export function valueOf(fields: readonly Field[], name: string): string { return fields.find(field => field.name === name)?.value ?? "" }

function single(fields: readonly Field[], name: string): string {
  const found = fields.filter(field => field.name === name)
  const value = found[0]?.value
  if (value === undefined) throw new Malformed(`there is no ${name}`)
  if (found.length > 1) throw new Malformed(`there are several ${name}`)
  if (value === "") throw new Malformed(`${name} is empty`)
  return value
}

export function splitList(value: string): string[] { return splitOutsideQuotes(value, ",") }

function splitOutsideQuotes(text: string, separator: string): string[] {
  const pieces: string[] = []
  let from = 0, quoted = false, bracketed = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (quoted && c === "\\") i++
    else if (c === '"') quoted = !quoted
    else if (!quoted && c === "<") bracketed = true
    else if (!quoted && c === ">") bracketed = false
    else if (!quoted && !bracketed && c === separator) {
      pieces.push(text.slice(from, i).trim())
      from = i + 1
    }
  }
  if (quoted) throw new Malformed(`a quoted string has no end: "${text}"`)
  return [...pieces, text.slice(from).trim()]
}

/** Where a request came from. */
export type Source = { readonly address: string, readonly port: number }

/** A response before it is bytes. */
export type Response = { readonly status: number, readonly reason: string, readonly fields: readonly string[] }

/**
 * RFC 3261 8.2.6 and 18.2.1, RFC 3581 4: a response with the request's Via, From, To, Call-ID and CSeq. Also for a request that was only
 * half read: it has what there was.
 */
export function writeResponse(fields: readonly Field[], source: Source, toTag: string, response: Response): Uint8Array {
  const lines = [`SIP/2.0 ${response.status} ${response.reason}`]
  fields.filter(field => field.name === "via").forEach(({ value }, i) => {
    lines.push(`Via: ${i === 0 ? withSource(value, source) : value}`)
  })
  for (const [name, title] of [["from", "From"], ["to", "To"], ["call-id", "Call-ID"], ["cseq", "CSeq"]] as const) {
    const value = valueOf(fields, name)
    if (value !== "") lines.push(`${title}: ${name === "to" ? withTag(value, toTag) : value}`)
  }
  return bytesOf(`${[...lines, ...response.fields, "Content-Length: 0"].join("\r\n")}\r\n\r\n`)
}

function withTag(to: string, tag: string): string {
  return /;\s*tag\s*=/i.test(to.slice(to.lastIndexOf(">") + 1)) ? to : `${to};tag=${tag}`
}

function withSource(via: string, source: Source): string {
  const [first = "", ...others] = splitList(via)
  const marked = `${first.replace(/;\s*rport(?=\s*(;|$))/i, `;rport=${source.port}`)};received=${source.address}`
  return [marked, ...others].join(", ")
}

/** Text as bytes, one each: Latin-1. */
export function bytesOf(text: string): Uint8Array { return Uint8Array.from(text, character => character.charCodeAt(0)) }
