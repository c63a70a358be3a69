// What the phone's microphone takes up: a file, a tone, silence, or what a command of the system gives.
import { AUDIO_BYTES } from "../abi.ts"
import { UserError } from "../errors.ts"
import { bytesFrom, tone } from "../sim/tone.ts"
import { runCommand, type Running } from "./command.ts"
import { readWav } from "./wav.ts"

export type Microphone = {
  /** Sound is wanted from now on. */
  start(): void
  /** The next 20 ms. */
  take(): Uint8Array
  stop(): void
}

/** More than this much waiting sound of a command is old: the oldest is dropped. */
const WAITING_MAX = 10 * AUDIO_BYTES
const SAMPLES = AUDIO_BYTES / 2

/** What `--mic` names. A file is read at once, so that what is wrong with it is said at the start. Throws UserError. */
export function microphoneOf(what: string, warn: (line: string) => void): Microphone {
  if (what === "silence") return { start() {}, take: () => new Uint8Array(AUDIO_BYTES), stop() {} }
  if (what.startsWith("tone:")) return toneOf(what)
  if (what === "cmd:") throw new UserError("usage", "--mic cmd: names no command; say for example --mic \"cmd:arecord -q\".")
  if (what.startsWith("cmd:")) return new CommandMicrophone(what.slice("cmd:".length), warn)
  return fileOf(what)
}

function toneOf(what: string): Microphone {
  const hertz = Number(what.slice("tone:".length))
  if (!(hertz >= 20 && hertz <= 4000)) throw new UserError("usage", `--mic ${what} is no tone; say tone:440, from 20 to 4000 Hz.`)
  return counting((from) => tone(hertz, from, SAMPLES))
}

/** The file from its beginning at each start, again and again. */
function fileOf(path: string): Microphone {
  const samples = readWav(path)
  if (samples.length === 0) throw new UserError("sound", `The sound ${path} is empty; choose another file with --mic.`)
  return counting((from) => Int16Array.from({ length: SAMPLES }, (_, i) => samples[(from + i) % samples.length] ?? 0))
}

function counting(sound: (from: number) => Int16Array): Microphone {
  let from = 0
  return {
    start() { from = 0 },
    take() {
      const samples = sound(from)
      from += SAMPLES
      return bytesFrom(samples)
    },
    stop() {},
  }
}

class CommandMicrophone implements Microphone {
  private readonly line: string
  private readonly warn: (line: string) => void
  private running: Running | undefined
  private waiting: Buffer = Buffer.alloc(0)

  constructor(line: string, warn: (line: string) => void) {
    this.line = line
    this.warn = warn
  }

  start(): void {
    this.stop()
    const running = runCommand(this.line, (why) => this.warn(`The microphone's command ended (${why}); the others hear silence. It was: ${this.line}`))
    running.child.stdout?.on("data", (bytes: Buffer) => {
      this.waiting = Buffer.concat([this.waiting, bytes])
      // Whole samples are dropped, so that the others stay whole.
      if (this.waiting.length > WAITING_MAX) this.waiting = this.waiting.subarray((this.waiting.length - WAITING_MAX) & ~1)
    })
    this.running = running
  }

  take(): Uint8Array {
    const whole = new Uint8Array(AUDIO_BYTES)
    if (this.waiting.length < AUDIO_BYTES) return whole
    whole.set(this.waiting.subarray(0, AUDIO_BYTES))
    this.waiting = this.waiting.subarray(AUDIO_BYTES)
    return whole
  }

  stop(): void {
    this.running?.stop()
    this.running = undefined
    this.waiting = Buffer.alloc(0)
  }
}
