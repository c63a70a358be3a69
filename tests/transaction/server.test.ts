// Requests that the phone answers: repetitions, ACK and CANCEL, timers to the millisecond, where answers go, and full pools.
import assert from "node:assert/strict"
import { Bench, message, reply, request, SERVER } from "./bench.ts"

const via = (branch: string, more = ";rport") => `SIP/2.0/UDP 192.0.2.1:5060${more}${branch === "" ? "" : `;branch=${branch}`}`
const incoming = (method: string, branch = "z9hG4bKs1", parts: Parameters<typeof request>[1] = {}) => request(method, { via: via(branch), ...parts })

const INVITE = incoming("INVITE")
const OPTIONS = incoming("OPTIONS")

/** Receives a request that must be new, and answers it. Returns the handle. */
function answered(b: Bench, text: string, status: number, at = {}): number {
  assert.equal(b.request(text, at), "NEW")
  const handle = b.call("current")
  assert.equal(b.respond(handle, reply(text, status)), 1)
  return handle
}

describe("transaction/server: INVITE", () => {
  it("an error is sent again with Timer G until Timer H ends it, and the missing ACK is told", async () => {
    const b = await Bench.open()
    const handle = answered(b, INVITE, 480)
    b.until(31_999)
    assert.deepEqual(b.instants("SIP/2.0 480"), [0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500])
    assert.deepEqual(b.serverEvents(), [])
    b.until(32_000)
    assert.deepEqual(b.serverEvents(), [`${handle} TIMEOUT`])
    assert.equal(b.serverState(handle), "TERMINATED")
    assert.equal(b.call("kept"), 0)
  })

  it("its ACK ends that; more of them are absorbed for T4 (Timer I)", async () => {
    const b = await Bench.open()
    const handle = answered(b, INVITE, 480)
    b.until(700)
    assert.equal(b.request(incoming("ACK")), "ACK_MATCHED")
    assert.equal(b.serverState(handle), "CONFIRMED")
    b.until(5000)
    assert.equal(b.request(incoming("ACK")), "ACK_MATCHED")
    assert.equal(b.request(INVITE), "RETRANSMISSION")
    b.until(5700)
    assert.equal(b.serverState(handle), "TERMINATED")
    assert.deepEqual(b.instants("SIP/2.0"), [0, 500])
    assert.equal(b.request(incoming("ACK")), "STRAY_ACK")
  })

  it("a lost ACK brings the error again, and the ACK that comes then ends it", async () => {
    const b = await Bench.open()
    answered(b, INVITE, 486)
    b.until(1600)
    b.request(incoming("ACK"))
    b.until(60_000)
    assert.deepEqual(b.instants("SIP/2.0 486"), [0, 500, 1500])
    assert.deepEqual(b.serverEvents(), [])
  })

  it("the INVITE once more gets the last provisional response, and after the error the error", async () => {
    const b = await Bench.open()
    assert.equal(b.request(INVITE), "NEW")
    const handle = b.call("current")
    assert.equal(b.request(INVITE), "RETRANSMISSION")
    assert.equal(b.sent.length, 0, "nothing was answered yet")
    b.respond(handle, reply(INVITE, 100))
    b.respond(handle, reply(INVITE, 180))
    b.until(300)
    b.request(INVITE)
    b.respond(handle, reply(INVITE, 486))
    b.until(400)
    assert.equal(b.request(INVITE), "RETRANSMISSION")
    assert.equal(b.call("current"), handle)
    assert.deepEqual(b.sent.map((line) => line.replace(" 192.0.2.1:5060", "")),
      ["0 SIP/2.0 100 Words", "0 SIP/2.0 180 Words", "300 SIP/2.0 180 Words", "300 SIP/2.0 486 Words", "400 SIP/2.0 486 Words"])
    assert.equal(b.call("kept"), 1)
  })

  it("after a 2xx the INVITE is absorbed, the 2xx is its user's to repeat, and the ACK goes up (RFC 6026)", async () => {
    const b = await Bench.open()
    const handle = answered(b, INVITE, 200)
    b.until(500)
    assert.equal(b.request(INVITE), "RETRANSMISSION")
    assert.equal(b.respond(handle, reply(INVITE, 200)), 1)
    assert.equal(b.request(incoming("ACK")), "STRAY_ACK")
    assert.equal(b.request(incoming("ACK", "z9hG4bKown")), "STRAY_ACK")
    assert.equal(b.serverState(handle), "ACCEPTED")
    b.until(31_999)
    assert.equal(b.serverState(handle), "ACCEPTED")
    b.until(32_000)
    assert.equal(b.serverState(handle), "TERMINATED")
    assert.deepEqual(b.instants("SIP/2.0 200"), [0, 500])
  })

  it("a second final response is not sent", async () => {
    const b = await Bench.open()
    const handle = answered(b, INVITE, 486)
    assert.equal(b.respond(handle, reply(INVITE, 200)), 0)
    assert.deepEqual(b.instants("SIP/2.0"), [0])
    assert.equal(b.call("kept"), 1)
  })

  it("ICMP is told and the state stays (RFC 6026 8.8)", async () => {
    const b = await Bench.open()
    const handle = answered(b, INVITE, 486)
    b.at(SERVER, "refused", b.common)
    assert.deepEqual(b.serverEvents(), [`${handle} REFUSED`])
    assert.equal(b.serverState(handle), "COMPLETED")
  })

  it("a host that was away for five seconds repeats the error once (P-34)", async () => {
    const b = await Bench.open()
    answered(b, INVITE, 486)
    b.jumpTo(5000)
    assert.deepEqual(b.instants("SIP/2.0 486"), [0, 5000])
  })
})

describe("transaction/server: other requests", () => {
  it("a repetition is answered with what was said, for 64*T1 (Timer J), and is new after that", async () => {
    const b = await Bench.open()
    const handle = answered(b, OPTIONS, 200)
    b.until(31_999)
    assert.equal(b.request(OPTIONS), "RETRANSMISSION")
    assert.deepEqual(b.instants("SIP/2.0 200"), [0, 31_999])
    b.until(32_000)
    assert.equal(b.serverState(handle), "TERMINATED")
    assert.equal(b.request(OPTIONS), "NEW")
  })

  it("no provisional response and no 408 leaves for them (RFC 4320)", async () => {
    const b = await Bench.open()
    b.request(OPTIONS)
    const handle = b.call("current")
    assert.equal(b.respond(handle, reply(OPTIONS, 100)), 0)
    assert.equal(b.serverState(handle), "TRYING")
    assert.equal(b.respond(handle, reply(OPTIONS, 408)), 0)
    assert.equal(b.serverState(handle), "TERMINATED")
    assert.deepEqual(b.sent, [])
    assert.equal(b.call("kept"), 0)
  })

  it("a request that nobody answered is new again when it was forgotten, or 64*T1 later", async () => {
    const b = await Bench.open()
    b.request(OPTIONS)
    assert.equal(b.request(OPTIONS), "RETRANSMISSION")
    b.call("forget", b.call("current"))
    assert.equal(b.request(OPTIONS), "NEW")
    b.until(32_000)
    assert.equal(b.request(OPTIONS), "NEW")
  })

  it("duplicates in the same millisecond are one request", async () => {
    const b = await Bench.open()
    answered(b, OPTIONS, 200)
    assert.equal(b.request(OPTIONS), "RETRANSMISSION")
    assert.equal(b.request(OPTIONS), "RETRANSMISSION")
    assert.deepEqual(b.instants("SIP/2.0 200"), [0, 0, 0])
  })
})

describe("transaction/server: matching (17.2.3)", () => {
  it("another branch, sent-by or method is another transaction; letters count the same in both cases", async () => {
    const b = await Bench.open()
    const first = answered(b, OPTIONS, 200)
    assert.equal(b.request(incoming("OPTIONS", "z9hG4bKs2")), "NEW")
    assert.equal(b.request(request("OPTIONS", { via: "SIP/2.0/UDP 192.0.2.1:5062;branch=z9hG4bKs1" })), "NEW")
    assert.equal(b.request(incoming("BYE")), "NEW")
    assert.equal(b.request(request("OPTIONS", { via: "SIP/2.0/UDP 192.0.2.1;branch=Z9HG4BKS1" })), "RETRANSMISSION")
    assert.equal(b.call("current"), first)
  })

  it("a CANCEL is a transaction of its own and names the INVITE with its branch", async () => {
    const b = await Bench.open()
    b.request(INVITE)
    const invite = b.call("current")
    assert.equal(b.request(incoming("CANCEL")), "CANCEL_MATCHED")
    const cancel = b.call("current")
    assert.equal(b.call("cancelled"), invite)
    assert.equal(b.call("isOpen", invite), 1)
    b.respond(cancel, reply(incoming("CANCEL"), 200))
    b.respond(invite, reply(INVITE, 487))
    assert.equal(b.call("isOpen", invite), 0)
    assert.equal(b.request(incoming("CANCEL")), "RETRANSMISSION")
    assert.deepEqual(b.instants("SIP/2.0 200"), [0, 0])
    assert.equal(b.request(incoming("ACK")), "ACK_MATCHED")
    assert.equal(b.request(incoming("CANCEL", "z9hG4bKnone")), "NEW")
    assert.equal(b.call("cancelled"), -1)
  })

  it("without the magic cookie the rules of RFC 2543 hold: the same request, and the ACK with the tag of the answer", async () => {
    for (const branch of ["", "1", "z9hG4bK"]) {
      const old = (method: string, parts = {}) => request(method, { via: via(branch, ""), fromTag: "", ...parts })
      const b = await Bench.open()
      answered(b, old("INVITE"), 486)
      assert.equal(b.request(old("INVITE")), "RETRANSMISSION")
      assert.equal(b.request(old("ACK", { toTag: ";tag=wrong" })), "STRAY_ACK")
      assert.equal(b.request(old("ACK", { toTag: ";tag=t1", cseq: 2 })), "STRAY_ACK")
      assert.equal(b.request(old("ACK", { toTag: ";tag=t1" })), "ACK_MATCHED", `branch ${branch}`)
      assert.equal(b.request(old("INVITE", { cseq: 2 })), "NEW")
      assert.equal(b.request(old("INVITE", { callId: "c2" })), "NEW")
      assert.equal(b.request(old("CANCEL", { callId: "c2" })), "CANCEL_MATCHED")
    }
  })
})

describe("transaction/server: where answers go", () => {
  const to = async (viaText: string, peer: string) => {
    const b = await Bench.open()
    const text = request("OPTIONS", { via: viaText })
    answered(b, text, 200, { peer })
    return b.sent[0]!.split(" ")[1]
  }

  it("with rport, to the port that it came from (RFC 3581)", async () => {
    assert.equal(await to("SIP/2.0/UDP 10.0.0.9:5066;rport;branch=z9hG4bKx", "203.0.113.5:40000"), "203.0.113.5:40000")
  })

  it("without it, to the port of its sent-by, at the address that it came from (18.2.2)", async () => {
    assert.equal(await to("SIP/2.0/UDP 10.0.0.9:5066;branch=z9hG4bKx", "203.0.113.5:40000"), "203.0.113.5:5066")
    assert.equal(await to("SIP/2.0/UDP phone.example.com;branch=z9hG4bKx", "203.0.113.5:40000"), "203.0.113.5:5060")
  })

  it("maddr points our answer at nobody", async () => {
    assert.equal(await to("SIP/2.0/UDP 10.0.0.9;maddr=198.51.100.1;rport;branch=z9hG4bKx", "203.0.113.5:5060"), "203.0.113.5:5060")
  })

  it("by the connected flow that it came by, or by the listening one when that cannot reach the port", async () => {
    const b = await Bench.open()
    const flow = b.towards(SERVER)
    const handle = answered(b, OPTIONS, 200, { flow })
    b.at(SERVER, "refused", flow)
    assert.deepEqual(b.serverEvents(), [`${handle} REFUSED`])
    const moved = answered(b, request("OPTIONS", { via: "SIP/2.0/UDP 192.0.2.1:5099;branch=z9hG4bKy" }), 200, { flow })
    b.at("192.0.2.1:5099", "refused", flow)
    assert.deepEqual(b.serverEvents(), [])
    b.at("192.0.2.1:5099", "refused", b.common)
    assert.deepEqual(b.serverEvents(), [`${moved} REFUSED`])
  })
})

describe("transaction/server: full pools", () => {
  it("eight INVITEs that are being answered leave a ninth with 503 and Retry-After, the same for its repetition", async () => {
    const b = await Bench.open()
    for (let i = 0; i < 8; i++) assert.equal(b.request(incoming("INVITE", `z9hG4bKi${i}`)), "NEW")
    const ninth = incoming("OPTIONS", "z9hG4bKninth")
    assert.equal(b.request(ninth), "FULL")
    assert.equal(b.call("current"), -1)
    assert.equal(b.request(ninth), "FULL")
    const tag = /To: <sip:bob@example.com>;tag=(\w+)/.exec(b.packets[0]!)![1]
    assert.equal(b.packets[0], message("SIP/2.0 503 Service Unavailable", "Via: SIP/2.0/UDP 192.0.2.1:5060;rport=5060;branch=z9hG4bKninth;received=192.0.2.1",
      "From: <sip:alice@example.com>;tag=f1", `To: <sip:bob@example.com>;tag=${tag}`, "Call-ID: c1@192.0.2.10", "CSeq: 1 OPTIONS", "Retry-After: 5",
      "Content-Length: 0"))
    assert.equal(b.packets[1], b.packets[0])
    assert.equal(b.request(incoming("ACK", "z9hG4bKninth")), "STRAY_ACK")
    assert.equal(b.packets.length, 2)
  })

  it("those that only absorb repetitions make room, so a flood of OPTIONS stops no call", async () => {
    const b = await Bench.open()
    for (let i = 0; i < 40; i++) {
      b.until(i * 150)
      answered(b, incoming("OPTIONS", `z9hG4bKo${i}`), 200)
    }
    assert.equal(b.request(INVITE), "NEW")
  })

  it("events that nobody fetches block no place", async () => {
    const b = await Bench.open()
    for (let i = 0; i < 8; i++) answered(b, incoming("INVITE", `z9hG4bKi${i}`), 486)
    b.until(40_000)
    assert.equal(b.request(INVITE), "NEW")
  })

  it("answers never take the last seven slots: a request of ours finds one", async () => {
    const b = await Bench.open()
    for (let i = 0; i < 30; i++) {
      if (b.request(incoming("OPTIONS", `z9hG4bKo${i}`)) !== "NEW") continue
      const handle = b.call("current")
      if (b.respond(handle, reply(incoming("OPTIONS", `z9hG4bKo${i}`), 200)) < 0) b.call("forget", handle)
    }
    assert.ok(b.call("kept") <= 9)
    assert.equal(b.sent.length, 10, "the pace holds for answers too")
    assert.ok(b.start(request("REGISTER")) >= 0)
    b.until(1001)
    assert.deepEqual(b.instants("REGISTER"), [1001])
  })

  it("an answer that would not fit into one datagram is not sent, and nothing is kept of it", async () => {
    const b = await Bench.open()
    const long = incoming("OPTIONS", "z9hG4bKlong", { more: Array.from({ length: 40 }, (_, i) => `Via: SIP/2.0/UDP proxy${i}.example.com;branch=z9hG4bKproxy${i}`) })
    assert.equal(b.request(long), "NEW")
    b.answer()
    assert.deepEqual(b.sent, [])
    assert.equal(b.call("kept"), 0)
    assert.equal(b.request(long), "NEW")
  })
})
