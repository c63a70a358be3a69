// The server's side of digest authentication (RFC 7616, 8760): makes challenges and judges credentials.
import type { Params } from "./sip.ts"

export type HashName = "MD5" | "SHA-256" | "SHA-512-256"
export type Algorithm = HashName | `${HashName}-sess`

/** The digest of a Latin-1 text in lower-case hexadecimal. */
export type Hash = (name: HashName, text: string) => string

export type ChallengerOptions = {
  readonly realm: string
  /** Passwords by user. */
  readonly users: Readonly<Record<string, string>>
  readonly hash: Hash
  /** Makes nonces that no other server takes for its own. */
  readonly secret?: string
  /** One challenge for each, in this order. Default: MD5. */
  readonly algorithms?: readonly Algorithm[]
  /** "auth" (default), or "" for a server of RFC 2069. */
  readonly qop?: "auth" | ""
  /** How long a nonce is good. Default: 300 s. */
  readonly nonceLifeSec?: number
  /** Say stale=true about a nonce that is too old (default). Kamailio does not by itself. */
  readonly saysStale?: boolean
  /** Sent in every challenge and wanted back. Default: none. */
  readonly opaque?: string
}

/** What credentials are worth. `foreign`: this server never gave that nonce. `wrong`: what a phone must never send. */
export type Judgement =
  | { readonly verdict: "good", readonly nonce: string, readonly nc: number }
  | { readonly verdict: "stale" | "foreign" | "refused" | "old", readonly nonce: string }
  | { readonly verdict: "wrong", readonly sentence: string }

const NONCE_LIFE_SEC = 300

export class Challenger {
  readonly options: ChallengerOptions
  private boot = 1
  private issued = 0

  constructor(options: ChallengerOptions) { this.options = options }

  /** Nonces given before are no longer taken. */
  restart(): void { this.boot++ }

  /** A nonce that was never given before. */
  nonce(now: number): string { return this.sealed(`${this.boot}.${++this.issued}.${now}`) }

  /** The lines WWW-Authenticate of a 401. */
  challenges(nonce: string, stale: boolean): string[] {
    const { realm, algorithms = ["MD5"], qop = "auth", opaque } = this.options
    const rest = `${qop ? `, qop="${qop}"` : ""}${opaque === undefined ? "" : `, opaque="${opaque}"`}${stale ? ", stale=true" : ""}`
    return algorithms.map(algorithm => `WWW-Authenticate: Digest realm="${quote(realm)}", nonce="${nonce}", algorithm=${algorithm}${rest}`)
  }

  /** Judges credentials for this realm. `uri` is the Request-URI. */
  judge(params: Params, method: string, uri: string, now: number): Judgement {
    const { users, algorithms = ["MD5"], qop = "auth", opaque, nonceLifeSec = NONCE_LIFE_SEC, saysStale = true } = this.options
    const get = (name: string): string => params.get(name) ?? ""
    const wrong = (sentence: string): Judgement => ({ verdict: "wrong", sentence })
    for (const name of ["username", "nonce", "uri", "response"]) if (!params.has(name)) return wrong(`credentials without ${name}`)
    if (get("uri") !== uri) return wrong(`credentials are for ${get("uri")}, the request is for ${uri}`)
    const algorithm = algorithms.find(one => one.toLowerCase() === (params.get("algorithm") ?? "MD5").toLowerCase())
    if (algorithm === undefined) return wrong(`credentials use ${params.get("algorithm") ?? "MD5"}, which was not offered`)
    if (get("qop") !== qop) return wrong(`credentials have qop "${get("qop")}", offered was "${qop}"`)
    if (qop && !/^[0-9a-f]{8}$/i.test(get("nc"))) return wrong(`credentials have nc "${get("nc")}"`)
    if (qop && get("cnonce") === "") return wrong("credentials have no cnonce")
    if (opaque !== undefined && get("opaque") !== opaque) return wrong(`credentials do not bring opaque back`)
    const nonce = get("nonce")
    const age = this.ageOf(nonce, now)
    if (age === undefined) return { verdict: "foreign", nonce }
    const password = users[get("username")]
    if (password === undefined || get("response") !== this.response(params, algorithm, method, password)) return { verdict: "refused", nonce }
    if (age === "old") return { verdict: "old", nonce }
    if (age > nonceLifeSec * 1000) return { verdict: saysStale ? "stale" : "old", nonce }
    return { verdict: "good", nonce, nc: parseInt(get("nc") || "0", 16) }
  }

  // RFC 7616 3.4.1 to 3.4.3, and RFC 2069 without qop
  private response(params: Params, algorithm: Algorithm, method: string, password: string): string {
    const get = (name: string): string => params.get(name) ?? ""
    const name = algorithm.replace("-sess", "") as HashName
    const { hash, realm, qop = "auth" } = this.options
    const account = hash(name, `${get("username")}:${realm}:${password}`)
    const a1 = algorithm === name ? account : hash(name, `${account}:${get("nonce")}:${get("cnonce")}`)
    const a2 = hash(name, `${method}:${get("uri")}`)
    return hash(name, [a1, get("nonce"), ...(qop ? [get("nc"), get("cnonce"), qop] : []), a2].join(":"))
  }

  /** Milliseconds; "old" when it is from before a restart, undefined when it is none of ours. */
  private ageOf(nonce: string, now: number): number | "old" | undefined {
    const content = nonce.slice(0, nonce.lastIndexOf("."))
    if (nonce !== this.sealed(content)) return undefined
    const [boot, , issuedAt] = content.split(".").map(Number)
    return boot === this.boot ? now - (issuedAt ?? now) : "old"
  }

  private sealed(content: string): string {
    const { hash, secret = "", realm } = this.options
    return `${content}.${hash("MD5", `${secret}:${realm}:${content}`).slice(0, 16)}`
  }
}

function quote(text: string): string { return text.replace(/["\\]/g, "\\$&") }
