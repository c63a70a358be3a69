// A board that makes the calls of a trace: the other way round from host/replay.ts, which makes those of a board in Node.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Call, Machine, Output } from "../calls.ts"
import type { Done } from "../driver.ts"
import { UserError } from "../errors.ts"
import { givenIn, replay, type Given, type ReplayParts, type Verdict } from "../replay.ts"
import { Machine as Qemu } from "./machine.ts"
import { BoardRecords, askFigures, callRecord, startRecord, workAhead } from "./record.ts"
import { ConsoleLines } from "./run.ts"
import { Segment } from "./segment.ts"
import { makeStore } from "./store.ts"

/** One call as the board made it: what came of it, and how many instructions it took. Either `done` or `trap` is there. */
export type Made = { call: Call; now: number; outputs: Output[]; instructions: number; done: Done | undefined; trap: string | undefined }

/** The board says nothing for so long: it has stopped. */
const SILENT_MS = 60_000
const LAST_FIGURE = /^stack-high /

export class ReplayBoard {
  readonly made: Made[] = []
  readonly console: string[] = []
  private machine: Qemu | undefined
  private readonly network = new Segment()
  private readonly folder = mkdtempSync(join(tmpdir(), "linehunt-replay-"))
  private heard = (): void => {}

  /** `program`: of a board that is built for it. `change` may write to its flash first. */
  static async start(program: string, change: (store: string) => void = () => {}): Promise<ReplayBoard> {
    const board = new ReplayBoard(), store = join(board.folder, "store.bin")
    makeStore(store, new Uint8Array(0))
    change(store)
    const records = new BoardRecords({
      start() {}, exchanged() {},
      called: (call, now) => { board.made.push({ call, now, outputs: [], instructions: 0, done: undefined, trap: undefined }) },
      output: (output) => { board.made.at(-1)?.outputs.push(output) },
      done: (done, instructions) => board.ended({ done, instructions }),
      trapped: ({ error }) => board.ended({ trap: error.message }),
    })
    const lines = new ConsoleLines((line) => {
      board.console.push(line)
      board.heard()
    })
    board.machine = await Qemu.start({ program, store, network: board.network, onConsole: lines.take, onTrace: records.take })
    return board
  }

  /** Lets the board make these calls, and waits for what comes of them. Throws UserError when it stops. */
  async give(all: readonly Given[]): Promise<Made[]> {
    const from = this.made.length
    let calls = 0
    for (const given of all) {
      if ("start" in given) this.qemu.channel(startRecord(given.start, given.keep))
      if (!("call" in given)) continue
      this.qemu.channel(callRecord(given.call, given.now))
      calls++
    }
    await this.until(() => this.made.length === from + calls && calls > 0 && isOver(this.made.at(-1)))
    return this.made.slice(from)
  }

  /** Lets the board compile everything ahead, as it does when the phone rests for long. */
  workAhead(): Promise<Record<string, number>> {
    this.qemu.channel(workAhead())
    return this.figures()
  }

  /** What the board says of its memory. */
  async figures(): Promise<Record<string, number>> {
    const from = this.console.length
    this.qemu.channel(askFigures())
    await this.until(() => this.console.slice(from).some((line) => LAST_FIGURE.test(line)))
    return Object.fromEntries(this.console.slice(from).map((line) => line.split(" ")).map(([name, value]) => [name, Number(value)]))
  }

  async end(): Promise<void> {
    await this.machine?.stop()
    this.network.detach()
    rmSync(this.folder, { recursive: true, force: true })
  }

  private get qemu(): Qemu {
    if (this.machine === undefined) throw new Error("the board is off")
    return this.machine
  }

  private ended(end: Partial<Made>): void {
    const last = this.made.at(-1)
    if (last !== undefined) Object.assign(last, end)
    this.heard()
  }

  private async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new UserError("differs", `The board makes no more calls after ${this.made.length}. It said: ${this.console.slice(-5).join(" ")}`)), SILENT_MS)
        this.heard = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
}

const isOver = (made: Made | undefined): boolean => made?.done !== undefined || made?.trap !== undefined

/** Replays a whole trace on a board. Throws as `replay` does. */
export async function replayOn(board: ReplayBoard, parts: Omit<ReplayParts, "load" | "other">): Promise<Verdict> {
  return verdictOn(await board.give(givenIn(parts)), parts)
}

/** Compares what a board has made of everything that a trace says the phone was given with what came of it there. Throws as `replay` does. */
export function verdictOn(made: readonly Made[], parts: Omit<ReplayParts, "load" | "other">): Verdict {
  const all = made.values()
  return replay({ ...parts, load: () => played(all) })
}

/** An instance that has done everything already. */
function played(all: Iterator<Made>): Machine {
  let made: Made | undefined, outputs: Iterator<Output> = [][Symbol.iterator]()
  const unknown = (): never => { throw new UserError("differs", "On a board a trace cannot go on with another module.") }
  return {
    perform() {
      const next = all.next()
      made = next.done === true ? undefined : next.value
      if (made === undefined) throw new Error("the board has not made this call")
      outputs = made.outputs[Symbol.iterator]()
      return made.done?.refusal
    },
    poll() {
      const next = outputs.next()
      if (next.done !== true) return next.value
      if (made?.trap !== undefined) throw new Error(made.trap)
      return undefined
    },
    deadline: () => made?.done?.deadline ?? Infinity,
    idle: unknown, snapshot: unknown, takeOver: unknown, keep: unknown, panic: () => undefined, logLines: () => [],
  }
}
