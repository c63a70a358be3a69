// Every picture that a user sees of calls, as text: compared with calls.md, which a person can look through.
import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { openPhone, type Phone } from "./phone.ts"
import { SCENES, begin } from "./scenes.ts"

const REFERENCE = join(import.meta.dirname, "calls.md")
function page(phone: Phone): string {
  const scenes = SCENES.map(([name, come]) => {
    begin(phone)
    come(phone)
    return `## ${name}\n\n\`\`\`\n${phone.screen().split("\n").map((line) => `|${line}|`).join("\n")}\n\`\`\`\n`
  })
  return `# Screens of calls\n\nWhat the phone shows of calls, cell by cell, compared as a whole by calls.test.ts. \`UPDATE=1\` before the test's command writes this\n` +
    `page anew; look at the difference before you keep it. The first row, the soft keys and the row that is chosen in a list are drawn inverse.\n\n${scenes.join("\n")}`
}

for (const engine of ["v8", "wasm3"] as const) {
  it(`the screens of calls are those of calls.md under ${engine}`, async function () {
    this.timeout(180_000)
    const drawn = page(await openPhone(engine))
    if (process.env.UPDATE === "1") writeFileSync(REFERENCE, drawn)
    assert.equal(drawn, readFileSync(REFERENCE, "utf8"))
  })
}
