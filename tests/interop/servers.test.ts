// The real servers do what the phone's tests rely on: BIND serves the seed zones, Kamailio challenges, binds, dies and freezes.
import { strict as assert } from "node:assert"
import { createHash } from "node:crypto"
import { createSocket, type Socket } from "node:dgram"
import { BIND_PROGRAMS, startBind, type Bind } from "./bind.ts"
import { KAMAILIO_PROGRAMS, PASSWORD, startKamailios, type Kamailio } from "./kamailio.ts"
import { findProgram, needs, run, until } from "./process.ts"
import { seedZones, rapidtech } from "./zones.ts"

const SERVERS = ["127.0.1.1", "127.0.1.2", "127.0.1.3"] as const

describe("interop: the real servers by themselves", function () {
  let bind: Bind
  let kamailios: Kamailio[] = []

  before(async function () {
    needs(this, { ...BIND_PROGRAMS, ...KAMAILIO_PROGRAMS })
    kamailios = await startKamailios(2, ["snom.rocks", "rapidtech.phones"])
    bind = await startBind(seedZones(SERVERS, kamailios[0]?.port ?? 5060))
  })
  after(async () => {
    await Promise.all([bind?.stop(), ...kamailios.map(one => one.stop())])
  })

  const dig = (...words: string[]): string[] =>
    run(findProgram("dig") ?? "dig", ["+short", "+tries=1", "@127.0.0.1", "-p", String(bind.port), ...words]).trim().split("\n").sort()

  it("BIND serves NAPTR, SRV and A records of snom.rocks and logs the questions (S0)", () => {
    bind.forget()
    assert.deepEqual(dig("snom.rocks", "NAPTR"), ["1 60 \"s\" \"SIP+D2U\" \"\" _sip._udp.snom.rocks."])
    const port = kamailios[0]?.port
    assert.deepEqual(dig("_sip._udp.snom.rocks", "SRV"), [`1 50 ${port} sipserver114.snom.rocks.`, `1 50 ${port} sipserver52.snom.rocks.`])
    assert.deepEqual(dig("sipserver52.snom.rocks", "A"), ["127.0.1.1"])
    assert.deepEqual(bind.queries().map(query => query.type), ["NAPTR", "SRV", "A"])
  })

  it("BIND serves a changed zone after a signal, without a restart (SN-02)", async () => {
    await bind.change("rapidtech.phones", rapidtech(["127.0.1.2", "127.0.1.3", "127.0.1.1"], 5070))
    assert.deepEqual(dig("sipserver1.rapidtech.phones", "A"), ["127.0.1.2"])
  })

  it("Kamailio challenges with its own realm, takes the right password and binds the contact", async () => {
    for (const server of kamailios) {
      const phone = await rawPhone(server)
      assert.equal(await phone.register("6001", "wrong"), 401)
      assert.equal(await phone.register("6001", PASSWORD), 200)
      assert.deepEqual(server.contacts("6001"), [phone.contact])
      assert.equal(phone.realm(), server.realm)
      assert.equal(await phone.register("6001", PASSWORD, 0), 200)
      assert.deepEqual(server.contacts("6001"), [])
      phone.close()
    }
  })

  it("Kamailio answers 503 or nothing when told to, and refuses when killed", async () => {
    const server = kamailios[1]
    assert(server)
    const phone = await rawPhone(server)
    server.mode("503")
    assert.equal(await phone.register("6002", PASSWORD), 503)
    server.mode("drop")
    assert.equal(await phone.register("6002", PASSWORD), "silent")
    server.mode("ok")
    server.freeze()
    assert.equal(await phone.register("6002", PASSWORD), "silent")
    server.thaw()
    assert.equal(await phone.register("6002", PASSWORD), 200)
    await until("the log names the request", 1000, () => server.requests().includes("REGISTER 6002 1"))
    await server.kill()
    assert.equal(await phone.register("6002", PASSWORD), "refused")
    await server.restart()
    assert.deepEqual(server.contacts("6002"), [])
    phone.close()
  })
})

type Outcome = number | "silent" | "refused"

type RawPhone = {
  readonly contact: string
  register(user: string, password: string, expires?: number): Promise<Outcome>
  realm(): string
  close(): void
}

/** Just enough of a phone to try the registrar: REGISTER, one answer to a challenge, the final code. */
async function rawPhone(server: Kamailio): Promise<RawPhone> {
  const socket = createSocket("udp4")
  await new Promise<void>(resolve => socket.connect(server.port, server.address, () => resolve()))
  const { address, port } = socket.address()
  let cseq = 0
  let realm = ""
  const send = (user: string, expires: number, authorization: string): Promise<string> => exchange(socket,
    `REGISTER sip:rapidtech.phones SIP/2.0\r\nVia: SIP/2.0/UDP ${address}:${port};rport;branch=z9hG4bK${port}.${++cseq}\r\nMax-Forwards: 70\r\n`
    + `From: <sip:${user}@rapidtech.phones>;tag=raw\r\nTo: <sip:${user}@rapidtech.phones>\r\nCall-ID: raw${port}\r\nCSeq: ${cseq} REGISTER\r\n`
    + `Contact: <sip:${user}@${address}:${port}>\r\nExpires: ${expires}\r\n${authorization}Content-Length: 0\r\n\r\n`, cseq)
  return {
    contact: `sip:6001@${address}:${port}`,
    realm: () => realm,
    close: () => socket.close(),
    register: async (user, password, expires = 60) => {
      cseq = Math.max(cseq, 0)
      const first = await send(user, expires, "")
      if (statusOf(first) !== 401) return statusOf(first)
      realm = /realm="([^"]*)"/.exec(first)?.[1] ?? ""
      const nonce = /nonce="([^"]*)"/.exec(first)?.[1] ?? ""
      return statusOf(await send(user, expires, authorization(user, password, realm, nonce)))
    },
  }
}

function authorization(user: string, password: string, realm: string, nonce: string): string {
  const md5 = (text: string): string => createHash("md5").update(text).digest("hex")
  const uri = "sip:rapidtech.phones"
  const response = md5(`${md5(`${user}:${realm}:${password}`)}:${nonce}:00000001:abc:auth:${md5(`REGISTER:${uri}`)}`)
  return `Authorization: Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", `
    + "algorithm=MD5, qop=auth, nc=00000001, cnonce=\"abc\"\r\n"
}

/** Sends a request and waits up to 300 ms for the answer with this CSeq; answers to older requests are passed over. */
function exchange(socket: Socket, request: string, cseq: number): Promise<string> {
  return new Promise(resolve => {
    const end = (answer: string): void => {
      clearTimeout(timer)
      socket.off("message", hear)
      socket.off("error", fail)
      resolve(answer)
    }
    const hear = (bytes: Buffer): void => {
      if (bytes.toString("latin1").includes(`CSeq: ${cseq} `)) end(bytes.toString("latin1"))
    }
    const fail = (): void => end("refused")
    const timer = setTimeout(() => end("silent"), 300)
    socket.on("message", hear)
    socket.on("error", fail)
    socket.send(request)
  })
}

function statusOf(answer: string): Outcome {
  return answer === "silent" || answer === "refused" ? answer : Number(answer.slice(8, 11))
}
