// A command of the system that gives or takes raw sound on a pipe (s16le, 8000 a second, mono), such as arecord, aplay, sox or ffmpeg.
import { spawn, type ChildProcess } from "node:child_process"

export type Running = {
  readonly child: ChildProcess
  stop(): void
}

/** Runs a line of the shell. `ended` hears of an end that nobody asked for, in words. */
export function runCommand(line: string, ended: (why: string) => void): Running {
  const child = spawn(line, { shell: true, stdio: ["pipe", "pipe", "pipe"], detached: process.platform !== "win32" })
  let stopped = false, said = ""
  child.stderr?.on("data", (bytes: Buffer) => { said = (said + bytes.toString("utf8")).slice(-500) })
  // A command that does not read what it is given is its own affair.
  child.stdin?.on("error", () => {})
  child.stdout?.on("error", () => {})
  child.once("error", (error) => { if (!stopped) ended(error.message) })
  child.once("close", (code, signal) => {
    if (stopped) return
    const last = said.trim().split("\n").at(-1) ?? ""
    ended(`${signal === null ? `exit code ${code}` : `signal ${signal}`}${last === "" ? "" : `: ${last}`}`)
  })
  return {
    child,
    stop() {
      stopped = true
      child.stdin?.end()
      // The shell and what it has started are one group.
      try { if (child.pid !== undefined) process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGTERM") } catch { /* it has ended */ }
    },
  }
}
