// Watches what a phone sends to one server and notes what no phone may send. Unlike the server, it forgets nothing when the server restarts.
import { type Request, type Source, readParty, valuesOf } from "./sip.ts"

type Seen = { readonly text: string, readonly at: number }
type Last = { readonly cseq: number, readonly at: number }
type Used = { readonly branches: Map<number, string>, highest: number, at: number }

const KEPT_MS = 600_000
const NOTES_MAX = 100

export class Auditor {
  /** One sentence for each offence, the first hundred. */
  readonly violations: string[] = []
  private readonly reorderMs: number
  private readonly branches = new Map<string, Seen>()
  private readonly sequences = new Map<string, Last>()
  private readonly ended = new Set<string>()
  private readonly nonces = new Map<string, Used>()

  /** `reorderMs`: how much later than another packet the network may bring one that was sent before it. */
  constructor(reorderMs: number) { this.reorderMs = reorderMs }

  note(sentence: string): void {
    if (this.violations.length < NOTES_MAX) this.violations.push(sentence)
  }

  /** Looks at a request that is well-formed, whether the server answers it or not. */
  watch(request: Request, text: string, source: Source, now: number): void {
    const what = `${request.method} ${request.cseq}`
    const branch = request.via.params.get("branch") ?? ""
    if (!branch.startsWith("z9hG4bK") || branch.length < 8) this.note(`${what}: the branch is "${branch}"`)
    const key = `${branch} ${request.method === "ACK" ? "INVITE" : request.method}`
    const seen = this.branches.get(key)
    if (request.method === "ACK") return
    if (seen !== undefined) {
      if (seen.text !== text) this.note(`${what}: branch ${branch} was used before, with other content`)
      return
    }
    this.branches.set(key, { text, at: now })
    this.watchSource(request, what, source)
    this.watchSequence(request, what, now)
    if (request.method === "REGISTER") this.watchRegister(request, what, source)
    prune(this.branches, now)
  }

  /** A nonce of the server has come back with count `nc`. */
  watchNonce(request: Request, nonce: string, nc: number, now: number): void {
    const branch = request.via.params.get("branch") ?? ""
    const used = this.nonces.get(nonce) ?? { branches: new Map<number, string>(), highest: 0, at: now }
    const other = used.branches.get(nc)
    if (other !== undefined && other !== branch) this.note(`${request.method} ${request.cseq}: nc ${nc} was used before with this nonce`)
    else if (nc < 1 || (nc < used.highest && now - used.at > this.reorderMs)) {
      this.note(`${request.method} ${request.cseq}: nc is ${nc} after ${used.highest}`)
    }
    used.branches.set(nc, branch)
    if (nc > used.highest) Object.assign(used, { highest: nc, at: now })
    this.nonces.set(nonce, used)
    prune(this.nonces, now)
  }

  // RFC 3261 18.1.1 and 18.2.1: sent-by is where the request came from, as nothing stands between a phone and these servers.
  private watchSource(request: Request, what: string, source: Source): void {
    const { transport, host, port } = request.via
    if (transport.toUpperCase() !== "UDP") this.note(`${what}: Via says ${transport}`)
    if (!isAt(host, port, source)) this.note(`${what}: Via says ${host}:${port}, it came from ${show(source)}`)
  }

  // RFC 3261 8.1.1.5 and 12.2.1.1: CSeq rises with each request of a Call-ID outside dialogs, and in each dialog.
  private watchSequence(request: Request, what: string, now: number): void {
    if (request.method === "CANCEL") return
    const dialog = `${request.callId} ${request.to.params.get("tag") ?? ""}`
    const last = this.sequences.get(dialog)
    const late = last !== undefined && request.cseq < last.cseq && now - last.at <= this.reorderMs
    // RFC 3261 13.2.2.4: a 2xx that still comes after its dialog was ended is ended again.
    const again = request.method === "BYE" && this.ended.has(dialog)
    if (request.method === "BYE") this.ended.add(dialog)
    if (last !== undefined && request.cseq <= last.cseq && !late && !again) this.note(`${what}: CSeq of Call-ID ${request.callId} was ${last.cseq} before`)
    if (last === undefined || request.cseq > last.cseq) this.sequences.set(dialog, { cseq: request.cseq, at: now })
  }

  // RFC 3261 10.2
  private watchRegister(request: Request, what: string, source: Source): void {
    if (!/^sips?:[^@]+$/i.test(request.uri)) this.note(`${what}: the Request-URI ${request.uri} is no domain`)
    if (request.from.uri !== request.to.uri) this.note(`${what}: From is ${request.from.uri}, To is ${request.to.uri}`)
    if (request.to.params.has("tag")) this.note(`${what}: To has a tag`)
    for (const value of valuesOf(request, "contact")) {
      if (value === "*") continue
      const uri = readParty(value).uri
      const host = /^sips?:(?:[^@]*@)?(\[[^\]]+\]|[^:;?]+)(?::(\d+))?/i.exec(uri)
      // A contact that is removed may be one from another address.
      if (readParty(value).params.get("expires") === "0" || valuesOf(request, "expires")[0] === "0") continue
      if (!isAt(host?.[1] ?? "", Number(host?.[2] ?? 5060), source)) this.note(`${what}: Contact ${uri} does not lead back to ${show(source)}`)
    }
  }
}

function isAt(host: string, port: number, source: Source): boolean {
  return host.replace(/^\[|\]$/g, "").toLowerCase() === source.address.toLowerCase() && port === source.port
}

function show(at: Source): string { return `${at.address}:${at.port}` }

function prune(map: Map<string, { readonly at: number }>, now: number): void {
  for (const [key, { at }] of map) {
    if (at >= now - KEPT_MS) return
    map.delete(key)
  }
}
