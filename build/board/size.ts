// Measures the emulated board: what it takes of flash and RAM, and what its work costs, in instructions.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Bench, type Seen } from "../../host/board/bench.ts"
import { ROOT } from "../core.ts"
import type { Board } from "./compile.ts"
import { costs } from "./costs.ts"
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
/** So many calls show whether the heap grows with them. */
const MANY_CALLS = 100

/** What the board says of its memory when it has registered, and in a call. */
export type Figures = { registered: Record<string, number>; calling: Record<string, number> }

/** The figures of a board that has registered at the lab and makes a call. */
export async function measure(board: Board): Promise<Measure[]> {
  const bench = await Bench.start({ program: board.program })
  try {
    await bench.event("registered")
    const registered = await bench.figures()
    await bench.talk("600", CALL_MS, 440)
    return measuresOf({ registered, calling: await bench.figures() }, bench.seen, board)
  } finally {
    await bench.end()
  }
}

/** The same for a board that has done so already. */
export function measuresOf({ registered, calling }: Figures, seen: readonly Seen[], board: Board): Measure[] {
  const bytes = (name: string, value: number | undefined): Measure => ({ name, value: value ?? NaN, unit: "bytes" })
  return [
    bytes("flash", board.flashBytes), bytes("static RAM", calling["static"]),
    bytes("heap, most, registered", registered["heap-high"]), bytes("heap, most, in a call", calling["heap-high"]),
    bytes("heap, largest free block in a call", calling["heap-largest"]),
    bytes("compiled code, budget", calling["code-budget"]), bytes("compiled code, most", calling["code-high"]),
    bytes("native stack, most", calling["stack-high"]),
    bytes("wasm compiled since the start", calling["code-wasm"]), { name: "functions dropped since the start", value: calling["code-evicted"] ?? NaN, unit: "functions" },
    { name: "dearest input", value: Math.max(...seen.map((each) => each.instructions)), unit: "instructions" },
  ]
}

/** Those that are over their budget, or under it where as much must be free. */
export function overBudget(measures: readonly Measure[], budget = boardBudget()): Measure[] {
  return measures.filter(({ name, value }) => {
    const limit = budget[name]
    return limit !== undefined && !(name.includes("free") ? value >= limit : value <= limit)
  })
}

/** The measures as text, with their budgets. `module` is what the board runs. */
export async function sizeReport(board: Board, module: Uint8Array): Promise<string> {
  const budget = boardBudget()
  const lines = [...await measure(board), ...await costs(module, MANY_CALLS)].map(({ name, value, unit }) => line(name, value, unit, budget[name]))
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
