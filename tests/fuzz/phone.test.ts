// The whole phone attacked through its interface, on both engines in lockstep and on wasm3 with fuel: whatever comes, it goes on as it should.
//
// FUZZ_SEED=n repeats one seed, FUZZ_ROUNDS=n runs so many seeds, FUZZ_STEPS=n makes each as long.
import assert from "node:assert/strict"
import { compile } from "../../build/core.ts"
import { KEYS } from "../../host/abi.ts"
import { Random } from "../../host/sim/random.ts"
import { bytesFrom, commandLine, madAnswer, networkText, settingsText, sipFrom } from "./mutate.ts"
import { FAILURES, NETWORK, Network, PASSWORD, SERVERS, SETTINGS, STRANGER, requestFrom } from "./network.ts"
import { FUEL, Pair } from "./pair.ts"

const ROUNDS = Number(process.env["FUZZ_ROUNDS"] ?? 12)
const STEPS = Number(process.env["FUZZ_STEPS"] ?? 500)
const ONLY = process.env["FUZZ_SEED"]
const SEEDS = ONLY === undefined ? Array.from({ length: ROUNDS }, (_, i) => i + 1) : [Number(ONLY)]
const MINUTE = 60_000, HOUR = 60 * MINUTE, YEAR = 365 * 24 * HOUR
const WAYS = ["R", "U", "D", "L", "R", "O", "B", "a", "b", "c", "H", "*", "#", ...Object.values(KEYS), ..."0123456789"]

const wasm = await compile("assembly/index.ts")

/** Chooses by weight what is done to the phone next. */
class Attack {
  readonly world: Network
  private readonly random: Random
  private readonly acts: (() => void)[] = []

  constructor(seed: number) {
    this.random = new Random(seed, "attack")
    this.world = Network.begin(wasm)
    const often = (weight: number, act: () => void): void => { for (let i = 0; i < weight; i++) this.acts.push(act) }
    const { world, random } = this
    often(20, () => world.run(random.pick([0, 1, 5, 10, 100, 500, 1000, 5000, 33_000])))
    often(12, () => this.forgedAnswer())
    often(10, () => this.sip())
    often(4, () => this.dns())
    often(4, () => this.damageComing())
    often(5, () => this.flowEvent())
    often(4, () => this.server())
    often(6, () => world.type(commandLine(random, PASSWORD)))
    often(6, () => world.press(...Array.from({ length: random.between(1, 8) }, () => random.pick(WAYS))))
    often(2, () => this.network())
    often(1, () => this.jump())
    often(1, () => this.life())
  }

  step(): void {
    this.random.pick(this.acts)()
    this.checkClaim()
  }

  private get flow(): number {
    const { random, world } = this
    return random.pick([...world.flows, ...world.sockets.keys(), ...world.sockets.keys(), 256, random.u32() & 0xffff])
  }

  /** An answer to a request that the phone has just made: from the server asked, or from somebody else who saw it. */
  private forgedAnswer(): void {
    const { random, world } = this
    const asked = world.said.filter(({ bytes }) => bytes[0] === 0x52)
    if (asked.length === 0) return
    const request = asked[random.chance(0.7) ? asked.length - 1 : random.between(0, asked.length - 1)]!
    const peer = random.pick([request.peer, request.peer, STRANGER, { address: request.peer.address, port: 1 }])
    world.datagram(world.towards(peer) ?? this.flow, random.chance(0.3) ? sipFrom(random, madAnswer(random, request.bytes)) : madAnswer(random, request.bytes), peer)
  }

  private sip(): void {
    const { random, world } = this
    const real = random.pick([...world.heard, ...world.said, { flow: 0, peer: STRANGER, bytes: requestFrom(random.between(0, 30), random.pick(["INVITE", "OPTIONS", "BYE", "ACK", "CANCEL"])) }])
    const bytes = random.chance(0.2) ? real.bytes : sipFrom(random, real.bytes)
    const peer = random.pick([real.peer, STRANGER, { address: "192.0.2.1", port: 5060 }, { address: "2001:db8::66", port: 5060 }, { address: "", port: 0 }])
    const flow = random.chance(0.6) ? world.towards(peer) ?? this.flow : this.flow
    for (let i = random.chance(0.1) ? random.between(1, 30) : 1; i > 0; i--) world.datagram(flow, bytes, peer)
  }

  private dns(): void {
    const { random, world } = this
    const answers = world.heard.filter(({ peer }) => peer.port === 53)
    if (answers.length === 0) return
    const { bytes, peer } = random.pick(answers)
    const asking = [...world.sockets].filter(([, socket]) => socket.peer.port === 53).map(([flow]) => flow)
    world.datagram(random.pick([...asking, ...asking, this.flow]), bytesFrom(random, bytes), random.pick([peer, peer, STRANGER]))
  }

  /** Something on its way is damaged, lost, late or comes twice. */
  private damageComing(): void {
    const { random, world } = this
    const one = world.coming.at(-1)
    if (one?.kind !== "datagram") return
    const bytes = Buffer.from(one.bytes)
    if (random.chance(0.5)) one.bytes = one.peer.port === 53 ? bytesFrom(random, bytes) : sipFrom(random, bytes)
    if (random.chance(0.3)) one.at += random.between(0, 60_000)
    if (random.chance(0.2)) world.coming.push({ ...one, at: one.at + random.between(0, 9000) })
    if (random.chance(0.2)) world.coming.splice(world.coming.indexOf(one), 1)
  }

  private flowEvent(): void {
    const { random, world } = this
    const flow = this.flow, event = random.between(1, 4)
    // FAILED before OPENED says that there is no socket; after it, that a datagram was not sent.
    if (event === 2 || event === 4 && world.coming.some((one) => one.kind === "flow" && one.flow === flow && one.event === 1)) world.sockets.delete(flow)
    const peer = random.pick([world.sockets.get(flow)?.peer ?? STRANGER, STRANGER, { address: "", port: 0 }, { address: "192.0.2.1", port: 5060 }])
    world.flow(flow, event, { peer, local: random.pick([{ address: "192.0.2.100", port: 5060 }, { address: "", port: 0 }]), code: random.pick(FAILURES) })
  }

  private server(): void {
    const { random, world } = this
    const registrar = world.registrars.get(random.pick(SERVERS))
    if (random.chance(0.1)) world.nameserver.fault = { kind: random.pick(["none", "silent", "dead"] as const) }
    else if (registrar !== undefined) {
      registrar.mode = random.pick([{ kind: "well" }, { kind: "well" }, { kind: "refuse" }, { kind: "silent" }, { kind: "late", ms: 3000 }, { kind: "code", code: random.pick([403, 404, 480, 500, 503]) },
        { kind: "challenge", nonce: random.pick(["new", "same", "stale"] as const) }, { kind: "brief" }] as const)
    }
  }

  private network(): void {
    const { random, world } = this
    if (random.chance(0.4)) world.down()
    else world.up(networkText(random, NETWORK))
  }

  private jump(): void {
    this.world.phone.now += this.random.pick([HOUR, 24 * HOUR, YEAR, 20 * YEAR])
    this.world.take(this.world.phone.timeout())
  }

  private life(): void {
    const { random, world } = this
    const { phone } = world
    const now = BigInt(phone.now)
    random.pick([
      () => phone.move(),
      () => world.take(phone.input("wallclock", "handle_wallclock", [BigInt(random.u32()) * 4000n - 1n, random.between(-9999, 9999), now]).outputs),
      () => world.take(phone.input("close", "core_close", [now]).outputs),
      () => {
        world.sockets.clear()
        world.coming = []
        phone.restart(random.chance(0.7))
        world.boot(SETTINGS, random.between(0, 3))
      },
      () => {
        world.sockets.clear()
        world.coming = []
        world.boot(settingsText(random, SETTINGS), random.between(0, 4))
      },
    ])()
  }

  /** The screen says Registered at only of a server that has granted something. */
  private checkClaim(): void {
    const screen = this.world.phone.screen()
    const at = screen.findIndex((row) => row.startsWith("Registered at"))
    if (at < 0) return
    const shown = SERVERS.find((address) => [screen[at + 1], screen[at + 2]].some((row) => row?.trim().split(":")[0] === address))
    if (shown !== undefined) assert.ok(this.world.granted.has(shown), `it claims to be registered at ${shown}, which never said so`)
  }

  /** All is well again, the phone unregisters, time passes: nothing is held any more. */
  end(): void {
    const { world } = this
    for (const registrar of world.registrars.values()) registrar.mode = { kind: "well" }
    world.nameserver.fault = { kind: "none" }
    world.type("sip trace off")
    world.up(NETWORK)
    world.run(2 * MINUTE)
    world.take(world.phone.input("close", "core_close", [BigInt(world.phone.now)]).outputs)
    world.run(40 * MINUTE)
    const used = Object.fromEntries([...world.phone.ask("mem").matchAll(/^(messages kept|client transactions|server transactions): (\d+)/gm)].map(([, name, count]) => [name, count]))
    assert.deepEqual(used, { "messages kept": "0", "client transactions": "0", "server transactions": "0" })
    assert.deepEqual([...world.sockets.values()].filter(({ peer }) => peer.port === 53), [], "sockets for questions")
  }
}

/** What went wrong, and how to see it again. */
function told(seed: number, phone: Pair, error: unknown): Error {
  const trap = phone.panic() === "" ? "" : `; it expected: ${phone.panic()}`
  return new Error(`seed ${seed}: ${(error as Error).message}${trap}\nagain with: FUZZ_SEED=${seed} FUZZ_STEPS=${STEPS} npx mocha tests/fuzz/phone.test.ts\n` +
    phone.history.slice(-25).map((line) => `  ${line.replace(/[\x00-\x1f]/g, " ")}`).join("\n"), { cause: error })
}

describe("A phone under attack", () => {
  const worst = new Map<string, { fuel: number; what: string }>()

  for (const seed of SEEDS) {
    it(`goes on as it should, seed ${seed} (FUZZ_SEED=${seed} FUZZ_STEPS=${STEPS} npx mocha tests/fuzz/phone.test.ts)`, function () {
      this.timeout(0)
      const attack = new Attack(seed)
      const { phone } = attack.world
      try {
        for (let i = 0; i < STEPS; i++) attack.step()
        attack.end()
      } catch (error) {
        throw told(seed, phone, error)
      }
      for (const [name, one] of phone.worst) if (one.fuel > (worst.get(name)?.fuel ?? 0)) worst.set(name, one)
    })
  }

  after(() => {
    if (process.env["FUZZ_ROUNDS"] === undefined) return
    for (const [name, { fuel, what }] of worst) console.log(`      ${name}: ${fuel} steps of ${FUEL} (${what.slice(0, 100)})`)
  })
})
