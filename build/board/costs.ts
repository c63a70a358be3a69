// What the phone's work costs the processor of the emulated board: a life with calls and a failover is recorded in a simulated world and made again by the board,
// where the same calls take the same instructions each time. Devices and the network have no part in it.
import { EVENT, type CoreExports } from "../../host/abi.ts"
import { loadV8 } from "../../host/engine/v8.ts"
import { ReplayBoard, verdictOn, type Made } from "../../host/board/replay.ts"
import { damageCode } from "../../host/board/store.ts"
import { givenIn, type Given } from "../../host/replay.ts"
import { sha256 } from "../../host/trace.ts"
import { buildBoard } from "./compile.ts"
import type { Measure } from "./size.ts"

const MODULE = "build/out/linehunt.wasm", PASSWORD = "secret"
const FIRST_SEC = 5, EACH_SEC = 3, SOUND_SEC = 2
/** The heap is at its highest after so many calls, and must not grow with more. */
export const FEW_CALLS = 5
/** What the names of measures end with that are taken before everything is compiled in flash: of a board that is new, and of one whose code area is in use otherwise. */
const NEW = ", new", FROM_RAM = ", from RAM"

/** A recorded life. */
export type Life = { text: string; name: string; module: string; password: string; given: Given[]; fewUntil: number; soundFrom: number; failsFrom: number }

/** Bob calls so many times, and once for longer; then the server crashes, which the phone finds out as it calls him. */
export async function recordLife(module: Uint8Array, calls: number): Promise<Life> {
  const { play } = await import("../../tests/flow/play.ts"), { recorder } = await import("../../tests/ladder/recorded.ts")
  const hash = sha256(module), { make, text } = recorder(() => loadV8<CoreExports>(module), hash)
  const long = FIRST_SEC + EACH_SEC * calls, end = long + SOUND_SEC + EACH_SEC
  const called = (at: number, sec: number): string[] => [`at ${at}s bob calls`, `at ${at}.5s press O`, `at ${at + sec}.9s bob hangs-up`]
  const script = [
    ...Array.from({ length: calls }, (_, i) => called(FIRST_SEC + EACH_SEC * i, 0)).flat(), ...called(long, SOUND_SEC),
    `at ${end}s a crashes`, `at ${end + 1}s type dial 701`, `at ${end + 3}s type hangup`, `until ${end + 6}s`,
  ]
  play(script.join("\n"), make)
  const life = { text: text(), name: "the recorded life", module: hash, password: PASSWORD }
  const given = givenIn({ ...life, known: [] }), start = given.find((each) => "call" in each && each.call.call === "open")
  const instant = (sec: number): number => (start !== undefined && "now" in start ? start.now : 0) + 1000 * sec
  return { ...life, given, fewUntil: instant(FIRST_SEC + EACH_SEC * FEW_CALLS), soundFrom: instant(long + 1), failsFrom: instant(end + 1) }
}

/** What it costs when all is compiled in flash, and before; the heap after a few calls and after all of them. Throws when the board does anything else than Node did. */
export async function costs(module: Uint8Array, calls: number): Promise<Measure[]> {
  const { program } = await buildBoard({ module: MODULE, replay: true }), first = await firstCosts(program, module)
  const life = await recordLife(module, calls), board = await ReplayBoard.start(program)
  try {
    const { "flash-functions": functions = NaN, "flash-bytes": flash = NaN } = await board.workAhead()
    const few = life.given.findIndex((given) => "call" in given && given.now >= life.fewUntil)
    await board.give(life.given.slice(0, few))
    const early = await board.figures()
    await board.give(life.given.slice(few))
    const late = await board.figures()
    sameAs(life, board)
    return [
      ...costsOf(board.made, life), ...first,
      { name: "functions in flash", value: functions, unit: "functions" }, { name: "code area, used", value: flash, unit: "bytes" },
      { name: `heap, most, after ${FEW_CALLS} calls`, value: early["heap-high"] ?? NaN, unit: "bytes" },
      { name: "heap, most, after all calls", value: late["heap-high"] ?? NaN, unit: "bytes" },
    ]
  } finally {
    await board.end()
  }
}

/** What a short life costs a board that is new, and one that has got another module or firmware and has not rested since. */
export async function firstCosts(program: string, module: Uint8Array): Promise<Measure[]> {
  const life = await recordLife(module, 1)
  return [...await costsWith(life, program, NEW, () => {}), ...await costsWith(life, program, FROM_RAM, (store) => damageCode(store, 0, Uint8Array.of(0)))]
}

async function costsWith(life: Life, program: string, name: string, change: (store: string) => void): Promise<Measure[]> {
  const board = await ReplayBoard.start(program, change)
  try {
    await board.give(life.given)
    sameAs(life, board)
    return costsOf(board.made, life).map((measure) => ({ ...measure, name: `${measure.name}${name}` }))
  } finally {
    await board.end()
  }
}

function sameAs(life: Life, board: ReplayBoard): void {
  const verdict = verdictOn(board.made, { ...life, known: [], warn() {} })
  if (!verdict.same) throw new Error(verdict.lines.join("\n"))
}

/** Instructions for what the phone does, from the input that begins it to the output that ends it; of several the dearest. */
export function costsOf(made: readonly Made[], { soundFrom, failsFrom }: Life): Measure[] {
  const instructions = (name: string, value: number): Measure => ({ name, value, unit: "instructions" })
  const challenged = made.findIndex((each) => hears(each, "SIP/2.0 401")), granted = made.findIndex((each) => hears(each, "SIP/2.0 200"))
  const refused = made.findIndex(({ call, now }) => now >= failsFrom && call.call === "flow" && call.event.kind === "refused")
  const moved = made.findIndex(({ outputs }, i) => i > refused && outputs.some((output) => output.kind === "event" && output.code === EVENT.moved))
  const rings = made.map((each, i) => hears(each, "INVITE") ? sum(made.slice(i, 1 + made.findIndex((other, j) => j >= i && sends(other, "SIP/2.0 180")))) : 0)
  return [
    instructions("boot to REGISTER sent", sum(made.slice(0, 1 + made.findIndex((each) => sends(each, "REGISTER"))))),
    instructions("REGISTER, challenged and granted", sum(made.slice(challenged, granted + 1))),
    instructions("INVITE in to 180 out", Math.max(...rings)),
    instructions("a second of a call", sum(made.filter(({ now }) => now >= soundFrom && now < soundFrom + 1000))),
    instructions("a failover", sum(made.slice(refused, moved + 1))),
  ]
}

const hears = ({ call }: Made, text: string): boolean => call.call === "datagram" && startsWith(call.bytes, text)
const sends = ({ outputs }: Made, text: string): boolean => outputs.some((output) => output.kind === "send" && startsWith(output.bytes, text))
const sum = (calls: readonly Made[]): number => calls.reduce((total, { instructions }) => total + instructions, 0)

function startsWith(bytes: Uint8Array, text: string): boolean { return Buffer.from(bytes.subarray(0, text.length)).toString("latin1") === text }
