// Starts real servers for a test, each in a process group of its own, and makes sure that none outlives the test.
import { spawn, spawnSync, type ChildProcess } from "node:child_process"
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs"
import { createSocket } from "node:dgram"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { skipWithout } from "../needs.ts"

/** A program that runs, with everything that it has written so far. */
export type Running = {
  readonly pid: number
  readonly name: string
  /** All lines written to stdout and stderr. */
  readonly lines: string[]
  /** Sends a signal to the program and all its children. */
  signal(name: NodeJS.Signals): void
  /** Ends the program and all its children; resolves when the first of them is gone. */
  stop(): Promise<void>
  readonly exited: boolean
  /** Its exit code; undefined while it runs, and after a signal. */
  code(): number | undefined
}

const running = new Set<Running>()
const folders = new Set<string>()

// A test run that is interrupted must leave nothing behind: only the groups that were started here are ended.
process.on("exit", () => {
  for (const one of running) one.signal("SIGKILL")
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** The path of a program that is installed, looked for in PATH and in the sbin folders that a user's PATH leaves out. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin", "/sbin"]
  return folders.map(folder => join(folder, name)).find(path => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** What must be installed for these programs: a sentence, or undefined when all are there. */
export function missing(programs: Readonly<Record<string, string>>): string | undefined {
  const absent = Object.keys(programs).filter(name => findProgram(name) === undefined)
  if (absent.length === 0) return undefined
  const packages = [...new Set(absent.map(name => programs[name]))].join(" ")
  return `${absent.join(", ")} not found: install with "apt-get install ${packages}" (Debian, Ubuntu) to run these tests`
}

/** Skips the tests of a suite where the programs are absent; with CI in the environment that is a failure. */
export function needs(context: Mocha.Context, programs: Readonly<Record<string, string>>): void { skipWithout(context, missing(programs)) }

/** A new folder, removed when the tests end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "linehunt-"))
  folders.add(folder)
  return folder
}

/** Starts a program in a new session, so that a signal to its group reaches every child. */
export function start(name: string, program: string, args: readonly string[], cwd: string): Running {
  const child: ChildProcess = spawn(program, args, { cwd, detached: true, stdio: ["ignore", "pipe", "pipe"] })
  const lines: string[] = []
  let exited = false
  const gone = new Promise<void>(resolve => child.once("close", () => { exited = true; running.delete(one); resolve() }))
  child.once("error", error => lines.push(`cannot start ${program}: ${error.message}`))
  for (const stream of [child.stdout, child.stderr]) collect(stream, lines)
  const pid = child.pid ?? 0
  const signal = (kind: NodeJS.Signals): void => {
    if (pid === 0) return
    try {
      process.kill(-pid, kind)
    } catch {
      // ESRCH: the group has ended already
    }
  }
  const stop = async (): Promise<void> => {
    if (exited || pid === 0) return
    signal("SIGCONT")
    signal("SIGTERM")
    const last = setTimeout(() => signal("SIGKILL"), 1500)
    await gone
    clearTimeout(last)
    signal("SIGKILL")
  }
  const one: Running = { pid, name, lines, signal, stop, code: () => child.exitCode ?? undefined, get exited() { return exited } }
  running.add(one)
  return one
}

function collect(stream: NodeJS.ReadableStream | null, lines: string[]): void {
  let rest = ""
  stream?.on("data", (piece: Buffer) => {
    const parts = (rest + piece.toString("latin1")).split("\n")
    rest = parts.pop() ?? ""
    lines.push(...parts)
  })
}

/** Runs a short program to its end and returns what it wrote; throws when it fails. */
export function run(program: string, args: readonly string[]): string {
  const result = spawnSync(program, args, { encoding: "latin1", timeout: 10_000 })
  if (result.status !== 0) throw new Error(`${program} ${args.join(" ")}: ${result.stderr || result.stdout || String(result.error)}`)
  return result.stdout
}

/** Limits are those of a machine at rest; a busy one gets so many times as long. */
const BUSY = 4

/** Polls until the condition holds; throws with the sentence (and the last lines of the program) when it does not in time. */
export async function until(
  what: string | (() => string), timeoutMs: number, condition: () => boolean | Promise<boolean>, program?: Running,
): Promise<void> {
  const end = performance.now() + BUSY * timeoutMs
  for (;;) {
    if (await condition()) return
    const dead = program?.exited === true
    if (dead || performance.now() > end) {
      const log = program ? `\n${program.lines.slice(-15).join("\n")}` : ""
      throw new Error(`${typeof what === "string" ? what : what()}: not within ${BUSY * timeoutMs} ms${dead ? ", the program ended" : ""}${log}`)
    }
    await pause(10)
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}

/** A port that is free at this moment for UDP and TCP on all the addresses. */
export async function freePort(addresses: readonly string[]): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const free = await Promise.all(addresses.flatMap(address => [udpFree(address, port), tcpFree(address, port)]))
    if (free.every(Boolean)) return port
  }
  throw new Error(`no port is free on ${addresses.join(", ")}`)
}

function udpFree(address: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createSocket("udp4")
    socket.once("error", () => { socket.close(); resolve(false) })
    socket.bind(port, address, () => socket.close(() => resolve(true)))
  })
}

function tcpFree(address: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen(port, address, () => server.close(() => resolve(true)))
  })
}
