// How sound comes through a link with faults: measured, compared with the targets, and kept as a table in docs/sound.md.
import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { ROOT } from "../../build/core.ts"
import { decode, encode } from "../../host/sim/g711.ts"
import { phone } from "./bench.ts"
import { CONDITIONS, NETWORK_MS, hear, type Condition } from "./link.ts"
import { delayAt, frequency, level, longestGap, sharpest, speech, tone } from "./signal.ts"

const SECONDS = 24, SAMPLES = SECONDS * 8000
const PAGE = join(ROOT, "docs/sound.md")
const AMPLITUDE = 8000, HERTZ = 440
const TONE = tone(HERTZ, AMPLITUDE, SAMPLES), SPEECH = speech(SAMPLES)

type Measured = {
  name: string; startMs: number; endMs: number; gapMs: number; concealedMs: number; late: number; levelDb: number; hertz: number; corner: number; speechCorner: number; alike: number
}

/** Delay of speech above the link's mean at about 1 s and at the end, and how alike it is on the mean. */
function delays(heard: Int16Array, { jitterMs = 0, driftPpm = 0 }: Condition): { startMs: number; endMs: number; alike: number } {
  const found: { ms: number; alike: number }[] = []
  for (let at = 8000; at < SAMPLES - 4000; at += 16_000) {
    if (level(heard.subarray(at, at + 2400)) < -30) continue
    const { delay, alike } = delayAt(SPEECH, heard, at, 2400, 3200), spoken = (at - delay) / 8 * (1 - driftPpm / 1e6)
    found.push({ ms: at / 8 - spoken - NETWORK_MS - jitterMs / 2, alike })
  }
  return { startMs: found[0]!.ms, endMs: found.at(-1)!.ms, alike: found.reduce((sum, { alike }) => sum + alike, 0) / found.length }
}

async function measure(c: Condition): Promise<Measured> {
  const law = c.law ?? "PCMU"
  const tones = hear(await phone(), TONE, c), spoken = hear(await phone(), SPEECH, c)
  const steady = tones.speaker.subarray(4000, SAMPLES - 400)
  const through = (sound: Int16Array) => decode(law, encode(law, sound))
  return {
    name: c.name, ...delays(spoken.speaker, c), gapMs: longestGap(steady, AMPLITUDE / 10) / 8, concealedMs: tones.quality.concealed, late: tones.quality.late,
    levelDb: level(steady) - level(through(TONE)), hertz: frequency(steady), corner: sharpest(steady) / sharpest(through(TONE)),
    speechCorner: sharpest(spoken.speaker.subarray(4000)) / sharpest(through(SPEECH)),
  }
}

const fixed = (value: number, digits: number) => (value === 0 ? 0 : value).toFixed(digits).replace(/^-(0\.?0*)$/, "$1")

function row(m: Measured): string {
  const cells = [
    m.name, fixed(m.startMs, 0), fixed(m.endMs, 0), fixed(m.gapMs, 0), `${m.concealedMs}`, `${m.late}`, fixed(m.levelDb, 1), fixed(m.hertz, 1), fixed(m.corner, 2),
    fixed(m.speechCorner, 2), `${fixed(100 * m.alike, 0)} %`,
  ]
  return `| ${cells.join(" | ")} |`
}

const HEAD = [
  "| fault of the link | delay at first, ms | delay later, ms | gap, ms | concealed, ms | late | level, dB | frequency, Hz | corner, tone | corner, speech | alike |",
  "|---|---|---|---|---|---|---|---|---|---|---|",
]

describe("The quality of sound", function () {
  const measured: Measured[] = []
  const find = (name: string) => measured.find((each) => each.name === name)!

  before(async () => { for (const condition of CONDITIONS) measured.push(await measure(condition)) })

  it("is what docs/sound.md says (UPDATE=1 writes it)", () => {
    const page = readFileSync(PAGE, "utf8")
    const begin = page.indexOf(HEAD[0]!), end = page.indexOf("\n\n", begin)
    const table = [...HEAD, ...measured.map(row)].join("\n")
    if (process.env.UPDATE === "1") writeFileSync(PAGE, page.slice(0, begin) + table + page.slice(end))
    else assert.equal(page.slice(begin, end), table)
  })

  it("nothing is missing without loss while the jitter is 40 ms, and sound is 60 ms behind the network at most", () => {
    for (const name of ["nothing", "jitter 20 ms", "jitter 40 ms", "jitter 40 ms, packets of 10 ms"]) {
      const { concealedMs, late, gapMs, endMs } = find(name)
      assert.deepEqual([concealedMs, late], [0, 0], name)
      assert.ok(gapMs < 1 && endMs <= 60, `${name}: gap ${gapMs}, delay ${endMs}`)
    }
  })

  it("the same holds for any course of the jitter and any moment of the ticks", async () => {
    const sound = SPEECH.subarray(0, 12 * 8000)
    for (let seed = 1; seed <= 12; seed++) {
      const phase = seed * 7 % 20
      const { speaker, quality } = hear(await phone("v8", seed), sound, { name: "", jitterMs: 40, seed }, phase)
      const { delay } = delayAt(sound, speaker, 11 * 8000, 2400, 2000)
      assert.deepEqual([quality.concealed, quality.late], [0, 0], `seed ${seed}, ticks at ${phase} ms`)
      assert.ok(delay / 8 - NETWORK_MS - 20 <= 60, `seed ${seed}, ticks at ${phase} ms: ${delay / 8 - NETWORK_MS - 20} ms`)
    }
  })

  it("3 % of loss makes no clicks and no gaps, and the tone stays where it is", () => {
    for (const name of ["loss 1 %", "loss 3 %", "loss 3 %, jitter 40 ms"]) {
      const m = find(name)
      assert.ok(m.corner < 1.5 && m.speechCorner < 1.5, `${name}: corners ${m.corner} and ${m.speechCorner}`)
      assert.ok(m.gapMs < 2 && Math.abs(m.levelDb) < 0.2 && Math.abs(m.hertz - HERTZ) < 0.2, `${name}: ${row(m)}`)
    }
  })

  it("no change of the delay clicks, and what comes late but in one piece is not lost", () => {
    for (const m of measured) assert.ok(m.corner < 2.2 && m.speechCorner < 2, `${m.name}: corners ${m.corner} and ${m.speechCorner}`)
    for (const { late, name } of measured) assert.ok(late === 0, `${name}: ${late} late`)
  })

  it("clocks that differ never make sound late nor long in coming", () => {
    for (const m of measured.filter(({ name }) => name.startsWith("sender's clock"))) {
      assert.ok(m.endMs <= 80, `${m.name}: ${m.endMs} ms`)
      assert.ok(Math.abs(m.hertz - HERTZ) < 1.5, `${m.name}: ${m.hertz} Hz`)
    }
  })
})
