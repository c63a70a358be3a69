// What tests need of a machine and may not find there.

/** Skips the tests of a suite when something is missing: `reason` says what, and what to do; it stands in their title. With CI in the environment that is a failure. */
export function skipWithout(context: Mocha.Context, reason: string | undefined): void {
  if (reason === undefined) return
  if (process.env["CI"]) throw new Error(reason)
  if (context.test) context.test.title += ` [${reason}]`
  process.stderr.write(`skipped: ${reason}\n`)
  context.skip()
}
