// Skips the tests of the board where its tools are not installed, and says which; with CI in the environment that is a failure.
import { missingTools } from "../../build/board/tools.ts"

export function needsBoard(context: Mocha.Context): void {
  const reason = missingTools()
  if (reason === undefined) return
  if (process.env["CI"]) throw new Error(reason)
  process.stderr.write(`skipped: ${reason}\n`)
  context.skip()
}
