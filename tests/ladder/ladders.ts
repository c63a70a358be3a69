// npm run ladders: lives through the examples of docs/redundancy.md and writes their ladders, into the page and as drawings.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { compile } from "../../build/core.ts"
import type { Exit } from "../../host/errors.ts"
import { toldHelp } from "../../host/flags.ts"
import { runProgram } from "../../host/program.ts"
import { PAGE, worked } from "./page.ts"

async function main(args: readonly string[]): Promise<Exit> {
  if (toldHelp(args, "npm run ladders: lives through the examples of docs/redundancy.md and writes their ladders, into the page and as drawings.")) return "ok"
  const { page, drawings } = worked(readFileSync(PAGE, "utf8"), await compile("assembly/index.ts"))
  mkdirSync(new URL("ladders/", PAGE), { recursive: true })
  writeFileSync(PAGE, page)
  for (const [place, drawing] of drawings) writeFileSync(new URL(place, PAGE), drawing)
  console.log(`Wrote docs/redundancy.md and ${drawings.size} drawings: ${[...drawings.keys()].join(" ")}`)
  return "ok"
}

await runProgram("ladders", main)
