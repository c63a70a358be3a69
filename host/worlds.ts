// The command line of the simulated worlds: runs one world for each seed, and tells how to repeat the first that fails.
import { createHash } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import type { CoreExports } from "./abi.ts"
import { loadCore } from "./core.ts"
import { loadV8 } from "./engine/v8.ts"
import { loadWasm3 } from "./engine/wasm3.ts"
import { UserError, because, type Exit } from "./errors.ts"
import { HELP_FLAG, helpOf, readFlags, type Flags } from "./flags.ts"
import { runProgram } from "./program.ts"
import { drawCalling } from "./sim/calling.ts"
import type { Hash } from "./sim/challenger.ts"
import { lockstep, type MakePhone } from "./sim/phone.ts"
import { drawScenario, linesOf, settingsText, troublesOf } from "./sim/scenario.ts"
import { shrink } from "./sim/shrink.ts"
import { timeText } from "./sim/timetext.ts"
import { runScenario, type Outcome, type RunOptions } from "./sim/worlds.ts"

const ABOUT = `Usage: npm run worlds -- [flags]
Runs the phone in simulated worlds and checks in each step what must always hold.

`
const EXIT_CODES = "\n\nExit code 0: all checks held. 1: one did not; the seed, the last 40 events and the command that repeats it are printed. 2: a flag is wrong.\n"

const FLAGS = {
  seed: { value: "N", help: "seed of the first world (48, as from there on phones move soon)" },
  count: { value: "K", help: "how many worlds, with the seeds N, N+1 ... (10)" },
  days: { value: "D", help: "virtual days of each, a fraction is allowed (0.1)" },
  profile: { value: "P", help: "the settings of this profile instead of drawn ones: auto, snom, versity, baker, vip" },
  lines: { value: "N", help: "the phone has so many lines, each with servers, settings and troubles of its own (1)" },
  calls: { value: "N", help: "make and take calls, of all lines, about N episodes a day (0)" },
  engine: { value: "E", help: "v8, wasm3, or both in lockstep, every output compared (v8)" },
  until: { value: "MS", help: "end the world at this virtual millisecond" },
  without: { value: "I,J,...", help: "leave these troubles out, by their numbers" },
  all: { help: "go on with the next seed after a failure" },
  shrink: { help: "after a failure, find the troubles that it needs" },
  trace: { value: "FILE", help: "write everything that happens in the last world to a file" },
  ...HELP_FLAG,
} as const satisfies Flags

const LINES_MAX = 4
const ENGINES = ["v8", "wasm3", "both"]
const PROFILES = ["", "auto", "snom", "versity", "baker", "vip"]
const MODULE = new URL("../build/out/linehunt.wasm", import.meta.url)

type Plan = {
  readonly seed: number
  readonly count: number
  readonly days: number
  readonly lines: number
  readonly calls: number
  readonly profile: string
  readonly engine: string
  readonly untilMs: number | undefined
  readonly without: ReadonlySet<number>
  readonly all: boolean
  readonly shrink: boolean
  readonly trace: string | undefined
}

function readPlan(args: readonly string[]): Plan | "help" {
  const { flags, words, text } = readFlags(args, FLAGS)
  if (flags.has("help")) return "help"
  if (words.length > 0) throw wrong(`There is no world ${words[0]}; worlds are chosen by --seed N.`)
  const number = (name: "seed" | "count" | "days" | "until" | "lines" | "calls", usual: string, least: number): number => {
    const given = text(name) ?? usual, value = Number(given)
    if (given.trim() === "" || !Number.isFinite(value) || value < least) throw wrong(`--${name} takes a number of at least ${least}, not "${given}".`)
    return value
  }
  const engine = text("engine") ?? "v8", profile = text("profile") ?? "", lines = Math.floor(number("lines", "1", 1))
  if (!ENGINES.includes(engine)) throw wrong(`--engine takes v8, wasm3 or both, not "${engine}".`)
  if (!PROFILES.includes(profile)) throw wrong(`--profile takes ${PROFILES.slice(1).join(", ")}, not "${profile}".`)
  const without = (text("without") ?? "").split(",").filter(one => one !== "").map(Number)
  if (without.some(one => !Number.isInteger(one) || one < 0)) throw wrong(`--without takes numbers of troubles with commas between, not "${text("without")}".`)
  if (lines > LINES_MAX) throw wrong(`--lines takes ${LINES_MAX} at most, not "${text("lines")}".`)
  return {
    lines, engine, profile,
    seed: Math.floor(number("seed", "48", 0)),
    count: Math.floor(number("count", "10", 1)),
    days: number("days", "0.1", 0.001),
    calls: number("calls", "0", 0),
    untilMs: flags.has("until") ? number("until", "", 0) : undefined,
    without: new Set(without),
    all: flags.has("all"),
    shrink: flags.has("shrink"),
    trace: text("trace"),
  }
}

function wrong(sentence: string): UserError { return new UserError("usage", sentence) }

/** Makes phones on the engine that was asked for. */
function maker(engine: string): MakePhone {
  if (!existsSync(MODULE)) throw new UserError("build", "build/out/linehunt.wasm is not there: run npm run build.")
  const wasm = new Uint8Array(readFileSync(MODULE))
  const v8: MakePhone = keep => loadCore(loadV8<CoreExports>(wasm), keep)
  const wasm3: MakePhone = keep => loadCore(loadWasm3<CoreExports>(wasm), keep)
  if (engine === "both") return keep => lockstep(v8(keep), wasm3(keep))
  return engine === "v8" ? v8 : wasm3
}

const HASHES = { "MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512-256" } as const
const hash: Hash = (name, text) => createHash(HASHES[name]).update(text, "latin1").digest("hex")

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`

/** The command that runs one world again. */
function command(plan: Plan, seed: number, without: ReadonlySet<number>): string {
  const left = without.size > 0 ? ` --without ${[...without].join(",")}` : ""
  return `npm run worlds -- --seed ${seed} --count 1 --days ${plan.days} --engine ${plan.engine}${plan.lines > 1 ? ` --lines ${plan.lines}` : ""}${plan.calls > 0 ? ` --calls ${plan.calls}` : ""}${plan.profile === "" ? "" : ` --profile ${plan.profile}`}${left}`
}

function main(args: readonly string[]): Exit {
  const plan = readPlan(args)
  if (plan === "help") {
    process.stdout.write(`${ABOUT}${helpOf(FLAGS)}${EXIT_CODES}`)
    return "ok"
  }
  const make = maker(plan.engine)
  const started = performance.now()
  const failed: number[] = [], seen = { troubles: 0, moves: 0, packets: 0, alone: 0 }
  for (let seed = plan.seed; seed < plan.seed + plan.count && (failed.length === 0 || plan.all); seed++) {
    const { violation, moves, packets } = runOne(plan, make, seed), lines = linesOf(drawScenario(seed, plan.days, plan.profile, plan.lines))
    if (violation !== undefined) failed.push(seed)
    seen.troubles += lines.reduce((sum, { troubles }) => sum + troubles.length, 0)
    seen.moves += moves
    seen.packets += packets
    if (lines.every(({ servers }) => servers.length === 1)) seen.alone++
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (failed.length === 0) process.stdout.write(`${counted(plan.count, "world")} of ${counted(plan.days, "day")}: every check held (${seconds} s)\n${summary(plan, seen)}\n`)
  else if (plan.all) process.stdout.write(`\n${failed.length} of ${plan.count} worlds failed, seeds ${failed.join(", ")} (${seconds} s)\n`)
  return failed.length === 0 ? "ok" : "defect"
}

/** What there was to check. */
function summary(plan: Plan, { troubles, moves, packets, alone }: { troubles: number, moves: number, packets: number, alone: number }): string {
  const had = `There were ${counted(troubles, "trouble")}, ${counted(packets, "packet")}, and ${counted(moves, "move")} from one server to another`
  if (moves > 0 || alone < plan.count) return `${had}${alone === 0 ? "" : `; in ${counted(alone, "world")} there was one server alone`}.`
  return `${had}, as there was nowhere to go: in each world there was one server alone.`
}

function writeTrace(path: string, text: string): void {
  try {
    writeFileSync(path, text)
  } catch (error) {
    throw new UserError("file", `The trace ${path} cannot be written: ${because(error)}; choose another file with --trace FILE.`)
  }
}

function runOne(plan: Plan, make: MakePhone, seed: number): Outcome {
  const scenario = drawScenario(seed, plan.days, plan.profile, plan.lines)
  const lines: string[] = []
  const options: RunOptions = {
    make, hash, without: plan.without, calling: plan.calls > 0 ? drawCalling(scenario, plan.calls) : [],
    ...(plan.untilMs === undefined ? {} : { untilMs: plan.untilMs }),
    ...(plan.trace === undefined ? {} : { tell: (line: string) => void lines.push(line) }),
  }
  const began = performance.now()
  const outcome = runScenario(scenario, options)
  if (plan.trace !== undefined) writeTrace(plan.trace, `${JSON.stringify(scenario, undefined, 1)}\n${lines.join("\n")}\n`)
  const took = ((performance.now() - began) / 1000).toFixed(1)
  const what = [
    linesOf(scenario).map(({ servers, shape }) => `${counted(servers.length, "server")} by ${shape}`).join(", "), counted(troublesOf(scenario).length, "trouble"), counted(outcome.packets, "packet"),
    counted(outcome.moves, "move"), ...(plan.calls > 0 ? [counted(outcome.calls, "call")] : []),
  ]
  process.stderr.write(`seed ${seed}: ${what.join(", ")}, ${took} s\n`)
  if (outcome.violation === undefined) return outcome
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  say(`\nFAILED in the world of seed ${seed}, at ${timeText(outcome.atMs)} (${outcome.atMs} ms)`)
  say(`${outcome.violation.check}: ${outcome.violation.message}\n\nThe last events:`)
  outcome.history.forEach(say)
  say(`\nThe settings: ${settingsText(scenario).trimEnd().replaceAll("\n", ", ").replaceAll(": ", " ")}`)
  say(`\nTo repeat it: ${command(plan, seed, plan.without)}`)
  if (plan.shrink) say(`With the troubles that it needs: ${command(plan, seed, shrink(scenario, options, outcome.violation.check))}`)
  return outcome
}

await runProgram("worlds", main)
