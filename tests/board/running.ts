// npm run board as a program of its own.
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process"
import { once } from "node:events"
import { ROOT } from "../../build/core.ts"

export const PROGRAM = [process.execPath, "--import", "tsx", "build/board.ts"]
export const WAIT_MS = 100_000

/** A program that runs, and what it has said. */
export class Running {
  said = ""
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<number | null>

  constructor(command: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const [program = "", ...args] = command
    this.child = spawn(program, args, { cwd: ROOT, env: { ...process.env, ...env } })
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on("data", (bytes: Buffer) => { this.said += bytes.toString() })
    this.child.stdin.on("error", () => {})
    this.ended = once(this.child, "close").then(([code]: (number | null)[]) => code ?? null)
  }

  type(text: string): void { this.child.stdin.write(text) }

  /** Waits until it has said so after `from`; rejects with what it has said. */
  async says(pattern: RegExp, from = 0): Promise<void> {
    const end = performance.now() + WAIT_MS
    while (!pattern.test(this.said.slice(from))) {
      if (performance.now() > end || this.child.exitCode !== null) throw new Error(`it does not say ${String(pattern)}, but: ${JSON.stringify(this.said.slice(-3000))}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

