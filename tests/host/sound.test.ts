// The host's sound: ticks that keep their pace, files of every kind, and commands of the system on pipes.
import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { AUDIO, AUDIO_BYTES } from "../../host/abi.ts"
import { UserError } from "../../host/errors.ts"
import { readOptions } from "../../host/options.ts"
import { microphoneOf } from "../../host/sound/microphone.ts"
import { makeSound } from "../../host/sound/sound.ts"
import { speakerOf } from "../../host/sound/speaker.ts"
import { startTicking } from "../../host/sound/ticker.ts"
import { WaveFile, readWav, writeWav } from "../../host/sound/wav.ts"
import { bytesFrom, peak, pitch, samplesFrom, tone } from "../../host/sim/tone.ts"
import { fakeClock } from "./fakes.ts"

const folder = mkdtempSync(join(tmpdir(), "linehunt-sound-"))
const at = (name: string): string => join(folder, name)
const fail = (line: string): never => assert.fail(line)

describe("Sound on this machine", () => {
  after(() => rmSync(folder, { recursive: true, force: true }))

  it("Ticks keep their pace over an hour, and a delay is followed by four at most", () => {
    const clock = fakeClock()
    let ticks = 0
    const stop = startTicking(clock, 20, () => { ticks++ })
    clock.advance(3_600_000)
    assert.equal(ticks, 180_000)
    // The program is held up: the clock goes on and no timer runs.
    const times: number[] = []
    const held = fakeClock()
    let offset = 0
    const late = { ...held, now: () => held.now() + offset }
    startTicking(late, 20, () => times.push(late.now()))
    held.advance(100)
    offset = 1000
    held.advance(100)
    assert.equal(times.length, 5 + 4 + 4, times.join())
    assert(times.slice(-4).every((time) => (time - times[0]!) % 20 === 0), "the pace is that of the beginning")
    stop()
    clock.advance(1000)
    assert.equal(ticks, 180_000)
  })

  it("A file of any rate, width and number of channels becomes 8000 mono samples a second", () => {
    const make = (rate: number, bits: string, channels: number): string => {
      const wav = new WaveFile()
      const scale = bits === "32f" ? 1 / 32_768 : bits === "24" ? 256 : bits === "8" ? 1 / 256 : 1
      const wave = Array.from({ length: rate }, (_, i) => 8000 * Math.sin(2 * Math.PI * 440 * i / rate) * scale + (bits === "8" ? 128 : 0))
      const whole = bits === "32f" ? wave : wave.map(Math.round)
      wav.fromScratch(channels, rate, bits, channels === 1 ? whole : Array.from({ length: channels }, () => whole))
      writeFileSync(at("a.wav"), wav.toBuffer())
      return at("a.wav")
    }
    for (const [rate, bits, channels] of [[8000, "16", 1], [44_100, "16", 2], [48_000, "24", 1], [16_000, "32f", 2], [22_050, "8", 1]] as const) {
      const samples = readWav(make(rate, bits, channels))
      assert(Math.abs(samples.length - 8000) <= 1, `${rate} ${bits}: ${samples.length}`)
      assert.equal(pitch(samples), "440 Hz", `${rate} ${bits}`)
      assert(Math.abs(peak(samples.subarray(1000, 7000)) - 8000) < 400, `${rate} ${bits}: ${peak(samples)}`)
    }
    const law = new WaveFile()
    law.fromScratch(1, 8000, "16", tone(440, 0, 8000))
    law.toMuLaw()
    writeFileSync(at("law.wav"), law.toBuffer())
    assert.equal(pitch(readWav(at("law.wav"))), "440 Hz")
  })

  it("What cannot be read or written is refused with what to do", () => {
    writeFileSync(at("text.wav"), "hello")
    const sentence = (call: () => unknown): string => {
      try { call() } catch (error) { if (error instanceof UserError) return `${error.exit}: ${error.message.replaceAll(folder, "")}`; throw error }
      return "nothing was wrong"
    }
    assert.equal(sentence(() => microphoneOf(at("none.wav"), fail)), "sound: The sound /none.wav cannot be read: there is no such file or folder; check --mic.")
    assert.equal(sentence(() => microphoneOf(at("text.wav"), fail)),
      "sound: /text.wav is no WAV file that can be played (not a supported format); convert it, for example with: sox /text.wav -r 8000 -c 1 -b 16 out.wav")
    assert.equal(sentence(() => microphoneOf("tone:x", fail)), "usage: --mic tone:x is no tone; say tone:440, from 20 to 4000 Hz.")
    assert.equal(sentence(() => speakerOf(at("no/such.wav"), fail)),
      "sound: The sound /no/such.wav cannot be written: there is no such file or folder; choose another file with --speaker.")
    assert.equal(sentence(() => speakerOf(folder, fail)), "sound: The sound  cannot be written: it is a directory; choose another file with --speaker.")
    assert.match(sentence(() => speakerOf("tone:440", fail)), /^usage: --speaker tone:440 is nothing to hear with/)
    assert.match(sentence(() => microphoneOf("cmd:", fail)) + sentence(() => speakerOf("cmd:", fail)), /^usage: --mic cmd: names no .*usage: --speaker cmd: names no /)
    assert.match(sentence(() => readOptions(["--mic", "a.wav", "--speaker", "./a.wav"])), /^usage: --mic and --speaker both name a.wav/)
    assert.deepEqual([readOptions([]).mic, readOptions(["--speaker", "a.wav"]).speaker], ["silence", "a.wav"])
  })

  it("A file plays from its beginning at each start, again and again", () => {
    writeWav(at("count.wav"), Int16Array.from({ length: 200 }, (_, i) => i))
    const microphone = microphoneOf(at("count.wav"), fail)
    microphone.start()
    assert.deepEqual([...samplesFrom(microphone.take())].slice(0, 3), [0, 1, 2])
    assert.deepEqual([...samplesFrom(microphone.take())].slice(38, 42), [198, 199, 0, 1])
    microphone.start()
    assert.equal(samplesFrom(microphone.take())[0], 0)
  })

  it("Sound runs between AUDIO 1 and AUDIO 0, and what was heard is in the file", () => {
    const clock = fakeClock()
    const given: Uint8Array[] = []
    const sound = makeSound({ clock, microphone: microphoneOf("tone:440", fail), speaker: speakerOf(at("heard.wav"), fail), give: (bytes) => {
      given.push(bytes)
      sound.output(AUDIO.speaker, bytes)
    } })
    clock.advance(1000)
    assert.equal(given.length, 0)
    sound.output(AUDIO.start, new Uint8Array(0))
    clock.advance(1000)
    sound.output(AUDIO.stop, new Uint8Array(0))
    clock.advance(1000)
    assert.equal(given.length, 50)
    assert.deepEqual(readWav(at("heard.wav")), tone(440, 0, 8000))
  })

  it("Commands give and take raw sound, and one that ends says why", async function () {
    writeFileSync(at("raw"), bytesFrom(tone(440, 0, 800)))
    const until = async (what: string, done: () => boolean): Promise<void> => {
      for (let i = 0; !done(); i++) {
        assert(i < 400, what)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    const microphone = microphoneOf(`cmd:cat ${at("raw")}; sleep 30`, fail)
    microphone.start()
    let taken = microphone.take()
    await until("sound comes", () => (taken = microphone.take()).some((byte) => byte !== 0))
    assert.deepEqual(taken, bytesFrom(tone(440, 0, 160)))
    microphone.stop()
    const speaker = speakerOf(`cmd:cat > ${at("out")}`, fail)
    speaker.start()
    for (let i = 0; i < 5; i++) speaker.put(new Uint8Array(AUDIO_BYTES).fill(i))
    const size = (): number => { try { return readFileSync(at("out")).length } catch { return 0 } }
    await until("the sound is in the file", () => size() === 5 * AUDIO_BYTES)
    speaker.stop()
    const warnings: string[] = []
    const broken = microphoneOf("cmd:echo no such device >&2; exit 3", (line) => warnings.push(line))
    broken.start()
    await until("the warning comes", () => warnings.length > 0)
    assert.equal(warnings[0], "The microphone's command ended (exit code 3: no such device); the others hear silence. It was: echo no such device >&2; exit 3")
    assert(broken.take().every((byte) => byte === 0))
  })
})
