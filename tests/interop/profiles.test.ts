// Each document's set-up against real BIND and real Kamailio: its zone with loopback addresses, its profile; a failover, and the way back.
import { strict as assert } from "node:assert"
import { realClock } from "../../host/clock.ts"
import { startBalancer, type Balancer } from "./balancer.ts"
import { BIND_PROGRAMS, startBind, type Bind } from "./bind.ts"
import { KAMAILIO_PROGRAMS, PASSWORD, startKamailios, type Kamailio } from "./kamailio.ts"
import { RealPhone, phoneModule, serverIn } from "./phone.ts"
import { needs, until } from "./process.ts"
import { seedZones } from "./zones.ts"

const SERVERS = ["127.0.1.1", "127.0.1.2", "127.0.1.3"] as const
/** T1 of all phones here: 64*T1 are 3.2 s. */
const T1 = 50

describe("interop: the profiles with BIND and Kamailio", function () {
  let wasm: Uint8Array
  let bind: Bind
  let kamailios: Kamailio[] = []
  let balancer: Balancer | undefined
  let users = 8000
  const phones: RealPhone[] = []

  before(async function () {
    needs(this, { ...BIND_PROGRAMS, ...KAMAILIO_PROGRAMS })
    wasm = await phoneModule()
    kamailios = await startKamailios(3, ["snom.rocks", "rapidtech.phones", "TestDomain.local", "vip.example"])
    balancer = await startBalancer(kamailios.slice(0, 2))
    const vip = `$TTL 300\n@ IN SOA ns.lab.invalid. hostmaster.lab.invalid. ( SERIAL 1800 600 604800 30 )\n@ IN NS ns.lab.invalid.\nsip IN A ${balancer.address}\n`
    bind = await startBind({ ...seedZones(SERVERS, port()), "vip.example": vip })
  })
  afterEach(async () => { await Promise.all(phones.splice(0).map((phone) => phone.close())) })
  after(async () => { await Promise.all([bind?.stop(), balancer?.stop(), ...kamailios.map((one) => one.stop())]) })

  const port = (): number => kamailios[0]?.port ?? 5060
  const kamailio = (address: string): Kamailio => {
    const found = kamailios.find((one) => one.address === address)
    assert(found, `no registrar at ${address}`)
    return found
  }
  /** Where it says that it is registered. */
  const at = (phone: RealPhone): string => serverIn(phone.told.filter(({ name }) => name === "REGISTERED" || name === "MOVED").at(-1) ?? { at: 0, name: "", text: "" })
  const otherOf = (address: string): string => address === SERVERS[0] ? SERVERS[1] : SERVERS[0]

  function start(profile: string, settings: Record<string, string | number>): { phone: RealPhone, user: string } {
    const user = String(++users)
    const phone = new RealPhone(wasm, {
      settings: { profile, user, password: PASSWORD, sip_port: 0, sip_retry_t1: T1, ...settings }, dns: [`127.0.0.1:${bind.port}`],
    })
    phones.push(phone)
    return { phone, user }
  }

  const holds = (address: string, user: string, count: number): Promise<void> =>
    until(`${address} holds ${count} bindings of ${user}`, 8000, () => kamailio(address).contacts(user).length === count)

  /** Runs with a registrar killed; it is started again whatever happens. */
  async function without(address: string, act: () => Promise<void>): Promise<void> {
    await kamailio(address).kill()
    try {
      await act()
    } finally {
      await kamailio(address).restart()
    }
  }

  it("snom: the server is killed, a call is placed, and the INVITE goes to the other one; back with a request of its own (SN-04, SN-12, SN-14, AMB-11)", async () => {
    const { phone, user } = start("snom", { domain: "snom.rocks", equal_choice: "alternate" })
    const first = serverIn(await phone.until("REGISTERED", 5000))
    assert.equal(kamailio(first).contacts(user).length, 1)
    await kamailio(otherOf(first)).bind("701", `sip:701@127.0.3.7:9`)
    await without(first, async () => {
      const began = realClock.now()
      phone.command("dial 701")
      await until("the other server sees the INVITE", 8000, () => kamailio(otherOf(first)).requests().some((line) => line.startsWith(`INVITE ${user}`)))
      assert.ok(realClock.now() - began < 64 * T1, "refused servers are left at once")
      phone.command("hangup")
      const again = realClock.now()
      phone.command("register")
      assert.equal(serverIn(await phone.until(["MOVED", "REGISTERED"], 8000, again)), otherOf(first))
    })
    // Each request chooses anew: before long the server that is back gets one again.
    await until("the returned server is asked again", 20_000, () => {
      phone.command("register")
      return kamailio(first).requests().some((line) => line.startsWith(`REGISTER ${user}`))
    }, undefined)
  })

  it("rapidtech.phones: 40 and 60 share, the backup serves when both are dead, and a primary is returned to (BL-03, BL-05, AMB-11)", async () => {
    const { phone, user } = start("auto", {
      domain: "rapidtech.phones", hold_down: 0, failback: "duration", failback_interval: 30, dirty_host_ttl: 0, dirty_max_ttl: 0,
    })
    const first = serverIn(await phone.until("REGISTERED", 5000))
    assert.ok([SERVERS[0], SERVERS[1]].includes(first as typeof SERVERS[0]))
    await without(SERVERS[0], () => without(SERVERS[1], async () => {
      const began = realClock.now()
      phone.command("register")
      assert.equal(serverIn(await phone.until("MOVED", 8000, began)), SERVERS[2])
      await holds(SERVERS[2], user, 1)
    }))
    await until("it is back at a primary", 45_000, () => at(phone) === SERVERS[0] || at(phone) === SERVERS[1])
    await holds(SERVERS[2], user, 0)
  })

  it("versity: what does not answer OPTIONS is left for the next in order, and returned to after two good probes (VE-02, VE-04, VE-27, VE-30, VE-31)", async () => {
    const { phone, user } = start("versity", { domain: "TestDomain.local", probe_interval: 30, hold_down: 0 })
    assert.equal(serverIn(await phone.until("REGISTERED", 5000)), SERVERS[0])
    await until("both servers have been probed", 15_000, () =>
      [SERVERS[0], SERVERS[1]].every((address) => kamailio(address).requests().some((line) => line.startsWith(`OPTIONS ${user}`))))
    await without(SERVERS[0], async () => {
      const began = realClock.now()
      phone.command("register")
      assert.equal(serverIn(await phone.until("MOVED", 8000, began)), SERVERS[1])
      assert.match(phone.command("servers"), /down/)
    })
    await until("it is back at the preferred server", 80_000, () => at(phone) === SERVERS[0])
    assert.match(phone.command("servers"), /P1:1 +127\.0\.1\.1(?::\d+)? +up\*/)
    await holds(SERVERS[1], user, 0)
    await holds(SERVERS[0], user, 1)
  }).timeout(100_000)

  it("baker: REGISTER fails over to the backup, and an independent REGISTER brings the phone back (BK-06, BK-15, BK-16)", async () => {
    const { phone, user } = start("baker", {
      domain: "TestDomain.local", server: `${SERVERS[0]}:${port()}; ${SERVERS[1]}:${port()}`, failback_interval: 30,
    })
    assert.equal(serverIn(await phone.until("REGISTERED", 5000)), SERVERS[0])
    await without(SERVERS[0], async () => {
      const began = realClock.now()
      phone.command("register")
      assert.equal(serverIn(await phone.until("MOVED", 8000, began)), SERVERS[1])
      await holds(SERVERS[1], user, 1)
    })
    await until("it is back at the primary", 45_000, () => at(phone) === SERVERS[0])
    await holds(SERVERS[0], user, 1)
    await holds(SERVERS[1], user, 0)
  })

  it("vip: behind a balancer the phone is registered again when its backend dies, and never learns a backend's address (SK-06, SK-08, SK-09)", async () => {
    assert(balancer !== undefined)
    const { phone, user } = start("vip", { domain: "vip.example", server: `sip.vip.example:${balancer.port}`, keepalive_interval: 5 })
    await phone.until("REGISTERED", 5000)
    const backend = kamailios.find((one) => one.contacts(user).length > 0)
    assert(backend !== undefined)
    await without(backend.address, async () => {
      phone.command("register")
      await until("the other backend holds the binding", 30_000, () => kamailio(otherOf(backend.address)).contacts(user).length === 1)
    })
    assert.ok(phone.sent.filter(({ firstLine }) => firstLine.endsWith("SIP/2.0")).every(({ peer }) => peer === `${balancer?.address}:${balancer?.port}`), "the phone speaks with the balancer only")
  })
})
