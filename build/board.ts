// The emulated board from the command line: builds it and runs it in the terminal, or measures it.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { UserError, type Exit } from "../host/errors.ts"
import { HELP_FLAG, helpOf, readFlags, type Flags } from "../host/flags.ts"
import { ABI_VERSION } from "../host/abi.ts"
import { ReplayBoard, replayOn } from "../host/board/replay.ts"
import { labWorld, runBoard } from "../host/board/run.ts"
import type { Handset } from "../host/handset/handset.ts"
import { terminalHandset } from "../host/handset/terminal.ts"
import { LAB_PASSWORD } from "../host/lab/lab.ts"
import { readPassword } from "../host/options.ts"
import { runProgram } from "../host/program.ts"
import { readTrace } from "../host/recording.ts"
import { linesOf } from "../host/replay.ts"
import { fileTrace, sha256 } from "../host/trace.ts"
import { buildBoard } from "./board/compile.ts"
import { sizeReport } from "./board/size.ts"
import { missingTools } from "./board/tools.ts"
import { OUT, ROOT } from "./core.ts"

const ABOUT = `npm run board                 boots the emulated board against the lab
npm run board -- --real       the same against BIND and Kamailio, in a network namespace (Linux, as root)
npm run board -- --replay FILE  makes the calls of a trace on a board, and compares every byte
npm run board:size            builds it, measures it and prints what it takes

`
const FLAGS = {
  trace: { value: "FILE", help: "records everything; npx linehunt replay FILE plays it again" },
  store: { value: "FILE", help: "the flash with the settings; without it one in build/out" },
  real: { help: "against BIND and Kamailio" },
  replay: { value: "FILE", help: "makes the calls of this trace" },
  "password-file": { value: "FILE", help: "a file that holds the password of that trace, alone" },
  ...HELP_FLAG,
} as const satisfies Flags
const TERMINAL = `

With a terminal the display, the console and the lab are drawn there as by npm start, and q ends it; else the console is on stdin and stdout, and the line quit
ends it. So does Ctrl-C.
`
/** Set where the board is in its namespace already. */
const INSIDE = "LINEHUNT_NAMESPACE"
const MODULE = "build/out/linehunt.wasm"
const note = (line: string): void => { process.stderr.write(`board: ${line}\n`) }

async function main(args: readonly string[]): Promise<Exit> {
  const { flags, words, text } = readFlags(args, FLAGS), real = flags.has("real"), replayed = text("replay"), traced = text("trace")
  if (flags.has("help")) {
    process.stdout.write(`${ABOUT}${helpOf(FLAGS)}${TERMINAL}`)
    return "ok"
  }
  if (words.length > 1 || words.length === 1 && words[0] !== "size") throw new UserError("usage", `It takes no ${words.at(-1)}; npm run board -- --help lists what it takes.`)
  if (flags.has("password-file") && replayed === undefined) throw new UserError("usage", "--password-file is for --replay FILE.")
  const missing = missingTools()
  if (missing !== undefined) throw new UserError("build", `${missing}.`)
  const board = await buildBoard({ module: MODULE, say: note })
  if (words[0] === "size") {
    process.stdout.write(`${await sizeReport(board, new Uint8Array(readFileSync(join(ROOT, MODULE))))}\n`)
    return "ok"
  }
  if (replayed !== undefined) return replayTrace(replayed, text("password-file"))
  if (real && process.env[INSIDE] === undefined) return runInNamespace(args)
  const terminal = process.stdout.isTTY && process.stdin.isTTY
  const trace = traced === undefined ? undefined : fileTrace(traced, new Uint8Array(readFileSync(join(ROOT, MODULE))), ABI_VERSION, "wasm3", note)
  return runBoard({
    program: board.program, store: text("store") ?? join(OUT, real ? "board/real.bin" : "board/store.bin"), trace,
    world: real ? (await import("../tests/interop/real-lab.ts")).startRealLab : labWorld,
    handset: (actions) => terminal ? terminalHandset({
      input: process.stdin, output: process.stdout, actions, environment: process.env, title: "Linehunt board",
      time: () => new Date().toTimeString().slice(0, 8), soon: (then) => setTimeout(then, 15), suspend: () => process.kill(process.pid, "SIGSTOP"),
    }) : silent,
    onConsole: terminal ? undefined : (bytes) => process.stdout.write(bytes),
    typed: terminal ? undefined : process.stdin,
  })
}

/** As `linehunt replay`, but on a board. */
async function replayTrace(file: string, passwordFile: string | undefined): Promise<Exit> {
  const text = readTrace(file), password = passwordFile === undefined ? undefined : readPassword(passwordFile)
  const { program } = await buildBoard({ module: MODULE, replay: true, say: note }), board = await ReplayBoard.start(program)
  try {
    const module = sha256(new Uint8Array(readFileSync(join(ROOT, MODULE))))
    const verdict = await replayOn(board, { text, name: file, module, password, known: [LAB_PASSWORD], warn: note })
    for (const line of linesOf(verdict)) process.stdout.write(`${line}\n`)
    return verdict.same ? "ok" : "differs"
  } finally {
    await board.end()
  }
}

/** Begins anew inside a namespace where the board's network card is an interface of the kernel. */
async function runInNamespace(args: readonly string[]): Promise<Exit> {
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

await runProgram("board", main)
