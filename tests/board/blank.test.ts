import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { buildBoard } from "../../build/board/compile.ts"
import { Bench } from "../../host/board/bench.ts"
import { copiesIn } from "../../host/board/store.ts"
import { LAB_PASSWORD } from "../../host/lab/lab.ts"
import { needsBoard } from "./needs.ts"

const PAGE = new URL("../../docs/flash.md", import.meta.url)

describe("A board out of its box", function () {
  let bench: Bench

  before(async function () {
    needsBoard(this)
    const board = await buildBoard({ module: "build/out/linehunt.wasm" })
    bench = await Bench.start({ program: board.program, blank: true })
  })
  after(() => bench?.end())

  it("It is registered by the lines of docs/flash.md, and is so again after the power was off (DC-05)", async () => {
    const [, block = ""] = /```console\n([^]*?)```/.exec(readFileSync(PAGE, "utf8")) ?? []
    const lines = block.trim().split("\n").map((line) => line.replace(/^> /, "")).filter((line) => !line.startsWith("wifi"))
    assert.equal(lines.length, 5)
    const lab = (line: string): string => line.replace("example.com", "rapidtech.phones").replace("secret", LAB_PASSWORD)
    for (const line of lines) await bench.command(lab(line))
    await bench.event("registered")
    await bench.off()
    const before = bench.seen.length
    await bench.boot()
    await bench.event("registered", before)
  })

  it("With the name servers gone as well it is registered by what they said before, which it keeps in flash (AMB-08)", async () => {
    await bench.off()
    assert.match(copiesIn(bench.store, "notes").join("\n"), /^#~1 rapidtech\.phones;_sip\._udp SRV 0 40 \d+ sipserver1;/)
    bench.segment.dns = ["198.51.100.99"]
    const before = bench.seen.length
    await bench.boot()
    await bench.event("registered", before, 60_000)
    assert.match((await bench.command("dns show")).join("\n"), /\(stale\)/)
  })
})
