// A SIP registrar for lab and simulation: bytes in, bytes out, on a clock that is passed in. It can fail in every way in which servers fail.
import { Auditor } from "./auditor.ts"
import { Challenger, type ChallengerOptions } from "./challenger.ts"
import { latin1, withoutParameters } from "./message.ts"
import { bound, isBinding } from "./stun.ts"
import { Malformed, type Field, type Request, type Response, readParams, readParty, readRequest, valueOf, valuesOf, writeResponse } from "./sip.ts"

export type Endpoint = { readonly address: string, readonly port: number }

/** What to send, to whom, after how many milliseconds (none = at once). */
export type Answer = { readonly bytes: Uint8Array, readonly to: Endpoint, readonly delayMs?: number }

/** How the server is. */
export type Mode =
  | { readonly kind: "well" }
  /** It is not running: its host refuses what comes for it (receive() answers nothing). */
  | { readonly kind: "refuse" }
  /** It swallows everything. */
  /** To requests of one method, or to everything. */
  | { readonly kind: "silent", readonly method?: string }
  /** It answers so much later. */
  | { readonly kind: "late", readonly ms: number }
  /** It answers every request with this code, or those of one method. */
  | { readonly kind: "code", readonly code: number, readonly method?: string, readonly retryAfterSec?: number, readonly minExpiresSec?: number }
  /** It takes no credentials: each REGISTER gets a challenge, with a new nonce, with always the same, or with a new one and stale=true. */
  | { readonly kind: "challenge", readonly nonce: "new" | "same" | "stale" }
  /** It asks nobody for credentials. */
  | { readonly kind: "open" }
  /** It answers every REGISTER with 423 and wants more than was asked for. */
  | { readonly kind: "brief" }

export type RegistrarOptions = ChallengerOptions & {
  /** For less it answers 423. Default: 0. */
  readonly minExpiresSec?: number
  /** It grants no more. Default: 3600. */
  readonly maxExpiresSec?: number
  /** Values of Service-Route in its answers (RFC 3608). */
  readonly serviceRoutes?: readonly string[]
  /** Each answer to a REGISTER brings the nonce for the next (Authentication-Info). */
  readonly givesNextNonce?: boolean
  /** Bad credentials get this: 401 with another nonce (default), or 403. */
  readonly badCredentials?: 401 | 403
  /** Milliseconds by which the network may change the order of packets. Default: 0. */
  readonly reorderMs?: number
  /** Is told of each request that comes, well-formed, also when nothing will be answered. */
  readonly onRequest?: (request: Request, source: Endpoint, now: number) => void
}

export type Binding = {
  /** As the phone wrote it. */
  readonly uri: string
  /** Without parameters. */
  readonly contact: string
  readonly aor: string
  readonly callId: string
  readonly cseq: number
  /** On the clock of receive(). */
  readonly expiresAt: number
}

type Credentials = "authorization" | "proxy-authorization"
type Transaction = { readonly text: string, readonly bytes: Uint8Array, readonly readyAt: number, readonly at: number }

// RFC 3261 17.2.2: timer J
const TRANSACTION_MS = 32_000
const EXPIRES_DEFAULT_SEC = 3600
const REASONS: Readonly<Record<number, string>> = {
  200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 408: "Request Timeout", 423: "Interval Too Brief",
  480: "Temporarily Unavailable", 481: "Call/Transaction Does Not Exist", 486: "Busy Here", 500: "Server Internal Error", 501: "Not Implemented",
  503: "Service Unavailable", 504: "Server Time-out",
}

export class Registrar {
  mode: Mode = { kind: "well" }
  /** It takes keep-alives, and wants one so often (RFC 6223); "deaf" ones are promised and not answered. */
  keep: { readonly seconds: number, readonly deaf: boolean } | undefined
  readonly options: RegistrarOptions
  private readonly challenger: Challenger
  private readonly auditor: Auditor
  private readonly known = new Map<string, Binding>()
  private readonly transactions = new Map<string, Transaction>()
  private tags = 0
  private lastNonce = ""

  constructor(options: RegistrarOptions) {
    this.options = options
    this.challenger = new Challenger(options)
    this.auditor = new Auditor(options.reorderMs ?? 0)
  }

  /** Sentences about what no phone may send. */
  get violations(): readonly string[] { return this.auditor.violations }

  /** The bindings that have not expired. */
  bindings(now: number): Binding[] { return [...this.known.values()].filter(binding => binding.expiresAt > now) }

  /** Starts anew: knows no binding (unless they were `kept`), no transaction and none of its nonces. */
  restart(kept = false): void {
    if (!kept) this.known.clear()
    this.transactions.clear()
    this.challenger.restart()
  }

  /** Takes a datagram. `now` is in milliseconds and never goes back. */
  receive(bytes: Uint8Array, source: Endpoint, now: number): Answer[] {
    if (this.mode.kind === "refuse") return []
    if (isBinding(bytes)) return this.mode.kind === "silent" || this.keep?.deaf !== false ? [] : [{ bytes: bound(bytes, source), to: source }]
    let fields: readonly Field[] = []
    try {
      const request = readRequest(bytes)
      if (request === undefined) return []
      fields = request.fields
      return this.take(request, latin1(bytes), source, now)
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      this.auditor.note(`not well-formed: ${error.message}`)
      if (fields.length === 0) fields = error.fields
      const answerable = ["via", "from", "to", "call-id", "cseq"].every(name => valueOf(fields, name) !== "")
      return answerable && this.mode.kind !== "silent" ? [{ bytes: this.write(fields, source, respond(400)), to: source }] : []
    }
  }

  /** Looks at a request that is passed on and not answered here. False when it is not well-formed: receive() says so to its sender. */
  watches(bytes: Uint8Array, text: string, source: Endpoint, now: number): boolean {
    try {
      const request = readRequest(bytes)
      if (request === undefined) return true
      this.auditor.watch(request, text, source, now)
      this.options.onRequest?.(request, source, now)
      return true
    } catch (error) {
      if (error instanceof Malformed) return false
      throw error
    }
  }

  /** What a request that is passed on gets as long as its credentials for a proxy are not good; undefined when they are. */
  judgeCall(bytes: Uint8Array, now: number): Response | undefined {
    const request = readRequest(bytes)
    return request === undefined ? undefined : this.authenticate(request, now, "proxy-authorization")
  }

  private take(request: Request, text: string, source: Endpoint, now: number): Answer[] {
    this.auditor.watch(request, text, source, now)
    this.options.onRequest?.(request, source, now)
    if (this.isFor(request.method, "silent") || request.method === "ACK") return []
    const to = request.via.params.has("rport") ? source : { address: source.address, port: request.via.port }
    const key = `${request.via.params.get("branch") ?? ""} ${request.via.host}:${request.via.port} ${request.method}`
    const before = this.transactions.get(key)
    // RFC 3261 17.2.2: a request that comes again gets the same answer, or none while that one is not yet given.
    if (before?.text === text && before.at > now - TRANSACTION_MS) return before.readyAt <= now ? [{ bytes: before.bytes, to }] : []
    const delayMs = this.mode.kind === "late" ? this.mode.ms : 0
    const bytes = this.write(request.fields, source, this.answer(request, now))
    for (const [old, { at }] of this.transactions) if (at <= now - TRANSACTION_MS) this.transactions.delete(old)
    this.transactions.set(key, { text, bytes, readyAt: now + delayMs, at: now })
    return [{ bytes, to, delayMs }]
  }

  private write(fields: readonly Field[], source: Endpoint, response: Response): Uint8Array {
    return writeResponse(this.keep === undefined ? fields : fields.map((field) => this.kept(field, response)), source, `r${++this.tags}`, response)
  }

  /** RFC 6223 4.4: the value is what says that keep-alives are taken. */
  private kept(field: Field, response: Response): Field {
    if (field.name !== "via" || response.status >= 300) return field
    return { ...field, value: field.value.replace(/;keep(?=;|,|$)/, `;keep=${this.keep?.seconds}`) }
  }

  /** Whether it is in such a mode for requests of that method. */
  isFor(method: string, kind: "silent" | "code"): boolean {
    const { mode } = this
    return (mode.kind === "silent" || mode.kind === "code") && mode.kind === kind && (mode.method === undefined || mode.method === method)
  }

  private answer(request: Request, now: number): Response {
    const { mode } = this
    if (mode.kind === "code" && this.isFor(request.method, "code")) {
      const fields = mode.retryAfterSec === undefined ? [] : [`Retry-After: ${mode.retryAfterSec}`]
      return respond(mode.code, ...fields, ...(mode.minExpiresSec === undefined ? [] : [`Min-Expires: ${mode.minExpiresSec}`]))
    }
    if (request.method === "REGISTER") return this.register(request, now)
    if (request.method === "OPTIONS") return respond(200, "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER", "Accept: application/sdp")
    if (request.method === "INVITE") return respond(this.isBound(request.uri, now) ? 486 : 404)
    return respond(request.method === "BYE" || request.method === "CANCEL" ? 481 : 501)
  }

  private isBound(uri: string, now: number): boolean {
    return this.bindings(now).some(({ aor }) => aor === withoutParameters(uri))
  }

  // RFC 3261 10.3
  private register(request: Request, now: number): Response {
    const refused = this.authenticate(request, now)
    if (refused !== undefined) return refused
    const aor = withoutParameters(request.to.uri)
    const contacts = valuesOf(request, "contact")
    if (contacts.includes("*")) return this.removeAll(request, aor, contacts, now)
    const asked = contacts.map(value => {
      const { uri, params } = readParty(value)
      return { uri, seconds: this.secondsOf(params.get("expires") ?? (valueOf(request.fields, "expires") || undefined)) }
    })
    const least = Math.max(0, ...asked.map(({ seconds }) => seconds)) + 1
    if (this.mode.kind === "brief") return respond(423, `Min-Expires: ${least}`)
    const { minExpiresSec = 0, maxExpiresSec = EXPIRES_DEFAULT_SEC } = this.options
    if (asked.some(({ seconds }) => seconds > 0 && seconds < minExpiresSec)) return respond(423, `Min-Expires: ${minExpiresSec}`)
    for (const { uri } of asked) if (this.isOutOfOrder(request, uri, aor, now)) return respond(500)
    for (const { uri, seconds } of asked) this.bind(request, uri, aor, now + Math.min(seconds, maxExpiresSec) * 1000, now)
    return this.granted(request, aor, now)
  }

  private secondsOf(text: string | undefined): number {
    return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : EXPIRES_DEFAULT_SEC
  }

  private removeAll(request: Request, aor: string, contacts: readonly string[], now: number): Response {
    if (contacts.length > 1 || valueOf(request.fields, "expires") !== "0") return respond(400)
    for (const [key, binding] of this.known) {
      if (binding.aor !== aor) continue
      if (this.isOutOfOrder(request, binding.uri, aor, now)) return respond(500)
      this.known.delete(key)
    }
    return this.granted(request, aor, now)
  }

  // RFC 3261 10.3, step 7
  private isOutOfOrder(request: Request, uri: string, aor: string, now: number): boolean {
    const binding = this.known.get(`${aor} ${uri}`)
    return binding !== undefined && binding.expiresAt > now && binding.callId === request.callId && request.cseq <= binding.cseq
  }

  private bind(request: Request, uri: string, aor: string, expiresAt: number, now: number): void {
    const key = `${aor} ${uri}`
    this.known.delete(key)
    if (expiresAt <= now) return
    this.known.set(key, { uri, contact: withoutParameters(uri), aor, callId: request.callId, cseq: request.cseq, expiresAt })
  }

  private granted(request: Request, aor: string, now: number): Response {
    const contacts = this.bindings(now).filter(binding => binding.aor === aor)
      .map(({ uri, expiresAt }) => `Contact: <${uri}>;expires=${Math.round((expiresAt - now) / 1000)}`)
    const { serviceRoutes = [], givesNextNonce = false } = this.options
    // RFC 3327 5.3: the path comes back in the answer.
    const paths = valuesOf(request, "path").map(path => `Path: ${path}`)
    const next = givesNextNonce ? [`Authentication-Info: nextnonce="${this.challenger.nonce(now)}"`] : []
    return respond(200, ...contacts, ...paths, ...serviceRoutes.map(route => `Service-Route: ${route}`), ...next)
  }

  /** What a request without good credentials gets; undefined when they are good. */
  private authenticate(request: Request, now: number, field: Credentials = "authorization"): Response | undefined {
    const response = this.judged(request, now, field)
    if (response?.status !== 401 || field === "authorization") return response
    const fields = response.fields.map((line) => line.replace(/^WWW-/, "Proxy-"))
    return { status: 407, reason: "Proxy Authentication Required", fields }
  }

  private judged(request: Request, now: number, name: Credentials): Response | undefined {
    const { mode } = this
    if (mode.kind === "open") return undefined
    if (mode.kind === "challenge" && mode.nonce !== "new") return this.challenge(now, mode.nonce === "stale", mode.nonce === "same")
    const credentials = request.fields.filter(field => field.name === name && /^Digest\s/i.test(field.value))
      .map(field => readParams(field.value.replace(/^Digest\s+/i, ""), ","))
      .find(params => params.get("realm") === this.challenger.options.realm)
    if (credentials === undefined) return this.challenge(now, false)
    const judgement = this.challenger.judge(credentials, request.method, request.uri, now)
    const what = `${request.method} ${request.cseq}`
    if (judgement.verdict === "wrong") {
      this.auditor.note(`${what}: ${judgement.sentence}`)
      return respond(400)
    }
    if (judgement.verdict === "foreign") this.auditor.note(`${what}: the nonce ${judgement.nonce} is none of this server`)
    if (mode.kind === "challenge") return this.challenge(now, false)
    if (judgement.verdict === "refused" && this.options.badCredentials === 403) return respond(403)
    if (judgement.verdict !== "good") return this.challenge(now, judgement.verdict === "stale")
    if (judgement.nc > 0) this.auditor.watchNonce(request, judgement.nonce, judgement.nc, now)
    return undefined
  }

  private challenge(now: number, stale: boolean, same = false): Response {
    if (!same || this.lastNonce === "") this.lastNonce = this.challenger.nonce(now)
    return respond(401, ...this.challenger.challenges(this.lastNonce, stale))
  }
}

function respond(status: number, ...fields: string[]): Response {
  return { status, reason: REASONS[status] ?? "Refused", fields }
}
