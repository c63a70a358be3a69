import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import type { HashName } from "../../host/sim/challenger.ts"
import { latin1 } from "../../host/sim/message.ts"
import { type Mode, Registrar, type RegistrarOptions } from "../../host/sim/registrar.ts"
import { bytesOf, readParams } from "../../host/sim/sip.ts"

const HASHES = { "MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512-256" } as const
const SIGNED = 'Digest username="6001", realm="example.com", response="0"'
const PHONE = { address: "192.0.2.10", port: 5060 }

function hash(name: HashName, text: string): string { return createHash(HASHES[name]).update(text, "latin1").digest("hex") }

function registrar(options: Partial<RegistrarOptions> = {}): Registrar {
  return new Registrar({ realm: "example.com", users: { "6001": "secret" }, hash, ...options })
}

type Response = { status: number, text: string, field(name: string): string }

/** A phone as simple as can be. Each field of its REGISTER can be replaced, or removed with "". */
class Phone {
  readonly server: Registrar
  cseq = 0
  now = 1000
  nc = 0
  password = "secret"

  constructor(server: Registrar) { this.server = server }

  request(replaced: Readonly<Record<string, string>> = {}, method = "REGISTER"): string {
    this.cseq++
    const fields: Record<string, string> = {
      "Via": `SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK-${this.cseq};rport`,
      "From": "<sip:6001@example.com>;tag=f", "To": "<sip:6001@example.com>", "Call-ID": "one", "CSeq": `${this.cseq} ${method}`,
      "Max-Forwards": "70", "Contact": "<sip:6001@192.0.2.10:5060>", "Expires": "600", ...replaced,
    }
    const lines = Object.entries(fields).filter(([, value]) => value !== "").map(([name, value]) => `${name}: ${value}`)
    const uri = method === "REGISTER" ? "sip:example.com" : "sip:6001@example.com"
    return [`${method} ${uri} SIP/2.0`, ...lines, "Content-Length: 0", "", ""].join("\r\n")
  }

  send(text: string, source = PHONE): Response[] {
    return this.server.receive(bytesOf(text), source, this.now).map(({ bytes, to }) => {
      assert.deepEqual(to, source)
      const text = latin1(bytes)
      const field = (name: string): string => new RegExp(`^${name}: (.*)\r$`, "m").exec(text)?.[1] ?? ""
      return { status: Number(text.slice(8, 11)), text, field }
    })
  }

  one(text: string): Response {
    const responses = this.send(text)
    assert.equal(responses.length, 1)
    return responses[0]!
  }

  credentials(challenge: string, nc = 1, uri = "sip:example.com", cnonce = "c"): string {
    const params = readParams(challenge.replace(/^Digest /, ""), ",")
    const [realm, nonce, algorithm] = ["realm", "nonce", "algorithm"].map((name) => params.get(name)!) as [string, string, string]
    const name = algorithm.replace("-sess", "") as HashName
    const count = nc.toString(16).padStart(8, "0")
    const plain = hash(name, `6001:${realm}:${this.password}`)
    const a1 = name === algorithm ? plain : hash(name, `${plain}:${nonce}:${cnonce}`)
    const a2 = hash(name, `REGISTER:${uri}`)
    const qop = params.has("qop")
    const response = hash(name, qop ? `${a1}:${nonce}:${count}:${cnonce}:auth:${a2}` : `${a1}:${nonce}:${a2}`)
    const opaque = params.has("opaque") ? `, opaque="${params.get("opaque")}"` : ""
    const counted = qop ? `, qop=auth, nc=${count}, cnonce="${cnonce}"` : ""
    const rest = `algorithm=${algorithm}${counted}, response="${response}"${opaque}`
    return `Digest username="6001", realm="${realm}", nonce="${nonce}", uri="${uri}", ${rest}`
  }

  /** The whole registration; the last answer. */
  register(replaced: Readonly<Record<string, string>> = {}): Response {
    const first = this.one(this.request(replaced))
    assert.equal(first.status, 401)
    return this.one(this.request({ ...replaced, Authorization: this.credentials(first.field("WWW-Authenticate")) }))
  }
}

describe("registrar of the simulation", () => {
  for (const algorithm of ["MD5", "SHA-256", "SHA-512-256", "MD5-sess"] as const) {
    it(`registers after a challenge with ${algorithm} and lists the binding until it expires`, () => {
      const server = registrar({ algorithms: [algorithm], maxExpiresSec: 300 })
      const phone = new Phone(server)
      const granted = phone.register()
      assert.equal(granted.status, 200)
      assert.equal(granted.field("Contact"), "<sip:6001@192.0.2.10:5060>;expires=300")
      assert.match(granted.field("Via"), /;rport=5060;received=192\.0\.2\.10$/)
      assert.match(granted.field("To"), /;tag=/)
      assert.deepEqual(server.bindings(phone.now), [{
        uri: "sip:6001@192.0.2.10:5060", contact: "sip:6001@192.0.2.10:5060", aor: "sip:6001@example.com", callId: "one", cseq: 2, expiresAt: 301_000,
      }])
      assert.deepEqual(server.bindings(301_000), [])
      assert.deepEqual(server.violations, [])
    })
  }

  it("offers several algorithms in their order, and takes any of them", () => {
    const phone = new Phone(registrar({ algorithms: ["SHA-256", "MD5"], opaque: "o" }))
    const challenges = [...phone.one(phone.request()).text.matchAll(/^WWW-Authenticate: (.*)\r$/gm)].map((one) => one[1]!)
    assert.deepEqual(challenges.map((one) => /algorithm=([^,]*)/.exec(one)?.[1]), ["SHA-256", "MD5"])
    assert.equal(phone.one(phone.request({ Authorization: phone.credentials(challenges[1]!) })).status, 200)
  })

  it("can be a server of RFC 2069", () => {
    const phone = new Phone(registrar({ qop: "" }))
    assert.equal(phone.register().status, 200)
  })

  it("challenges again for a bad password, or answers 403", () => {
    for (const [options, status] of [[{}, 401], [{ badCredentials: 403 }, 403]] as const) {
      const phone = new Phone(registrar(options))
      phone.password = "wrong"
      const refused = phone.register()
      assert.equal(refused.status, status)
      assert.ok(!refused.text.includes("stale"))
      assert.deepEqual(phone.server.bindings(phone.now), [])
    }
  })

  it("says stale=true about a nonce that is too old, or is silent about it as Kamailio", () => {
    for (const saysStale of [true, false]) {
      const phone = new Phone(registrar({ nonceLifeSec: 60, saysStale }))
      const challenge = phone.one(phone.request()).field("WWW-Authenticate")
      phone.now += 61_000
      const again = phone.one(phone.request({ Authorization: phone.credentials(challenge) }))
      assert.equal(again.status, 401)
      assert.equal(/stale=true/.test(again.text), saysStale)
      assert.deepEqual(phone.server.violations, [])
    }
  })

  it("takes none of its nonces after a restart, and knows no binding", () => {
    const phone = new Phone(registrar())
    const challenge = phone.one(phone.request()).field("WWW-Authenticate")
    assert.equal(phone.one(phone.request({ Authorization: phone.credentials(challenge, 1) })).status, 200)
    phone.server.restart()
    assert.deepEqual(phone.server.bindings(phone.now), [])
    assert.equal(phone.one(phone.request({ Authorization: phone.credentials(challenge, 2) })).status, 401)
    assert.deepEqual(phone.server.violations, [])
  })

  it("brings the nonce for the next request when it is to", () => {
    const phone = new Phone(registrar({ givesNextNonce: true }))
    const challenge = phone.one(phone.request()).field("WWW-Authenticate")
    const granted = phone.one(phone.request({ Authorization: phone.credentials(challenge) }))
    const next = /nextnonce="([^"]*)"/.exec(granted.field("Authentication-Info"))?.[1] ?? ""
    const again = challenge.replace(/nonce="[^"]*"/, `nonce="${next}"`)
    assert.equal(phone.one(phone.request({ Authorization: phone.credentials(again) })).status, 200)
  })

  it("wants an interval that is not too brief (RFC 3261 10.3), and removes bindings at any time", () => {
    const phone = new Phone(registrar({ minExpiresSec: 60 }))
    const refused = phone.register({ Expires: "59" })
    assert.deepEqual([refused.status, refused.field("Min-Expires")], [423, "60"])
    assert.equal(phone.register({ Expires: "60" }).status, 200)
    assert.equal(phone.register({ Contact: "<sip:6001@192.0.2.10:5060>;expires=0" }).field("Contact"), "")
    phone.register()
    phone.register({ Contact: "<sip:6001@192.0.2.10:5060;x=y>" })
    assert.equal(phone.server.bindings(phone.now).length, 2)
    assert.equal(phone.register({ Contact: "*" }).status, 400)
    assert.equal(phone.register({ Contact: "*", Expires: "0" }).status, 200)
    assert.deepEqual(phone.server.bindings(phone.now), [])
  })

  it("gives Service-Route and the path back", () => {
    const phone = new Phone(registrar({ serviceRoutes: ["<sip:edge.example.com;lr>"] }))
    const granted = phone.register({ Path: "<sip:p.example.com;lr>" })
    assert.equal(granted.field("Service-Route"), "<sip:edge.example.com;lr>")
    assert.equal(granted.field("Path"), "<sip:p.example.com;lr>")
  })

  it("answers a request that comes again with the same bytes, and does nothing twice", () => {
    const phone = new Phone(registrar())
    const text = phone.request()
    const [first, second] = [phone.one(text), phone.one(text)]
    assert.equal(first.text, second.text)
    assert.deepEqual(phone.server.violations, [])
  })

  it("answers other methods", () => {
    const phone = new Phone(registrar())
    const status = (method: string): number | undefined => phone.send(phone.request({}, method))[0]?.status
    assert.deepEqual(["OPTIONS", "INVITE", "ACK", "BYE", "FOO"].map(status), [200, 404, undefined, 481, 501])
    phone.register()
    assert.equal(status("INVITE"), 486)
    assert.equal(phone.server.receive(bytesOf("\r\n\r\n"), PHONE, 1).length, 0)
    assert.equal(phone.server.receive(bytesOf("SIP/2.0 200 OK\r\n\r\n"), PHONE, 1).length, 0)
  })

  describe("fails in every way", () => {
    const status = (mode: Mode): readonly (number | undefined)[] => {
      const phone = new Phone(registrar())
      phone.server.mode = mode
      return [0, 1].map(() => phone.send(phone.request())[0]?.status)
    }

    it("refuses and is silent", () => {
      assert.deepEqual(status({ kind: "refuse" }), [undefined, undefined])
      assert.deepEqual(status({ kind: "silent" }), [undefined, undefined])
    })

    it("answers late, and not before for a request that comes again", () => {
      const phone = new Phone(registrar())
      phone.server.mode = { kind: "late", ms: 3000 }
      const text = bytesOf(phone.request())
      assert.equal(phone.server.receive(text, PHONE, 0)[0]?.delayMs, 3000)
      assert.deepEqual(phone.server.receive(text, PHONE, 500), [])
      assert.equal(phone.server.receive(text, PHONE, 3500).length, 1)
    })

    for (const code of [403, 404, 423, 500, 503]) {
      it(`answers ${code}`, () => assert.deepEqual(status({ kind: "code", code }), [code, code]))
    }

    it("says when to try again", () => {
      const phone = new Phone(registrar())
      phone.server.mode = { kind: "code", code: 503, retryAfterSec: 7 }
      assert.equal(phone.one(phone.request()).field("Retry-After"), "7")
    })

    it("challenges for ever: with new nonces, with the same, with stale=true", () => {
      for (const nonce of ["new", "same", "stale"] as const) {
        const phone = new Phone(registrar())
        phone.server.mode = { kind: "challenge", nonce }
        const given = []
        let fields = {}
        for (let i = 0; i < 4; i++) {
          const answer = phone.one(phone.request(fields))
          assert.equal(answer.status, 401)
          assert.equal(answer.text.includes("stale=true"), nonce === "stale")
          const challenge = answer.field("WWW-Authenticate")
          given.push(/nonce="([^"]*)"/.exec(challenge)?.[1])
          fields = { Authorization: phone.credentials(challenge) }
        }
        assert.equal(new Set(given).size, nonce === "same" ? 1 : 4)
      }
    })

    it("wants ever longer intervals", () => {
      const phone = new Phone(registrar())
      phone.server.mode = { kind: "brief" }
      assert.equal(phone.register({ Expires: "600" }).field("Min-Expires"), "601")
      assert.equal(phone.register({ Expires: "601" }).field("Min-Expires"), "602")
    })
  })

  describe("notes what no phone may send", () => {
    /** What a server notes about a phone's second request, after a good one. */
    const noted = (replaced: Record<string, string>, options: Partial<RegistrarOptions> = {}): readonly string[] => {
      const phone = new Phone(registrar(options))
      phone.send(phone.request())
      phone.send(phone.request(replaced))
      return phone.server.violations
    }

    it("nothing about a good one", () => assert.deepEqual(noted({}), []))

    for (const [fault, replaced, sentence] of [
      ["a missing Max-Forwards", { "Max-Forwards": "" }, /there is no max-forwards/],
      ["a missing tag", { From: "<sip:6001@example.com>" }, /From has no tag/],
      ["a missing Via", { Via: "" }, /Via is ""/],
      ["a broken Content-Length", { "content-length": "9" }, /Content-Length is 9/],
      ["a CSeq of another method", { CSeq: "2 OPTIONS" }, /CSeq says OPTIONS/],
      ["a CSeq that does not rise", { CSeq: "1 REGISTER" }, /CSeq of Call-ID one was 1 before/],
      ["a branch of RFC 2543", { Via: "SIP/2.0/UDP 192.0.2.10:5060;branch=1" }, /the branch is "1"/],
      ["a branch that was used before", { Via: "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK-1;rport" }, /was used before, with other content/],
      ["a Via of somewhere else", { Via: "SIP/2.0/UDP 192.0.2.11:5060;branch=z9hG4bK-x" }, /Via says 192\.0\.2\.11:5060/],
      ["a Contact of somewhere else", { Contact: "<sip:6001@192.0.2.10:5070>" }, /Contact .* does not lead back to 192\.0\.2\.10:5060/],
      ["a parameter that comes twice", { Contact: "<sip:6001@192.0.2.10:5060>;expires=1;expires=2" }, /comes twice/],
      ["credentials without a nonce", { Authorization: `${SIGNED}, uri="sip:example.com"` }, /credentials without nonce/],
      ["credentials for something else", { Authorization: `${SIGNED}, nonce="n", uri="sip:other"` }, /credentials are for sip:other/],
      ["an algorithm that was not offered", { Authorization: `${SIGNED}, nonce="n", uri="sip:example.com", algorithm=SHA-256` }, /was not offered/],
      ["a nonce of another server",
        { Authorization: `${SIGNED}, nonce="1.1.1.0", uri="sip:example.com", qop=auth, nc=00000001, cnonce="c"` }, /none of this server/],
    ] as const) {
      it(fault, () => {
        const notes = noted(replaced as Record<string, string>)
        assert.equal(notes.length, 1, notes.join("; "))
        assert.match(notes[0]!, sentence)
      })
    }

    it("credentials for a nonce with a count that was used before", () => {
      const phone = new Phone(registrar())
      const challenge = phone.one(phone.request()).field("WWW-Authenticate")
      for (const nc of [1, 2, 2]) phone.send(phone.request({ Authorization: phone.credentials(challenge, nc, undefined, `c${phone.cseq}`) }))
      assert.deepEqual(phone.server.violations, ["REGISTER 4: nc 2 was used before with this nonce"])
    })

    it("the network may turn the order round for as long as it is said to", () => {
      for (const reorderMs of [0, 2000]) {
        const phone = new Phone(registrar({ reorderMs }))
        const [first, second] = [phone.request(), phone.request()]
        phone.send(second)
        phone.now += 1500
        phone.send(first)
        assert.equal(phone.server.violations.length, reorderMs === 0 ? 1 : 0)
      }
    })

    it("also while it is silent, and remembers over a restart", () => {
      const phone = new Phone(registrar())
      phone.server.mode = { kind: "silent" }
      phone.send(phone.request())
      phone.server.restart()
      phone.send(phone.request({ CSeq: "1 REGISTER" }))
      assert.equal(phone.server.violations.length, 1)
    })
  })
})
