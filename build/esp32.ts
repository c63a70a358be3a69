// The real boards from the command line.
import { EXITS, UserError } from "../host/errors.ts"
import { command } from "./esp32/command.ts"

try {
  await command(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UserError)) throw error
  process.stderr.write(`board: ${error.message}\n`)
  process.exitCode = EXITS[error.exit].code
}
