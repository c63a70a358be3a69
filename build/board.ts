// The emulated board from the command line: builds it and runs it in the terminal, or measures it.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { EXITS, UserError } from "../host/errors.ts"
import { ABI_VERSION } from "../host/abi.ts"
import { ReplayBoard, replayOn } from "../host/board/replay.ts"
import { labWorld, runBoard } from "../host/board/run.ts"
import type { Handset } from "../host/handset/handset.ts"
import { terminalHandset } from "../host/handset/terminal.ts"
import { LAB_PASSWORD } from "../host/lab/lab.ts"
import { readPassword } from "../host/options.ts"
import { readTrace } from "../host/recording.ts"
import { fileTrace, sha256 } from "../host/trace.ts"
import { buildBoard } from "./board/compile.ts"
import { sizeReport } from "./board/size.ts"
import { SourceError } from "./board/sources.ts"
import { missingTools } from "./board/tools.ts"
import { OUT, ROOT } from "./core.ts"

const HELP = `npm run board -- [--trace FILE] [--store FILE]   boots the emulated board against the lab
npm run board -- --real [...]                    the same against BIND and Kamailio, in a network namespace (Linux, as root)
npm run board -- --replay FILE [--password-file FILE]  makes the calls of a trace on a board, and compares every byte
npm run board:size                               builds it, measures it and prints what it takes

--trace FILE   records everything; npx linehunt replay FILE plays it again
--store FILE   the flash with the settings; without it one in build/out
With a terminal the display, the console and the lab are drawn there as by npm start; else the console is on stdin and stdout.
`
/** Set where the board is in its namespace already. */
const INSIDE = "LINEHUNT_NAMESPACE"
const MODULE = "build/out/linehunt.wasm"
const note = (line: string): void => { process.stderr.write(`board: ${line}\n`) }

async function main(args: readonly string[]): Promise<keyof typeof EXITS> {
  const { values, positionals } = readArguments(args)
  if (values.help) {
    process.stdout.write(HELP)
    return "ok"
  }
  const missing = missingTools()
  if (missing !== undefined) throw new UserError("build", `${missing}.`)
  const board = await buildBoard({ module: MODULE, say: note })
  if (positionals[0] === "size") {
    process.stdout.write(`${await sizeReport(board, new Uint8Array(readFileSync(join(ROOT, MODULE))))}\n`)
    return "ok"
  }
  if (values.replay !== undefined) return replayTrace(values.replay, values["password-file"])
  if (values.real && process.env[INSIDE] === undefined) return runInNamespace(args)
  const terminal = process.stdout.isTTY && process.stdin.isTTY
  const trace = values.trace === undefined ? undefined : fileTrace(values.trace, new Uint8Array(readFileSync(join(ROOT, MODULE))), ABI_VERSION, "wasm3", note)
  return runBoard({
    program: board.program, store: values.store ?? join(OUT, values.real ? "board/real.bin" : "board/store.bin"), trace,
    world: values.real ? (await import("../tests/interop/real-lab.ts")).startRealLab : labWorld,
    handset: (actions) => terminal ? terminalHandset({
      input: process.stdin, output: process.stdout, actions, environment: process.env, title: "Linehunt board",
      time: () => new Date().toTimeString().slice(0, 8), soon: (then) => setTimeout(then, 15), suspend: () => process.kill(process.pid, "SIGSTOP"),
    }) : silent,
    onConsole: terminal ? undefined : (bytes) => process.stdout.write(bytes),
    typed: terminal ? undefined : process.stdin,
  })
}

/** As `linehunt replay`, but on a board. */
async function replayTrace(file: string, passwordFile: string | undefined): Promise<keyof typeof EXITS> {
  const text = readTrace(file), password = passwordFile === undefined ? undefined : readPassword(passwordFile)
  const { program } = await buildBoard({ module: MODULE, replay: true, say: note }), board = await ReplayBoard.start(program)
  try {
    const module = sha256(new Uint8Array(readFileSync(join(ROOT, MODULE))))
    const verdict = await replayOn(board, { text, name: file, module, password, known: [LAB_PASSWORD], warn: note })
    for (const line of verdict.same ? [`identical: ${verdict.calls} calls, ${verdict.outputs} outputs${verdict.note}`] : verdict.lines) process.stdout.write(`${line}\n`)
    return verdict.same ? "ok" : "differs"
  } finally {
    await board.end()
  }
}

/** Begins anew inside a namespace where the board's network card is an interface of the kernel. */
async function runInNamespace(args: readonly string[]): Promise<keyof typeof EXITS> {
  const { inNamespace, whyNoNamespace } = await import("../tests/interop/namespace.ts")
  const { missing } = await import("../tests/interop/process.ts")
  const wrong = missing({ named: "bind9", dig: "bind9-dnsutils", kamailio: "kamailio", kamcmd: "kamailio" }) ?? whyNoNamespace()
  if (wrong !== undefined) throw new UserError("lab", `${wrong}.`)
  const { program, args: words } = inNamespace([process.execPath, "--import", "tsx", "build/board.ts", ...args])
  const child = spawn(program, words, { cwd: ROOT, stdio: "inherit", env: { ...process.env, [INSIDE]: "1" } })
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.once(signal, () => child.kill("SIGKILL"))
  // At a terminal the one inside gets it, too, and quits in good order.
  process.on("SIGINT", () => {})
  const [status] = await once(child, "close") as [number | null]
  return status === 0 ? "ok" : "lab"
}

const silent: Handset = { display() {}, line() {}, event() {}, reply() {}, lab() {}, close() {} }

function readArguments(args: readonly string[]) {
  const options = { trace: { type: "string" }, store: { type: "string" }, replay: { type: "string" }, "password-file": { type: "string" }, real: { type: "boolean" }, help: { type: "boolean" } } as const
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new UserError("usage", `${(error as Error).message}\n${HELP}`)
  }
}

try {
  process.exitCode = EXITS[await main(process.argv.slice(2))].code
} catch (error) {
  if (!(error instanceof UserError || error instanceof SourceError)) throw error
  note(error.message)
  process.exitCode = error instanceof UserError ? EXITS[error.exit].code : EXITS.build.code
}
process.exit()
