import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { compile } from "../../build/core.ts"
import type { CoreExports } from "../../host/abi.ts"
import { loadV8 } from "../../host/engine/v8.ts"
import { loadWasm3 } from "../../host/engine/wasm3.ts"
import { UserError } from "../../host/errors.ts"
import { drawLadder } from "../../host/ladder/draw.ts"
import { ladderOf } from "../../host/ladder/ladder.ts"
import { SCHEMES, svgOfLadder } from "../../host/ladder/svg.ts"
import { textOfLadder } from "../../host/ladder/text.ts"
import { durationText } from "../../host/ladder/words.ts"
import { readOptions } from "../../host/options.ts"
import { TraceDamage, readRecording } from "../../host/recording.ts"
import { play } from "../flow/play.ts"
import { recorder } from "./recorded.ts"

const PAGE = new URL("ladder.md", import.meta.url)
const SECTION = /^## (?<title>.+)$[^]*?^```\n(?:ladder (?<flags>.*)\n)?(?<script>[^]*?)^```\n+^```\n(?<expected>[^]*?)^```$/gm

const HEADER = '{"linehunt":"trace","version":1,"abi":1,"module":"00","engine":"v8","made":"2026-01-01T00:00:00.000Z"}'
const START = '{"start":{"boot":0,"keep":null}}'
const OPEN = { call: "open", boot: 0, bytes: [{ text: "domain: 192.0.2.1\nuser: 6001\npassword: " }, { sealed: "c2VjcmV0" }, { text: "\n" }] }

/** A trace of calls, each with its instant and outputs. */
function traceOf(...calls: ReadonlyArray<readonly [now: number, call: object, ...outputs: object[]]>): string {
  const lines = calls.flatMap(([now, call, ...outputs], i) => [{ n: i + 1, now, call }, ...outputs.map((out) => ({ n: i + 1, out })), { n: i + 1, deadline: null }])
  return `${[HEADER, START, ...lines.map((line) => JSON.stringify(line))].join("\n")}\n`
}

const drawn = (trace: string): string => textOfLadder(ladderOf(readRecording(trace, "a.trace"), "a.trace"), undefined)
const rows = (trace: string): string[] => drawn(trace).split("\n").filter((line) => /^ *(\d+\.\d|\+\d)/.test(line)).map((line) => line.trim().replace(/\s+/g, " "))

describe("A ladder", function () {
  let wasm: Uint8Array
  before(async () => { wasm = await compile("assembly/index.ts") })

  for (const { groups } of readFileSync(PAGE, "utf8").matchAll(SECTION)) {
    it(groups?.["title"] ?? "", () => {
      const script = groups?.["script"] ?? "", { ladder: { width, ...part } } = readOptions(["ladder", "a.trace", ...(groups?.["flags"] ?? "").split(" ").filter((word) => word !== "")])
      const { make, text } = recorder(() => loadV8<CoreExports>(wasm), "00")
      play(script, make)
      const happened = textOfLadder(ladderOf(readRecording(text(), "a.trace"), "a.trace", part), width)
      // UPDATE=1 writes what was drawn; whoever does so reads every changed line.
      if (process.env["UPDATE"] === "1") rewrite(script, happened)
      else assert.equal(happened, groups?.["expected"])
    })
  }

  it("Traces of both engines, recorded at different times, give the same bytes as text, as a drawing and as JSON", () => {
    const script = "set profile: snom\nset domain: snom.rocks\nzone-file snom\nserver a 192.0.2.52\nserver b 192.0.2.114\nuntil 2s\n"
    const traces = [() => loadV8<CoreExports>(wasm), () => loadWasm3<CoreExports>(wasm)].map((engine) => {
      const { make, text } = recorder(engine, "00")
      play(script, make)
      return text()
    })
    const [first, second] = traces.map((text) => ladderOf(readRecording(text, "a"), "a"))
    assert(first !== undefined && second !== undefined)
    assert.deepEqual(first, second)
    assert.equal(svgOfLadder(first, "a", undefined), svgOfLadder(second, "a", undefined))
    assert.equal(first.rows.filter(({ kind }) => kind === "message").length, 12)
  })
})

describe("A ladder of a trace by hand", () => {
  const peer = "192.0.2.1:5060"
  const options = "OPTIONS sip:6001@192.0.2.9 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nCSeq: 7 OPTIONS\r\n\r\n"
  const rtp = { base64: Buffer.from([0x80, 0, ...new Array<number>(170).fill(7)]).toString("base64") }
  const rtcp = { base64: Buffer.from([0x80, 200, ...new Array<number>(26).fill(7)]).toString("base64") }

  it("A password is not in it, nor a key that was sealed, nor what was typed behind a word for passwords", () => {
    const trace = traceOf([5, OPEN], [6, { call: "key", sealed: "c2VjcmV0" }], [7, { call: "command", bytes: [{ text: "cfg set password " }, { sealed: "c2VjcmV0" }] }],
      [8, { call: "command", bytes: { text: "cfg set passwrod Zebra-4711" } }])
    assert.deepEqual(rows(trace), ["0.001 | key ?", "0.002 | > cfg set password ...", "0.003 | > cfg set passwrod ..."])
  })

  it("The same bytes again are counted, in both directions; other bytes, and the same much later, are rows of their own", () => {
    const datagram = (text: string): object => ({ call: "datagram", flow: 1, peer, bytes: { text } })
    const trace = traceOf([0, OPEN], [0, datagram(options)], [500, datagram(options)], [501, datagram(options.replaceAll("7", "8"))], [900_000, datagram(options)])
    assert.deepEqual(rows(trace), ["0.000 |<---- OPTIONS 7 -----| x2, to 0.500", "0.501 |<---- OPTIONS 8 -----|", "+14 min 59 s : :", "900.000 |<---- OPTIONS 7 -----|"])
  })

  it("What cannot be read is said, empty lines keep a path open, and reports of sound are not packets of it", () => {
    const from = (bytes: object, at = peer): object => ({ call: "datagram", flow: 1, peer: at, bytes })
    const trace = traceOf([0, OPEN], [1, from({ text: "\r\n\r\n" })], [2, from({ text: "hello" })], [3, from({ base64: "AAECAwQ=" }, "[2001:db8::53]:53")],
      [10, from(rtcp, "192.0.2.77:4001")], [20, from(rtp, "192.0.2.77:4000")], [40, from(rtp, "192.0.2.77:4000"), { kind: "send", flow: 2, peer: "192.0.2.77:4000", bytes: rtp }])
    assert.deepEqual(rows(trace), [
      "0.001 |<--------------- keep-alive ---------------|", "0.002 |<---------------- 5 bytes -----------------| that cannot be read", "0.003 |<----- 5 bytes ------| | that cannot be read",
      "0.020 == sound with 192.0.2.77, 0 s: 1 packets out, 2 in",
    ])
  })

  it("A phone that stops itself, one that starts anew, a clock that begins anew, settings and addresses that fail: all is said", () => {
    const lines = traceOf([5000, OPEN], [6000, { call: "flow", flow: 1, event: { kind: "failed", code: 2 } }]).trimEnd().split("\n")
    const last = ['{"n":3,"now":7000,"call":{"call":"timeout"}}', '{"n":3,"trap":"unreachable"}', '{"start":{"boot":1,"keep":{"zeros":8}}}',
      '{"n":4,"now":10,"call":{"call":"open","boot":1,"bytes":{"text":"nonsense\\n"}}}', '{"n":4,"refusal":{"code":"SETTINGS_REFUSED","line":1,"sentence":"line 1: no"},"deadline":null}',
      '{"n":5,"now":20,"call":{"call":"close"}}', '{"n":5,"out":{"kind":"log","level":4,"text":"so it is"}}', '{"n":5,"out":{"kind":"event","code":6,"text":""}}', '{"n":5,"deadline":null}']
    assert.deepEqual(rows(`${[...lines, ...last].join("\n")}\n`), [
      "1.000 | nothing can be sent: the address cannot be reached", "2.000 | the phone stopped itself: unreachable", "2.000 | the phone starts anew with what was kept",
      "2.000 | not taken: line 1: no", "2.010 | told to unregister and end", "2.010 | warning: so it is", "2.010 | * unregistered",
    ])
  })

  it("A long reply is cut, and says by how much", () => {
    const reply = Array.from({ length: 12 }, (_, i) => `line ${i}`).join("\n")
    const trace = traceOf([0, OPEN], [1, { call: "command", bytes: { text: "cfg show" } }, { kind: "reply", code: 0, text: reply.slice(0, 20), last: false }, { kind: "reply", code: 0, text: reply.slice(20), last: true }])
    assert.match(drawn(trace), /> cfg show\n {14}\| {5}line 0\n[^]*line 7\n {14}\| {5}and 4 more lines\n$/)
  })

  it("A torn last line is left out; what is no trace, or a damaged one, is refused with a sentence and the line", () => {
    const trace = traceOf([0, OPEN], [1, { call: "close" }])
    assert.deepEqual(rows(trace.slice(0, -5)), ["0.001 | told to unregister and end"])
    const cases: Array<[string, RegExp]> = [
      ["", /^a\.trace is not a trace; traces are made with --trace FILE\.$/], ["{}\n", /is not a trace/], [HEADER.replace(`"version":1`, `"version":9`), /of version 9, which/],
      [`${trace}{]\n`, /^a\.trace is damaged at line 7: it is not JSON; record it anew\.$/], [`${trace}null\n`, /line 7/], [traceOf([0, { call: "dance" }]), /line 3: there is no call dance/],
      [traceOf([0, { call: "datagram", peer: "nobody", bytes: {} }]), /line 3: bytes are missing/], [traceOf([0, OPEN, { kind: "send", bytes: { text: "" } }]), /line 3: a word is missing/],
      [traceOf([0, { call: "flow", event: 5 }]), /line 3: a record is missing/], [traceOf([0, OPEN, { kind: "event", code: "x", text: "" }]), /line 3: a number is missing/],
    ]
    for (const [text, sentence] of cases) {
      assert.throws(() => drawn(text), (error: unknown) => {
        assert(error instanceof TraceDamage, String(error))
        assert.match(error.message, sentence)
        return true
      })
    }
  })

  it("A drawing never takes the place of its trace, whatever name it is given", () => {
    const folder = mkdtempSync(join(tmpdir(), "linehunt-")), trace = join(folder, "a.trace"), link = join(folder, "a.svg"), text = traceOf([0, OPEN], [1, { call: "close" }])
    try {
      writeFileSync(trace, text)
      symlinkSync(trace, link)
      for (const svg of [trace, `${folder}/../${folder.split("/").at(-1)}/a.trace`, link]) {
        const said = (error: unknown): boolean => error instanceof UserError && error.exit === "usage" && /^The drawing would take the place of its trace \S+; choose another file with --svg FILE\.$/.test(error.message)
        assert.throws(() => drawLadder(readOptions(["ladder", trace, "--svg", svg])), said, svg)
      }
      assert.equal(readFileSync(trace, "utf8"), text)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it("Lengths of time are said in the two units that matter", () => {
    assert.deepEqual([0, 40, 7500, 59_960, 60_000, 294_000, 3_600_000, 4_800_000, 90_000_000].map(durationText), ["0 s", "0 s", "7.5 s", "1 min", "1 min", "4 min 54 s", "1 h", "1 h 20 min", "25 h"])
  })
})

describe("The drawing of a ladder", () => {
  /** WCAG 2.1: how much a colour stands out on another; 4.5 is enough for text. */
  function contrast(a: string, b: string): number {
    const [dark = 0, light = 0] = [a, b].map((colour) => {
      const [r = 0, g = 0, blue = 0] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
      return 0.2126 * r + 0.7152 * g + 0.0722 * blue
    }).sort((one, other) => one - other)
    return (light + 0.05) / (dark + 0.05)
  }

  it("Every text can be read on the paper that it brings, light and dark, and over the band of sound", () => {
    for (const [scheme, colours] of Object.entries(SCHEMES)) {
      for (const name of ["text", "soft", "ask", "well", "bad", "event"] as const) {
        assert(contrast(colours[name], colours.paper) >= 4.5, `${scheme} ${name}: ${contrast(colours[name], colours.paper).toFixed(1)}`)
      }
      assert(contrast(colours.text, colours.band) >= 4.5, scheme)
    }
  })

  it("What came from the network stands in it as text, whatever it is", () => {
    const trace = traceOf([0, OPEN], [1, { call: "command", bytes: { text: "dial <a href='x'>&\u0007" } }])
    const drawing = svgOfLadder(ladderOf(readRecording(trace, "a"), "a"), "<a>&", undefined)
    assert(drawing.includes("<title>&lt;a&gt;&amp;</title>"))
    assert(drawing.includes("&gt; dial &lt;a href='x'&gt;&amp;?</text>"), drawing)
  })
})

function rewrite(script: string, happened: string): void {
  const text = readFileSync(PAGE, "utf8")
  const at = text.indexOf("```\n", text.indexOf(script)) + 4
  const from = text.indexOf("```\n", at) + 4
  writeFileSync(PAGE, text.slice(0, from) + happened + text.slice(text.indexOf("```", from)))
}
