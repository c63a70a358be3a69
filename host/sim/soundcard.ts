// The sound card of a simulated phone: takes 20 ms from a microphone at its own pace, as long as sound is wanted.
import { AUDIO_MS } from "../abi.ts"
import { bytesFrom } from "./tone.ts"
import type { Wire } from "./wire.ts"

const SAMPLES = 160

/** 160 samples, from sample number `from` on. */
export type Sounding = (from: number) => Int16Array

export class SoundCard {
  readonly #wire: Wire
  readonly #microphone: Sounding
  readonly #give: (sound: Uint8Array) => void
  isOn = false
  #version = 0
  #spoken = 0

  /** `give` gets the bytes every 20 ms; while a host is busy it leaves them out, as they would be lost. */
  constructor(wire: Wire, microphone: Sounding | undefined, give: (sound: Uint8Array) => void) {
    this.#wire = wire
    this.#microphone = microphone ?? (() => new Int16Array(SAMPLES))
    this.#give = give
  }

  start(): void {
    this.isOn = true
    this.#tick(++this.#version, this.#wire.now(), 1)
  }

  stop(): void {
    this.isOn = false
    this.#version++
  }

  #tick(version: number, since: number, count: number): void {
    this.#wire.after(since + count * AUDIO_MS - this.#wire.now(), () => {
      if (version !== this.#version) return
      this.#tick(version, since, count + 1)
      const samples = this.#microphone(this.#spoken)
      this.#spoken += SAMPLES
      this.#give(bytesFrom(samples))
    })
  }
}
