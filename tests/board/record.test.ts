// What the board says of its calls is read to the byte, also when a reset of the processor has cut a record short.
import { strict as assert } from "node:assert"
import { BoardRecords, type BoardWatcher } from "../../host/board/record.ts"

/** Takes down what starts and what traps. */
function listener(): { told: string[], watcher: BoardWatcher } {
  const told: string[] = []
  const unexpected = (): void => { told.push("something else") }
  return {
    told,
    watcher: {
      start: boot => { told.push(`start ${boot}`) }, trapped: ({ error }) => { told.push(error.message) },
      called: unexpected, output: unexpected, done: unexpected, exchanged: unexpected,
    },
  }
}

function record(kind: string, bytes: Buffer): Buffer {
  const prefix = Buffer.alloc(5, kind)
  prefix.writeUInt32LE(bytes.length, 1)
  return Buffer.concat([prefix, bytes])
}

const start = (boot: number): Buffer => record("S", Buffer.concat([Buffer.from([boot, 0, 0, 0, 1, 0, 0, 0]), Buffer.alloc(32), Buffer.alloc(640, 7)]))
const trap = (words: string): Buffer => record("T", Buffer.from(words))

describe("The records of the board", () => {
  it("go on with the next start, wherever a reset has cut the one before", () => {
    const whole = trap("a record that is cut short, longer than the prefix of the next")
    for (let cut = 1; cut < whole.length; cut++) {
      const { told, watcher } = listener(), records = new BoardRecords(watcher)
      records.take(Buffer.concat([start(0), trap("before"), whole.subarray(0, cut)]))
      records.take(Buffer.concat([start(2), trap("after")]))
      assert.deepEqual(told, ["start 0", "before", "start 2", "after"], `cut after ${cut} bytes`)
    }
  })

  it("may come in pieces of any length", () => {
    const { told, watcher } = listener(), records = new BoardRecords(watcher)
    for (const byte of Buffer.concat([start(0), trap("one"), start(1), trap("two")])) records.take(Buffer.from([byte]))
    assert.deepEqual(told, ["start 0", "one", "start 1", "two"])
  })
})
