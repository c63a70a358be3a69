// npm run bench: what typical work costs on both engines, next to the same work by an npm SIP parser, in one table.
import { createRequire } from "node:module"
import { availableParallelism, loadavg } from "node:os"
import { compile } from "../../build/core.ts"
import type { Exit } from "../../host/errors.ts"
import { toldHelp } from "../../host/flags.ts"
import { runProgram } from "../../host/program.ts"
import type { EngineName } from "../../host/engine/engine.ts"
import { loadV8 } from "../../host/engine/v8.ts"
import { loadWasm3 } from "../../host/engine/wasm3.ts"
import { testCore } from "../harness.ts"
import { CALL_SCENES } from "./call-scenes.ts"
import { instructions, sceneInstructions } from "./instructions.ts"
import { type Measure, type Row, printTable, quietest } from "./measure.ts"
import { MESSAGES } from "./messages.ts"
import { HUNTING, READING, SOUND, type Table, WORK } from "./rows.ts"
import { type Wanted, perform, prepare, scenes } from "./scenes.ts"

const FUEL = 2_000_000_000

type OtherUri = { user?: string; host?: string } | undefined
type OtherAddress = { uri?: string | OtherUri }
type OtherMessage = { uri?: string | OtherUri; headers: Record<string, unknown> }
type OtherParser = { parse(text: string): OtherMessage | undefined; parseUri(text: string): OtherUri }

const other = createRequire(import.meta.url)("sip") as OtherParser

/** The same values by the npm parser: it reads Via, From, To, CSeq, Contact, Route and challenges at once; the URIs in them when asked. */
function otherReads(text: string): number {
  const message = other.parse(text)
  if (message === undefined) throw new Error("the npm parser cannot read this message")
  let found = 0
  for (const name of ["from", "to", "contact", "route", "record-route"]) {
    const value = message.headers[name]
    const values = (value === undefined ? [] : Array.isArray(value) ? value : [value]) as OtherAddress[]
    for (const address of values) if (typeof address.uri === "string" && other.parseUri(address.uri) !== undefined) found++
  }
  if (typeof message.uri === "string" && other.parseUri(message.uri) !== undefined) found++
  return found
}

/** The engines that are there, each with an instance that `load` makes. */
async function onEngines<Loaded>(load: (engine: EngineName) => Promise<Loaded>): Promise<[EngineName, Loaded][]> {
  const loaded: [EngineName, Loaded][] = []
  for (const engine of ["v8", "wasm3"] as const) {
    try {
      loaded.push([engine, await load(engine)])
    } catch (error) {
      if ((error as { code?: string }).code !== "ADDON_MISSING") throw error
      console.error("The wasm3 addon is not there: npm run build:addon")
    }
  }
  return loaded
}

/** So many turns are one measurement; fewer for work that is `share` times as long. */
function turnsOf(engine: EngineName, share: number): number { return Math.ceil((engine === "v8" ? 20_000 : 2_000) / share) }

/** One loop of `n` turns on each engine, as nanoseconds a turn. */
async function engineMeasures({ entry, name, pieces, share, build }: Table): Promise<Measure[]> {
  const cores = await onEngines((engine) => testCore(entry, engine, build))
  return cores.map(([engine, core]) => {
    core.setFuel(FUEL)
    let at = Number(core.exports.roomAt!())
    pieces.forEach(({ name: row, text }, which) => {
      const bytes = Buffer.from(text, "latin1")
      core.bytes.set(bytes, at)
      core.exports.place!(which, at, bytes.length)
      if (Number(core.exports[name]!(which, 1)) < 0) throw new Error(`"${row}" of ${entry} cannot be done`)
      at += bytes.length
    })
    return { name: engine, turns: turnsOf(engine, share), run: (which, n) => { core.exports[name]!(which, n) } }
  })
}

/** Measures every piece of one entry and prints the table. */
async function report(table: Table, others: Measure[]): Promise<void> {
  const measures = [...await engineMeasures(table), ...others]
  const rows: Row[] = table.pieces.map(({ name, text }, which) => ({
    name, bytes: text.length, nanoseconds: measures.map((measure) => quietest(measure, which)),
  }))
  printTable(measures.map((measure) => measure.name), rows, others.length > 0, await instructions(table))
}

/** The same for scenes of the whole phone. */
async function reportScenes(wanted: Wanted[], share: number): Promise<void> {
  const recorded = await scenes(wanted)
  const wasm = await compile("assembly/index.ts")
  const engines = await onEngines(async (engine) => engine === "v8" ? loadV8(wasm) : loadWasm3(wasm))
  const rows: Row[] = recorded.map((scene) => ({
    name: scene.title, bytes: 0, nanoseconds: engines.map(([name, engine]) => {
      prepare(engine, scene)
      return quietest({ name, turns: turnsOf(name, share), run: (_which, n) => { perform(engine, scene, n) } }, 0)
    }),
  }))
  printTable(engines.map(([name]) => name), rows, false, await sceneInstructions(recorded))
}

function load(): string { return loadavg()[0]!.toFixed(1) }

const npm: Measure = { name: "npm sip", turns: 1_000, run(which, n) { for (let i = 0; i < n; i++) otherReads(MESSAGES[which]!.text) } }
async function main(args: readonly string[]): Promise<Exit> {
  if (toldHelp(args, "npm run bench: what typical work costs on both engines, in time and in counted instructions. It takes some minutes.")) return "ok"
  console.log(`Times are the least of many short batches: a quiet machine's. Load of this one, of ${availableParallelism()} processors: ${load()}\n`)
  await report(READING, [npm])
  console.log("")
  await report(WORK, [])
  console.log("")
  await report(HUNTING, [])
  console.log("")
  await reportScenes(CALL_SCENES, 100)
  console.log("")
  await report(SOUND, [])
  console.log(`\nLoad at the end: ${load()}`)
  return "ok"
}

await runProgram("bench", main)
