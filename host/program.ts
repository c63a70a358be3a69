// What every program here begins and ends with: its words, one sentence for whatever is wrong, and its exit code.
import { EXITS, UserError, type Exit } from "./errors.ts"

/** Runs a program; `name` stands before what is wrong. The process ends with it. */
export async function runProgram(name: string, main: (args: readonly string[]) => Promise<Exit> | Exit): Promise<void> {
  try {
    process.exitCode = EXITS[await main(process.argv.slice(2))].code
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    process.stderr.write(`${name}: ${error.message}\n`)
    process.exitCode = EXITS[error.exit].code
  }
  // A timer or a socket that is left must not keep a finished program alive.
  process.exit()
}
