import assert from "node:assert/strict"
import { Console } from "../../host/console.ts"
import type { LabState } from "../../host/handset/handset.ts"
import { fakeClock } from "./fakes.ts"

function consoleUnderTest(hasLab = true, json = false) {
  const clock = fakeClock(), did: string[] = []
  let taken = true
  const lab = {
    set: async (n: number, state: LabState) => n > 3 ? `There is no server ${n}.` : (did.push(`lab ${n} ${state}`), undefined),
    call: (number?: string) => number === "999" ? "Nobody has the number 999." : void did.push(`call ${number}`),
    lines: () => [{ name: "sipserver1", at: "127.0.0.2:5060", share: "0 40", state: "up" as const, registered: true }],
    text: () => "1 sipserver1 up",
  }
  const console = new Console({
    clock, json, lab: hasLab ? lab : undefined,
    command: (line) => (did.push(line), taken),
    reply: (code, text) => { did.push(`${code}: ${text}`) },
    modules: {
      text: () => "the module 0123456789ab runs",
      update: (path) => path === "good.wasm" ? void did.push(`update ${path}`) : `The module ${path} cannot be the phone: it imports env.abort.`,
      back: () => "There is none before it.",
    },
    quit: () => { did.push("quit") },
  })
  return { clock, did, console, starting: () => { taken = false } }
}

describe("Console lines", () => {
  it("What is not the host's own is a command of the phone; blank lines and comments are nothing", async () => {
    const { console, did } = consoleUnderTest()
    for (const line of ["  status --json ", "", "# a comment", "dns show", "quit"]) await console.take(line)
    assert.deepEqual(did, ["status --json", "dns show", "quit"])
    assert.equal(console.failed, false)
  })

  it("An event that has come already is not waited for, and each is found once", async () => {
    const { console, did, clock } = consoleUnderTest()
    console.happened("LOCATED")
    console.happened("REGISTERED")
    await console.take("wait registered")
    const second = console.take("wait REGISTERED 3")
    clock.advance(2999)
    assert.deepEqual(did, [])
    clock.advance(1)
    await second
    assert.deepEqual(did, ["1: REGISTERED did not come within 3 s."])
    assert.equal(console.failed, true)
  })

  it("With --json, at a line or for the whole program, the host's own lines answer with a document", async () => {
    for (const json of [false, true]) {
      const { console, did } = consoleUnderTest(true, json)
      console.happened("LOCATED")
      for (const line of ["wait located", "lab", "lab crash 1", "lab crash 4"]) await console.take(json ? line : `${line} --json`)
      assert.deepEqual(did, [
        '0: {"event":"LOCATED"}', '0: {"servers":[{"server":1,"name":"sipserver1","at":"127.0.0.2:5060","share":"0 40","state":"up","registered":true}]}',
        "lab 1 crashed", '0: {"done":"server 1: crashed"}', '1: {"error":{"code":"refused","message":"There is no server 4."}}',
      ])
    }
  })

  it("A wait ends with its event, not with others", async () => {
    const { console, did, clock } = consoleUnderTest()
    const wait = console.take("wait MOVED").then(() => { did.push("moved") })
    console.happened("REGISTERING")
    await Promise.resolve()
    clock.advance(5000)
    console.happened("MOVED")
    await wait
    assert.deepEqual(did, ["moved"])
  })

  it("The lab is changed and shown, if there is one", async () => {
    const { console, did } = consoleUnderTest()
    for (const line of ["lab", "lab crash 1", "lab silence 2", "lab 503 3", "lab back 1", "lab crash 4", "lab explode 1"]) await console.take(line)
    assert.deepEqual(did, [
      "0: 1 sipserver1 up", "lab 1 crashed", "0: server 1: crashed", "lab 2 silent", "0: server 2: silent",
      "lab 3 503", "0: server 3: 503", "lab 1 up", "0: server 1: up",
      "1: There is no server 4.", "1: lab crash|silence|503|back N, where N is the number of a server, or lab call [NUMBER].",
    ])
    const real = consoleUnderTest(false)
    await real.console.take("lab")
    assert.deepEqual(real.did, ["1: There is no lab: the phone runs against real servers."])
  })

  it("A command that cannot be taken, and one that the phone refuses, are remembered", async () => {
    const { console, did, starting } = consoleUnderTest()
    console.replied(0)
    assert.equal(console.failed, false)
    console.replied(2)
    assert.equal(console.failed, true)
    starting()
    await console.take("status")
    assert.deepEqual(did, ["status", "1: The phone cannot take commands just now."])
  })

  it("update says which module runs, takes another and goes back, or says why not", async () => {
    const { console, did } = consoleUnderTest()
    for (const line of ["update", "update good.wasm", "update a bad.wasm --json", "update back"]) await console.take(line)
    assert.deepEqual(did, [
      "0: the module 0123456789ab runs", "update good.wasm", "0: the module is whole and takes over",
      '1: {"error":{"code":"refused","message":"The module a bad.wasm cannot be the phone: it imports env.abort."}}', "1: There is none before it.",
    ])
    assert.equal(console.failed, true)
  })
})
