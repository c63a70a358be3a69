// WAV files as the phone's sound and back: any format that the library reads becomes 8000 mono samples a second of 16 bits.
import { readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { UserError, because } from "../errors.ts"
import { RATE } from "../sim/tone.ts"

/** A library for CommonJS, whose names an import does not find under every loader. */
export const { WaveFile } = createRequire(import.meta.url)("wavefile") as typeof import("wavefile")

/** Formats of a fmt chunk that are compressed, and what undoes that. RFC 2361. */
const COMPRESSED: Record<string, "fromALaw" | "fromMuLaw" | "fromIMAADPCM"> = { "8a": "fromALaw", "8m": "fromMuLaw", "4": "fromIMAADPCM" }

/** Reads a file. Channels are mixed into one, and other rates become 8000. Throws UserError. */
export function readWav(path: string): Int16Array {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw new UserError("sound", `The sound ${path} cannot be read: ${because(error)}; check --mic.`)
  }
  try {
    return samplesOf(bytes)
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\.$/, "").toLowerCase() : String(error)
    throw new UserError("sound", `${path} is no WAV file that can be played (${why}); convert it, for example with: sox ${path} -r 8000 -c 1 -b 16 out.wav`)
  }
}

function samplesOf(bytes: Uint8Array): Int16Array {
  const wav = new WaveFile(bytes)
  const undo = COMPRESSED[wav.bitDepth]
  if (undo !== undefined) wav[undo]("16")
  if (wav.bitDepth !== "16") wav.toBitDepth("16")
  const { sampleRate, numChannels } = wav.fmt as { sampleRate: number; numChannels: number }
  if (sampleRate !== RATE) wav.toSampleRate(RATE)
  const samples: unknown = wav.getSamples(false, Int16Array)
  const channels = (numChannels === 1 ? [samples] : samples) as Int16Array[]
  return Int16Array.from(channels[0] ?? [], (_, i) => channels.reduce((sum, channel) => sum + (channel[i] ?? 0), 0) / channels.length)
}

/** Writes a file of 8000 mono samples a second. Throws UserError. */
export function writeWav(path: string, samples: Int16Array): void {
  const wav = new WaveFile()
  wav.fromScratch(1, RATE, "16", samples)
  try {
    writeFileSync(path, wav.toBuffer())
  } catch (error) {
    throw new UserError("sound", `The sound ${path} cannot be written: ${because(error)}; choose another file with --speaker.`)
  }
}
