// The command ladder: reads a trace and draws it as it was asked for.
import { writeFileSync } from "node:fs"
import { basename } from "node:path"
import { UserError, because, type Exit } from "../errors.ts"
import type { Options } from "../options.ts"
import { TraceDamage, readRecording, readTrace } from "../recording.ts"
import { isSameFile } from "../store.ts"
import { ladderOf, type Ladder } from "./ladder.ts"
import { svgOfLadder } from "./svg.ts"
import { textOfLadder } from "./text.ts"
import { durationText } from "./words.ts"

/** Draws on stdout or into the file that --svg names. Throws UserError. */
export function drawLadder({ file, json, ladder: { svg, width, ...part } }: Options): Exit {
  const ladder = read(file, part)
  if (svg !== undefined && isSameFile(svg, file)) throw new UserError("usage", `The drawing would take the place of its trace ${file}; choose another file with --svg FILE.`)
  if (svg !== undefined) write(svg, svgOfLadder(ladder, basename(file), width))
  else process.stdout.write(json ? `${JSON.stringify(ladder)}\n` : textOfLadder(ladder, width))
  return "ok"
}

function read(file: string, part: Parameters<typeof ladderOf>[2]): Ladder {
  const text = readTrace(file)
  let ladder: Ladder
  try {
    ladder = ladderOf(readRecording(text, file), file, part)
  } catch (error) {
    throw error instanceof TraceDamage ? new UserError("file", error.message) : error
  }
  if (ladder.rows.length > 0) return ladder
  if (ladder.lasts === 0) throw new UserError("file", `${file} is a trace in which nothing has happened; let the phone run for a while with --trace FILE.`)
  throw new UserError("usage", `Nothing that you asked for is in ${file}, which lasts ${durationText(ladder.lasts)}; change --from, --to or --sip-only.`)
}

function write(path: string, drawing: string): void {
  try {
    writeFileSync(path, drawing)
  } catch (error) {
    throw new UserError("file", `The drawing ${path} cannot be written: ${because(error)}; choose another file with --svg FILE.`)
  }
  process.stderr.write(`Wrote ${path}\n`)
}
