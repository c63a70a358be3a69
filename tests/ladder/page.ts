// The worked examples of docs/redundancy.md: each is configured and lived through as the page says, recorded, and drawn from its trace.
import type { CoreExports } from "../../host/abi.ts"
import { loadV8 } from "../../host/engine/v8.ts"
import { ladderOf } from "../../host/ladder/ladder.ts"
import { svgOfLadder } from "../../host/ladder/svg.ts"
import { textOfLadder } from "../../host/ladder/text.ts"
import { machineOf } from "../../host/machine.ts"
import { formatOf, importSheet, readSheet } from "../../host/provision/import.ts"
import { readOptions } from "../../host/options.ts"
import { readRecording } from "../../host/recording.ts"
import { parseZone } from "../../host/sim/zone.ts"
import { play } from "../flow/play.ts"
import { recorder } from "./recorded.ts"

export const PAGE = new URL("../../docs/redundancy.md", import.meta.url)

/** The page as it should be, and the drawings by their place beside it. */
export type Worked = { readonly page: string; readonly drawings: ReadonlyMap<string, string> }

/**
 * An example: what is set, what DNS knows (if it is asked), what happens, its drawing, and the same as text. `story` is a script as in tests/flow; a first
 * line `ladder FLAGS` chooses the part that is drawn.
 */
const EXAMPLE = new RegExp([
  "^```settings\\n(?<settings>[^]*?)^```\\n", "(?:^```dns\\n(?<dns>[^]*?)^```\\n)?", "^```story\\n(?:ladder (?<flags>.*)\\n)?(?<story>[^]*?)^```\\n",
  "^!\\[(?<title>[^\\]]*)\\]\\((?<drawing>ladders/[a-z0-9-]+\\.svg)\\)\\n", "^```ladder\\n(?<ladder>[^]*?)^```\\n",
].join("(?:(?!#|```(?:settings|dns|story|ladder))[^\\n]*\\n)*?"), "gm")

/** Lives through every example of the page. */
export function worked(page: string, wasm: Uint8Array): Worked {
  const drawings = new Map<string, string>()
  const made = page.replace(EXAMPLE, (whole, ...found: unknown[]) => {
    const { settings = "", dns, flags = "", story = "", title = "", drawing = "", ladder = "" } = found.at(-1) as Record<string, string | undefined>
    const { ladder: { width, ...part } } = readOptions(["ladder", "a.trace", ...flags.split(" ").filter((word) => word !== "")])
    const ours = oursOf(settings, wasm), domain = /^domain: *([^;\n]+)/m.exec(ours)?.[1] ?? ""
    const { make, text } = recorder(() => loadV8<CoreExports>(wasm), "00")
    play(ours.replace(/^(?=.)/gm, "set ") + story, make, undefined, dns === undefined ? [] : [parseZone(dns, { origin: domain })])
    const drawn = ladderOf(readRecording(text(), drawing), drawing, part)
    drawings.set(drawing, svgOfLadder(drawn, title, width))
    return whole.replace("```ladder\n" + ladder + "```", () => "```ladder\n" + textOfLadder(drawn, width) + "```")
  })
  return { page: made, drawings }
}

/** What is set in the words of the real phone is taken as it would be from its file. */
function oursOf(settings: string, wasm: Uint8Array): string {
  const bytes = Buffer.from(settings)
  if (formatOf(bytes) === undefined) return settings
  const { settings: text, wrong, unknown, notes } = importSheet(readSheet(bytes, "the example"), new Uint8Array(0), () => machineOf(loadV8<CoreExports>(wasm), undefined))
  if (wrong.length + unknown.length + notes.length > 0) throw new Error([...wrong, ...unknown, ...notes].join("; "))
  return Buffer.from(text).toString("utf8")
}
