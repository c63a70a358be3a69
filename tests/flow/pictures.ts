// Plays the scripts of tests/flow/pictures.md for the pictures in docs/screens; as a program it writes them.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { pngOf } from "../../host/handset/png.ts"
import type { MakePhone } from "../../host/sim/phone.ts"
import { oneEngine, play } from "./play.ts"

export const SCREENS = new URL("../../docs/screens/", import.meta.url)

const SCRIPT = /^## .+\n[^]*?^```\n(?<script>[^]*?)^```\n/gm

/** The frames that the scripts take, by name. */
export function takePictures(make: MakePhone): Map<string, Uint8Array> {
  const taken = new Map<string, Uint8Array>()
  const text = readFileSync(new URL("pictures.md", import.meta.url), "utf8")
  for (const { groups } of text.matchAll(SCRIPT)) {
    if (groups?.["script"]?.includes(" picture ")) play(groups["script"], make, (name, frame) => { taken.set(name, frame) })
  }
  return taken
}

export function writePictures(taken: Map<string, Uint8Array>): void {
  rmSync(SCREENS, { recursive: true, force: true })
  mkdirSync(SCREENS, { recursive: true })
  for (const [name, frame] of taken) writeFileSync(new URL(`${name}.png`, SCREENS), pngOf(frame))
  console.log(`Wrote ${taken.size} pictures to docs/screens`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) writePictures(takePictures(await oneEngine()))
