// Skips the tests of the board where its tools are not installed, and says which; with CI in the environment that is a failure.
import { missingTools } from "../../build/board/tools.ts"
import { missingClang } from "../../build/board/xtensa.ts"

export function needsBoard(context: Mocha.Context): void { needs(missingTools(), context) }

/** Code for Xtensa can be compiled. */
export function needsXtensa(context: Mocha.Context): void { needs(missingClang(), context) }

function needs(reason: string | undefined, context: Mocha.Context): void {
  if (reason === undefined) return
  if (process.env["CI"]) throw new Error(reason)
  process.stderr.write(`skipped: ${reason}\n`)
  context.skip()
}
