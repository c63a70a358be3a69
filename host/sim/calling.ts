// Draws the calls of a world from its seed: who calls whom, how calls are taken, and what both sides do until everybody hangs up.
import { Random } from "./random.ts"
import { linesOf, type Scenario } from "./scenario.ts"

/** Something that is done at an instant. */
export type Deed = { readonly at: number } & (
  /** The user types a console line, or presses keys one after the other. */
  | { readonly what: "type", readonly line: string }
  | { readonly what: "keys", readonly keys: string }
  /** One of the callers of a line, from 0, does what the words say: caller.ts. */
  | { readonly what: "caller", readonly place: number, readonly name: string, readonly words: string }
  /** The user and all callers hang up. */
  | { readonly what: "hush" }
  /** What the phone says of its calls is compared with what the callers know. */
  | { readonly what: "look" }
  /** All calls must be over. */
  | { readonly what: "quiet" }
)

/** Those who call a line and are called by it. */
export const CALLERS: readonly { readonly name: string, readonly number: string }[] = [{ name: "bob", number: "701" }, { name: "carol", number: "702" }, { name: "dave", number: "703" }]

/** Where a caller of a line is, both by number from 0: next to the servers. */
export function addressOf(caller: number, place: number, is6: boolean): string { return `${is6 ? "2001:db8::" : "198.51.100."}${201 + 10 * place + caller}` }

const MINUTE = 60_000
/** Where a profile alone says it. */
const T1_MS = 500
const KEYS = "0123456789*#UDLRODBOabcabcH"
const LOOK_MS = 4000

/** How long after the end of everything a call may still be under way: its last transaction, and what an abandoned INVITE leaves behind. */
export function quietMs(scenario: Scenario): number { return 2 * 64 * Number(scenario.settings["sip_retry_t1"] ?? T1_MS) + 15_000 }

/** About so many episodes a day, each of one or more calls. */
export function drawCalling(scenario: Scenario, perDay: number): Deed[] {
  const random = new Random(scenario.seed, "calls")
  const pauseMs = 24 * 60 * MINUTE / perDay
  const deeds: Deed[] = []
  let at = random.between(20_000, MINUTE)
  while (at < scenario.durationMs) {
    const end = drawEpisode(random, scenario, at, deeds)
    at = end + random.duration(1000, Math.max(2000, 2 * pauseMs))
  }
  return deeds.sort((a, b) => a.at - b.at)
}

/** One episode; returns when it is over. Each call is of one of the lines. */
function drawEpisode(random: Random, scenario: Scenario, from: number, deeds: Deed[]): number {
  const places = linesOf(scenario).map((_, place) => place)
  const end = from + random.duration(1000, 30_000)
  for (const place of places) for (const { name } of CALLERS) deeds.push({ at: from - 1, what: "caller", place, name, words: drawManner(random) })
  const calls = random.pick([1, 1, 1, 2, 2, 3])
  for (let i = 0; i < calls; i++) drawCall(random, lineAmong(random, places), i === 0 ? from : random.between(from, end), end, deeds)
  const extra = random.pick([0, 0, 1, 3, 6])
  for (let i = 0; i < extra; i++) deeds.push({ at: random.between(from, end), ...drawDeed(random, lineAmong(random, places)) })
  if (random.chance(0.25)) deeds.push({ at: random.between(from, end), what: "keys", keys: Array.from({ length: random.between(1, 30) }, () => random.pick([...KEYS])).join("") })
  for (let at = from + LOOK_MS; at < end; at += LOOK_MS) deeds.push({ at, what: "look" })
  const over = end + quietMs(scenario)
  deeds.push({ at: end, what: "hush" }, { at: end + 1000, what: "hush" }, { at: end + 3000, what: "hush" }, { at: over, what: "quiet" })
  return over
}

/** With one line nothing is drawn. */
function lineAmong(random: Random, places: readonly number[]): number { return places.length === 1 ? 0 : random.pick(places) }

type Done = Deed extends infer D ? D extends { readonly at: number } ? Omit<D, "at"> : never : never

function drawCall(random: Random, place: number, at: number, end: number, deeds: Deed[]): void {
  if (random.chance(0.5)) {
    const number = random.pick([...CALLERS.map((caller) => caller.number), "799", "sip:701@192.0.2.99"])
    deeds.push({ at, what: "type", line: `dial ${place === 0 ? "" : `--line ${place + 1} `}${number}` })
    return
  }
  const { name } = random.pick(CALLERS)
  deeds.push({ at, what: "caller", place, name, words: `calls${random.chance(0.2) ? " late" : ""}${random.chance(0.1) ? " with Alert-Info: info=alert-autoanswer" : ""}` })
  const answer = random.pick(["answer", "answer", "answer", "answer", "reject", ""])
  if (answer !== "") deeds.push({ at: Math.min(end, at + random.duration(300, 20_000)), what: "type", line: answer })
}

function drawManner(random: Random): string {
  const after = ` after ${random.duration(1, 15_000)}ms`
  const first = random.pick(["answers", "answers", "answers", "answers", "answers", "rings", "busy", "declines 603", "declines 480", "redirects 702", "is-silent"])
  if (first !== "answers") return first.startsWith("declines") && random.chance(0.5) ? first + after : first
  const more = [
    random.chance(0.2) ? " early" : "", random.chance(0.2) ? " reliable" : "", random.chance(0.1) ? " forks" : "", random.chance(0.1) ? " unheard" : "",
    random.chance(0.1) ? " session 90" : random.chance(0.1) ? " session 90 uas" : "", random.chance(0.1) ? " min-se 100" : "",
    random.chance(0.1) ? ` ignores-acks ${random.between(1, 4)}` : "",
  ]
  return `answers${after}${more.join("")}`
}

function drawDeed(random: Random, place: number): Done {
  if (random.chance(0.5)) {
    const line = random.pick([
      "hold", "resume", "swap", "hangup", "hangup", "conference on", "conference off", "dtmf 12#", "mute on", "mute off", "transfer 703", "transfer", "calls",
    ])
    return { what: "type", line }
  }
  const words = random.pick(["holds", "resumes", "hangs-up", "sends UPDATE", "sends INVITE sdp", "sends INVITE", "sends OPTIONS", "sends INFO", "transfers 703",
    "refuses INVITE 491", "refuses INVITE 488", "refuses BYE 481", "sends BOGUS"])
  return { what: "caller", place, name: random.pick(CALLERS).name, words }
}
