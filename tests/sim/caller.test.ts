// Two simulated callers talk through the simulated servers: each manner of calling works before a phone is tested against it.
import assert from "node:assert/strict"
import { Caller } from "../../host/sim/caller.ts"
import { CallServer } from "../../host/sim/callserver.ts"
import { decode, encode } from "../../host/sim/g711.ts"
import { Registrar } from "../../host/sim/registrar.ts"
import { Telling } from "../../host/sim/telling.ts"
import { peak, pitch, tone } from "../../host/sim/tone.ts"
import { World } from "../../host/sim/world.ts"

const PROXY = { address: "192.0.2.1", port: 5060 }

/** Plays what bob and carol do, each line `SECONDS NAME SENTENCE`; returns what was told, and with `packets` what carol got and gave. */
function play(script: string, packets = false): string {
  const lines: string[] = []
  const world = new World({
    seed: 1, make: () => { throw new Error("there is no phone here") }, settings: "", addresses: [], dns: [], clockOrigin: 0, checks: [],
  })
  const say = (text: string): void => { lines.push(`${(world.now / 1000).toFixed(1)} ${text}`) }
  const callers = ["bob", "carol", "dave"].map((name, i) => new Caller({
    wire: world.wire, name, number: `70${i + 1}`, domain: "example.com", at: { address: `198.51.100.${i + 1}`, port: 5060 }, soundPort: 20_000,
    voice: { kind: "tone", hertz: 300 * (i + 1) }, tell: (what) => say(`${name} ${what}`),
  }))
  const registrar = new Registrar({ realm: "x", users: {}, hash: () => "" })
  const server = new CallServer({
    at: PROXY, domain: "example.com", registrar, isTrusted: () => true,
    locate: (user) => callers.filter(({ options }) => options.number === user).map(({ contact }) => ({ uri: contact }))[0],
  })
  world.place(PROXY, { receive: (bytes, from, now) => server.receive(bytes, from, now) })
  const telling = new Telling()
  for (const caller of callers) {
    world.placeHost(caller.options.at.address, { receive(bytes, from, _now, at) {
      if (packets && caller.options.name === "carol" && at.port === 5060) say(`-> carol ${telling.line(bytes) ?? "?"}`)
      caller.receive(bytes, from, at)
      return []
    } })
  }
  for (const line of script.split("\n").map((each) => each.trim()).filter((each) => each !== "")) {
    const [seconds = "", name = "", ...words] = line.split(" ")
    world.run(Number(seconds) * 1000)
    if (name === "leaves-the-path") server.records = false
    else if (name === "knows-calls") server.knowsCalls = true
    else if (name === "restarts") server.restart()
    else if (name !== "end") assert(callers.find(({ options }) => options.name === name)?.perform(words, PROXY), `"${line}" is not understood`)
  }
  assert.equal(callers.reduce((sum, { busy }) => sum + busy, 0), 0, `calls are left after\n${lines.join("\n")}`)
  return lines.join("\n")
}

const text = (...lines: string[]): string => lines.join("\n")

describe("A simulated caller", () => {
  it("calls another one through the proxy, and both hear each other until one hangs up", () => {
    assert.equal(play("0 carol answers after 1s\n0 bob calls 702\n4 bob hangs-up\n5 end", true), text(
      "0.0 -> carol INVITE carol@198.51.100.2:5060 cseq 2 sdp sendrecv PCMU PCMA",
      "1.0 bob is answered",
      "1.0 -> carol ACK cseq 2",
      "4.0 bob hangs up; heard 149 packets in 3.0 s, 600 Hz",
      "4.0 -> carol BYE cseq 3",
      "4.0 carol is hung up on; heard 149 packets in 3.0 s, 300 Hz",
    ))
  })

  it("is answered by each manner of answering, and told why when it is not", () => {
    const told = (manner: string, more = ""): string => play(`0 carol ${manner}\n0 bob calls 702\n${more}5 bob hangs-up\n6 end`).split("\n").filter((line) => line.includes("bob")).join("; ")
    assert.equal(told("busy"), "0.0 bob gets 486 Busy Here")
    assert.equal(told("declines 603 after 1s"), "1.0 bob gets 603 Decline")
    assert.equal(told("redirects 703"), "0.0 bob gets 302 Moved Temporarily")
    assert.equal(told("answers reliable early after 1s"), "1.0 bob is answered; 5.0 bob hangs up; heard 249 packets in 5.0 s, 600 Hz")
    assert.equal(told("answers ignores-acks 3"), "0.0 bob is answered; 5.0 bob hangs up; heard 249 packets in 5.0 s, 600 Hz")
    assert.equal(told("rings"), "5.0 bob hangs up")
    assert.equal(play("0 bob calls 799\n1 end"), "0.0 bob gets 404 Not Found")
    assert.equal(play("0 carol is-silent\n0 bob calls 702\n40 bob hangs-up\n80 end"), "40.0 bob hangs up")
  })

  it("goes through a server that knows its calls: it passes on what is inside them, also BYE again, and answers 481 after it was started anew", () => {
    const calling = "0 knows-calls\n0 carol answers\n0 bob calls 702\n2 bob holds\n3 bob resumes\n"
    assert.match(play(`${calling}4 bob hangs-up\n5 end`), /carol is hung up on/)
    const lines = play(`${calling}4 restarts\n4 bob hangs-up\n5 carol hangs-up\n6 end`, true)
    assert.match(lines, /4\.0 bob hangs up/)
    assert.doesNotMatch(lines, /is hung up on/)
    assert.match(lines, /5\.0 -> carol 481 to BYE/)
  })

  it("calls without an offer, and the answer comes in the ACK", () => {
    assert.match(play("0 carol answers\n0 bob calls 702 late\n2 carol hangs-up\n3 end"), /carol hangs up; heard 9\d packets in [\d.]+ s, 300 Hz\n.*bob is hung up on; heard 9\d packets/)
  })

  it("holds and resumes: nothing is sent to who holds", () => {
    const lines = play("0 carol answers\n0 bob calls 702\n2 bob holds\n3 carol hears\n4 carol hears\n4 bob hears\n4 bob resumes\n6 carol hears\n6 bob hears\n7 bob hangs-up\n8 end")
    assert.match(lines, /4\.0 bob hears 100 packets in 2.0 s, 600 Hz, 1 unwanted/)
    assert.match(lines, /6\.0 bob hears \d+ packets in [\d.]+ s, 600 Hz/)
    assert.match(lines, /4\.0 carol hears 50 packets/)
  })

  it("transfers: the other one calls the third, and tells how it went", () => {
    assert.equal(play("0 carol answers\n0 dave answers\n0 bob calls 702\n2 bob transfers 703\n4 bob hangs-up\n5 carol hangs-up\n6 end"), text(
      "0.0 bob is answered", "2.0 bob gets NOTIFY refer SIP/2.0 100 Trying", "2.0 carol is answered", "2.0 bob gets NOTIFY refer SIP/2.0 200 OK",
      "4.0 bob hangs up; heard 199 packets in 4.0 s, 600 Hz", "4.0 carol is hung up on; heard 199 packets in 4.0 s, 300 Hz",
      "5.0 carol hangs up; heard 149 packets in 3.0 s, 900 Hz", "5.0 dave is hung up on; heard 149 packets in 3.0 s, 600 Hz",
    ))
  })

  it("transfers with consultation: the call of the third is replaced", () => {
    assert.equal(play("0 carol answers\n0 dave answers\n0 bob calls 702\n1 bob calls 703\n2 bob transfers x attended\n4 carol hangs-up\n5 bob hangs-up\n6 end").split("\n").slice(2).join("\n"), text(
      "2.0 bob gets NOTIFY refer SIP/2.0 100 Trying", "2.0 dave is replaced; heard 49 packets in 1.0 s, 300 Hz",
      "2.0 carol is answered", "2.0 bob is hung up on; heard 50 packets in 1.0 s, 900 Hz", "2.0 bob gets NOTIFY refer SIP/2.0 200 OK",
      "4.0 carol hangs up; heard 199 packets in 4.0 s, 300 Hz", "4.0 carol hangs up; heard 99 packets in 2.0 s, 900 Hz",
      "4.0 bob is hung up on; heard 199 packets in 4.0 s, 600 Hz", "4.0 dave is hung up on; heard 99 packets in 2.0 s, 600 Hz",
    ))
  })

  it("refreshes its session, and hangs up when nobody does", () => {
    assert.match(play("0 carol answers session 90 uas\n0 bob calls 702\n200 bob hangs-up\n201 end"), /200\.0 bob hangs up/)
    assert.match(play("0 carol answers session 90\n0 bob calls 702\n200 end"), /60\.0 carol was not refreshed/)
  })

  it("forks: both branches answer, and each is acknowledged", () => {
    assert.match(play("0 carol answers forks\n0 bob calls 702\n3 carol hangs-up\n3 bob hangs-up\n4 end"), /bob is answered/)
  })
})

describe("Sound in numbers", () => {
  it("A tone keeps its pitch and level through each law", () => {
    for (const law of ["PCMU", "PCMA"] as const) {
      const there = tone(440, 0, 8000), back = decode(law, encode(law, there))
      assert.equal(pitch(back), "440 Hz")
      assert(Math.abs(peak(back) - peak(there)) < 300, `${law}: ${peak(back)} of ${peak(there)}`)
      assert(back.every((sample, i) => Math.abs(sample - (there[i] ?? 0)) <= Math.max(16, Math.abs(sample) / 16)), law)
    }
    assert.equal(pitch(new Int16Array(800)), "silence")
  })

  it("Each byte of a law is what its sample becomes again", () => {
    for (const law of ["PCMU", "PCMA"] as const) {
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
      const again = encode(law, decode(law, bytes))
      assert.equal([...again].filter((byte, i) => byte !== i && !(law === "PCMU" && i === 0x7f)).length, 0, law)
    }
  })
})
