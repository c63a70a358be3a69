// A SIP message as fields that can be read, changed and written again: for the simulated proxies and callers. Apart from the phone's own parser.
import { latin1 } from "./message.ts"
import { COMPACT, bytesOf, splitList, type Field } from "./sip.ts"

/** A request has `method` and `uri`, a response `status` and `reason`; the others are empty or 0. */
export type Packet = {
  readonly method: string
  readonly uri: string
  readonly status: number
  readonly reason: string
  /** Names in lower case and long form; lists of Via, Route, Record-Route and Contact taken apart. */
  readonly fields: readonly Field[]
  readonly body: string
}

const LISTS = ["via", "route", "record-route", "contact"]
const TITLES: Readonly<Record<string, string>> = {
  "call-id": "Call-ID", "cseq": "CSeq", "rack": "RAck", "rseq": "RSeq", "min-se": "Min-SE", "www-authenticate": "WWW-Authenticate",
}

/** Undefined for what is no SIP message. */
export function readPacket(bytes: Uint8Array): Packet | undefined {
  const text = latin1(bytes)
  const end = text.indexOf("\r\n\r\n")
  if (end < 0) return undefined
  const [first = "", ...lines] = text.slice(0, end).replace(/\r\n[ \t]+/g, " ").split("\r\n")
  const request = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(first), response = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(first)
  if (!request && !response) return undefined
  return {
    method: request?.[1] ?? "", uri: request?.[2] ?? "", status: Number(response?.[1] ?? 0), reason: response?.[2] ?? "",
    fields: lines.flatMap(fieldsOf), body: text.slice(end + 4),
  }
}

function fieldsOf(line: string): Field[] {
  const colon = line.indexOf(":")
  const short = line.slice(0, Math.max(colon, 0)).trim().toLowerCase()
  const name = COMPACT[short] ?? short, value = line.slice(colon + 1).trim()
  if (!LISTS.includes(name)) return [{ name, value }]
  try {
    return splitList(value).map((each) => ({ name, value: each }))
  } catch {
    return [{ name, value }]
  }
}

/** The bytes of a message; Content-Length is always that of the body. */
export function writePacket(packet: Packet): Uint8Array {
  const first = packet.status === 0 ? `${packet.method} ${packet.uri} SIP/2.0` : `SIP/2.0 ${packet.status} ${packet.reason}`
  const fields = packet.fields.filter(({ name }) => name !== "content-length").map(({ name, value }) => `${titleOf(name)}: ${value}`)
  return bytesOf([first, ...fields, `Content-Length: ${packet.body.length}`, "", packet.body].join("\r\n"))
}

function titleOf(name: string): string { return TITLES[name] ?? name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()) }

/** The first value of a field; "" when there is none. */
export function first(packet: Packet, name: string): string { return packet.fields.find((field) => field.name === name)?.value ?? "" }

/** All values of a field. */
export function every(packet: Packet, name: string): string[] {
  return packet.fields.filter((field) => field.name === name).map(({ value }) => value)
}

/** Fields from lines such as "Event: refer". A Contact and an Allow take the place of one before them; empty ones leave none. */
export function fieldsFrom(lines: readonly string[]): Field[] {
  const single = (line: string): string | undefined => /^(contact|allow) *:/i.exec(line)?.[1]?.toLowerCase()
  const counts = (line: string, i: number): boolean => single(line) === undefined || i === lines.findLastIndex((other) => single(other) === single(line)) && !/: *$/.test(line)
  return lines.filter((line, i) => line.includes(":") && counts(line, i)).flatMap(fieldsOf)
}

/** The value of a parameter behind a name-addr or in a Via; undefined when it has none. */
export function paramOf(value: string, name: string): string | undefined {
  const found = new RegExp(`;\\s*${name}(?:\\s*=\\s*"?([^;,\\s"]*))?(?=[;,\\s"]|$)`, "i").exec(value.slice(value.lastIndexOf(">") + 1))
  return found === null ? undefined : found[1] ?? ""
}

/** The URI in a name-addr or addr-spec. */
export function uriOf(value: string): string { return /<([^>]*)>/.exec(value)?.[1] ?? value.split(";")[0]?.trim() ?? "" }

/** The parts of a sip: URI. `host` without brackets; `port` 0 when it has none. */
export function partsOf(uri: string): { user: string, host: string, port: number } {
  const [, user = "", host = "", port = "0"] = /^sips?:(?:([^@]*)@)?(\[[^\]]*\]|[^:;?]*)(?::(\d+))?/i.exec(uri) ?? []
  return { user: user.split(";")[0] ?? "", host: host.replace(/^\[|\]$/g, ""), port: Number(port) }
}

export const cseqOf = (packet: Packet): number => Number(first(packet, "cseq").split(" ")[0])
export const cseqMethodOf = (packet: Packet): string => first(packet, "cseq").split(/\s+/)[1] ?? ""
export const branchOf = (packet: Packet): string => paramOf(first(packet, "via"), "branch") ?? ""
export const tagOf = (value: string): string => paramOf(value, "tag") ?? ""

/** Whether a request supports or requires an extension. */
export function supports(packet: Packet, option: string): boolean {
  return [...every(packet, "supported"), ...every(packet, "require")].some((list) => list.toLowerCase().split(/\s*,\s*/).includes(option))
}

/** The seconds that Session-Expires asks for; 0 when there is none. */
export function sessionOf(packet: Packet): number {
  const value = first(packet, "session-expires")
  return value === "" ? 0 : Number(value.split(";")[0])
}

/** What callers say with the answers that they give. */
export const REASONS: Readonly<Record<number, string>> = {
  302: "Moved Temporarily", 404: "Not Found", 408: "Request Timeout", 415: "Unsupported Media Type", 420: "Bad Extension", 422: "Session Interval Too Small",
  480: "Temporarily Unavailable", 481: "Call/Transaction Does Not Exist", 486: "Busy Here", 488: "Not Acceptable Here", 491: "Request Pending",
  500: "Server Internal Error", 503: "Service Unavailable", 600: "Busy Everywhere", 603: "Decline",
}
