// What the log has of SIP messages, of the whole phone on both engines.
import assert from "node:assert/strict"
import { compile } from "../../build/core.ts"
import { OUTPUT } from "../../host/abi.ts"
import { Network, STRANGER, requestFrom } from "../fuzz/network.ts"

const wasm = await compile("assembly/index.ts")

/** Every line of the log from now on. */
function registered(): { world: Network; lines: string[] } {
  const world = Network.begin(wasm), lines: string[] = [], take = world.take.bind(world)
  world.run(3000)
  world.take = (outputs) => {
    for (const { kind, bytes } of outputs) if (kind === OUTPUT.log) lines.push(bytes.toString("latin1"))
    take(outputs)
  }
  return { world, lines }
}

/** What `sip trace on` has said of the message whose first line follows these words. */
function traced(lines: string[], head: string): string[] {
  const first = lines.findIndex((line) => line.startsWith(head))
  assert.ok(first >= 0, `${head} in\n${lines.join("\n")}`)
  const end = lines.findIndex((line, i) => i > first && !line.startsWith("    "))
  return [lines[first]!.slice(head.length), ...lines.slice(first + 1, end < 0 ? undefined : end).map((line) => line.slice(4))]
}

describe("The log", () => {
  it("has each line of a message that comes and of one that leaves, however long they are, when whole messages are wanted", () => {
    const { world, lines } = registered()
    world.type("sip trace on")
    const long = `X-Long: ${"0123456789".repeat(60)}`, many = Array.from({ length: 40 }, (_, i) => `X-${i}: some bytes that nobody needs`)
    const request = requestFrom(1, "OPTIONS", [long, ...many, ""].join("\r\n"))
    world.datagram(world.listening!, request, STRANGER)
    const came = traced(lines, "from 203.0.113.9:5060: "), left = traced(lines, "to 203.0.113.9:5060: ")
    const answer = world.said.at(-1)!.bytes.toString("latin1")
    const at = came.findIndex((line) => line.startsWith("X-Long: "))
    assert.deepEqual([...came.slice(0, at), came.slice(at, at + 3).join(""), ...came.slice(at + 3)], request.toString("latin1").split("\r\n").slice(0, -1))
    assert.deepEqual(left, answer.split("\r\n").slice(0, -1))
  })

  it("is not flooded by a message of newlines, and a terminal gets no control characters", () => {
    const { world, lines } = registered()
    world.type("sip trace on")
    world.datagram(world.listening!, Buffer.concat([requestFrom(1, "OPTIONS", "X: \x1b[2J\r\n"), Buffer.alloc(3000, "\n")]), STRANGER)
    const came = traced(lines, "from 203.0.113.9:5060: ")
    assert.ok(came.length > 100 && came.length < 160, `${came.length} lines`)
    assert.ok(came.includes("X:  [2J") && lines.every((line) => !/[\x00-\x1f]/.test(line)))
  })

  it("says how many lines are lost where it is full before the host takes them", () => {
    const { world, lines } = registered()
    world.type("sip trace on")
    // What is rehearsed goes through the ring.
    world.type("fail 1 503 for 60")
    world.type("register")
    world.run(4000)
    assert.ok(lines.some((line) => /^\d+ lines are lost$/.test(line)), lines.join("\n"))
  })
})
