// Measures the emulated board: what it takes of flash and RAM, and what its work costs, in instructions.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Bench, type Seen } from "../../host/board/bench.ts"
import { ROOT } from "../core.ts"
import type { Board } from "./compile.ts"
import { measureDepth } from "./depth.ts"
import { missingClang } from "./xtensa.ts"

/** Budgets in bytes and instructions: build/board/budget.json. */
export type BoardBudget = Readonly<Record<string, number>>

export type Measure = { name: string; value: number; unit: "bytes" | "instructions" | "functions" }

export function boardBudget(): BoardBudget {
  return JSON.parse(readFileSync(join(ROOT, "build/board/budget.json"), "utf8")) as BoardBudget
}

/** Budgets in bytes of the stack of the task that runs the phone on an Xtensa: build/board/xtensa.json; its `task` is what the task has. */
export type XtensaBudget = Readonly<Record<"task" | "running" | "compiling" | "around" | "interrupts", number>>

export function xtensaBudget(): XtensaBudget { return JSON.parse(readFileSync(join(ROOT, "build/board/xtensa.json"), "utf8")) as XtensaBudget }

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

/** The measures as text, with their budgets. `module` is what the board runs. */
export async function sizeReport(board: Board, module: Uint8Array): Promise<string> {
  const budget = boardBudget()
  const lines = (await measure(board)).map(({ name, value, unit }) => line(name, value, unit, budget[name]))
  return [...lines, ...missingClang() === undefined ? await stackReport(module) : [`the stack of an Xtensa: ${missingClang()}`]].join("\n")
}

/** The depth probe: what an Xtensa would take of its stack. */
async function stackReport(module: Uint8Array): Promise<string[]> {
  const budget = xtensaBudget(), steps = await measureDepth(module), calls = await measureDepth(module, false)
  return [
    line("Xtensa: deepest nesting of C frames", steps.levels, "levels"),
    line("Xtensa: stack of operations", steps.running, "bytes", budget.running),
    line("Xtensa: stack of compiling", steps.compiling, "bytes", budget.compiling),
    line("Xtensa: stack around both", steps.around, "bytes", budget.around),
    line("Xtensa: all of it", steps.running + steps.compiling + steps.around, "bytes", budget.task),
    line("Xtensa, if operations called operations", calls.running, `bytes in ${calls.levels.toLocaleString("en")} frames`),
  ]
}

function line(name: string, value: number, unit: string, budget?: number): string {
  const limit = budget === undefined ? "" : ` (budget ${budget.toLocaleString("en")})`
  return `${name.padEnd(40)} ${value.toLocaleString("en").padStart(12)} ${unit}${limit}`
}

const sum = (calls: readonly Seen[]): number => calls.reduce((total, { instructions }) => total + instructions, 0)

function startsWith(bytes: Uint8Array, text: string): boolean { return Buffer.from(bytes.subarray(0, text.length)).toString("latin1") === text }
