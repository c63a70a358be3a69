import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { buildBoard } from "../../build/board/compile.ts"
import { OUT, ROOT } from "../../build/core.ts"
import { Bench, type Seen } from "../../host/board/bench.ts"
import { damageSlot, putModule, slotIn } from "../../host/board/store.ts"
import { LAB_PASSWORD } from "../../host/lab/lab.ts"
import { makeLoader, otherLoader } from "../../host/loader.ts"
import { replay } from "../../host/replay.ts"
import { sha256 } from "../../host/trace.ts"
import { frame } from "../../host/upload.ts"
import { NEXT_WORD, movedBuild, nextBuild, plantedBuild } from "../builds.ts"
import { constants, globalsWith, hungry, moduleWith } from "../modules.ts"
import { dataSegment } from "../wasm.ts"
import { needsBoard } from "./needs.ts"
import { portOf } from "./ports.ts"
import { loudness, toneOf } from "./sound.ts"

const MODULE = "build/out/linehunt.wasm"
const SECOND = 1000

/** How long sound may stand still when the module changes, in time of the board: the new one compiles what it needs first. */
const STILL_MS = 200

describe("A module that takes the place of another on the emulated board", function () {
  this.timeout(240_000)
  const folder = mkdtempSync(join(tmpdir(), "linehunt-slots-"))
  let bench: Bench, server: Server
  let firmware: Uint8Array, next: Uint8Array, moved: Uint8Array, planted: Uint8Array

  before(async function () {
    needsBoard(this)
    firmware = new Uint8Array(readFileSync(join(OUT, "linehunt.wasm")))
    next = await nextBuild()
    moved = await movedBuild()
    planted = await plantedBuild()
    const board = await buildBoard({ module: MODULE })
    bench = await Bench.start({ program: board.program, module: sha256(firmware) })
    // The console as a program sees it that is connected to the board by a line.
    server = createServer((socket) => {
      bench.onConsole = (bytes) => void socket.write(bytes)
      socket.on("data", (bytes) => bench.board.type(bytes))
      socket.on("error", () => {})
      socket.on("close", () => { bench.onConsole = undefined })
    })
    server.listen(join(folder, "console"))
    await bench.event("registered")
  })
  after(async () => {
    server?.close()
    await bench?.end()
    rmSync(folder, { recursive: true, force: true })
  })

  it("It comes in during a call by linehunt update, which passes on what is typed; dialog and sound go on, and the trace replays on both engines", async () => {
    const from = bench.seen.length
    await bench.command("dial 600")
    await bench.event("callTalking", from)
    bench.board.channel(new Uint8Array(toneOf(440, 60 * SECOND).buffer))
    await frames(from, 50)
    writeFileSync(join(folder, "next.wasm"), next)
    const sent = bench.seen.length
    const child = spawn(process.execPath, ["bin/linehunt.mjs", "update", "--port", join(folder, "console"), join(folder, "next.wasm")], { cwd: ROOT, stdio: ["pipe", "pipe", "pipe"] })
    let said = ""
    child.stdout.on("data", (bytes: Buffer) => { said += bytes.toString() })
    child.stderr.on("data", (bytes: Buffer) => { said += bytes.toString() })
    await bench.until("the first pieces", () => said.includes("10 % of"), 60_000)
    child.stdin.write("calls\n")
    const [code] = await once(child, "exit") as [number]
    assert.equal(code, 0, said)
    assert.match(said, /talking to 600[^]*90 % of[^]*The new module is whole: \d+ bytes, SHA-256 [0-9a-f]{12}\.\nThe phone goes on with the new module\./)
    const resumed = bench.seen.findIndex(({ call }) => call.call === "resume")
    await frames(resumed, 100)
    for (const sound of [heard(sent, resumed), heard(resumed)]) {
      assert.ok(loudness(sound, 440) > 500 && loudness(sound, 440) > 4 * loudness(sound, 700), `${loudness(sound, 440)} at 440 Hz, ${loudness(sound, 700)} at 700`)
    }
    assert.ok(stillAt(resumed) <= STILL_MS, `sound stood still for ${stillAt(resumed)} ms`)
    assert.ok((await bench.command("mem")).some((line) => line.includes(NEXT_WORD)), "it is the other module that answers")
    assert.ok((await bench.command("calls")).some((line) => line.includes("talking to 600")))
    const ending = bench.seen.length
    await bench.command("hangup")
    await bench.until("the answer to BYE", () => bench.seen.slice(ending).some(({ call }) => call.call === "datagram" && /^SIP\/2\.0 200[^]*CSeq: *\d+ BYE/i.test(latin1(call.bytes))))
    assert.equal(bench.starts, 1, "nothing was started anew")
    for (const engine of ["v8", "wasm3"] as const) {
      const { load, hash } = makeLoader(engine), other = otherLoader(engine, join(folder, "next.wasm"))
      const verdict = replay({
        name: "the board's trace", text: bench.trace.join("\n"), load, module: hash, password: undefined, known: [LAB_PASSWORD], warn: assert.fail,
        other: (wanted) => wanted === other.hash ? other.load : undefined,
      })
      assert.ok(verdict.same && !verdict.note.includes("module") && verdict.calls > 1000, JSON.stringify(verdict))
    }
  })

  it("It is the one that runs after the power was off", async () => {
    await bench.off()
    assert.deepEqual(slotIn(bench.store, 0), { hash: sha256(next), givenUp: false })
    await bench.boot()
    await bench.event("registered", bench.seen.length)
    // Probes of servers are told whenever they come.
    assert.deepEqual((await bench.command("update", /linehunt update/)).filter((line) => !/^(to|from) /.test(line)), [
      `The module of an update runs: ${next.length} bytes, SHA-256 ${sha256(next).slice(0, 12)}.`, "linehunt update --port ... FILE sends another; update back goes back to the one before.",
    ])
  })

  it("update back goes back to the module before; in a call it waits for its end where the memory is laid out otherwise, and registers again as the same phone", async () => {
    await restartWith(() => putModule(bench.store, 1, 9, moved, firmware))
    const from = bench.seen.length
    await bench.command("dial 600")
    await bench.event("callTalking", from)
    const callId = lastRegister("Call-ID"), cseq = Number.parseInt(lastRegister("CSeq")), starts = bench.starts
    bench.board.type("update back\r")
    await bench.until("it waits", () => bench.console.includes("The new module lays out its memory in another way: it waits for the end of the call."))
    bench.board.channel(new Uint8Array(toneOf(440, 2 * SECOND).buffer))
    await frames(bench.seen.length, 50)
    assert.equal(bench.starts, starts)
    const ending = bench.seen.length
    await bench.command("hangup")
    await bench.until("the restart", () => bench.starts > starts)
    await bench.event("registered", ending)
    assert.equal(lastRegister("Call-ID"), callId, "KEEP is laid out as before")
    assert.ok(Number.parseInt(lastRegister("CSeq")) > cseq)
    assert.deepEqual([slotIn(bench.store, 1)?.givenUp, bench.console.some((line) => line === "The phone starts with the module of an update.")], [true, true])
  })

  it("One that stops itself three times within a minute gives way to the one before, also after the power was off", async () => {
    await restartWith(() => putModule(bench.store, 1, 9, planted, firmware))
    for (const n of [1, 2, 3]) {
      const from = bench.seen.length
      bench.segment.send({ address: "198.51.100.2", port: 5060 }, portOf(bench), Buffer.from(`FAIL ${n}`))
      await bench.event("registered", from)
    }
    assert.ok(bench.console.includes("That was the third time within a minute: the phone goes back to the module before."))
    assert.ok((await bench.command("mem")).some((line) => line.includes(NEXT_WORD)), "that is the one of the first update")
    assert.deepEqual(slotIn(bench.store, 1), { hash: sha256(planted), givenUp: true })
    await restartWith(() => {})
    assert.ok((await bench.command("mem")).some((line) => line.includes(NEXT_WORD)))
  })

  it("A slot that is damaged, or that came for another firmware, is passed over", async () => {
    await restartWith(() => damageSlot(bench.store, 0, 100_000, new Uint8Array(4)))
    assert.ok((await bench.command("mem")).every((line) => !line.includes(NEXT_WORD)), "the firmware's own")
    await restartWith(() => putModule(bench.store, 0, 1, next, planted))
    assert.ok((await bench.command("mem")).every((line) => !line.includes(NEXT_WORD)), "a newer firmware is not overruled")
  })

  it("A module for which there is no room, or that cannot start, is given up, and the one before runs", async () => {
    const bad: [Uint8Array, RegExp][] = [[hungry(), /^The module of the update cannot be used: .*(allocat|memory)/], [moduleWith(), /^The module cannot start: argument count mismatch\./]]
    for (const [module, sentence] of bad) {
      await restartWith(() => putModule(bench.store, 0, 1, module, firmware))
      assert.ok(bench.console.some((line) => sentence.test(line)), bench.console.slice(-20).join("\n"))
      assert.equal(slotIn(bench.store, 0)?.givenUp, true)
    }
  })

  it("A power cut in the middle of an update leaves the one before", async () => {
    let bytes = 0
    const cut = bench.update(next, (part) => {
      bytes += part.length
      if (bytes < 20_000) bench.board.type(part)
    }).catch(() => {})
    await bench.until("a part", () => bytes >= 20_000, 60_000)
    await bench.off()
    void cut
    assert.equal(slotIn(bench.store, 0), undefined)
    await bench.boot()
    await bench.event("registered", bench.seen.length)
  })

  it("What is no module for this phone is refused with the reason, and the phone goes on", async () => {
    const files: [Uint8Array, RegExp][] = [
      [Buffer.from("no module"), /refused: it is not a whole WebAssembly module\. The phone goes on as it was/],
      [moduleWith({ data: dataSegment(constants.at - 1, [1]) }), /refused: its constants are not behind its regions/],
      [next.subarray(0, 3000), /refused: it is not a whole WebAssembly module/],
      [moduleWith({ globals: globalsWith({ ABI_VERSION: 2 }) }), /refused: it speaks another version of the interface/],
    ]
    for (const [file, sentence] of files) {
      await assert.rejects(bench.update(file), /the board refuses it/)
      assert.ok(bench.console.some((line) => sentence.test(line)), `${sentence}: ${bench.console.slice(-5).join("\n")}`)
      await bench.command("status")
    }
    // On its way to the board the hash that is announced becomes another one.
    const announced = frame("B", Buffer.concat([Buffer.from(Uint32Array.of(moduleWith().length).buffer), Buffer.alloc(32)]))
    let first = true
    await assert.rejects(bench.update(moduleWith(), (part) => {
      bench.board.type(first ? announced : part)
      first = false
    }), /the board refuses it/)
    assert.ok(bench.console.some((line) => line.includes("refused: its SHA-256 is not what was announced. The phone goes on as it was")))
    const changed = new Uint8Array(300_000)
    await assert.rejects(bench.update(changed), /the board refuses it/)
    assert.ok(bench.console.some((line) => line.includes("refused: it does not fit into a slot")))
    assert.ok((await bench.command("status")).includes("state: registered"))
  })

  async function restartWith(change: () => void): Promise<void> {
    await bench.off()
    change()
    const from = bench.seen.length
    await bench.boot()
    await bench.event("registered", from)
  }

  /** Waits for so many frames of sound behind a call. */
  async function frames(from: number, count: number): Promise<void> {
    await bench.until(`${count} frames`, () => bench.seen.slice(from).filter(({ call }) => call.call === "audio").length >= count, 60_000)
  }

  /** What the loudspeaker played in the calls from `from` to `to`. */
  function heard(from: number, to = bench.seen.length): Int16Array {
    const played = bench.seen.slice(from, to).flatMap(({ outputs }) => outputs).flatMap((output) => output.kind === "audio" && output.bytes.length > 0 ? [Buffer.from(output.bytes)] : [])
    return new Int16Array(Uint8Array.from(Buffer.concat(played)).buffer)
  }

  /** Milliseconds of the board between the frames of sound before and behind a call. */
  function stillAt(at: number): number {
    const isSound = ({ call }: Seen): boolean => call.call === "audio"
    const before = bench.seen.slice(0, at).filter(isSound).at(-1), behind = bench.seen.slice(at).find(isSound)
    return (behind?.now ?? Infinity) - (before?.now ?? 0)
  }

  function lastRegister(name: string): string {
    const texts = bench.seen.flatMap(({ outputs }) => outputs).map((output) => output.kind === "send" ? latin1(output.bytes) : "")
    return new RegExp(`^${name}\\s*:\\s*(.*)\\r$`, "mi").exec(texts.filter((text) => text.startsWith("REGISTER")).at(-1) ?? "")?.[1] ?? ""
  }
})

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1")
