// Mocha's own reporter, which leaves the result of each test behind for `npm run conformance`, too.
const { mkdirSync, writeFileSync } = require("node:fs")
const { join } = require("node:path")
const { reporters, Runner } = require("mocha")

const OUT = join(__dirname, "out/results")

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const results = {}
    const note = (result) => (test) => { results[test.fullTitle()] = result }
    runner.on(Runner.constants.EVENT_TEST_PASS, note("passed"))
    runner.on(Runner.constants.EVENT_TEST_FAIL, note("failed"))
    runner.on(Runner.constants.EVENT_TEST_PENDING, note("skipped"))
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      mkdirSync(OUT, { recursive: true })
      writeFileSync(join(OUT, `${process.pid}.json`), JSON.stringify(results, undefined, 1))
    })
  }
}
