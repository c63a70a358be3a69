// Tells a SIP packet of a call in one line: what it is, and what in it matters to whoever reads a flow.
import { cseqOf, every, first, partsOf, readPacket, tagOf, type Packet } from "./packet.ts"
import { audioOf } from "./talk.ts"

/** Fields that are told with their values. */
const TOLD = [
  "refer-to", "referred-by", "replaces", "event", "subscription-state", "rseq", "rack", "session-expires", "min-se", "reason", "require", "retry-after", "alert-info", "answer-mode", "priv-answer-mode", "warning",
] as const

/** Fields that explain an answer of this status. */
const EXPLAINING: Readonly<Record<number, string>> = { 405: "allow", 415: "accept", 420: "unsupported", 489: "allow-events" }

/** Requests that say whom they are for. */
const NAMING = ["INVITE", "REFER", "SUBSCRIBE", "MESSAGE"]

/** Keeps for each call whose tag answered it first, so that a second one is shown, and the credentials of each INVITE, which its ACK has to repeat. */
export class Telling {
  readonly #tags = new Map<string, string>()
  readonly #credentials = new Set<string>()

  /** Undefined for what is no SIP, or REGISTER, which has words of its own. */
  line(bytes: Uint8Array): string | undefined {
    const packet = readPacket(bytes)
    if (packet === undefined || first(packet, "cseq").endsWith("REGISTER")) return undefined
    const [, method = ""] = first(packet, "cseq").split(/\s+/)
    const what = packet.status !== 0 ? `${packet.status} to ${method}` : packet.method
    return [what, ...this.#whom(packet), ...strict(packet), `cseq ${cseqOf(packet)}`, ...this.#signed(packet), ...this.#tag(packet), ...this.#fields(packet), ...body(packet)].join(" ")
  }

  /** RFC 3261 22.1: the ACK of a 2xx has the credentials of its INVITE. */
  #signed(packet: Packet): string[] {
    const credentials = [...every(packet, "authorization"), ...every(packet, "proxy-authorization")].join()
    const invite = `${first(packet, "call-id")} ${cseqOf(packet)} ${credentials}`
    if (packet.method === "INVITE") this.#credentials.add(invite)
    if (credentials === "") return []
    return [packet.method === "ACK" && this.#credentials.has(invite) ? "signed-as-its-invite" : "signed"]
  }

  /** Who is called, as long as there is no dialog. */
  #whom(packet: Packet): string[] {
    if (!NAMING.includes(packet.method) || tagOf(first(packet, "to")) !== "") return []
    return [packet.uri.replace(/^sip:/, "").replace(/;.*/, "")]
  }

  #tag(packet: Packet): string[] {
    const tag = tagOf(first(packet, "to")), callId = first(packet, "call-id")
    if (packet.status <= 100 || tag === "" || !first(packet, "cseq").endsWith("INVITE")) return []
    const known = this.#tags.get(callId)
    if (known === undefined) this.#tags.set(callId, tag)
    return known === undefined || known === tag ? [] : ["other-tag"]
  }

  #fields(packet: Packet): string[] {
    const explains = EXPLAINING[packet.status]
    const ends = packet.method === "SUBSCRIBE" && first(packet, "expires") === "0" ? ["expires"] : []
    const told = [...TOLD, ...ends, ...explains === undefined ? [] : [explains]].flatMap((name) => every(packet, name).map((value) => `${name} ${value}`))
    const moved = packet.status >= 300 && packet.status < 400 ? every(packet, "contact").map((value) => `to ${partsOf(value.replace(/[<>]/g, "")).user}`) : []
    return [...told.map((text) => `[${text}]`), ...moved]
  }
}

/** RFC 3261 12.2.1.1: how a request goes to a router that stands in its Request-URI. */
function strict(packet: Packet): string[] {
  const routes = every(packet, "route")
  if (packet.status !== 0 || routes.length === 0 || partsOf(packet.uri).user !== "") return []
  return [`by-way-of ${packet.uri.replace(/^sip:/, "")}`, ...routes.map((route) => `[route ${route}]`)]
}

/** A session description as its direction and codecs; other bodies by their first line. */
function body(packet: Packet): string[] {
  if (packet.body === "") return []
  if (!packet.body.startsWith("v=0")) return [`"${packet.body.trim().split(/\s*\r?\n/).join(" ")}"`]
  const audio = audioOf(packet.body)
  if (audio === undefined) return ["sdp without sound"]
  const lines = packet.body.match(/^m=\S+ \d+/gm) ?? [], refused = lines.filter((line) => line.endsWith(" 0")).length
  return [`sdp ${audio.direction} ${audio.codecs.map(([, law]) => law).join(" ")}`, ...(lines.length > 1 ? [`of ${lines.length} lines, ${refused} refused`] : [])]
}
