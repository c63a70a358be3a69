// Every view in every state, as whole screens: tests/ui/screens.md has what they must look like.
import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { openPhone, type Phone } from "./phone.ts"
import { LINE_SCENES, beginNew } from "./line-scenes.ts"

const REFERENCE = join(import.meta.dirname, "screens.md")
function page(phone: Phone): string {
  const scenes = LINE_SCENES.map(([name, come]) => {
    beginNew(phone)
    come(phone)
    return `## ${name}\n\n\`\`\`\n${phone.screen().split("\n").map((line) => `|${line}|`).join("\n")}\n\`\`\`\n`
  })
  return `# Screens\n\nWhat the phone shows, cell by cell, compared as a whole by screens.test.ts. \`UPDATE=1\` before the test's command writes this page anew;\n` +
    `look at the difference before you keep it. The first row and the soft keys are drawn inverse.\n\n${scenes.join("\n")}`
}

for (const engine of ["v8", "wasm3"] as const) {
  it(`the screens are those of screens.md under ${engine}`, async function () {
    this.timeout(180_000)
    const drawn = page(await openPhone(engine))
    if (process.env.UPDATE === "1") writeFileSync(REFERENCE, drawn)
    assert.equal(drawn, readFileSync(REFERENCE, "utf8"))
  })
}
