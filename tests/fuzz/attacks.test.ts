// Attacks on the whole phone, one by one: what each of them must not do. The phone is driven through its interface, on both engines in lockstep.
import assert from "node:assert/strict"
import { compile } from "../../build/core.ts"
import { EVENT, OUTPUT, type CoreExports } from "../../host/abi.ts"
import { parseZone } from "../../host/sim/zone.ts"
import { answerTo } from "./mutate.ts"
import { NETWORK, Network, SERVERS, SETTINGS, STRANGER, requestFrom } from "./network.ts"
import { Pair } from "./pair.ts"

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE
const FIRST = { address: SERVERS[0]!, port: 5060 }

const wasm = await compile("assembly/index.ts")

/** A phone that is registered at the first server. */
function registered(maxExpiresSec?: number): Network {
  const world = Network.begin(wasm, maxExpiresSec)
  world.run(3 * SECOND)
  assert.match(world.phone.ask("status"), /^state: registered\nserver: 192.0.2.1 /m)
  return world
}

/** A phone whose REGISTER is out at the first server, which says nothing; and that REGISTER. */
function asking(): { world: Network; request: Buffer; flow: number } {
  const world = Network.begin(wasm)
  for (const registrar of world.registrars.values()) registrar.mode = { kind: "silent" }
  world.run(100)
  const { bytes, flow } = world.said.findLast(({ peer }) => peer.address === FIRST.address)!
  return { world, request: bytes, flow }
}

/** The state after an input at this very instant: what changes from here on was not the clock. */
function atRest(world: Network): Buffer {
  world.take(world.phone.timeout())
  return world.phone.state()
}

const pools = (world: Network): string => world.phone.ask("mem").split("\n").filter((line) => /^(messages|client|server t)/.test(line)).join(", ")
const IDLE = "messages kept: 0 of 16 used, client transactions: 0 of 10 used, server transactions: 0 of 8 used"
const stateOf = (world: Network): string => /^state: (\w+)/m.exec(world.phone.ask("status"))?.[1] ?? ""

describe("A stranger", () => {
  it("cannot answer for a server, even with its branch", () => {
    for (const status of [200, 401, 403, 423, 503, 100]) {
      const { world, request } = asking()
      const before = atRest(world)
      world.datagram(world.listening!, answerTo(request, status, "Expires: 60", "Min-Expires: 4000", "WWW-Authenticate: Digest realm=\"x\",nonce=\"y\""), STRANGER)
      assert.ok(world.phone.state().equals(before), `${status} changed something`)
      assert.equal(stateOf(world), "registering")
    }
  })

  it("has its answers dropped when they have no branch of ours, from whatever address they come", () => {
    const { world, request, flow } = asking()
    const before = atRest(world)
    const other = Buffer.from(request.toString("latin1").replace(/branch=z9hG4bK\w+/, "branch=z9hG4bKguessed"), "latin1")
    for (const status of [200, 401, 503]) world.datagram(flow, answerTo(other, status), FIRST)
    // All that changes is the count of stray answers.
    assert.ok(differences(before, world.phone.state()) <= 4, "more than a count has changed")
  })

  it("crashes nothing by a body that nothing names", () => {
    const world = registered()
    for (const method of ["OPTIONS", "INVITE", "BYE", "MESSAGE"]) world.datagram(world.listening!, requestFrom(1, method, "", "\n".repeat(1765)), STRANGER)
    assert.match(world.said.at(-1)!.bytes.toString("latin1"), /^SIP\/2.0 4/)
  })

  for (const [method, least] of [["INVITE", 100], ["OPTIONS", 500]] as const) {
    it(`that sends 100 ${method} a second, and now and then 1000, gets ten answers a second at most, and the phone stays registered`, () => {
      const world = registered(60)
      let sent = 0, answers = 0
      const told = world.events.length
      for (let tenth = 0; tenth < 700; tenth++) {
        world.run(100)
        for (let i = tenth % 100 < 5 ? 100 : 10; i > 0; i--) world.datagram(world.listening!, requestFrom(++sent, method), STRANGER)
        answers += world.said.splice(0).filter(({ peer }) => peer.address === STRANGER.address).length
      }
      assert.ok(answers > least && answers <= 710, `${answers} answers`)
      assert.equal(stateOf(world), "registered")
      // Of calls as many as there are places ring; nothing else is told.
      const expected: number[] = [EVENT.registering, EVENT.registered, EVENT.callIncoming, EVENT.callEnded]
      assert.deepEqual(world.events.slice(told).filter((event) => !expected.includes(event)), [])
      const bindings = world.registrars.get(FIRST.address)!.bindings(world.phone.now)
      assert.equal(bindings.filter(({ expiresAt }) => expiresAt > world.phone.now).length, 1)
      // A call rings for two minutes; then its answer waits for an ACK.
      world.run((method === "INVITE" ? 3 : 2) * MINUTE)
      assert.equal(pools(world), IDLE)
    })
  }

  it("that floods while the log is on for whole messages does the phone no harm", () => {
    const world = registered()
    world.type("sip trace on")
    for (let i = 0; i < 50; i++) world.datagram(world.listening!, Buffer.concat([requestFrom(i, "OPTIONS"), Buffer.alloc(3600, "\n")]), STRANGER)
    assert.equal(stateOf(world), "registered")
  })
})

describe("A network that goes", () => {
  it("while a changed account is being unregistered does not leave the line logged off", () => {
    for (const ms of [0, 1]) {
      const world = registered()
      world.type("cfg set transport udp")
      world.run(ms)
      world.down()
      world.run(SECOND)
      world.up(NETWORK)
      world.run(MINUTE)
      assert.equal(stateOf(world), "registered")
    }
  })

  it("does not end the one binding that two records of one address lead to", () => {
    const world = Network.begin(wasm)
    world.nameserver.zones = [parseZone("$ORIGIN example.com.\n$TTL 60\n@ IN SOA ns hostmaster 1 3600 600 604800 60\n_sip._udp IN SRV 0 1 5060 a\n_sip._udp IN SRV 0 1 5060 b\na IN A 192.0.2.1\nb IN A 192.0.2.1\n")]
    world.run(3 * SECOND)
    for (let i = 0; i < 4; i++) {
      world.down()
      world.run(2 * SECOND)
      world.up(NETWORK)
      world.run(20 * SECOND)
      const live = world.registrars.get(FIRST.address)!.bindings(world.phone.now).filter(({ expiresAt }) => expiresAt > world.phone.now)
      assert.deepEqual([stateOf(world), live.length], ["registered", 1])
    }
  })
})

describe("What was true once", () => {
  it("is not believed again: old answers of a server change nothing", () => {
    const world = registered()
    world.run(10 * SECOND)
    const old = world.heard.filter(({ peer }) => peer.address === FIRST.address)
    const before = atRest(world)
    for (const { bytes, flow, peer } of old) world.datagram(flow, bytes, peer)
    assert.ok(old.length >= 2 && differences(before, world.phone.state()) <= 4, "more than a count has changed")
  })

  it("nor are old answers of DNS, or those by another flow, with another id, another question or from elsewhere", () => {
    const world = Network.begin(wasm)
    world.nameserver.fault = { kind: "silent" }
    world.run(100)
    const { bytes: question, flow, peer } = world.said.at(-1)!
    world.nameserver.fault = { kind: "none" }
    const answer = Buffer.from(world.nameserver.replies(question)[0]!.bytes)
    const wrongId = Buffer.from(answer)
    wrongId[0] = wrongId[0]! ^ 1
    const wrongName = Buffer.from(answer)
    wrongName[14] = wrongName[14]! ^ 1
    const before = [world.phone.ask("dns show"), world.phone.deadline()]
    for (const [by, bytes, from] of [[flow, wrongId, peer], [flow, wrongName, peer], [flow, answer, STRANGER], [flow, question, peer], [world.listening!, answer, peer], [flow + 256, answer, peer]] as const) {
      world.datagram(by, bytes, from)
    }
    assert.deepEqual([world.phone.ask("dns show"), world.phone.deadline()], before)
    assert.equal(stateOf(world), "locating")
    world.datagram(flow, answer, peer)
    world.run(3 * SECOND)
    assert.equal(stateOf(world), "registered")
  })

  it("a refusal by ICMP touches only what was sent to that peer by that flow (P-31)", () => {
    const { world, flow } = asking()
    const before = atRest(world)
    world.flow(flow, 3, { peer: STRANGER })
    world.flow(flow, 3, { peer: { ...FIRST, port: 5061 } })
    world.flow(flow + 512, 3, { peer: FIRST })
    assert.equal(differences(before, world.phone.state()), 0)
    const well = registered()
    well.flow(well.towards(FIRST)!, 3, { peer: FIRST })
    assert.equal(stateOf(well), "registered")
  })
})

describe("A phone in trouble", () => {
  it("does not stay awake for answers that cannot leave, and has their places again, when the network goes", () => {
    const world = registered()
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 40; i++) world.datagram(world.listening!, requestFrom(round * 40 + i, i % 2 === 0 ? "OPTIONS" : "INVITE"), STRANGER)
      world.down()
      world.run(2 * MINUTE)
      assert.equal(pools(world), IDLE)
      world.up()
      world.run(MINUTE)
    }
    assert.equal(stateOf(world), "registered")
  })

  it("opens its SIP socket again when it could not be opened, or was closed by the system", () => {
    const world = Network.begin(wasm)
    const first = world.listening!
    world.coming = []
    world.sockets.delete(first)
    world.flow(first, 4, { code: 1 })
    world.run(3 * MINUTE)
    assert.equal(stateOf(world), "registered")
    const second = world.listening!
    world.sockets.delete(second)
    world.flow(second, 2)
    world.run(HOUR)
    assert.ok(world.listening !== undefined && world.listening !== second && world.sockets.get(world.listening)!.local.port === 5060)
  })

  it("backs off while its SIP socket cannot be opened at all", () => {
    const world = Network.begin(wasm)
    for (const one of world.coming) if (one.kind === "flow" && one.peer.address === "") one.event = 4
    world.isPortTaken = true
    const before = world.flows.length
    world.run(10 * MINUTE)
    assert.equal(stateOf(world), "waiting")
    const tries = world.flows.length - before
    assert.ok(tries < 40, `${tries} tries`)
    world.isPortTaken = false
    world.run(30 * MINUTE)
    assert.equal(stateOf(world), "registered")
  })

  it("takes a socket that is bound to nothing for one that failed", () => {
    const world = Network.begin(wasm)
    world.run(50)
    const flow = world.towards(FIRST)!
    world.flow(flow, 1, { local: { address: "", port: 0 } })
    world.run(MINUTE)
    assert.equal(stateOf(world), "registered")
  })

  it("whose server asked for more than a message can hold asks it again without", () => {
    const { world, request, flow } = asking()
    const challenges = ["a", "b", "c", "d"].map((realm) => `WWW-Authenticate: Digest realm="${realm}", nonce="${"n".repeat(200)}", qop="auth"`)
    world.datagram(flow, answerTo(request, 401, ...challenges), FIRST)
    world.registrars.get(FIRST.address)!.mode = { kind: "well" }
    world.run(10 * MINUTE)
    assert.equal(stateOf(world), "registered")
  })

  it("is not harmed by settings that are refused while its account is changing", () => {
    const world = registered()
    for (const registrar of world.registrars.values()) registrar.mode = { kind: "silent" }
    world.type("cfg set user 6002")
    const text = Buffer.from(`${SETTINGS}no_such: ${"x".repeat(2000)}\n`)
    assert.equal(world.phone.input("open", "core_open", [text.length, 0, BigInt(world.phone.now)], text).code, -7)
    for (const name of ["user", "domain", "display_name", "server"]) assert.match(world.phone.ask(`cfg get ${name}`), /^\w+: [\w.@-]*( |\n|$)/)
    for (const registrar of world.registrars.values()) registrar.mode = { kind: "well" }
    world.run(2 * MINUTE)
    assert.equal(stateOf(world), "registered", "the change goes on as if nothing had been asked")
    assert.match(world.phone.ask("cfg get user"), /^user: 6002/)
  })
})

describe("A host that errs", () => {
  it("is told so, and nothing else happens", () => {
    const phone = new Pair(wasm)
    const now = BigInt(phone.now)
    const refused = (name: keyof CoreExports, args: (number | bigint)[], code: number): void => {
      const { code: got, outputs } = phone.input(name, name, args)
      assert.deepEqual([name, got, outputs.length], [name, code, 0])
    }
    for (const [name, args] of [["handle_datagram", [256, 10, now]], ["handle_flow", [256, 1, now]], ["handle_key", [48, 1, now]], ["handle_command", [4, now]], ["handle_network", [1, 0, now]],
      ["handle_timeout", [now]], ["handle_wallclock", [0n, 0, now]], ["core_close", [now]], ["core_resume", [now]]] as const) refused(name, [...args], -2)
    refused("core_open", [0, 0, now], -1)
    refused("handle_entropy", [4097], -3)
    assert.equal(phone.deadline(), Infinity)
    phone.input("entropy", "handle_entropy", [48], new Uint8Array(48).fill(9))
    for (const length of [4097, 65536, -1, 0x7fffffff]) refused("core_open", [length, 0, now], -3)
    for (const boot of [4, -1]) refused("core_open", [0, boot, now], -6)
    assert.equal(phone.input("open", "core_open", [0, 0, now]).code, 0)
    for (const length of [4097, 65536, -1]) {
      refused("handle_datagram", [256, length, now], -3)
      refused("handle_command", [length, now], -3)
      refused("handle_network", [1, length, now], -3)
    }
    for (const flow of [0, 1, 16, 255, -1, 0x7fffffff]) refused("handle_datagram", [flow, 10, now], -4)
    for (const event of [0, 5, -1]) refused("handle_flow", [256, event, now], -6)
    for (const key of [0, 65, 200, -1]) refused("handle_key", [key, 1, now], -6)
    refused("handle_key", [48, 2, now], -6)
    refused("handle_network", [2, 0, now], -6)
  })

  it("gets -5 for any input before it has drained, and loses nothing", () => {
    const world = registered()
    const { phone } = world
    const question = Buffer.from("status")
    phone.bare("status", "handle_command", [question.length, BigInt(phone.now)], question)
    for (const [name, args] of [["handle_timeout", []], ["handle_datagram", [world.listening!, 0]], ["handle_command", [0]], ["core_close", []], ["handle_key", [48, 1]]] as const) {
      assert.equal(phone.bare(name, name, [...args, BigInt(phone.now)]), -5)
    }
    const { outputs } = phone.input("timeout", "handle_timeout", [BigInt(phone.now)])
    assert.equal(outputs.filter(({ kind }) => kind === OUTPUT.reply).map(({ bytes }) => bytes.toString()).join("").includes("state: registered"), true)
  })
})

function differences(one: Buffer, other: Buffer): number {
  let count = 0
  for (let i = 0; i < one.length; i++) count += Number(one[i] !== other[i])
  return count
}
