// Runs the messages of tests/wire/*.md on both engines.
import assert from "node:assert/strict"
import { type Block, type Case, bytesOf, linesOf, readCases } from "./markdown.ts"
import { INCOMING, KEPT, type WireCore, enginesPresent, wireCore } from "./wire-core.ts"

const cases = readCases()

for (const engine of await enginesPresent()) {
  const core = await wireCore(engine)
  describe(`Messages, URIs and answers on ${engine}`, () => {
    for (const each of cases) it(`${each.title} (${each.file}:${each.line})`, () => run(core, each))
  })
}

function run(core: WireCore, each: Case): void {
  assert.ok(each.blocks.length > 0, "a test needs a block")
  let used = 0, length = 0
  for (const block of each.blocks) {
    if (block.kind === "sip") {
      length = bytesOf(block).length
      used = core.read(bytesOf(block), INCOMING)
    } else if (block.kind === "kept") assert.ok(core.read(bytesOf(block), KEPT, core.room + 0x800) > 0, "the kept message is good")
    else if (block.kind === "reading") checkReading(core, block, used, length)
    else if (block.kind === "response") assert.equal(core.text("respond", ...responseOf(block)), wireText(block))
    else if (block.kind === "compact") assert.equal(core.text("shorten", length), wireText(block))
    else if (block.kind === "ack") assert.equal(core.text("acknowledge"), wireText(block))
    else if (block.kind === "cancel") assert.equal(core.text("cancel"), wireText(block))
    else if (block.kind === "same" || block.kind === "different") checkPairs(core, block)
    else if (block.kind === "uri") checkUri(core, block)
    else assert.fail(`unknown block: ${block.kind}`)
  }
}

function checkReading(core: WireCore, block: Block, used: number, length: number): void {
  const { fault = "NONE", surplus = "0", inspect, ...expected } = linesOf(block.text)
  assert.equal(core.fault(), fault, "fault")
  assert.equal(used, fault === "NONE" ? length - Number(surplus) : -1, "octets used")
  const read = linesOf(core.text("describe", INCOMING))
  const found = Object.fromEntries(Object.keys(expected).map((name) => [name, read[name] ?? "-"]))
  assert.deepEqual(found, expected)
  if (inspect === undefined) return
  core.call("look", INCOMING)
  assert.equal(core.fault(), inspect, "inspect")
}

function responseOf(block: Block): (string | number)[] {
  const [status = "", ...rest] = block.words
  const named = (name: string): string => rest.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1) ?? ""
  const reason = rest.filter((word) => !word.includes("=") && word !== "routes").join(" ")
  const tag = named("tag")
  return [Number(status), reason, tag === "" ? 0 : tag, named("from"), rest.includes("routes") ? 1 : 0]
}

/** A block is a message with its empty line; the text has the CRLF of that line at its end. */
function wireText(block: Block): string { return `${block.text}\n`.replaceAll("\n", "\r\n") }

function checkPairs(core: WireCore, block: Block): void {
  for (const line of block.text.split("\n")) {
    const [a = "", b = ""] = line.trim().split(/\s+/)
    const expected = block.kind === "same" ? 1 : 0
    assert.equal(core.call("compareUris", a, b), expected, line)
    assert.equal(core.call("compareUris", b, a), expected, `${b} ${a}`)
  }
}

function checkUri(core: WireCore, block: Block): void {
  const [uri = "", ...rest] = block.text.split("\n")
  const used = core.call("describeUri", uri)
  if (rest[0] === "malformed") {
    assert.equal(used, -1, uri)
    return
  }
  assert.equal(used, Buffer.byteLength(uri), `octets used of ${uri}`)
  const expected = linesOf(rest.map((line) => `uri ${line}`).join("\n"))
  const read = linesOf(core.text("describeUri", uri))
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, read[name] ?? "-"])), expected)
}
