// The phone against real BIND and real Kamailio: it finds them by DNS, registers with digest, and moves when they fail.
import { strict as assert } from "node:assert"
import { spawnSync } from "node:child_process"
import { createSocket } from "node:dgram"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { ROOT } from "../../build/core.ts"
import { realClock } from "../../host/clock.ts"
import { BIND_PROGRAMS, startBind, type Bind } from "./bind.ts"
import { KAMAILIO_PROGRAMS, PASSWORD, startKamailios, type Kamailio } from "./kamailio.ts"
import { RealPhone, phoneModule, serverIn, type PhoneOptions } from "./phone.ts"
import { freePort, needs, pause, temporaryFolder, until } from "./process.ts"
import { rapidtech, seedZones, testDomain } from "./zones.ts"

const SERVERS = ["127.0.1.1", "127.0.1.2", "127.0.1.3"] as const

/** The screen as running text. */
function words(phone: RealPhone): string { return phone.screen.join(" ").replace(/\s+/g, " ") }

/** A move that waits for no timer: far less than the 32 s of 64*T1, on a busy machine too. */
const AT_ONCE_MS = 8000

describe("interop: the phone with BIND and Kamailio", function () {
  let wasm: Uint8Array
  let bind: Bind
  let kamailios: Kamailio[] = []
  let users = 6000
  const phones: RealPhone[] = []

  before(async function () {
    needs(this, { ...BIND_PROGRAMS, ...KAMAILIO_PROGRAMS })
    wasm = await phoneModule()
    kamailios = await startKamailios(3, ["snom.rocks", "rapidtech.phones", "TestDomain.local"])
    bind = await startBind(seedZones(SERVERS, port()))
  })
  afterEach(async () => {
    await Promise.all(phones.splice(0).map(phone => phone.close()))
    for (const server of kamailios) server.mode("ok")
  })
  after(async () => {
    await Promise.all([bind?.stop(), ...kamailios.map(one => one.stop())])
  })

  const port = (): number => kamailios[0]?.port ?? 5060
  const dns = (): string => `127.0.0.1:${bind.port}`
  const kamailio = (address: string): Kamailio => {
    const found = kamailios.find(one => one.address === address)
    assert(found, `no registrar at ${address}`)
    return found
  }

  /** A phone with a user of its own. */
  function start(domain: string, more: Partial<PhoneOptions> & { more?: Record<string, string | number> } = {}): { phone: RealPhone, user: string } {
    const user = String(++users)
    const settings = { domain, user, password: PASSWORD, sip_port: 0, ...more.more }
    const phone = new RealPhone(wasm, { settings, dns: more.dns ?? [dns()], ...(more.engine ? { engine: more.engine } : {}) })
    phones.push(phone)
    return { phone, user }
  }

  for (const engine of ["wasm3", "v8"] as const) {
    it(`registers by NAPTR and SRV with nothing but the domain, and asks DNS for nothing else, on ${engine} (SN-01, SN-07, SN-08)`, async () => {
      bind.forget()
      const { phone, user } = start("snom.rocks", { engine })
      const at = serverIn(await phone.until("REGISTERED", 3000))
      assert.equal(kamailio(at).contacts(user).length, 1)
      const queries = bind.queries().map(({ name, type }) => `${type} ${name.toLowerCase()}`)
      assert.deepEqual(queries.slice(0, 2), ["NAPTR snom.rocks", "SRV _sip._udp.snom.rocks"])
      assert.deepEqual(queries.slice(2).filter(query => !query.startsWith("AAAA")).sort(), ["A sipserver114.snom.rocks", "A sipserver52.snom.rocks"])
      assert.match(phone.screen.join("\n"), /Registered at/)
      assert.ok(phone.screen.join("\n").includes(at), phone.screen.join("\n"))
    })
  }

  it("registers by SRV alone, and removes its binding when it is closed (BL-12, BL-13)", async () => {
    const { phone, user } = start("rapidtech.phones")
    const at = serverIn(await phone.until("REGISTERED", 3000))
    assert.ok(SERVERS.slice(0, 2).includes(at as typeof SERVERS[0]), at)
    assert.equal(kamailio(at).contacts(user).length, 1)
    await phone.close()
    assert.deepEqual(kamailio(at).contacts(user), [])
  })

  it("takes the preferred of two servers (VE-02), and says so when the password is wrong, without trying on and on (VE-23)", async () => {
    const good = start("TestDomain.local")
    assert.equal(serverIn(await good.phone.until("REGISTERED", 3000)), "127.0.1.1")
    const { phone, user } = start("TestDomain.local", { more: { password: "wrong" } })
    await phone.until("REGISTRATION_FAILED", 3000)
    assert.match(words(phone), /refused user or password/)
    await pause(300)
    const tries = kamailios.flatMap(server => server.requests()).filter(request => request.startsWith(`REGISTER ${user} `))
    assert.ok(tries.length <= 3, tries.join(", "))
  })

  it("shares 160 first registrations 41 : 60 between two servers, and leaves the backup alone (BL-03, BL-04, SN-11)", async function () {
    const boots = 160
    const counts = new Map<string, number>()
    const one = async (): Promise<void> => {
      const { phone } = start("rapidtech.phones")
      const at = serverIn(await phone.until("REGISTERED", 5000))
      counts.set(at, (counts.get(at) ?? 0) + 1)
      await phone.close()
    }
    for (let begun = 0; begun < boots; begun += 8) await Promise.all(Array.from({ length: 8 }, one))
    const expected = boots * 41 / 101
    const sigma = Math.sqrt(boots * 41 / 101 * 60 / 101)
    const first = counts.get("127.0.1.1") ?? 0
    const seen = `${first} of ${boots} at the first server, expected ${expected.toFixed(1)}, sigma ${sigma.toFixed(1)}`
    assert.ok(Math.abs(first - expected) < 4 * sigma, seen)
    assert.equal(first + (counts.get("127.0.1.2") ?? 0), boots)
  })

  it("moves at once when its server is killed (SN-04)", async () => {
    const { phone, user } = start("TestDomain.local")
    await phone.until("REGISTERED", 3000)
    await kamailio("127.0.1.1").kill()
    try {
      const began = realClock.now()
      phone.command("register")
      const moved = await phone.until("MOVED", 3000, began)
      assert.equal(serverIn(moved), "127.0.1.2")
      assert.ok(moved.at - began < AT_ONCE_MS, `it took ${moved.at - began} ms`)
      assert.equal(kamailio("127.0.1.2").contacts(user).length, 1)
    } finally {
      await kamailio("127.0.1.1").restart()
    }
  })

  it("goes to the backup when both primaries are dead (BL-05)", async () => {
    await Promise.all([kamailio("127.0.1.1").kill(), kamailio("127.0.1.2").kill()])
    try {
      const { phone } = start("rapidtech.phones")
      assert.equal(serverIn(await phone.until("REGISTERED", 3000)), "127.0.1.3")
    } finally {
      await Promise.all([kamailio("127.0.1.1").restart(), kamailio("127.0.1.2").restart()])
    }
  })

  it("moves after 64*T1 when its server is silent, once, and ignores what that one says when it thaws (SN-05, SN-06)", async () => {
    const t1 = 50
    const { phone, user } = start("TestDomain.local", { more: { profile: "snom", use_naptr: "auto", server_affinity: "registration", sip_retry_t1: t1 } })
    await phone.until("REGISTERED", 3000)
    const silent = kamailio("127.0.1.1")
    silent.freeze()
    const began = realClock.now()
    phone.command("register")
    const moved = await phone.until("MOVED", 64 * t1 + 3000, began)
    assert.equal(serverIn(moved), "127.0.1.2")
    const took = moved.at - began
    assert.ok(took >= 64 * t1 - 20 && took < 64 * t1 + 3000, `it took ${took} ms`)
    silent.thaw()
    await until("the thawed server has read its queue", 3000, () => silent.contacts(user).length >= 0)
    await pause(200)
    assert.match(phone.screen.join("\n"), /127\.0\.1\.2/)
    assert.equal(phone.told.filter(told => told.at >= moved.at && told.name !== "MOVED").length, 0)
  })

  it("moves at once when its server answers 503 (RFC 3263 4.3, AMB-07)", async () => {
    const { phone } = start("TestDomain.local")
    await phone.until("REGISTERED", 3000)
    kamailio("127.0.1.1").mode("503")
    const began = realClock.now()
    phone.command("register")
    const moved = await phone.until("MOVED", 3000, began)
    assert.equal(serverIn(moved), "127.0.1.2")
    assert.ok(moved.at - began < AT_ONCE_MS, `it took ${moved.at - began} ms`)
  })

  it("takes up a changed zone with the first request after its TTL, not before (SN-02, BL-07)", async () => {
    const ttl = 2
    await bind.change("TestDomain.local", testDomain(SERVERS, port(), ttl))
    const { phone } = start("TestDomain.local", { more: { dns_min_ttl: 0 } })
    assert.equal(serverIn(await phone.until("REGISTERED", 3000)), "127.0.1.1")
    await phoneOff(phone)
    await bind.change("TestDomain.local", testDomain(["127.0.1.3", "127.0.1.2", "127.0.1.1"], port(), ttl))
    await pause(ttl * 1000 + 100)
    const began = realClock.now()
    phone.command("register")
    assert.equal(serverIn(await phone.until(["REGISTERED", "MOVED"], 3000, began)), "127.0.1.3")
    await phoneOff(phone)
    // Back again: while the TTL lasts the phone does not ask, and goes where the old zone says.
    await bind.change("TestDomain.local", testDomain(SERVERS, port(), 300))
    const again = realClock.now()
    phone.command("register")
    const told = await phone.until(["REGISTERED", "MOVED"], 3000, again)
    if (again - began < ttl * 1000 - 100) assert.equal(serverIn(told), "127.0.1.3")
  })

  it("uses the second nameserver when the first is dead (ICMP) or silent, within its 2 s (VE-47, P-21)", async () => {
    const closed = await freePort(["127.0.0.1"])
    const dead = start("rapidtech.phones", { dns: [`127.0.0.1:${closed}`, dns()] })
    const silent = createSocket("udp4")
    await new Promise<void>(resolve => silent.bind(0, "127.0.0.1", () => resolve()))
    try {
      const began = realClock.now()
      const waiting = start("rapidtech.phones", { dns: [`127.0.0.1:${silent.address().port}`, dns()] })
      const one = await dead.phone.until("REGISTERED", 1500)
      assert.ok(one.at - began < 1900, `with a dead one it took ${one.at - began} ms`)
      const other = await waiting.phone.until("REGISTERED", 6000)
      assert.ok(other.at - began >= 1900 && other.at - began < 6000, `with a silent one it took ${other.at - began} ms`)
    } finally {
      silent.close()
    }
  })

  it("does the same as a program that is given its commands by a pipe, and its trace replays to the byte", () => {
    const folder = temporaryFolder()
    const file = (name: string): string => join(folder, name)
    writeFileSync(file("password"), `${PASSWORD}\n`)
    const user = String(++users)
    const program = (args: readonly string[], input: string): string => {
      const words = ["--import", "tsx", "host/main.ts", ...args]
      const result = spawnSync(process.execPath, words, { cwd: ROOT, input, encoding: "utf8", timeout: 20_000 })
      assert.equal(result.status, 0, result.stderr + result.stdout)
      return result.stdout
    }
    const files = ["--password-file", file("password"), "--settings", file("settings")]
    const account = ["--domain", "snom.rocks", "--user", user, "--port", "0", "--dns", dns(), ...files]
    const said = program(["console", "--json", ...account, "--trace", file("trace")], "wait REGISTERED 5\nstatus\nquit\n")
    assert.match(said, /"registered"/)
    assert.deepEqual(kamailios.flatMap(server => server.contacts(user)), [])
    assert.match(program(["replay", file("trace"), "--password-file", file("password")], ""), /^identical: \d+ calls/)
  })

  it("says that the domain is unknown, that DNS is dead, and that every server is (BL-14)", async () => {
    const unknown = start("nobody.invalid")
    const closed = await freePort(["127.0.0.1"])
    const deaf = start("snom.rocks", { dns: [`127.0.0.1:${closed}`] })
    await bind.change("rapidtech.phones", rapidtech(["127.0.1.101", "127.0.1.102", "127.0.1.103"], port()))
    const alone = start("rapidtech.phones", { more: { sip_retry_t1: 50 } })
    await Promise.all([unknown, deaf].map(({ phone }) => phone.until("REGISTRATION_FAILED", 8000)))
    await alone.phone.until("ALL_SERVERS_FAILED", 8000)
    assert.match(words(deaf.phone), /DNS server does not answer/)
    assert.match(words(alone.phone), /None of the servers could register you/)
    assert.match(words(unknown.phone), /DNS does not know the domain|DNS server does not answer/) // BIND refuses what is none of its zones
  })

  async function phoneOff(phone: RealPhone): Promise<void> {
    const began = realClock.now()
    phone.command("unregister")
    await phone.until("UNREGISTERED", 3000, began)
  }
})
