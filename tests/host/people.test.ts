// The people of the lab on real sockets, called by a simulated caller: an echo comes back, who is busy calls back.
import assert from "node:assert/strict"
import { startPeople, type LabPeople } from "../../host/lab/people.ts"
import { Sockets } from "../../host/lab/sockets.ts"
import { Caller } from "../../host/sim/caller.ts"
import { mannerOf } from "../../host/sim/manner.ts"
import { endpointOf } from "../../host/calls.ts"

const now = (): number => Math.floor(performance.now())

describe("The people of the lab", function () {
  let people: LabPeople, sockets: Sockets, caller: Caller, told: string[]
  beforeEach(async () => {
    told = []
    sockets = new Sockets(now)
    const at = await sockets.bind("127.0.0.1", (bytes, from) => caller.receive(bytes, from, at))
    caller = new Caller({ wire: sockets, name: "desk", number: "6001", domain: "x", at, soundPort: 45_000, voice: { kind: "tone", hertz: 440 }, tell: (what) => told.push(what) })
    people = await startPeople("x", "6001", now, () => at)
  })
  afterEach(() => {
    people.close()
    sockets.closeAll()
  })

  async function until(what: RegExp): Promise<void> {
    for (let i = 0; !told.some((line) => what.test(line)); i++) {
      assert(i < 600, `${what.source} was not told, but ${told.join("; ")}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  function dial(number: string): void {
    const uri = people.locate(number)?.uri ?? ""
    caller.call(number, { via: endpointOf(uri.replace(/^.*@/, "")), uri })
  }

  it("600 says again what it hears", async () => {
    dial("600")
    await until(/is answered/)
    const heard = (): number => caller.leg?.parts.talk.packetsIn ?? 0
    for (let i = 0; heard() < 25; i++) {
      assert(i < 400, `only ${heard()} packets came back`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    caller.perform(["hangs-up"], endpointOf("127.0.0.1:9"))
    await until(/hangs up; heard \d+ packets in \d+\.\d s, 440 Hz/)
  })

  it("The people of a second lab take other ports for their sound", async () => {
    const free = async (): Promise<boolean> => sockets.reserve("127.0.0.1", 39_999)
    assert.equal(await free(), false, "the first lab, or another one on this machine, has the first block")
    const second = await startPeople("x", "6001", now, () => undefined)
    try {
      const ports = (lab: LabPeople): number[] => [lab.firstSoundPort, lab.firstSoundPort + 4999]
      assert(ports(second)[0]! > ports(people)[1]! || ports(people)[0]! > ports(second)[1]!, `${ports(people).join()} and ${ports(second).join()}`)
    } finally {
      second.close()
    }
  })

  it("602 is busy, and 604 is busy and calls back, with a tune", async () => {
    dial("602")
    await until(/gets 486/)
    told = []
    caller.manner = mannerOf(["answers"]) ?? caller.manner
    dial("604")
    await until(/gets 486/)
    for (let i = 0; caller.leg?.parts.talk.packetsIn === undefined || caller.leg.parts.talk.packetsIn < 10; i++) {
      assert(i < 400, "nobody called back")
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    caller.perform(["hangs-up"], endpointOf("127.0.0.1:9"))
    await until(/hangs up; heard \d+ packets/)
    assert.equal(people.call("999"), "Nobody has the number 999; there are 600, 601, 602, 603, 604.")
  })
})
