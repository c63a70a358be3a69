import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { readParams } from "../../host/sim/sip.ts"
import { type TestCore, testCore } from "../harness.ts"

const ACCEPTED = 0, REJECTED = 1, UNSUPPORTED = 2
const HASHES = { "MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512-256" } as const
type HashName = keyof typeof HASHES

type Account = { user: string, password: string }
type Request = { method: string, uri: string }

const MUFASA = { user: "Mufasa", password: "Circle of Life" }
const PAGE = { method: "GET", uri: "/dir/index.html" }
const REGISTER = { method: "REGISTER", uri: "sip:example.com" }

function hash(name: HashName, text: string): string { return createHash(HASHES[name]).update(text, "latin1").digest("hex") }

/** RFC 7616 3.4.1, written once more. */
function expected(params: ReadonlyMap<string, string>, account: Account, request: Request, realm = params.get("realm")): string {
  const algorithm = params.get("algorithm") ?? "MD5", name = algorithm.replace("-sess", "") as HashName
  const [nonce, cnonce] = [params.get("nonce"), params.get("cnonce")]
  const plain = hash(name, `${account.user}:${realm}:${account.password}`)
  const a1 = algorithm === name ? plain : hash(name, `${plain}:${nonce}:${cnonce}`)
  const qop = params.has("qop") ? `${params.get("nc")}:${cnonce}:${params.get("qop")}:` : ""
  return hash(name, `${a1}:${nonce}:${qop}${hash(name, `${request.method}:${request.uri}`)}`)
}

class Phone {
  readonly core: TestCore

  constructor(core: TestCore) {
    this.core = core
    const entropy = Uint8Array.from({ length: 32 }, (_, i) => i)
    core.bytes.set(entropy, core.globals.RX_AT!)
    core.exports.randomSeed!(32)
    this.account(MUFASA)
  }

  account({ user, password }: Account, authUser = ""): void {
    this.set("USER", user)
    this.set("AUTH_USER", authUser)
    this.set("PASSWORD", password)
  }

  /** What comes of a response with these challenges. */
  hear(challenges: string | readonly string[], server = 1, status = 401): number {
    const name = status === 407 ? "Proxy-Authenticate" : "WWW-Authenticate"
    return Number(this.core.exports.hear!(this.put(response(status, [challenges].flat().map((one) => `${name}: ${one}`))), server))
  }

  succeed(fields: readonly string[] = [], server = 1): void { this.core.exports.succeed!(this.put(response(200, fields)), server) }

  /** The lines of credentials for a request, "" for none. */
  lines({ method, uri }: Request = REGISTER, server = 1, proxy = false, room = 1000): string {
    this.put(method + uri)
    const length = Number(this.core.exports.answer!(method.length, uri.length, server, proxy ? 1 : 0, room))
    if (length === -2) return "overflow"
    const at = this.core.globals.TX_AT!
    return length < 0 ? "" : Buffer.from(this.core.bytes.slice(at, at + length)).toString("latin1")
  }

  /** The credentials for a request, taken apart. */
  credentials(request: Request = REGISTER, server = 1, proxy = false): ReadonlyMap<string, string> {
    const line = /^(?:Proxy-)?Authorization: Digest (.*)\r\n$/.exec(this.lines(request, server, proxy))
    assert.ok(line?.[1], "credentials in one line")
    return readParams(line[1], ",")
  }

  private set(name: string, value: string): void {
    assert.equal(this.core.exports.set!(this.core.globals[name]!, this.put(value)), 1, `${name} takes ${value}`)
  }

  private put(text: string): number {
    this.core.bytes.set(Buffer.from(text, "latin1"), this.core.globals.RX_AT!)
    return text.length
  }
}

function response(status: number, fields: readonly string[]): string {
  return [`SIP/2.0 ${status} Reason`, "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1", "From: <sip:a@example.com>;tag=1",
    "To: <sip:a@example.com>;tag=2", "Call-ID: 1", "CSeq: 1 REGISTER", ...fields, "Content-Length: 0", "", ""].join("\r\n")
}

function challenge(nonce: string, more = ", qop=\"auth\", algorithm=MD5", realm = "example.com"): string {
  return `Digest realm="${realm}", nonce="${nonce}"${more}`
}

describe("the reference of the digest tests", () => {
  const rfc7616 = new Map([["realm", "http-auth@example.org"], ["nonce", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"],
    ["cnonce", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"], ["nc", "00000001"], ["qop", "auth"]])

  it("gives the responses that RFC 7616 3.9.1 and RFC 2617 3.5 print", () => {
    assert.equal(expected(new Map([...rfc7616, ["algorithm", "MD5"]]), MUFASA, PAGE), "8ca523f5e9506fed4657c9700eebdbec")
    const sha256 = expected(new Map([...rfc7616, ["algorithm", "SHA-256"]]), MUFASA, PAGE)
    assert.equal(sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")
    const rfc2617 = new Map([["realm", "testrealm@host.com"], ["nonce", "dcd98b7102dd2f0e8b11d0f600bfb0c093"], ["cnonce", "0a4f113b"],
      ["nc", "00000001"], ["qop", "auth"]])
    assert.equal(expected(rfc2617, { user: "Mufasa", password: "Circle Of Life" }, PAGE), "6629fae49393a05397450978507c4ef1")
  })
})

for (const engine of ["v8", "wasm3"] as const) {
  describe(`digest on ${engine}`, () => {
    let phone: Phone
    beforeEach(async () => { phone = new Phone(await testCore("digest", engine)) })

    for (const algorithm of ["MD5", "SHA-256", "SHA-512-256", "MD5-sess", "SHA-256-sess", "SHA-512-256-sess"]) {
      it(`answers a challenge of RFC 7616 with ${algorithm} (RF-12)`, () => {
        const more = `, qop="auth, auth-int", algorithm=${algorithm}, opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`
        assert.equal(phone.hear(challenge("7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", more, "http-auth@example.org")), ACCEPTED)
        const given = phone.credentials(PAGE)
        assert.deepEqual([...given.keys()], ["username", "realm", "nonce", "uri", "cnonce", "qop", "nc", "opaque", "algorithm", "response"])
        assert.equal(given.get("username"), "Mufasa")
        assert.equal(given.get("realm"), "http-auth@example.org")
        assert.equal(given.get("uri"), "/dir/index.html")
        assert.equal(given.get("nc"), "00000001")
        assert.equal(given.get("opaque"), "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS")
        assert.equal(given.get("algorithm"), algorithm)
        assert.match(given.get("cnonce")!, /^[a-z2-7]{16}$/)
        assert.equal(given.get("response"), expected(given, MUFASA, PAGE))
      })
    }

    it("answers a server of RFC 2069, which knows no qop", () => {
      assert.equal(phone.hear(challenge("n1", "")), ACCEPTED)
      const line = phone.lines(PAGE).replace(/response="[0-9a-f]{32}"/, "response")
      assert.equal(line, 'Authorization: Digest username="Mufasa", realm="example.com", nonce="n1", uri="/dir/index.html", response\r\n')
      const given = phone.credentials(PAGE)
      assert.equal(given.get("response"), expected(given, MUFASA, PAGE))
    })

    it("writes parameters that are tokens without quotes, and the others with", () => {
      phone.hear(challenge("n1", ", qop=auth, algorithm=SHA-256, opaque=\"\""))
      const line = phone.lines().replace(/cnonce="[a-z2-7]{16}"/, "cnonce").replace(/response="[0-9a-f]{64}"/, "response")
      assert.equal(line, 'Authorization: Digest username="Mufasa", realm="example.com", nonce="n1", uri="sip:example.com", cnonce, qop=auth, '
        + 'nc=00000001, opaque="", algorithm=SHA-256, response\r\n')
    })

    it("raises nc and draws another cnonce with every request, and keeps the first in a session", () => {
      phone.hear(challenge("n1"))
      const given = Array.from({ length: 18 }, () => phone.credentials())
      assert.deepEqual(given.map((one) => one.get("nc")), Array.from(given, (_, i) => (i + 1).toString(16).padStart(8, "0")))
      assert.equal(new Set(given.map((one) => one.get("cnonce"))).size, 18)
      phone.hear(challenge("n2", ", qop=auth, algorithm=MD5-sess"))
      const session = Array.from({ length: 3 }, () => phone.credentials())
      assert.equal(new Set(session.map((one) => one.get("cnonce"))).size, 1)
      for (const one of [...given, ...session]) assert.equal(one.get("response"), expected(one, MUFASA, REGISTER))
    })

    it("signs with auth_user where there is one, and escapes quotes in it", () => {
      phone.account({ user: "6001", password: "p:w" }, 'door "7" \\ left')
      phone.hear(challenge("n1"))
      assert.match(phone.lines(), /username="door \\"7\\" \\\\ left", /)
      const given = phone.credentials()
      assert.equal(given.get("response"), expected(given, { user: 'door "7" \\ left', password: "p:w" }, REGISTER))
    })

    it("gives realm, nonce and opaque back as they were received, escapes and all", () => {
      phone.hear('Digest realm="the \\"big\\" \\\\ one", nonce="a\\"b", opaque="\\\\", qop="auth"')
      assert.match(phone.lines(), /realm="the \\"big\\" \\\\ one", nonce="a\\"b", .*opaque="\\\\", /)
      const given = phone.credentials()
      const asSent = new Map([...given, ["nonce", 'a\\"b']])
      assert.equal(given.get("response"), expected(asSent, MUFASA, REGISTER, 'the \\"big\\" \\\\ one'))
    })

    it("takes the topmost challenge that it knows (RFC 8760 2.4)", () => {
      const offers = ["Basic realm=\"example.com\"", challenge("n0", ", algorithm=SHA-999"), challenge("n1", ", algorithm=MD5, qop=\"auth-int\""),
        challenge("n2", ", algorithm=SHA-256, qop=auth"), challenge("n3", ", algorithm=MD5, qop=auth")]
      for (const spread of [offers, [offers.join(", ")], [offers.slice(0, 3).join(","), offers.slice(3).join(" , ")]]) {
        phone.core.exports.forgetServers!()
        assert.equal(phone.hear(spread), ACCEPTED)
        const given = phone.credentials()
        assert.equal(given.get("nonce"), "n2")
        assert.equal(given.get("algorithm"), "SHA-256")
      }
    })

    it("cannot answer what it does not know, and says so", () => {
      const hopeless = ["Basic realm=\"r\"", challenge("n", ", algorithm=AKAv1-MD5"), challenge("n", ", qop=\"auth-int\""),
        'Digest realm="r"', 'Digest nonce="n"', 'Digest realm=a"b, nonce="n"', challenge("n".repeat(300)), "", "Digest",
        "Digest realm=\"open, nonce=\"n\""]
      for (const one of hopeless) {
        assert.equal(phone.hear(one), UNSUPPORTED, one)
        assert.equal(phone.lines(), "")
      }
    })

    it("remembers challenges by server and realm, so that requests need not be asked again (P-03)", () => {
      assert.equal(phone.lines(), "")
      phone.hear(challenge("of-1"), 1)
      phone.hear(challenge("of-2"), 2)
      phone.hear(challenge("of-1-too", ", qop=auth", "other realm"), 1)
      assert.equal(phone.credentials(REGISTER, 2).get("nonce"), "of-2")
      const names = phone.lines(REGISTER, 1).match(/^Authorization| nonce="[^"]*"/gm)
      assert.deepEqual(names, ["Authorization", ' nonce="of-1"', "Authorization", ' nonce="of-1-too"'])
      assert.equal(phone.lines(REGISTER, 3), "")
      phone.core.exports.forgetServer!(1)
      assert.equal(phone.lines(REGISTER, 1), "")
      assert.equal(phone.credentials(REGISTER, 2).get("nonce"), "of-2")
    })

    it("keeps proxies apart from registrars, several realms side by side", () => {
      assert.equal(phone.hear([challenge("p1", ", qop=auth", "east"), challenge("p2", ", qop=auth", "west")], 1, 407), ACCEPTED)
      assert.equal(phone.lines(REGISTER, 1, false), "")
      const names = phone.lines(REGISTER, 1, true).match(/Proxy-Authorization|realm="[^"]*"/g)
      assert.deepEqual(names, ["Proxy-Authorization", 'realm="east"', "Proxy-Authorization", 'realm="west"'])
      phone.hear(challenge("r1", ", qop=auth", "east"))
      assert.equal(phone.credentials(REGISTER, 1, false).get("nonce"), "r1")
    })

    it("gives up the challenge that was used longest ago when a fifth comes", () => {
      for (const server of [1, 2, 3, 4]) phone.hear(challenge(`n${server}`), server)
      phone.lines(REGISTER, 1)
      phone.hear(challenge("n5"), 5)
      assert.deepEqual([1, 2, 3, 4, 5].map((server) => phone.lines(REGISTER, server) !== ""), [true, false, true, true, true])
    })

    it("takes the same nonce twice for a refusal (RF-01, VE-23), and begins without credentials then", () => {
      assert.equal(phone.hear(challenge("n1")), ACCEPTED)
      phone.lines()
      assert.equal(phone.hear(challenge("n1")), REJECTED)
      assert.equal(phone.lines(), "")
      assert.equal(phone.hear(challenge("n1")), ACCEPTED)
    })

    it("takes the same nonce with stale=true for a refusal too: there is nothing new to try", () => {
      phone.hear(challenge("n1"))
      phone.lines()
      assert.equal(phone.hear(challenge("n1", ", qop=auth, stale=true")), REJECTED)
    })

    it("gives two new nonces a chance and no more (SK-08), for each request", () => {
      for (let request = 0; request < 3; request++) {
        const verdicts = []
        for (let round = 0; round < 3; round++) {
          verdicts.push(phone.hear(challenge(`n${request}.${round}`)))
          phone.lines()
        }
        assert.deepEqual(verdicts, [ACCEPTED, ACCEPTED, REJECTED])
      }
    })

    it("does not go on for ever when the realm changes each time", () => {
      const verdicts = Array.from({ length: 4 }, (_, i) => {
        const verdict = phone.hear(challenge("n", ", qop=auth", `realm ${i}`))
        phone.lines()
        return verdict
      })
      assert.deepEqual(verdicts, [ACCEPTED, ACCEPTED, REJECTED, ACCEPTED])
    })

    it("does not go on for ever with a server that is proxy and registrar at once", () => {
      const verdicts = [401, 407, 401, 407].map((status, i) => {
        const verdict = phone.hear(challenge(`n${i}`), 1, status)
        phone.lines(REGISTER, 1, false)
        phone.lines(REGISTER, 1, true)
        return verdict
      })
      assert.deepEqual(verdicts, [ACCEPTED, ACCEPTED, REJECTED, ACCEPTED])
    })

    it("accepts the challenges of two other servers behind one address, for a request with a remembered nonce (SK-08)", () => {
      phone.hear(challenge("n1"))
      phone.lines()
      phone.succeed()
      for (const nonce of ["n2", "n3"]) {
        phone.lines()
        assert.equal(phone.hear(challenge(nonce)), ACCEPTED)
      }
      phone.lines()
      phone.succeed()
    })

    it("counts anew for the next request, however the one before ended", () => {
      for (let i = 0; i < 6; i++) {
        assert.equal(phone.hear(challenge(`n${i}`)), ACCEPTED)
        phone.lines()
        phone.lines()
      }
    })

    it("does not count stale=true as a refusal, but does not follow it for ever", () => {
      const stale = ", qop=auth, stale=true"
      phone.hear(challenge("n1"))
      phone.lines()
      assert.equal(phone.hear(challenge("n2")), ACCEPTED)
      for (const nonce of ["s1", "s2", "s3"]) {
        phone.lines()
        assert.equal(phone.hear(challenge(nonce, stale)), ACCEPTED)
      }
      phone.lines()
      assert.equal(phone.hear(challenge("s4", stale)), REJECTED)
    })

    it("takes the nonce that an answer brings for the next request (RFC 7616 3.5)", () => {
      phone.hear(challenge("n1", ", qop=auth, opaque=\"o\""))
      phone.lines()
      phone.succeed(['Authentication-Info: qop=auth, nextnonce="n2", rspauth="0"'])
      const given = phone.credentials()
      assert.deepEqual([given.get("nonce"), given.get("nc"), given.get("opaque"), given.get("realm")], ["n2", "00000001", "o", "example.com"])
      assert.equal(given.get("response"), expected(given, MUFASA, REGISTER))
      phone.succeed([`Authentication-Info: nextnonce="${"x".repeat(400)}"`])
      assert.equal(phone.lines(), "")
    })

    it("notices when the credentials do not fit", () => {
      phone.hear(challenge("n1"))
      const whole = phone.lines().length
      for (let room = 0; room < whole; room++) assert.equal(phone.lines(REGISTER, 1, false, room), "overflow", `${room} of ${whole} bytes`)
    })

    it("leaves neither the password nor what stands for it in memory", () => {
      phone.hear(challenge("n1"))
      phone.lines()
      const memory = Buffer.from(phone.core.bytes).toString("latin1")
      assert.equal(memory.split(MUFASA.password).length, 2, "once, in the settings")
      const a1 = Buffer.from(hash("MD5", `Mufasa:example.com:${MUFASA.password}`), "hex").toString("latin1")
      assert.ok(!memory.includes(a1))
    })
  })
}
