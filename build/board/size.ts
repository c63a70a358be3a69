// Measures the emulated board: what it takes of flash and RAM, and what its work costs, in instructions.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Bench, type Seen } from "../../host/board/bench.ts"
import { ROOT } from "../core.ts"
import type { Board } from "./compile.ts"

/** Budgets in bytes and instructions: build/board/budget.json. */
export type BoardBudget = Readonly<Record<string, number>>

export type Measure = { name: string; value: number; unit: "bytes" | "instructions" | "functions" }

export function boardBudget(): BoardBudget {
  return JSON.parse(readFileSync(join(ROOT, "build/board/budget.json"), "utf8")) as BoardBudget
}

const CALL_MS = 2000

/** The figures of a board that has registered at the lab and made a call. */
export async function measure(board: Board): Promise<Measure[]> {
  const bench = await Bench.start({ program: board.program })
  try {
    await bench.event("registered")
    await bench.talk("600", CALL_MS, 440)
    return await measuresOf(bench, board)
  } finally {
    await bench.end()
  }
}

/** The same for a board that has done so already. */
export async function measuresOf(bench: Bench, board: Board): Promise<Measure[]> {
  const figures = await bench.figures()
  const bytes = (name: string, value: number | undefined): Measure => ({ name, value: value ?? NaN, unit: "bytes" })
  const instructions = (name: string, value: number | undefined): Measure => ({ name, value: value ?? NaN, unit: "instructions" })
  const registering = bench.seen.findIndex(({ outputs }) => outputs.some((output) => output.kind === "send" && startsWith(output.bytes, "REGISTER")))
  const sounds = bench.seen.filter(({ call }) => call.call === "audio")
  const answers = bench.seen.filter(({ call }) => call.call === "datagram" && startsWith(call.bytes, "SIP/2.0"))
  return [
    bytes("flash", board.flashBytes), bytes("static RAM", figures["static"]),
    bytes("heap, most", figures["heap-high"]), bytes("heap, largest free block", figures["heap-largest"]),
    bytes("compiled code, budget", figures["code-budget"]), bytes("compiled code, most", figures["code-high"]),
    bytes("native stack, most", figures["stack-high"]),
    bytes("wasm compiled since the start", figures["code-wasm"]), { name: "functions dropped since the start", value: figures["code-evicted"] ?? NaN, unit: "functions" },
    instructions("boot to REGISTER sent", sum(bench.seen.slice(0, registering + 1))),
    instructions("REGISTER, challenged and granted", sum(answers.slice(0, 2))),
    instructions("a second of sound", sum(sounds) / sounds.length * 50),
    instructions("dearest call", Math.max(...bench.seen.map((each) => each.instructions))),
  ]
}

/** The measures as text, with their budgets. */
export async function sizeReport(board: Board): Promise<string> {
  const budget = boardBudget()
  return (await measure(board)).map(({ name, value, unit }) => {
    const limit = budget[name] === undefined ? "" : ` (budget ${budget[name].toLocaleString("en")})`
    return `${name.padEnd(36)} ${value.toLocaleString("en").padStart(12)} ${unit}${limit}`
  }).join("\n")
}

const sum = (calls: readonly Seen[]): number => calls.reduce((total, { instructions }) => total + instructions, 0)

function startsWith(bytes: Uint8Array, text: string): boolean { return Buffer.from(bytes.subarray(0, text.length)).toString("latin1") === text }
