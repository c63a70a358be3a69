import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { compile } from "../../build/core.ts"
import type { CoreExports } from "../../host/abi.ts"
import { loadV8 } from "../../host/engine/v8.ts"
import { machineOf } from "../../host/machine.ts"
import { formatOf, importSheet, readSheet } from "../../host/provision/import.ts"
import { TABLES, type Facet } from "../../host/provision/rows.ts"
import type { FormatName } from "../../host/provision/sheet.ts"

const PAGE = new URL("../../docs/settings-files.md", import.meta.url)

/** What a facet becomes that is not a setting of the same name. */
const HERE: Partial<Record<Facet, string>> = {
  host: "`domain`, `server`", port: "`server`, its port", backup_host: "`server`, the second", backup_port: "`server`, the port of the second",
  realm: "`domain`", outbound: "`server`", field: "`domain`, `server`",
}

describe("docs/settings-files.md", function () {

  it("has examples that are taken as they are, each with all that is in it", async () => {
    const wasm = await compile("assembly/index.ts")
    const examples = [...readFileSync(PAGE, "utf8").matchAll(/^```\w*\n([^]*?)^```$/gm)].map(([, text = ""]) => Buffer.from(text)).filter((text) => formatOf(text) !== undefined)
    assert.deepEqual(examples.map(formatOf), ["snom", "snom-xml", "fanvil", "versity"])
    for (const example of examples) {
      const { wrong, unknown, notes } = importSheet(readSheet(example, "a.cfg"), new Uint8Array(0), () => machineOf(loadV8<CoreExports>(wasm), undefined))
      assert.deepEqual({ wrong, unknown, notes }, { wrong: [], unknown: [], notes: [] })
    }
  })

  it("lists every setting of the real phones that is known here (SN-22, BK-34, VE-40)", () => {
    const page = readFileSync(PAGE, "utf8")
    const made = page.replace(/(<!-- rows (\w+) -->\n)[^]*?(<!-- end -->)/g, (_, from: string, format: FormatName, to: string) => {
      const rows = TABLES[format].map(({ name, also = [], facet, codec, usual, ids }) =>
        `| ${[name, ...also].map((each) => `\`${each}\``).join(", ")} | ${HERE[facet] ?? `\`${facet}\``} | ${codec.allowed} | ${usual === undefined ? "" : usual === "" ? "empty" : usual} | ${ids} |`)
      return `${from}| setting | here | may be, if not as here | default there | asked for by |\n|---|---|---|---|---|\n${rows.join("\n")}\n${to}`
    })
    if (process.env["UPDATE"] === "1") writeFileSync(PAGE, made)
    assert.equal(made, readFileSync(PAGE, "utf8"))
  })
})
