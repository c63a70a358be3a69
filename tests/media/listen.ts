// npm run listen: writes what the phone's speaker plays under each fault of docs/sound.md as WAV files, for ears.
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { OUT } from "../../build/core.ts"
import type { Exit } from "../../host/errors.ts"
import { toldHelp } from "../../host/flags.ts"
import { runProgram } from "../../host/program.ts"
import { writeWav } from "../../host/sound/wav.ts"
import { phone } from "./bench.ts"
import { CONDITIONS, hear } from "./link.ts"
import { RATE, speech } from "./signal.ts"

const FOLDER = join(OUT, "sound")
const SAID = speech(12 * RATE)

const write = (name: string, samples: Int16Array) => writeWav(join(FOLDER, `${name.replace(/[^\w.]+/g, "-")}.wav`), samples)

async function main(args: readonly string[]): Promise<Exit> {
  if (toldHelp(args, "npm run listen: writes what the phone's speaker plays under each fault of docs/sound.md as WAV files, into build/out/sound.")) return "ok"
  mkdirSync(FOLDER, { recursive: true })
  write("what was said", SAID)
  for (const condition of CONDITIONS) write(condition.name, hear(await phone(), SAID, condition).speaker)
  console.log(`${CONDITIONS.length + 1} files in ${FOLDER}`)
  return "ok"
}

await runProgram("listen", main)
