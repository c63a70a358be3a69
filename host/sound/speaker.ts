// Where the phone's sound goes: a file, a command of the system, or nowhere.
import { UserError, because } from "../errors.ts"
import { accessSync, constants, existsSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { samplesFrom, RATE } from "../sim/tone.ts"
import { runCommand, type Running } from "./command.ts"
import { writeWav } from "./wav.ts"

export type Speaker = {
  start(): void
  /** The next 20 ms. */
  put(sound: Uint8Array): void
  stop(): void
}

/** A file holds an hour at most. */
const SAMPLES_MAX = 3600 * RATE

/** A command that takes its sound slower than this falls behind, and what comes then is left out: about half a second. */
const BEHIND_MAX = 8000

/** What `--speaker` names. Throws UserError when a file cannot be written. */
export function speakerOf(what: string, warn: (line: string) => void): Speaker {
  if (what === "none") return { start() {}, put() {}, stop() {} }
  if (what === "cmd:") throw new UserError("usage", "--speaker cmd: names no command; say for example --speaker \"cmd:aplay -q\".")
  if (what.startsWith("tone:") || what === "silence") throw new UserError("usage", `--speaker ${what} is nothing to hear with; say FILE.wav, cmd:COMMAND or none.`)
  return what.startsWith("cmd:") ? new CommandSpeaker(what.slice("cmd:".length), warn) : new FileSpeaker(what, warn)
}

/** One file with all that was heard, call after call; written anew whenever a call ends. */
class FileSpeaker implements Speaker {
  private readonly path: string
  private readonly warn: (line: string) => void
  private readonly samples: number[] = []

  constructor(path: string, warn: (line: string) => void) {
    this.path = path
    this.warn = warn
    try {
      accessSync(existsSync(path) ? path : dirname(path), constants.W_OK)
    } catch (error) {
      throw new UserError("sound", `The sound ${path} cannot be written: ${because(error)}; choose another file with --speaker.`)
    }
    if (existsSync(path) && statSync(path).isDirectory()) {
      throw new UserError("sound", `The sound ${path} cannot be written: it is a directory; choose another file with --speaker.`)
    }
  }

  start(): void {}

  put(sound: Uint8Array): void {
    if (this.samples.length < SAMPLES_MAX) this.samples.push(...samplesFrom(sound))
  }

  stop(): void {
    if (this.samples.length === 0) return
    try {
      writeWav(this.path, Int16Array.from(this.samples))
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      this.warn(error.message)
    }
  }
}

class CommandSpeaker implements Speaker {
  private readonly line: string
  private readonly warn: (line: string) => void
  private running: Running | undefined

  constructor(line: string, warn: (line: string) => void) {
    this.line = line
    this.warn = warn
  }

  start(): void {
    this.stop()
    const running = runCommand(this.line, (why) => {
      this.running = undefined
      this.warn(`The speaker's command ended (${why}); nothing is heard. It was: ${this.line}`)
    })
    // What it says on its own output is not for us, and must not block it.
    running.child.stdout?.resume()
    this.running = running
  }

  put(sound: Uint8Array): void {
    const pipe = this.running?.child.stdin
    if (pipe !== undefined && pipe !== null && pipe.writableLength < BEHIND_MAX) pipe.write(sound)
  }

  stop(): void {
    this.running?.stop()
    this.running = undefined
  }
}
