// The sound of the phone on this machine: ticks every 20 ms while the core wants them, with the microphone's sound in and the speaker's out.
import { AUDIO, AUDIO_MS } from "../abi.ts"
import type { Clock } from "../clock.ts"
import type { Microphone } from "./microphone.ts"
import type { Speaker } from "./speaker.ts"
import { startTicking } from "./ticker.ts"

export type SoundParts = {
  clock: Clock
  microphone: Microphone
  speaker: Speaker
  /** Gives the core 20 ms of the microphone. */
  give(sound: Uint8Array): void
}

export type Sound = {
  /** An AUDIO output of the core. */
  output(code: number, bytes: Uint8Array): void
  /** The core is gone, or the program ends. */
  stop(): void
}

export function makeSound({ clock, microphone, speaker, give }: SoundParts): Sound {
  let callOff: (() => void) | undefined
  function stop(): void {
    if (callOff === undefined) return
    callOff()
    callOff = undefined
    microphone.stop()
    speaker.stop()
  }
  return {
    output(code, bytes) {
      if (code === AUDIO.speaker) return speaker.put(bytes)
      if (code === AUDIO.stop) return stop()
      if (callOff !== undefined) return
      microphone.start()
      speaker.start()
      callOff = startTicking(clock, AUDIO_MS, () => give(microphone.take()))
    },
    stop,
  }
}
