// Calls with real peers: through Kamailio with baresip at the other end, sound both ways, and a server that dies in the middle.
import { strict as assert } from "node:assert"
import { BARESIP_PROGRAMS, shareOf, startBaresip, type Baresip } from "./baresip.ts"
import { KAMAILIO_PROGRAMS, PASSWORD, startKamailios, type Kamailio } from "./kamailio.ts"
import { RealPhone, phoneModule } from "./phone.ts"
import { needs, pause, until } from "./process.ts"

const DOMAIN = "example.com"
const OUR_TONE = 440, THEIR_TONE = 880

for (const engine of ["wasm3", "v8"] as const) describe(`interop: calls through Kamailio with baresip, under ${engine}`, function () {
  let kamailio: Kamailio
  let wasm: Uint8Array
  let bob: Baresip
  let phone: RealPhone

  before(async function () {
    needs(this, { ...BARESIP_PROGRAMS, ...KAMAILIO_PROGRAMS })
    wasm = await phoneModule()
    kamailio = await startServer()
    bob = await startBaresip({ address: "127.0.2.1", user: "1002", domain: DOMAIN, password: PASSWORD, proxy: proxyOf(kamailio), tone: THEIR_TONE })
  })
  beforeEach(async () => {
    phone = new RealPhone(wasm, { settings: settingsFor(kamailio), dns: [], engine, tone: OUR_TONE })
    await phone.until("REGISTERED", 5000)
  })
  afterEach(() => phone?.close())
  after(async () => {
    await bob?.stop()
    await kamailio?.stop()
  })

  it("a call of ours is challenged, answered, heard on both sides and ended by us (SK-28)", async () => {
    const before = bob.heard().length
    phone.command("dial 1002")
    await phone.until("CALL_TALKING", 5000)
    phone.heard()
    await pause(2000)
    assert.match(phone.screen.join("\n"), /1002/)
    assert(shareOf(phone.heard().slice(4000), THEIR_TONE) > 0.95, "the phone hears baresip's tone")
    phone.command("hangup")
    await phone.until("CALL_ENDED", 3000)
    await until("baresip has hung up", 3000, () => bob.events().filter(name => name === "CALL_CLOSED").length > 0)
    const recorded = bob.heard()[before] ?? new Int16Array()
    assert(recorded.length > 8000 && shareOf(recorded.slice(4000, -1600), OUR_TONE) > 0.95, "baresip hears the phone's tone")
    assert.deepEqual(kamailio.requests().filter(line => /INVITE 6001/.test(line)).length >= 2, true, "with a challenge in between")
  })

  it("a call of theirs rings, is answered with a key, and is ended by them", async () => {
    await bob.command("dial", `sip:6001@${DOMAIN}`)
    await phone.until("CALL_INCOMING", 5000)
    assert.match(phone.screen.join("\n"), /1002/)
    phone.command("answer")
    await phone.until("CALL_TALKING", 3000)
    phone.heard()
    await pause(1000)
    assert(shareOf(phone.heard().slice(2400), THEIR_TONE) > 0.95, "the phone hears baresip's tone")
    await bob.command("hangup")
    await phone.until("CALL_ENDED", 3000)
  })

  it("a call of theirs that we reject or leave to ring ends on both sides", async () => {
    const rejected = Date.now()
    await bob.command("dial", `sip:6001@${DOMAIN}`)
    await phone.until("CALL_INCOMING", 5000)
    phone.command("reject")
    await phone.until("CALL_ENDED", 3000)
    await until("baresip is told", 3000, () => bob.process.lines.some(line => line.includes("603")))
    assert(Date.now() - rejected < 8000)
    const since = performance.now()
    await bob.command("dial", `sip:6001@${DOMAIN}`)
    await until("it rings again", 5000, () => phone.told.filter(({ name }) => name === "CALL_INCOMING").length === 2)
    await bob.command("hangup")
    await until("the caller's CANCEL ends it", 3000, () => phone.told.filter(({ name }) => name === "CALL_ENDED").length === 2)
    assert(performance.now() - since < 8000)
  })

  it("hold and resume are re-INVITEs that baresip answers, and the sound stops and comes back", async () => {
    phone.command("dial 1002")
    await phone.until("CALL_TALKING", 5000)
    phone.command("hold")
    await phone.until("CALL_HELD", 3000)
    await pause(300)
    phone.heard()
    await pause(600)
    assert(shareOf(phone.heard(), THEIR_TONE) < 0.2, "nothing of the peer is heard while it is held")
    phone.command("resume")
    await phone.until("CALL_RESUMED", 3000)
    await hearsAgain(phone)
    phone.command("hangup")
    await phone.until("CALL_ENDED", 3000)
  })

  it("a call goes on when its server dies, and hanging up ends it cleanly", async () => {
    phone.command("dial 1002")
    await phone.until("CALL_TALKING", 5000)
    await whileDead(kamailio, async () => {
      phone.heard()
      await pause(1000)
      assert(shareOf(phone.heard().slice(1600), THEIR_TONE) > 0.9, "sound does not pass through the server")
      phone.command("hangup")
      await phone.until("CALL_ENDED", 3000)
      assert.match(phone.command("calls"), /ended/)
      await bob.command("hangup")
    })
  })

  it("hold in a call whose only server was killed ends the call, and says so", async () => {
    phone.command("dial 1002")
    await phone.until("CALL_TALKING", 5000)
    await whileDead(kamailio, async () => {
      phone.command("hold")
      assert.match((await phone.until("CALL_ENDED", 5000)).text, /Connection lost/)
      await bob.command("hangup")
    })
  })
})

describe("interop: a call whose server is killed while another one lives", function () {
  let servers: Kamailio[]
  let bob: Baresip
  let phone: RealPhone

  before(async function () {
    needs(this, { ...BARESIP_PROGRAMS, ...KAMAILIO_PROGRAMS })
    servers = await startKamailios(2, [DOMAIN])
    const [first] = servers
    assert(first)
    bob = await startBaresip({ address: "127.0.2.1", user: "1002", domain: DOMAIN, password: PASSWORD, proxy: proxyOf(first), tone: THEIR_TONE })
  })
  afterEach(() => phone?.close())
  after(async () => {
    await bob?.stop()
    await Promise.all((servers ?? []).map(server => server.stop()))
  })

  // Otherwise the first Route still names the dead server, and Kamailio sends there what it says.
  it("hold, resume and BYE go by the other one, which the first Route then names (AMB-20, AMB-33)", async () => {
    const [first, second] = servers
    assert(first && second)
    const settings = { ...settingsFor(first), server: servers.map(proxyOf).join(";"), route_rewrite: 1 }
    phone = new RealPhone(await phoneModule(), { settings, dns: [], tone: OUR_TONE })
    await phone.until("REGISTERED", 5000)
    phone.command("dial 1002")
    await phone.until("CALL_TALKING", 5000)
    await whileDead(first, async () => {
      const renegotiated = (): number => bob.events().filter(name => name === "CALL_REMOTE_SDP").length
      const before = renegotiated()
      phone.command("hold")
      await until("baresip takes the re-INVITE", 5000, () => renegotiated() === before + 1)
      phone.command("resume")
      await until("baresip takes the other one", 5000, () => renegotiated() === before + 2)
      await hearsAgain(phone)
      phone.command("hangup")
      await phone.until("CALL_ENDED", 3000)
      await until("baresip has hung up", 5000, () => bob.events().includes("CALL_CLOSED"))
      assert.deepEqual(second.requests().map(line => line.split(" ")[0]).filter(method => method === "INVITE" || method === "BYE"), ["INVITE", "INVITE", "BYE"])
    })
  })
})

/** Kills a server (SIGKILL), and starts it again afterwards with the same peer registered. */
async function whileDead(server: Kamailio, during: () => Promise<void>): Promise<void> {
  const contacts = server.contacts("1002")
  await server.kill()
  try {
    await during()
  } finally {
    await server.restart()
    await Promise.all(contacts.map(contact => server.bind("1002", contact)))
  }
}

/** After a hold the peer's tone is there again. */
async function hearsAgain(phone: RealPhone): Promise<void> {
  await pause(300)
  phone.heard()
  await pause(1000)
  assert(shareOf(phone.heard().slice(1600), THEIR_TONE) > 0.9, "the peer is heard again")
}

async function startServer(): Promise<Kamailio> {
  const [kamailio] = await startKamailios(1, [DOMAIN])
  assert(kamailio)
  return kamailio
}

function proxyOf(kamailio: Kamailio): string { return `${kamailio.address}:${kamailio.port}` }

function settingsFor(kamailio: Kamailio): Record<string, string | number> {
  return { domain: DOMAIN, server: proxyOf(kamailio), user: "6001", password: PASSWORD, sip_port: 0 }
}
