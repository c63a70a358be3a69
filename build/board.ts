// The emulated board from the command line: builds it and runs it in the terminal, or measures it.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { EXITS, UserError } from "../host/errors.ts"
import { ABI_VERSION } from "../host/abi.ts"
import { runBoard } from "../host/board/run.ts"
import type { Handset } from "../host/handset/handset.ts"
import { terminalHandset } from "../host/handset/terminal.ts"
import { fileTrace } from "../host/trace.ts"
import { buildBoard } from "./board/compile.ts"
import { sizeReport } from "./board/size.ts"
import { SourceError } from "./board/sources.ts"
import { missingTools } from "./board/tools.ts"
import { OUT, ROOT } from "./core.ts"

const HELP = `npm run board -- [--trace FILE] [--store FILE]   boots the emulated board against the lab
npm run board:size                               builds it, measures it and prints what it takes

--trace FILE   records everything; npx linehunt replay FILE plays it again
--store FILE   the flash with the settings; without it one in build/out
With a terminal the display, the console and the lab are drawn there as by npm start; else the console is on stdin and stdout.
`
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
  const terminal = process.stdout.isTTY && process.stdin.isTTY
  const trace = values.trace === undefined ? undefined : fileTrace(values.trace, new Uint8Array(readFileSync(join(ROOT, MODULE))), ABI_VERSION, "wasm3", note)
  return runBoard({
    program: board.program, store: values.store ?? join(OUT, "board/store.bin"), trace,
    handset: (actions) => terminal ? terminalHandset({
      input: process.stdin, output: process.stdout, actions, environment: process.env, title: "Linehunt board",
      time: () => new Date().toTimeString().slice(0, 8), soon: (then) => setTimeout(then, 15), suspend: () => process.kill(process.pid, "SIGSTOP"),
    }) : silent,
    onConsole: terminal ? undefined : (bytes) => process.stdout.write(bytes),
    typed: terminal ? undefined : process.stdin,
  })
}

const silent: Handset = { display() {}, line() {}, event() {}, reply() {}, lab() {}, close() {} }

function readArguments(args: readonly string[]) {
  const options = { trace: { type: "string" }, store: { type: "string" }, help: { type: "boolean" } } as const
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
