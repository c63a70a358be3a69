// Calls with SIPp as the odd peer: forking, late offers, PRACK, re-INVITE, redirection, races and repetitions, session timers, a hundred calls.
import { strict as assert } from "node:assert"
import { KAMAILIO_PROGRAMS, PASSWORD, startKamailios, type Kamailio } from "./kamailio.ts"
import { RealPhone, phoneModule } from "./phone.ts"
import { needs, pause, until } from "./process.ts"
import { SIPP_PROGRAMS, answer, answerInvite, answerWithin, maybe, request, requestBack, startSipp, take, takeInvite, takeWith, wait, type Sipp, type Step } from "./sipp.ts"

const DOMAIN = "example.com", PORT = 5080
const UAS = "127.0.3.1", OTHER_UAS = "127.0.3.2", UAC = "127.0.3.3"
const NEXT = "[next_url]", TO_PHONE = "sip:[service]@[remote_ip]:[remote_port]"

describe("interop: odd calls with SIPp", function () {
  let kamailio: Kamailio
  let wasm: Uint8Array
  let phone: RealPhone
  const started: Sipp[] = []

  before(async function () {
    needs(this, { ...SIPP_PROGRAMS, ...KAMAILIO_PROGRAMS })
    wasm = await phoneModule()
    const [server] = await startKamailios(1, [DOMAIN])
    assert(server)
    kamailio = server
    await kamailio.bind("1003", `sip:1003@${UAS}:${PORT}`)
    await kamailio.bind("1004", `sip:1004@${UAS}:${PORT}`)
    await kamailio.bind("1004", `sip:1004@${OTHER_UAS}:${PORT}`)
    await kamailio.bind("1005", `sip:1005@${OTHER_UAS}:${PORT}`)
  })
  afterEach(async () => {
    await phone?.close()
    await Promise.all(started.splice(0).map(one => one.stop()))
  })
  after(() => kamailio?.stop())

  const settings = (more: Record<string, string | number> = {}): Record<string, string | number> =>
    ({ domain: DOMAIN, server: `${kamailio.address}:${kamailio.port}`, user: "6001", password: PASSWORD, sip_port: 0, ...more })

  async function ready(more: Record<string, string | number> = {}, speed = 1): Promise<void> {
    phone = new RealPhone(wasm, { settings: settings(more), dns: [], engine: "wasm3", speed })
    await phone.until("REGISTERED", 5000)
  }

  /** SIPp that is called. */
  async function callee(address: string, ...steps: Step[]): Promise<Sipp> {
    const sipp = await startSipp({ address, port: PORT, steps })
    started.push(sipp)
    return sipp
  }

  /** SIPp that calls the phone where it is registered, past the proxy. */
  async function caller(steps: Step[], calls = 1): Promise<Sipp> {
    const contact = /@([\d.]+:\d+)/.exec(kamailio.contacts("6001")[0] ?? "")?.[1]
    assert(contact, "the phone is registered")
    const sipp = await startSipp({ address: UAC, port: PORT, target: contact, service: "6001", steps, calls, rate: 20, atOnce: 1 })
    started.push(sipp)
    return sipp
  }

  /** The pools of the phone, all free. */
  async function untilIdle(): Promise<void> {
    await until(() => `all pools are free: ${phone.command("mem")}`, 40_000, () => isIdle(phone.command("mem --json")))
  }

  const INVITE = request(TO_PHONE, "1 INVITE", { sdp: true, to: "" })
  const ACK = request(NEXT, "1 ACK", { again: false })
  const BYE = [request(NEXT, "2 BYE"), take(200)]

  it("two phones of one user answer at once: one is kept, the other ACKed and sent BYE (RFC 3261 13.2.2.4)", async () => {
    // Both at once: the proxy cancels the slower one too late.
    const steps = [takeInvite(), answerInvite(200, "OK", { sdp: true }), maybe("CANCEL"), take("ACK"), take("BYE"), answerWithin(200, "OK")]
    const [one, other] = [await callee(UAS, ...steps), await callee(OTHER_UAS, ...steps)]
    await ready()
    phone.command("dial 1004")
    await phone.until("CALL_TALKING", 8000)
    await until("the other one is done with", 5000, () => one.process.exited || other.process.exited)
    phone.command("hangup")
    await Promise.all([one.done(), other.done()])
  })

  it("an INVITE without an offer gets ours in the 200, and the answer in the ACK counts (RFC 3261 14.2, RFC 3264)", async () => {
    await ready({ auto_answer: "always" })
    const sipp = await caller([
      request(TO_PHONE, "1 INVITE", { to: "" }), maybe(100), maybe(180), take(200),
      request(NEXT, "1 ACK", { again: false, sdp: true }), wait(500), ...BYE,
    ])
    await phone.until("CALL_TALKING", 8000)
    await phone.until("CALL_ENDED", 8000)
    await sipp.done()
  })

  it("a reliable ringing is acknowledged by PRACK before the call is answered (RFC 3262)", async () => {
    const reliable = { headers: ["Require: 100rel", "RSeq: 1"], again: true }
    const sipp = await callee(
      UAS, takeInvite(), answerInvite(180, "Ringing", reliable), take("PRACK"), answerWithin(200, "OK"), wait(200),
      answerInvite(200, "OK", { sdp: true }), take("ACK"), take("BYE"), answerWithin(200, "OK"))
    await ready()
    phone.command("dial 1003")
    await phone.until("CALL_TALKING", 10_000)
    phone.command("hangup")
    await sipp.done()
  })

  it("a 200 that is repeated is acknowledged each time (RFC 3261 13.2.2.4)", async () => {
    const sipp = await startSipp({ address: UAS, port: PORT, once: true, steps: [
      takeInvite(), answerInvite(200, "OK", { sdp: true, again: false }), take("ACK"),
      answerInvite(200, "OK", { sdp: true, again: false }), take("ACK"), take("BYE"), answerWithin(200, "OK"),
    ] })
    started.push(sipp)
    await ready()
    phone.command("dial 1003")
    await phone.until("CALL_TALKING", 8000)
    await until("the repetition is acknowledged", 3000, () => phone.sent.filter(({ firstLine }) => firstLine.startsWith("ACK sip:127")).length === 2)
    phone.command("hangup")
    await sipp.done()
  })

  it("a redirection is followed to the contact that it names (RFC 3261 8.1.3.4)", async () => {
    const away = await callee(UAS, take("INVITE"), answer(302, "Moved Temporarily", { contact: `sip:1005@${DOMAIN}` }), take("ACK"))
    const there = await callee(OTHER_UAS, takeInvite(), answerInvite(200, "OK", { sdp: true }), take("ACK"), take("BYE"), answerWithin(200, "OK"))
    await ready()
    phone.command("dial 1003")
    await phone.until("CALL_TALKING", 8000)
    phone.command("hangup")
    await Promise.all([away.done(), there.done()])
  })

  it("hanging up before an answer cancels; a 200 that crosses the CANCEL is acknowledged and ended (RFC 3261 9.1)", async () => {
    const sipp = await callee(
      UAS, takeInvite(), answerInvite(180, "Ringing"), take("CANCEL"), answerInvite(200, "OK", { sdp: true }), take("ACK"), take("BYE"), answerWithin(200, "OK"))
    await ready()
    phone.command("dial 1003")
    await phone.until("CALL_RINGING_OUT", 8000)
    await pause(200)
    phone.command("hangup")
    await sipp.done()
    await phone.until("CALL_ENDED", 5000)
  })

  it("a caller that hangs up while it rings gets 200 to its CANCEL and 487 to its INVITE (RFC 3261 9.2)", async () => {
    await ready()
    const sipp = await caller([
      INVITE, maybe(100), take(180), request(TO_PHONE, "1 CANCEL", { to: "", branch: "[branch-3]" }), take(200), take(487),
      request(TO_PHONE, "1 ACK", { again: false, branch: "[branch-6]" }),
    ])
    await phone.until("CALL_ENDED", 8000)
    await sipp.done()
  })

  it("a re-INVITE with another description is answered, and the call goes on (RFC 3261 14.2)", async () => {
    await ready({ auto_answer: "always" })
    const sipp = await caller([
      INVITE, maybe(100), maybe(180), take(200), ACK, wait(300), request(NEXT, "2 INVITE", { sdp: true }), maybe(100), take(200), request(NEXT, "2 ACK", { again: false }),
      wait(300), request(NEXT, "3 BYE"), take(200),
    ])
    await phone.until("CALL_ENDED", 10_000)
    await sipp.done()
  })

  it("422 is met with a longer session, and the phone keeps it alive with UPDATE at half its time (RFC 4028 7.3, 7.4)", async () => {
    const longer = { "Session-Expires": "200", "Min-SE": "200" }, timer = ["Require: timer", "Supported: timer", "Allow: INVITE, ACK, BYE, UPDATE"]
    const sipp = await callee(
      UAS, takeWith("INVITE", { "Session-Expires": "100" }), answer(422, "Session Interval Too Small", { headers: ["Min-SE: 200"] }), take("ACK"),
      takeInvite(), answerInvite(200, "OK", { sdp: true, headers: ["Session-Expires: 200;refresher=uac", ...timer] }), take("ACK"),
      takeWith("UPDATE", { ...longer, "Session-Expires": "200;refresher=uac" }), answerWithin(422, "Session Interval Too Small", { headers: ["Min-SE: 400"] }),
      takeWith("UPDATE", { "Session-Expires": "400;refresher=uac", "Min-SE": "400" }, "again"), answerWithin(200, "OK", { headers: ["Session-Expires: 400;refresher=uac", "Require: timer"] }),
      take("BYE"), answerWithin(200, "OK"))
    await ready({ session_expires: 100 })
    phone.command("dial 1003")
    await phone.until("CALL_TALKING", 8000)
    phone.skip(101_000)
    await until("it asks for more", 3000, () => phone.sent.filter(({ firstLine }) => firstLine.startsWith("UPDATE")).length >= 2)
    await pause(300)
    assert.match(phone.command("calls"), /talking/)
    phone.command("hangup")
    await sipp.done()
  })

  it("a session without UPDATE is kept alive by the phone with a re-INVITE, as the one who was called (RFC 4028 7.4, 9)", async () => {
    await ready({ auto_answer: "always" })
    const timer = ["Supported: timer"]
    const sipp = await caller([
      request(TO_PHONE, "1 INVITE", { sdp: true, to: "", headers: ["Session-Expires: 30", ...timer] }), maybe(100), takeWith(422, { "Min-SE": "90" }),
      request(TO_PHONE, "1 ACK", { again: false, branch: "[branch-3]" }),
      request(TO_PHONE, "2 INVITE", { sdp: true, to: "", headers: ["Session-Expires: 90;refresher=uas", ...timer] }), maybe(100), maybe(180),
      takeWith(200, { "Session-Expires": "90;refresher=uas" }), request(NEXT, "2 ACK", { again: false }),
      takeWith("INVITE", { "Session-Expires": "90;refresher=uac" }), answerWithin(200, "OK", { sdp: true, headers: ["Session-Expires: 90;refresher=uac", "Require: timer"], again: true }), take("ACK"),
      request(NEXT, "3 BYE"), take(200),
    ])
    await phone.until("CALL_TALKING", 8000)
    phone.skip(46_000)
    await sipp.done()
    await phone.until("CALL_ENDED", 8000)
  })

  it("a session that they keep alive goes on, and ends with a BYE when they do not any more (RFC 4028 10)", async () => {
    const timer = ["Session-Expires: 90;refresher=uas", "Require: timer", "Supported: timer"]
    const sipp = await callee(
      UAS, takeInvite(), answerInvite(200, "OK", { sdp: true, headers: timer }), take("ACK"), wait(1500),
      requestBack("1 UPDATE", { headers: ["Supported: timer", "Session-Expires: 90;refresher=uac"] }), takeWith(200, { "Session-Expires": "90;refresher=uac" }),
      take("BYE"), answerWithin(200, "OK"))
    await ready()
    phone.command("dial 1003")
    await phone.until("CALL_TALKING", 8000)
    phone.skip(45_000)
    await until("they refresh", 8000, () => phone.sent.some(({ firstLine }) => firstLine.startsWith("SIP/2.0 200")))
    phone.skip(45_000)
    await pause(300)
    assert.match(phone.command("calls"), /talking/)
    phone.skip(20_000)
    assert.match((await phone.until("CALL_ENDED", 3000)).text, /Connection lost/)
    await sipp.done()
  })

  it("a hundred calls in a row leave every pool free", async function () {
    this.timeout(150_000)
    // Three hundred answers, and no more than ten in a second: for the phone half a minute, and another until its last transaction is over.
    await ready({ auto_answer: "always" }, 5)
    const sipp = await caller([INVITE, maybe(100), maybe(180), take(200), ACK, wait(50), ...BYE], 100)
    await sipp.done(120_000)
    assert.equal(phone.told.filter(({ name }) => name === "CALL_TALKING").length, 100)
    await untilIdle()
  })
})

/** Nothing is under way: the pools that a call takes from are all free. */
function isIdle(mem: string): boolean {
  const { memory } = JSON.parse(mem) as { memory: { pool?: string, used?: number }[] }
  const taken = memory.filter(({ pool }) => pool !== undefined && /messages|transactions|calls|dialogs/.test(pool))
  return taken.length > 3 && taken.every(({ used }) => used === 0)
}
