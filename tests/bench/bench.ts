// npm run bench: what typical work costs on both engines, next to the same work by an npm SIP parser, in one table.
import { createRequire } from "node:module"
import { testCore } from "../harness.ts"
import { instructions } from "./instructions.ts"
import { type Measure, type Row, median, printTable } from "./measure.ts"
import { MESSAGES } from "./messages.ts"

const RUNS = 9

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

/** One loop of `n` turns on each engine, as nanoseconds a turn; the number of turns is divided by `share` for long ones. */
async function engineMeasures(entry: string, name: string, pieces: string[], share: number): Promise<Measure[]> {
  const measures: Measure[] = []
  for (const engine of ["v8", "wasm3"] as const) {
    const core = await testCore(entry, engine).catch((error: { code?: string }) => {
      if (error.code !== "ADDON_MISSING") throw error
      console.error("The wasm3 addon is not there: npm run build:addon")
      return undefined
    })
    if (core === undefined) continue
    core.setFuel(2_000_000_000)
    let at = Number(core.exports.roomAt!())
    pieces.forEach((text, which) => {
      const bytes = Buffer.from(text, "latin1")
      core.bytes.set(bytes, at)
      core.exports.place!(which, at, bytes.length)
      if (Number(core.exports[name]!(which, 1)) < 0) throw new Error(`piece ${which} of ${entry} cannot be worked on`)
      at += bytes.length
    })
    measures.push({ name: engine, turns: Math.ceil((engine === "v8" ? 20_000 : 2_000) / share), run: (which, n) => { core.exports[name]!(which, n) } })
  }
  return measures
}

/** Measures every piece of one entry and prints the table. */
async function report(entry: string, name: string, names: string[], pieces: string[], others: Measure[], share = 1): Promise<void> {
  const measures = [...await engineMeasures(entry, name, pieces, share), ...others]
  const rows: Row[] = names.map((row, which) => ({
    name: row, bytes: pieces[which]!.length, nanoseconds: measures.map((measure) => median(measure, which, RUNS)),
  }))
  printTable(measures.map((measure) => measure.name), rows, others.length > 0, await instructions(entry, name, pieces))
}

const npm: Measure = { name: "npm sip", turns: 1_000, run(which, n) { for (let i = 0; i < n; i++) otherReads(MESSAGES[which]!.text) } }
const messages = MESSAGES.map(({ text }) => text)
await report("bench", "bench", MESSAGES.map(({ name }) => `parse ${name}`), messages, [npm])

const options = MESSAGES.find(({ name }) => name === "OPTIONS")!.text, challenge = MESSAGES.find(({ name }) => name === "401")!.text
const stronger = challenge.replace("algorithm=MD5", "algorithm=SHA-256")
console.log("")
await report("work", "work", [
  "build REGISTER", "build 200 to OPTIONS", "digest MD5", "digest SHA-256", "select among 8 servers", "timers of 6 requests",
], ["", options, challenge, stronger, "", ""], [])
console.log("")
await report("sound", "work", ["1 s of a call", "1 s with loss 10 %", "1 s with jitter", "1 s of a conference of three"], ["", "", "", ""], [], 400)
