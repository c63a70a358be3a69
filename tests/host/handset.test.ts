import assert from "node:assert/strict"
import { Canvas } from "../../host/handset/canvas.ts"
import { braille, halfBlocks, textRuns } from "../../host/handset/frame.ts"
import type { Actions } from "../../host/handset/handset.ts"
import { LineEditor, phoneKey, typed } from "../../host/handset/keys.ts"
import { terminalHandset } from "../../host/handset/terminal.ts"
import { LAB_ALL_BACK, LAB_KEYS, OTHER_PICTURE, draw, glyphsFor, nextGlyphs, type State } from "../../host/handset/view.ts"

const frameWith = (...pixels: Array<[x: number, y: number]>): Uint8Array => {
  const frame = new Uint8Array(1024)
  for (const [x, y] of pixels) frame[(y >> 3) * 128 + x] = (frame[(y >> 3) * 128 + x] ?? 0) | 1 << (y & 7)
  return frame
}
const blank = {
  frame: new Uint8Array(1024), lines: Array.from({ length: 8 }, (_, i) => `line ${i}`.padEnd(21)),
  inverse: Array.from({ length: 8 }, () => new Array<boolean>(21).fill(false)),
}

describe("The frame in characters", () => {
  it("Half blocks show two pixels each", () => {
    const rows = halfBlocks(frameWith([0, 0], [1, 1], [2, 0], [2, 1], [127, 63]))
    assert.equal(rows.length, 32)
    assert.equal(rows[0], "▀▄█".padEnd(128))
    assert.equal(rows[31], "▄".padStart(128))
  })

  it("Braille shows eight", () => {
    const rows = braille(frameWith([0, 0], [1, 3], [126, 60]))
    assert.equal(rows.length, 16)
    assert.equal(rows[0]?.[0], String.fromCodePoint(0x2800 + 0x81))
    assert.equal(rows[15]?.[63], String.fromCodePoint(0x2801))
  })

  it("Text cells come in runs that stand out or do not", () => {
    const inverse = blank.inverse.map((row, y) => row.map((_, x) => y === 1 && x >= 5))
    assert.deepEqual(textRuns({ ...blank, inverse }, true)[1], [{ text: "line ", inverse: false }, { text: "1".padEnd(16), inverse: true }])
  })
})

describe("The canvas", () => {
  it("Only what has changed is written again", () => {
    const canvas = new Canvas(20, 3)
    canvas.write(1, 2, "hello")
    canvas.flush()
    canvas.clear()
    canvas.write(1, 2, "hallo")
    assert.equal(canvas.flush(), "\x1b[2;4H\x1b[0ma\x1b[0m\x1b[2;8H\x1b[K")
    assert.equal(canvas.flush(), "")
  })

  it("A row that has changed is cleared to its end", () => {
    const canvas = new Canvas(10, 2)
    canvas.write(0, 0, "long text!")
    canvas.write(1, 0, "stays")
    canvas.flush()
    canvas.clear()
    canvas.write(0, 0, "long", "1")
    canvas.write(1, 0, "stays")
    assert.equal(canvas.flush(), "\x1b[1;1H\x1b[0;1mlong\x1b[0m\x1b[K")
    canvas.clear()
    canvas.write(1, 0, "stays")
    assert.equal(canvas.flush(), "\x1b[0m\x1b[1;1H\x1b[K")
  })

  it("What comes from the network cannot steer the terminal", () => {
    const canvas = new Canvas(12, 1)
    canvas.write(0, 0, "a\x1b[2J\x9bb漢\u202e")
    assert.deepEqual(canvas.lines(), ["a·[2J·b??"])
  })
})

describe("Keys", () => {
  it("Escape sequences are one key, an escape alone is the back key", () => {
    assert.deepEqual(typed("5*\x1b[A\r\x1b").map(phoneKey), ["5", "*", "U", "O", "B"])
    assert.deepEqual(typed("\x1bOP\x7fhjkl").map(phoneKey), ["a", "B", "H", "a", "b", "c"])
    assert.deepEqual(typed("\x1b[2~\x1b[1;5C"), [], "keys that we do not know do nothing")
  })

  it("The command line can be edited and remembers", () => {
    const editor = new LineEditor()
    const type = (text: string): Array<string | undefined> => typed(text).map((key) => editor.take(key))
    assert.deepEqual(type("stats\x1b[Du\x1b[C\r").at(-1), "status")
    type("help\r")
    type("\x1b[A\x1b[A")
    assert.equal(editor.text, "status")
    type("\x1b[B\x1b[B")
    assert.equal(editor.text, "")
  })
})

describe("The view", () => {
  const state: State = {
    picture: blank, input: undefined, scrolled: 0, glyphs: undefined, unicode: true, color: false, title: "Linehunt",
    lab: [
      { name: "sipserver1", at: "127.0.0.2:5060", share: "0 40", state: "up", registered: true },
      { name: "sipserver2", at: "127.0.0.3:5060", share: "0 60", state: "crashed", registered: false },
    ],
    log: [{ time: "12:00:00", kind: "sip", text: "REGISTER to 127.0.0.2:5060" }],
  }

  it("It degrades with the room and the characters that there are", () => {
    const chosen = [glyphsFor(200, 50, true), glyphsFor(80, 24, true), glyphsFor(60, 20, true), glyphsFor(200, 50, false)]
    assert.deepEqual(chosen, ["half", "braille", "text", "text"])
  })

  it("Only pictures that fit can be chosen, and one that fits no more is left", () => {
    assert.deepEqual((["half", "braille", "text"] as const).map((now) => nextGlyphs(150, 50, true, now)), ["braille", "text", "half"])
    assert.deepEqual((["braille", "text"] as const).map((now) => nextGlyphs(80, 24, true, now)), ["text", "braille"])
    assert.equal(nextGlyphs(150, 50, false, "text"), "text")
    assert.deepEqual([glyphsFor(150, 50, true, "text"), glyphsFor(80, 24, true, "half")], ["text", "braille"])
  })

  it("No key does two things", () => {
    const all = [...Object.values(LAB_KEYS).join(""), LAB_ALL_BACK, OTHER_PICTURE, ..."q:hjkl0123456789*#"]
    assert.equal(new Set(all).size, all.length)
  })

  it("In any size the screen, the lab's servers and the newest log line are there", () => {
    for (const [columns, rows] of [[200, 50], [150, 50], [80, 24], [60, 20], [40, 16]] as const) {
      const canvas = new Canvas(columns, rows)
      draw(canvas, state)
      const text = canvas.lines().join("\n").replace(/ +/g, " ")
      const servers = columns === 80 ? ["●1wsx up", " 2edc crashed"] : ["●1 ", "127.0.0.2:5060", " up ", "127.0.0.3:5060", " crashed "]
      for (const part of ["Linehunt", ...servers, "REGISTER to"]) assert(text.includes(part), `${part} in ${columns}x${rows}:\n${text}`)
      assert(glyphsFor(columns, rows, true) !== "text" || text.includes("line 7"), text)
    }
  })

  it("The log begins below the lab, also where that is higher than the screen", () => {
    const lab = ["a", "b", "c"].map((name, i) => ({ name, at: `127.0.0.${i + 2}:5060`, share: "0 40", state: "up" as const, registered: false }))
    const log = Array.from({ length: 60 }, (_, i) => ({ time: "12:00:00", kind: "sip" as const, text: `${i} SIP/2.0 200 OK` }))
    for (const [columns, rows] of [[60, 20], [80, 24], [150, 50]] as const) {
      const canvas = new Canvas(columns, rows)
      draw(canvas, { ...state, lab, log, glyphs: "text" })
      const lines = canvas.lines(), people = lines.findIndex((line) => line.includes("you are called"))
      assert(people >= 10 && !lines[people]?.includes("SIP/2.0"), lines.join("\n"))
      assert.match(lines[people + 1] ?? "", /^12:00:00 \d+ SIP\/2\.0 200 OK$/)
    }
  })

  it("Where lab or log have no room, a line says from which size on they have", () => {
    for (const [columns, rows, hint] of [[40, 12, "40x16: lab, log"], [30, 30, "34x30: lab, log"]] as const) {
      const canvas = new Canvas(columns, rows)
      draw(canvas, state)
      assert.equal(canvas.lines().at(-1), hint)
    }
    const [small, enough] = [new Canvas(40, 15), new Canvas(40, 16)]
    draw(small, state)
    draw(enough, state)
    assert.equal(small.lines().join("").includes("REGISTER to"), false)
    assert.equal(enough.lines().join("").includes("REGISTER to"), true)
    assert.equal(enough.lines().at(-1), "")
  })

  it("Between the columns of the lab there is always a space", () => {
    const lab = [{ name: "a-server-with-a-long-name", at: "198.51.100.2:50600", share: "10 100", state: "crashed", registered: true }] as const
    for (const [columns, words] of [[240, "a-server-with-a-long-name 198.51.100.2:50600 10 100 crashed  w crash  s silence  x 503"], [80, "198.51.100.2:50600 crashed  w s x"]] as const) {
      const canvas = new Canvas(columns, 50)
      draw(canvas, { ...state, lab, glyphs: "text" })
      const text = canvas.lines().join("\n")
      assert(text.includes(`●1 ${words}`), text)
    }
  })

  it("A terminal too small for anything does no harm", () => {
    for (const [columns, rows] of [[1, 1], [10, 3]] as const) draw(new Canvas(columns, rows), { ...state, input: { text: "status", cursor: 6 } })
  })
})

describe("The handset in a terminal", () => {
  function fakeTerminal(environment: NodeJS.ProcessEnv = { LANG: "C.UTF-8", TERM: "xterm" }) {
    const did: string[] = [], written: string[] = []
    let onData = (_text: string): void => {}, raw = false
    const actions: Actions = {
      key: (key) => did.push(`key ${key}`), command: (line) => did.push(`command ${line}`),
      setLab: (n, state) => did.push(`lab ${n} ${state}`), callMe: () => did.push("called"), quit: () => did.push("quit"),
    }
    const input = {
      setRawMode(on: boolean) { raw = on }, on(_name: string, then: typeof onData) { onData = then },
      removeListener() {}, pause() {}, resume() {}, setEncoding() {},
    }
    const output = { columns: 80, rows: 24, write(text: string) { written.push(text) }, on() {}, removeListener() {} }
    const handset = terminalHandset({
      input: input as never, output: output as never, actions, environment, title: "Linehunt", time: () => "12:00:00",
      soon: (then) => then(), suspend: () => { did.push(`suspended ${raw}`) },
    })
    return { handset, did, written, type: (text: string) => onData(text), raw: () => raw }
  }

  it("Keys go to the phone, the lab's keys to the lab and back, lines to the console", () => {
    const { handset, did, type } = fakeTerminal()
    handset.lab([
      { name: "a", at: "127.0.0.2:5060", share: "0 40", state: "up", registered: false },
      { name: "b", at: "127.0.0.3:5060", share: "0 60", state: "silent", registered: false },
    ])
    type("5\x1b[Aw")
    type("d")
    type("c")
    type(":status\r")
    type("5b")
    type("q\x03")
    assert.deepEqual(did, ["key 5", "key U", "lab 1 crashed", "lab 2 up", "lab 2 503", "command status", "key 5", "lab 1 up", "lab 2 up", "quit", "quit"])
  })

  it("Another picture is drawn on a cleared terminal", () => {
    const { handset, written, type } = fakeTerminal()
    handset.display(blank)
    handset.line("note", "what is kept")
    written.length = 0
    type("p")
    const all = written.join("")
    assert(all.includes("\x1b[2J") && all.includes("what is kept"), all)
  })

  it("The log is scrolled by pages to its first line and back, and stays where it is while new lines come", () => {
    const { handset, written, type } = fakeTerminal()
    for (let i = 1; i <= 40; i++) handset.line("reply", `command ${i}.`)
    const shown = (keys: string): string => {
      type(keys)
      written.length = 0
      type("\x0c")
      return written.join("")
    }
    assert.match(shown(""), /command 40\./)
    const up = shown("\x1b[5~".repeat(30))
    assert(up.includes("command 1.") && up.includes("rows below: PgDn") && !up.includes("command 40."), up)
    handset.line("note", "something new")
    const still = shown("")
    assert(still.includes("command 1.") && !still.includes("something new"), still)
    assert.match(shown("\x1b[6~".repeat(30)), /something new/)
  })

  it("The terminal is given back when it ends, once, and while it is suspended", () => {
    const { handset, did, written, type, raw } = fakeTerminal()
    assert.equal(raw(), true)
    type("\x1a")
    assert.deepEqual(did, ["suspended false"])
    assert.equal(raw(), true)
    handset.close()
    handset.close()
    assert.equal(raw(), false)
    assert.equal(written.filter((text) => text.includes("\x1b[?1049l")).length, 2)
    assert.match(written.at(-1) ?? "", /\x1b\[\?25h\x1b\[\?1049l$/)
  })

  it("Without Unicode there is no character that is not ASCII", () => {
    const { handset, written } = fakeTerminal({ LANG: "C", TERM: "xterm" })
    handset.display({ ...blank, lines: ["\x80 caf\xe9 \x8d".padEnd(21), ...blank.lines.slice(1)] })
    handset.line("sip", "Grüße")
    assert(written.join("").includes("+ caf? >"))
    assert(!/[^\x00-\x7f]/.test(written.join("")))
  })
})
