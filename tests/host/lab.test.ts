import assert from "node:assert/strict"
import { createSocket, type Socket } from "node:dgram"
import { once } from "node:events"
import { decode, encode } from "dns-packet"
import { bothEngines, play } from "../flow/play.ts"
import { LAB_DEFAULTS, LAB_DOMAIN, labText, startLab, type Lab } from "../../host/lab/lab.ts"
import { endpointOf } from "../../host/calls.ts"
import { CallServer } from "../../host/sim/callserver.ts"
import { Registrar } from "../../host/sim/registrar.ts"
import { fillZone, serversIn } from "../../host/lab/zone.ts"
import { readFileSync } from "node:fs"

const zone = readFileSync(new URL("../../host/lab/rapidtech.zone", import.meta.url), "latin1")

describe("The lab's zone", () => {
  it("It has two servers that share 40 to 60, and a backup (BL-03, BL-04)", () => {
    assert.deepEqual(serversIn(zone).map(({ host, priority, weight }) => `${host} ${priority} ${weight}`),
      ["sipserver1.rapidtech.phones 0 40", "sipserver2.rapidtech.phones 0 60", "sipserverbackup.rapidtech.phones 1 5"])
  })

  it("Other places are filled in without touching anything else", () => {
    const moved = serversIn(zone).map((server, i) => ({ ...server, at: { address: "127.0.0.1", port: 15060 + i } }))
    const filled = fillZone(zone, moved)
    assert.deepEqual(serversIn(filled), moved)
    assert.equal(fillZone(filled, serversIn(zone)), zone)
  })
})

describe("The lab", () => {
  let lab: Lab, client: Socket
  let changes = 0, asked = 0
  beforeEach(async () => {
    lab = await startLab(() => Math.floor(performance.now()), () => { changes++ })
    client = createSocket("udp4")
  })
  afterEach(() => {
    client.close()
    lab.close()
  })
  const at = (n: number) => endpointOf(lab.lines()[n - 1]?.at ?? "")

  async function ask(n: number, method = "OPTIONS", to = "<sip:x>"): Promise<string> {
    const { address, port } = at(n)
    const request = [
      `${method} sip:x SIP/2.0`, `Via: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bK${++asked}`, "From: <sip:a@b>;tag=1", `To: ${to}`,
      `Call-ID: ${asked}`, `CSeq: 1 ${method}`, "Max-Forwards: 70", "Content-Length: 0", "", "",
    ]
    client.connect(port, address)
    await once(client, "connect")
    const answer = once(client, "message").catch((error: unknown) => [String(error)])
    client.send(request.join("\r\n"))
    const [first] = await answer
    client.disconnect()
    return String(first).split("\r\n")[0] ?? ""
  }

  it("Its nameserver answers with its own places, which are those where the servers are", async () => {
    const { address, port } = endpointOf(lab.dns)
    const questions = [{ type: "SRV", name: `_sip._udp.${LAB_DOMAIN}`, class: "IN" }] as const
    client.send(encode({ type: "query", id: 7, questions: [...questions] }), port, address)
    const [answer] = await once(client, "message") as [Buffer]
    const records = (decode(answer).answers ?? []).map((record) => record.type === "SRV" ? `${record.data.priority} ${record.data.weight} ${record.data.port}` : "")
    assert.deepEqual(records, lab.lines().map(({ share }, i) => `${share} ${at(i + 1).port}`))
  })

  it("A server answers, crashes (refuses), answers 503 and comes back, and the lines say so", async () => {
    assert.equal(await ask(1), "SIP/2.0 200 OK")
    await lab.set(1, "crashed")
    assert.match(await ask(1), /ECONNREFUSED/)
    await lab.set(1, "503")
    assert.equal(await ask(1), "SIP/2.0 503 Service Unavailable")
    await lab.set(1, "up")
    assert.equal(await ask(1), "SIP/2.0 200 OK")
    await lab.set(2, "silent")
    assert.deepEqual(lab.lines().map(({ state }) => state), ["up", "silent", "up"])
    assert.match(labText(lab.lines()), /^1 sipserver1 \S+ 0 40 up\n2 sipserver2 \S+ 0 60 silent\n3 sipserverbackup \S+ 1 5 up\npeople: 600 an echo, .*\naccounts: 6001, .*; the password of 6002 is hunt-6002, and so on$/)
    assert(changes >= 4)
  })

  it("A call that a server does not know, because it is another one's or from before its crash, is answered with 481", async () => {
    assert.equal(await ask(3, "BYE", "<sip:600@x>;tag=2"), "SIP/2.0 481 Call/Transaction Does Not Exist")
    await lab.set(1, "crashed")
    assert.match(await ask(1, "BYE", "<sip:600@x>;tag=2"), /ECONNREFUSED/)
    await lab.set(1, "up")
    assert.equal(await ask(1, "BYE", "<sip:600@x>;tag=2"), "SIP/2.0 481 Call/Transaction Does Not Exist")
    await lab.set(1, "503")
    assert.equal(await ask(1, "BYE", "<sip:600@x>;tag=2"), "SIP/2.0 503 Service Unavailable")
  })

  it("A second lab at the same time takes other ports", async () => {
    const second = await startLab(() => 0, () => {})
    assert.notEqual(second.dns, lab.dns)
    assert.equal(new Set([...lab.lines(), ...second.lines()].map((line) => line.at)).size, 6)
    second.close()
  })

  it("A server that does not exist is said to be none", async () => {
    assert.equal(await lab.set(4, "up"), "There is no server 4; there are 1 to 3.")
  })
})

describe("A server of the lab", () => {
  it("The ACK of a refusal and a CANCEL go where their INVITE went, whatever has been registered since (RFC 3261 16.11, 17.1.1.3)", () => {
    let line = 1
    const at = { address: "127.0.0.2", port: 5060 }, from = { address: "127.0.0.1", port: 9 }
    const server = new CallServer({
      at, domain: LAB_DOMAIN, registrar: new Registrar({ realm: "x", users: {}, hash: () => "" }), isTrusted: () => true,
      locate: () => ({ uri: `sip:6001@127.0.0.1:7;line=${line}` }),
    })
    const passed = (method: string, branch: string): string => {
      const request = [
        `${method} sip:6001@${LAB_DOMAIN} SIP/2.0`, `Via: SIP/2.0/UDP 127.0.0.1:9;branch=${branch}`, "From: <sip:a@b>;tag=1", "To: <sip:6001@b>",
        "Call-ID: 1", `CSeq: 1 ${method}`, "Max-Forwards: 70", "Content-Length: 0", "", "",
      ]
      return Buffer.from(server.receive(Buffer.from(request.join("\r\n")), from, 0).at(-1)?.bytes ?? []).toString().split("\r\n")[0] ?? ""
    }
    const first = passed("INVITE", "z9hG4bK1")
    line = 2
    assert.deepEqual([first, passed("INVITE", "z9hG4bK1"), passed("CANCEL", "z9hG4bK1"), passed("ACK", "z9hG4bK1"), passed("INVITE", "z9hG4bK2")], [
      "INVITE sip:6001@127.0.0.1:7;line=1 SIP/2.0", "INVITE sip:6001@127.0.0.1:7;line=1 SIP/2.0", "CANCEL sip:6001@127.0.0.1:7;line=1 SIP/2.0",
      "ACK sip:6001@127.0.0.1:7;line=1 SIP/2.0", "INVITE sip:6001@127.0.0.1:7;line=2 SIP/2.0",
    ])
  })
})

describe("The phone in the lab", () => {
  it("It is back from the backup within a minute after a better server has returned, whatever is drawn, also at the third time", async function () {
    const make = await bothEngines()
    const settings = Object.entries({ profile: "auto", ...LAB_DEFAULTS }).map(([name, value]) => `set ${name}: ${value}\n`).join("")
    const zone = "zone _sip._udp 300 IN SRV 0 40 5060 a\nzone _sip._udp 300 IN SRV 0 60 5060 b\nzone _sip._udp 300 IN SRV 1 5 5060 c\n"
    const rules = "ceiling a 15\nceiling b 15\nceiling c 15\n"
    const crash = (sec: number) => `at ${sec}s a crashes\nat ${sec}s b crashes\n`, back = (sec: number) => `at ${sec}s a returns\nat ${sec}s b returns\n`
    for (let seed = 1; seed <= 4; seed++) {
      const lines = play(`${settings}${zone}${rules}seed ${seed}\n${crash(20)}${back(60)}${crash(150)}${back(190)}${crash(280)}${back(320)}until 400s\n`, make).split("\n")
      const at = (from: number, pattern: RegExp) => lines.map((line) => [Number(line.split(" ")[0]), line] as const)
        .find(([sec, line]) => sec >= from && pattern.test(line))?.[0] ?? Infinity
      assert.ok(at(20, /moved to 192\.0\.2\.3/) < 40, `seed ${seed}:\n${lines.join("\n")}`)
      for (const returned of [60, 190, 320]) assert.ok(at(returned, /moved to 192\.0\.2\.[12]/) <= returned + 60, `seed ${seed}, ${returned} s:\n${lines.join("\n")}`)
    }
  })
})
