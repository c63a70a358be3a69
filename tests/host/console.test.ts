import assert from "node:assert/strict"
import { Console } from "../../host/console.ts"
import type { LabState } from "../../host/handset/handset.ts"
import { fakeClock } from "./fakes.ts"

function consoleUnderTest(hasLab = true, json = false) {
  const clock = fakeClock(), did: string[] = []
  let taken = true, registered: number[] = []
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
    registered: () => registered,
    quit: () => { did.push("quit") },
  })
  return { clock, did, console, starting: () => { taken = false }, isRegistered: (...lines: number[]) => { registered = lines } }
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
    console.happened("MOVED")
    await console.take("wait moved")
    const second = console.take("wait MOVED 3")
    clock.advance(2999)
    assert.deepEqual(did, [])
    clock.advance(1)
    await second
    assert.deepEqual(did, ["100: MOVED did not come within 3 s."])
    assert.equal(console.failed, true)
  })

  it("With --json, at a line or for the whole program, the host's own lines answer with a document", async () => {
    for (const json of [false, true]) {
      const { console, did } = consoleUnderTest(true, json)
      console.happened("LOCATED")
      for (const line of ["wait located", "lab", "lab crash 1", "lab crash 4"]) await console.take(json ? line : `${line} --json`)
      assert.deepEqual(did, [
        '0: {"event":"LOCATED"}', '0: {"servers":[{"server":1,"name":"sipserver1","at":"127.0.0.2:5060","share":"0 40","state":"up","registered":true}]}',
        "lab 1 crashed", '0: {"done":"server 1: crashed"}', '102: {"error":{"code":"lab_refused","message":"There is no server 4."}}',
      ])
    }
  })

  it("What a command begins is waited for, and not what was before it", async () => {
    const { console, did, clock } = consoleUnderTest()
    const inVain = async (line: string): Promise<void> => {
      const waiting = console.take(line)
      clock.advance(1000)
      await waiting
    }
    for (const name of ["CALL_RINGING_OUT", "CALL_ENDED", "MOVED"]) console.happened(name)
    await console.take("dial 602")
    await inVain("wait CALL_ENDED 1")
    await console.take("wait MOVED 1")
    for (const line of ["status", "lab call"]) {
      console.happened("CALL_INCOMING")
      await console.take(line)
      await inVain("wait CALL_INCOMING 1")
    }
    assert.deepEqual(did, ["dial 602", "100: CALL_ENDED did not come within 1 s.", "status", "call undefined", "0: the phone is called", "100: CALL_INCOMING did not come within 1 s."])
  })

  it("wait REGISTERED is content with a phone that is registered, and else with the next time; --line means one line", async () => {
    const { console, did, clock, isRegistered } = consoleUnderTest()
    isRegistered(1)
    console.happened("MESSAGES_WAITING")
    for (const line of ["wait REGISTERED 0", "wait REGISTERED 0", "wait MESSAGES_WAITING 0"]) await console.take(line)
    assert.equal(did.length, 0)
    console.happened("REGISTERED")
    isRegistered()
    const later = console.take("wait --line 2 REGISTERED 60").then(() => { did.push("content") })
    isRegistered(1)
    console.happened("MOVED")
    await Promise.resolve()
    clock.advance(5000)
    assert.equal(did.length, 0)
    isRegistered(1, 2)
    console.happened("REGISTERED", "line 2: registered at 127.0.0.2:5060")
    await later
    console.happened("CALL_ENDED")
    const other = console.take("wait --line 2 CALL_ENDED 1")
    clock.advance(1000)
    await other
    await console.take("wait --line x CALL_ENDED")
    assert.deepEqual(did, ["content", "100: CALL_ENDED did not come within 1 s.", "2: wait [--line LINE] EVENT [SECONDS], such as wait REGISTERED 10."])
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
      "102: There is no server 4.", "2: lab crash|silence|503|back N, where N is the number of a server, or lab call [NUMBER].",
    ])
    const real = consoleUnderTest(false)
    await real.console.take("lab")
    assert.deepEqual(real.did, ["101: There is no lab: the phone runs against real servers."])
  })

  it("A command that cannot be taken, and one that the phone refuses, are remembered", async () => {
    const { console, did, starting } = consoleUnderTest()
    console.replied(0)
    assert.equal(console.failed, false)
    console.replied(2)
    assert.equal(console.failed, true)
    starting()
    await console.take("status")
    assert.deepEqual(did, ["status", "104: The phone cannot take commands just now."])
  })

  it("update says which module runs, takes another and goes back, or says why not", async () => {
    const { console, did } = consoleUnderTest()
    for (const line of ["update", "update good.wasm", "update a bad.wasm --json", "update back"]) await console.take(line)
    assert.deepEqual(did, [
      "0: the module 0123456789ab runs", "update good.wasm", "0: the module is whole and takes over",
      '103: {"error":{"code":"module_refused","message":"The module a bad.wasm cannot be the phone: it imports env.abort."}}', "103: There is none before it.",
    ])
    assert.equal(console.failed, true)
  })
})
