// What a board lives through among real servers, in a network namespace of its own (namespace.ts): prints a line of JSON for each step, as board.test.ts reads it.
import { strict as assert } from "node:assert"
import { buildBoard } from "../../build/board/compile.ts"
import { Bench } from "../../host/board/bench.ts"
import { Tap } from "../../host/board/tap.ts"
import { shareOf, startBaresip } from "./baresip.ts"
import { startBind } from "./bind.ts"
import { PASSWORD, startKamailios } from "./kamailio.ts"
import { PLACES } from "./namespace.ts"
import { until } from "./process.ts"
import { rapidtech } from "./zones.ts"

const DOMAIN = "rapidtech.phones", USER = "6001", FRIEND = "1002"
const OUR_TONE = 440, THEIR_TONE = 880, FRAME = 160
const [first, second, third] = PLACES.registrars

const kamailios = await startKamailios(3, [DOMAIN], PLACES.registrars)
const port = kamailios[0]?.port ?? 5060
const bind = await startBind({ [DOMAIN]: rapidtech([first, second, third], port) }, { address: PLACES.nameserver, port: 53 })
const tap = new Tap({ name: PLACES.tap, board: PLACES.board, server: PLACES.router, dns: [PLACES.nobody, PLACES.nameserver, PLACES.nobody] })
const board = await buildBoard({ module: "build/out/linehunt.wasm" })
const settings = Object.entries({ domain: DOMAIN, user: USER, password: PASSWORD, sip_retry_t1: 100 }).map(([name, value]) => `${name}: ${value}\n`).join("")
const bench = new Bench(tap, Buffer.from(settings), { program: board.program })

async function step(name: string, act: () => Promise<void>): Promise<void> {
  const wrong = await act().then(() => undefined, (error: unknown) => error instanceof Error ? error.stack ?? error.message : String(error))
  process.stdout.write(`${JSON.stringify({ name, wrong })}\n`)
}

const at = (): string => {
  const texts = bench.seen.flatMap(({ outputs }) => outputs).flatMap((output) => output.kind === "event" ? output.text : [])
  return /(?:registered at|moved to) ([\d.]+)/.exec(texts.filter((text) => /registered at|moved to/.test(text)).at(-1) ?? "")?.[1] ?? ""
}
/** An emulated processor that gets too little of a real one leaves gaps in a tone: it is looked for in frames of 20 ms, and has to fill a good part of them. */
function assertTone(samples: Int16Array, hz: number, who: string): void {
  const shares = Array.from({ length: Math.floor(samples.length / FRAME) }, (_, i) => shareOf(samples.slice(i * FRAME, (i + 1) * FRAME), hz))
  const pure = shares.filter((share) => share > 0.9).length
  assert.ok(pure >= 25, `${who} hears ${hz} Hz in ${pure} of ${shares.length} frames of 20 ms`)
}
const serverAt = (address: string) => kamailios.find((one) => one.address === address)

await step("registers", async () => {
  await bench.boot()
  await bench.event("registered", 0, 30_000)
  assert.ok([first, second].includes(at() as typeof first), at())
  assert.equal(serverAt(at())?.contacts(USER).length, 1)
  assert.ok(bind.queries().some(({ name, type }) => type === "SRV" && name.toLowerCase() === `_sip._udp.${DOMAIN}`), "BIND was asked for SRV")
})

await step("moves", async () => {
  const dead = serverAt(at()), from = bench.seen.length
  assert(dead !== undefined)
  await dead.kill()
  await bench.command("register")
  await bench.event("moved", from, 30_000)
  assert.equal(serverAt(at())?.contacts(USER).length, 1)
  await dead.restart()
})

await step("calls", async () => {
  const friend = await startBaresip({
    address: PLACES.phone, user: FRIEND, domain: DOMAIN, password: PASSWORD, proxy: `${at()}:${port}`, tone: THEIR_TONE,
  })
  try {
    const heard = await bench.talk(FRIEND, 3000, OUR_TONE), from = bench.seen.length
    assertTone(heard, THEIR_TONE, "the board")
    await bench.command("hangup")
    await bench.event("callEnded", from, 20_000)
    await until("baresip has hung up", 5000, () => friend.events().includes("CALL_CLOSED"))
    const recorded = friend.heard()[0] ?? new Int16Array()
    assertTone(recorded, OUR_TONE, "baresip")
    const called = bench.seen.length
    await friend.command("dial", `sip:${USER}@${DOMAIN}`)
    await bench.event("callIncoming", called, 20_000)
    bench.board.press("O")
    await bench.event("callTalking", called, 20_000)
    await friend.command("hangup")
    await bench.event("callEnded", called, 20_000)
  } finally {
    await friend.stop()
  }
})

await bench.end()
await Promise.all([bind.stop(), ...kamailios.map((one) => one.stop())])
process.exit(0)
