// Tells a packet of a trace in a few words: what stands on its arrow, and what stands beside it.
import { decode, type Answer, type DecodedPacket } from "dns-packet"
import { cseqMethodOf, cseqOf, every, first, partsOf, readPacket, tagOf, uriOf, type Packet } from "../sim/packet.ts"
import { audioOf } from "../sim/talk.ts"

/** `label` is as short as can be; `details` are what else matters, each a few words. */
export type Told = { readonly label: string; readonly details: readonly string[] }

/** Requests that say whom they are for, as long as there is no dialog. */
const NAMING = ["INVITE", "REFER", "SUBSCRIBE", "MESSAGE"]

/** Fields that are told with their values. */
const FIELDS = ["refer-to", "replaces", "event", "subscription-state", "min-se", "min-expires", "retry-after", "reason"]

/** A message of SIP; undefined when it is none. */
export function sipTold(bytes: Uint8Array): Told | undefined {
  const packet = readPacket(bytes)
  if (packet === undefined) return undefined
  const method = cseqMethodOf(packet), isRequest = packet.status === 0
  const signed = isRequest && packet.fields.some(({ name }) => name === "authorization" || name === "proxy-authorization")
  return {
    label: `${isRequest ? packet.method : `${packet.status} ${method}`} ${cseqOf(packet)}`,
    details: [
      ...(isRequest && NAMING.includes(method) && tagOf(first(packet, "to")) === "" ? [`to ${whom(packet.uri)}`] : []),
      ...(method === "REGISTER" ? lifetime(packet) : []),
      ...(signed ? ["signed"] : []),
      ...FIELDS.flatMap((name) => every(packet, name).map((value) => `${name} ${value}`)),
      ...(packet.status >= 300 && packet.status < 400 ? every(packet, "contact").map((value) => `to ${whom(uriOf(value))}`) : []),
      ...body(packet),
    ],
  }
}

function whom(uri: string): string {
  const { user, host } = partsOf(uri)
  return user === "" ? host : `${user}@${host}`
}

// RFC 3261 10.2.1.1: the lifetime stands at the contact or in a field of its own.
function lifetime(packet: Packet): string[] {
  if (packet.status >= 300) return []
  const own = /;\s*expires=(\d+)/i.exec(first(packet, "contact"))?.[1] ?? first(packet, "expires")
  return own === "" ? [] : [`expires ${own}`]
}

function body(packet: Packet): string[] {
  if (!packet.body.startsWith("v=0")) return []
  const audio = audioOf(packet.body)
  return audio === undefined ? ["no sound"] : [`sound ${audio.direction === "sendrecv" ? "" : `${audio.direction} `}${audio.codecs.map(([, law]) => law).join(" ")}`]
}

/** A message of DNS; undefined when it cannot be read. */
export function dnsTold(bytes: Uint8Array): Told | undefined {
  const packet = readDns(bytes)
  const question = packet?.questions?.[0]
  if (packet === undefined || question === undefined) return undefined
  const { type, name } = question
  if (packet.type !== "response") return { label: `${type}?`, details: [name] }
  if (packet.rcode !== "NOERROR") return { label: packet.rcode, details: [`${type} ${name}`] }
  if (packet.answers === undefined || packet.answers.length === 0) return { label: `no ${type}`, details: [name] }
  return { label: type, details: packet.answers.map(valueOf) }
}

export type Dns = DecodedPacket & { readonly rcode: string }

export function readDns(bytes: Uint8Array): Dns | undefined {
  try {
    return decode(Buffer.from(bytes)) as Dns
  } catch {
    return undefined
  }
}

function valueOf(answer: Answer): string {
  switch (answer.type) {
    case "A": case "AAAA": return answer.data
    case "CNAME": case "NS": return `is ${answer.data}`
    case "SRV": return `${answer.data.priority ?? 0} ${answer.data.weight ?? 0} ${answer.data.port} ${answer.data.target}`
    case "NAPTR": return `${answer.data.order} ${answer.data.preference} ${answer.data.services} ${answer.data.replacement}`
    default: return answer.type
  }
}
