// Reads of a SIP message what the world's checks need; written apart from the phone's own parser, so that they cannot err alike.
import { stunSummary } from "./stun.ts"

/** A SIP message as the checks see it. */
export type Sip = {
  /** Of a request; "" in a response. */
  readonly method: string
  /** 0 in a request. */
  readonly status: number
  readonly branch: string
  readonly callId: string
  /** Of To; "" outside a dialog. */
  readonly toTag: string
  readonly cseq: number
  readonly cseqMethod: string
  readonly contacts: readonly Contact[]
  /** Header field Expires, seconds; -1 when absent. */
  readonly expires: number
  /** Nonce of the first Authorization, Proxy-Authorization or challenge, or the next nonce of Authentication-Info; "" when there is none. */
  readonly nonce: string
  readonly stale: boolean
}

/** A Contact value: its URI without parameters, and the expires parameter in seconds, -1 when absent. */
export type Contact = { readonly uri: string, readonly expires: number }

const NAMES: Readonly<Record<string, string>> = { v: "via", i: "call-id", m: "contact", t: "to" }

const CREDENTIALS = ["authorization", "proxy-authorization", "www-authenticate", "proxy-authenticate", "authentication-info"]

// Several checks read the same packet.
const known = new WeakMap<Uint8Array, { readonly sip: Sip | undefined }>()

/** Undefined when the bytes are no SIP message, or lack a field that every message must have. The bytes must not change later. */
export function readSip(bytes: Uint8Array): Sip | undefined {
  const before = known.get(bytes)
  if (before !== undefined) return before.sip
  const sip = read(bytes)
  known.set(bytes, { sip })
  return sip
}

function read(bytes: Uint8Array): Sip | undefined {
  const text = latin1(bytes)
  const end = text.indexOf("\r\n\r\n")
  const [first = "", ...lines] = (end < 0 ? text : text.slice(0, end)).replace(/\r\n[ \t]+/g, " ").split("\r\n")
  const response = /^SIP\/2\.0 (\d{3}) /.exec(first)
  const request = /^([A-Z]+) \S+ SIP\/2\.0$/.exec(first)
  if (!response && !request) return undefined
  const fields = readFields(lines)
  const via = fields.get("via")?.[0] ?? ""
  const cseq = /^(\d+)\s+(\S+)$/.exec(fields.get("cseq")?.[0] ?? "")
  const callId = fields.get("call-id")?.[0]
  if (!cseq || callId === undefined) return undefined
  const credentials = CREDENTIALS.flatMap(name => fields.get(name) ?? [])[0] ?? ""
  return {
    method: request?.[1] ?? "",
    status: Number(response?.[1] ?? 0),
    branch: /;\s*branch=([^;,\s]+)/i.exec(via)?.[1] ?? "",
    callId,
    toTag: /;\s*tag=([^;,\s]+)/i.exec((fields.get("to")?.[0] ?? "").replace(/^.*>/, ""))?.[1] ?? "",
    cseq: Number(cseq[1]),
    cseqMethod: cseq[2] ?? "",
    contacts: (fields.get("contact") ?? []).flatMap(readContacts),
    expires: Number(fields.get("expires")?.[0] ?? -1),
    nonce: /nonce="([^"]*)"/i.exec(credentials)?.[1] ?? "",
    stale: /stale="?true/i.test(credentials),
  }
}

function readFields(lines: readonly string[]): Map<string, string[]> {
  const fields = new Map<string, string[]>()
  for (const line of lines) {
    const field = /^([^:\s]+)\s*:\s*(.*)$/.exec(line)
    if (!field) continue
    const name = (field[1] ?? "").toLowerCase()
    const long = NAMES[name] ?? name
    fields.set(long, [...(fields.get(long) ?? []), (field[2] ?? "").trim()])
  }
  return fields
}

function readContacts(value: string): Contact[] {
  return value.replace(/"(?:[^"\\]|\\.)*"/g, "\"\"").split(",").flatMap(one => {
    const uri = /<([^>]*)>/.exec(one)?.[1] ?? /^\s*([^;\s]+)/.exec(one)?.[1]
    if (uri === undefined) return []
    const expires = /;\s*expires=(\d+)/i.exec(one.slice(one.indexOf(">") + 1))?.[1]
    return [{ uri: withoutParameters(uri), expires: Number(expires ?? -1) }]
  })
}

/** A URI as far as its parameters and headers. */
export function withoutParameters(uri: string): string { return uri.split(/[;?]/)[0] ?? uri }

/** Bytes as text, one character a byte. */
export function latin1(bytes: Uint8Array): string {
  let text = ""
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096))
  return text
}

/** One line that says what a packet is: for traces and reports. */
export function summary(bytes: Uint8Array): string {
  const sip = readSip(bytes)
  if (sip === undefined) return stunSummary(bytes) ?? `${bytes.length} bytes`
  const own = sip.contacts[0]?.expires ?? -1
  const expires = own >= 0 ? own : sip.expires
  const lifetime = sip.cseqMethod === "REGISTER" && expires >= 0 ? ` expires ${expires}` : ""
  const signed = sip.nonce !== "" && sip.status === 0 ? " signed" : ""
  return `${sip.method || `${sip.status} to ${sip.cseqMethod}`} cseq ${sip.cseq}${lifetime}${signed}`
}
