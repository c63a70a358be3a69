// Requests that the phone sends: timers to the millisecond, what is told, ACK and CANCEL, and what comes late.
import assert from "node:assert/strict"
import { Bench, METHOD, message, reply, request, SERVER } from "./bench.ts"

const INVITE = request("INVITE", { more: ["Route: <sip:proxy.example.com;lr>", "Require: path"] })
const OPTIONS = request("OPTIONS")
const REGISTER = request("REGISTER")

describe("transaction/client: timers", () => {
  it("an INVITE without an answer is sent seven times and given up after 64*T1 (Timers A and B)", async () => {
    const b = await Bench.open()
    const handle = b.start(INVITE)
    b.until(31_999)
    assert.deepEqual(b.instants("INVITE"), [0, 500, 1500, 3500, 7500, 15500, 31500])
    assert.deepEqual(b.events(), [])
    b.until(32_000)
    assert.deepEqual(b.events(), [`${handle} TIMEOUT 0`])
  })

  it("any other request is sent eleven times and given up after 64*T1 (Timers E and F)", async () => {
    const b = await Bench.open()
    const handle = b.start(OPTIONS)
    b.until(40_000)
    assert.deepEqual(b.instants("OPTIONS"), [0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500])
    assert.deepEqual(b.events(), [`${handle} TIMEOUT 0`])
    assert.equal(b.call("sends", handle), 11)
  })

  it("sip_retry_t1 of 100 ms gives a server up after 6.4 s (SN-06)", async () => {
    const b = await Bench.open(0, 100)
    const handle = b.start(REGISTER)
    b.until(6399)
    assert.deepEqual(b.instants("REGISTER"), [0, 100, 300, 700, 1500, 3100, 6300])
    assert.deepEqual(b.events(), [])
    b.until(6400)
    assert.deepEqual(b.events(), [`${handle} TIMEOUT 0`])
  })

  it("three retransmissions are packets at 0, 0.5, 1.5 and 3.5 s and the end at 7.5 s (AMB-09)", async () => {
    for (const text of [INVITE, REGISTER]) {
      const b = await Bench.open()
      const method = text.startsWith("INVITE") ? METHOD.INVITE : METHOD.REGISTER
      const giveUpMs = b.call("giveUpAfter", method, 3)
      assert.equal(giveUpMs, 7500)
      const handle = b.start(text, { giveUpMs })
      b.until(7499)
      assert.deepEqual(b.instants(text.slice(0, 6)), [0, 500, 1500, 3500])
      assert.deepEqual(b.events(), [])
      b.until(7500)
      assert.deepEqual(b.events(), [`${handle} TIMEOUT 0`])
    }
  })

  it("more retransmissions take as long as their timers: doubled for INVITE, up to T2 for the rest", async () => {
    const b = await Bench.open()
    assert.deepEqual([0, 1, 4, 6].map((n) => b.call("giveUpAfter", METHOD.INVITE, n)), [500, 1500, 15500, 63500])
    assert.deepEqual([0, 1, 4, 6].map((n) => b.call("giveUpAfter", METHOD.REGISTER, n)), [500, 1500, 11500, 19500])
  })

  it("a clock that starts at 2^32 - 5 s makes no difference (P-33)", async () => {
    const start = 2 ** 32 - 5000
    const b = await Bench.open(start)
    b.start(OPTIONS)
    b.until(start + 40_000)
    assert.deepEqual(b.instants("OPTIONS").map((at) => at - start), [0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500])
    assert.equal(b.events().length, 1)
  })

  it("a host that was away for five seconds sends one packet per transaction, not those it missed (P-34)", async () => {
    const b = await Bench.open()
    b.start(OPTIONS)
    b.start(request("REGISTER", { branch: "z9hG4bKother" }))
    b.jumpTo(5100)
    assert.equal(b.sent.length, 4)
    b.until(6000)
    assert.equal(b.sent.length, 4)
  })

  it("a timer a little late does not move the ones after it", async () => {
    const b = await Bench.open()
    b.start(OPTIONS)
    b.jumpTo(503)
    b.until(8000)
    assert.deepEqual(b.instants("OPTIONS"), [0, 503, 1500, 3500, 7500])
  })

  it("after a provisional response an INVITE is not sent again and not given up (P-06)", async () => {
    const b = await Bench.open()
    const handle = b.start(INVITE)
    b.until(1000)
    b.response(reply(INVITE, 100))
    b.until(200_000)
    assert.deepEqual(b.instants("INVITE"), [0, 500])
    assert.deepEqual(b.events(), [`${handle} PROVISIONAL 100`])
    assert.equal(b.state(handle), "PROCEEDING")
  })

  it("after a provisional response another request goes on every T2 and is given up all the same", async () => {
    const b = await Bench.open()
    const handle = b.start(OPTIONS)
    b.until(600)
    b.response(reply(OPTIONS, 100))
    b.until(40_000)
    assert.deepEqual(b.instants("OPTIONS"), [0, 500, 1500, 5500, 9500, 13500, 17500, 21500, 25500, 29500])
    assert.deepEqual(b.events(), [`${handle} TIMEOUT 100`])
  })

  it("nothing is left to do when all is over", async () => {
    const b = await Bench.open()
    b.start(INVITE)
    b.start(OPTIONS)
    b.until(100_000)
    b.events()
    assert.equal(b.soonest(), 2n ** 63n - 1n)
    assert.equal(b.call("kept"), 0)
  })
})

describe("transaction/client: answers", () => {
  it("a final response ends a request; its repetitions are absorbed for T4 (Timer K), then they are stray", async () => {
    const b = await Bench.open()
    const handle = b.start(REGISTER)
    b.until(100)
    assert.equal(b.response(reply(REGISTER, 200)), handle)
    assert.deepEqual(b.events(), [`${handle} FINAL 200`])
    b.until(5000)
    assert.equal(b.response(reply(REGISTER, 200)), handle)
    assert.deepEqual(b.events(), [])
    b.until(5101)
    assert.equal(b.response(reply(REGISTER, 200)), -1)
    assert.equal(b.call("strays"), 1)
    assert.deepEqual(b.instants("REGISTER"), [0])
  })

  it("an error to INVITE is acknowledged where the INVITE went, with its branch and Route, and again for each repetition (P-05)", async () => {
    const b = await Bench.open()
    const handle = b.start(INVITE, { peer: "192.0.2.7:5070" })
    b.response(reply(INVITE, 503))
    assert.deepEqual(b.events(), [`${handle} FINAL 503`])
    assert.equal(b.packets[1], message("ACK sip:bob@example.com SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.10:5060;rport;branch=z9hG4bKabc", "Max-Forwards: 70",
      "From: <sip:alice@example.com>;tag=f1", "To: <sip:bob@example.com>;tag=t1", "Call-ID: c1@192.0.2.10", "CSeq: 1 ACK",
      "Route: <sip:proxy.example.com;lr>", "Content-Length: 0"))
    b.until(500)
    b.response(reply(INVITE, 503))
    assert.deepEqual(b.sent, ["0 192.0.2.7:5070 INVITE sip:bob@example.com SIP/2.0", "0 192.0.2.7:5070 ACK sip:bob@example.com SIP/2.0",
      "500 192.0.2.7:5070 ACK sip:bob@example.com SIP/2.0"])
    assert.deepEqual(b.events(), [])
    b.until(31_999)
    assert.equal(b.state(handle), "COMPLETED")
    b.until(32_000)
    assert.equal(b.state(handle), "TERMINATED")
  })

  it("Timer D is 32 s also when our T1 is shorter", async () => {
    const b = await Bench.open(0, 100)
    const handle = b.start(INVITE)
    b.response(reply(INVITE, 486))
    b.until(31_999)
    assert.equal(b.state(handle), "COMPLETED")
  })

  it("each 2xx to INVITE goes up for 64*T1, and its ACK is its user's (RFC 6026)", async () => {
    const b = await Bench.open()
    const handle = b.start(INVITE)
    b.response(reply(INVITE, 180))
    b.response(reply(INVITE, 200))
    b.until(500)
    b.response(reply(INVITE, 200))
    b.response(reply(INVITE, 200, { toTag: ";tag=other-branch" }))
    assert.deepEqual(b.instants("ACK"), [])
    assert.deepEqual(b.events(), [`${handle} FINAL 200`], "one event that was not fetched stays one")
    b.until(32_000)
    assert.equal(b.state(handle), "TERMINATED")
    assert.equal(b.response(reply(INVITE, 200)), -1)
  })

  it("a response belongs to the request with its branch, its sent-by and the method of its CSeq (17.1.3, 18.1.2)", async () => {
    const b = await Bench.open()
    const other = request("OPTIONS", { branch: "z9hG4bKother" })
    const first = b.start(OPTIONS), second = b.start(other)
    assert.equal(b.response(reply(other, 200)), second)
    assert.equal(b.response(reply(OPTIONS, 200, { method: "BYE" })), -1)
    assert.equal(b.response(reply(OPTIONS, 200, { via: "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKnone" })), -1)
    assert.equal(b.response(reply(OPTIONS, 200, { via: "SIP/2.0/UDP 192.0.2.99:5060;branch=z9hG4bKabc" })), -1)
    assert.equal(b.response(reply(OPTIONS, 200, { via: "SIP/2.0/UDP 192.0.2.10;received=203.0.113.9;rport=99;branch=Z9HG4BKABC" })), first)
    assert.equal(b.call("strays"), 3)
  })

  it("a response with a second Via was meant for another element (8.1.3.3)", async () => {
    const b = await Bench.open()
    b.start(OPTIONS)
    assert.equal(b.response(reply(OPTIONS, 200, { via: "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKabc, SIP/2.0/UDP 255.255.255.255;branch=z9hG4bKx" })), -1)
  })

  it("the owner is told with the event, and a handle that is over means nothing", async () => {
    const b = await Bench.open()
    const first = b.start(OPTIONS)
    assert.equal(b.call("ownerOf", first), 7)
    b.response(reply(OPTIONS, 200))
    b.events()
    b.until(10_000)
    const second = b.start(OPTIONS)
    assert.equal(second & 0xff, first & 0xff)
    assert.notEqual(second, first)
    assert.deepEqual([b.call("ownerOf", first), b.call("statusOf", first), b.state(first)], [-1, 0, "TERMINATED"])
    b.command("cancel", first)
    b.command("abandon", first)
    assert.equal(b.state(second), "TRYING")
  })
})

describe("transaction/client: failures", () => {
  it("ICMP tells the requests to that server by that flow, and no others (P-31)", async () => {
    const b = await Bench.open()
    const flow = b.towards(SERVER)
    const dead = b.start(OPTIONS), alive = b.start(request("REGISTER", { branch: "z9hG4bKother" }), { peer: "192.0.2.2:5060" })
    b.at(SERVER, "refused", flow)
    assert.deepEqual(b.events(), [`${dead} REFUSED 0`])
    assert.equal(b.state(alive), "TRYING")
  })

  it("ICMP about an earlier packet is not held against a request that has not left yet", async () => {
    const b = await Bench.open()
    const flow = b.towards(SERVER)
    for (let i = 0; i < 10; i++) b.call("pollFlow")
    for (let i = 0; i < 5; i++) b.start(request("OPTIONS", { branch: `z9hG4bKa${i}` }))
    b.until(500)
    const late = b.start(request("REGISTER", { branch: "z9hG4bKlate" }))
    assert.deepEqual(b.instants("REGISTER"), [], "ten packets have left in this second")
    b.at(SERVER, "refused", flow)
    assert.equal(b.events().length, 5)
    assert.equal(b.state(late), "TRYING")
  })

  it("a send that failed and a flow that was lost are told as unreachable", async () => {
    const b = await Bench.open()
    const flow = b.towards(SERVER)
    const first = b.start(OPTIONS)
    b.at(SERVER, "unreachable", flow)
    assert.deepEqual(b.events(), [`${first} UNREACHABLE 0`])
    const second = b.start(OPTIONS, { flow })
    b.call("release", flow)
    b.until(b.now + 500)
    assert.deepEqual(b.events(), [`${second} UNREACHABLE 0`])
    const third = b.start(OPTIONS, { flow })
    assert.deepEqual(b.events(), [`${third} UNREACHABLE 0`], "the flow was gone before it began")
    assert.equal(b.call("kept"), 0)
  })

  it("ICMP after a final response changes nothing, and an INVITE that rings is not touched by it", async () => {
    const b = await Bench.open()
    const flow = b.towards(SERVER)
    const done = b.start(OPTIONS), rings = b.start(request("INVITE", { branch: "z9hG4bKinv" }))
    b.response(reply(OPTIONS, 200))
    b.response(reply(request("INVITE", { branch: "z9hG4bKinv" }), 180))
    b.events()
    b.at(SERVER, "refused", flow)
    assert.deepEqual(b.events(), [])
    assert.deepEqual([b.state(done), b.state(rings)], ["COMPLETED", "PROCEEDING"])
  })
})

describe("transaction/client: CANCEL and late answers", () => {
  it("a CANCEL waits for a provisional response and takes the way and branch of the INVITE (9.1, P-41)", async () => {
    const b = await Bench.open()
    const handle = b.start(INVITE, { peer: "192.0.2.7:5070" })
    b.command("cancel", handle)
    b.until(200)
    assert.deepEqual(b.instants("CANCEL"), [])
    b.response(reply(INVITE, 180))
    assert.deepEqual(b.instants("CANCEL"), [200])
    assert.match(b.sent.at(-1)!, /^200 192\.0\.2\.7:5070 CANCEL /)
    assert.equal(b.packets.at(-1), message("CANCEL sip:bob@example.com SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.10:5060;rport;branch=z9hG4bKabc", "Max-Forwards: 70",
      "From: <sip:alice@example.com>;tag=f1", "To: <sip:bob@example.com>", "Call-ID: c1@192.0.2.10", "CSeq: 1 CANCEL",
      "Route: <sip:proxy.example.com;lr>", "Content-Length: 0"))
    b.response(reply(INVITE, 200, { method: "CANCEL" }))
    b.response(reply(INVITE, 487))
    assert.deepEqual(b.events(), [`${handle} FINAL 487`], "what became of the CANCEL itself is not told")
    assert.deepEqual(b.instants("ACK"), [200])
  })

  it("an INVITE that rings is cancelled at once; 64*T1 later without an answer it is over, and the silence to the CANCEL is told (AMB-21)", async () => {
    const b = await Bench.open()
    const handle = b.start(INVITE)
    b.response(reply(INVITE, 180))
    b.until(1000)
    b.command("cancel", handle)
    b.command("cancel", handle)
    b.until(32_999)
    assert.equal(b.instants("CANCEL").length, 11, "as any other request, and once only")
    assert.deepEqual(b.events(), [`${handle} PROVISIONAL 180`])
    b.until(33_000)
    assert.deepEqual(b.events(), [`${handle} TIMEOUT 180`, `${handle + 1} TIMEOUT 0`])
  })

  it("a CANCEL that finds no room goes a little later", async () => {
    const b = await Bench.open()
    const handle = b.start(INVITE)
    b.response(reply(INVITE, 180))
    for (let i = 1; i < b.call("places"); i++) assert.ok(b.start(request("OPTIONS", { branch: `z9hG4bKx${i}` })) >= 0)
    b.command("cancel", handle)
    assert.deepEqual(b.instants("CANCEL"), [])
    b.response(reply(request("OPTIONS", { branch: "z9hG4bKx1" }), 200))
    b.events()
    b.until(2000)
    assert.equal(b.instants("CANCEL").length >= 1, true)
  })

  it("a 2xx 33 s late, from a server that was left, is told as LATE_2XX each time it comes (P-05)", async () => {
    const b = await Bench.open()
    const handle = b.start(INVITE)
    b.until(32_000)
    assert.deepEqual(b.events(), [`${handle} TIMEOUT 0`])
    b.until(33_000)
    assert.equal(b.response(reply(INVITE, 200)), handle)
    assert.deepEqual(b.events(), [`${handle} LATE_2XX 200`])
    b.until(33_500)
    b.response(reply(INVITE, 200))
    assert.deepEqual(b.events(), [`${handle} LATE_2XX 200`])
    b.until(64_000)
    assert.equal(b.state(handle), "TERMINATED")
  })

  it("an error that comes from a server that was left is acknowledged and not told", async () => {
    const b = await Bench.open()
    const handle = b.start(INVITE, { giveUpMs: 1500 })
    b.until(1500)
    b.events()
    b.until(2000)
    b.response(reply(INVITE, 480))
    assert.deepEqual(b.instants("ACK"), [2000])
    assert.deepEqual(b.events(), [])
    assert.equal(b.state(handle), "COMPLETED")
  })

  it("a server that was left and begins to ring is told to stop, once", async () => {
    const b = await Bench.open()
    const handle = b.start(INVITE)
    b.command("abandon", handle)
    b.until(700)
    b.response(reply(INVITE, 180))
    b.response(reply(INVITE, 180))
    assert.deepEqual(b.instants("INVITE"), [0])
    assert.deepEqual(b.instants("CANCEL"), [700])
    assert.deepEqual(b.events(), [])
  })

  it("an abandoned request of another method is over at once, also when it has not left yet", async () => {
    const b = await Bench.open()
    for (let i = 0; i < 5; i++) b.start(request("OPTIONS", { branch: `z9hG4bKa${i}` }))
    b.until(500)
    const handle = b.start(REGISTER)
    b.command("abandon", handle)
    b.until(2000)
    assert.deepEqual(b.instants("REGISTER"), [])
    assert.equal(b.response(reply(REGISTER, 200)), -1)
  })
})

describe("transaction/client: full pools", () => {
  it("one request more than there are places for is refused", async () => {
    const b = await Bench.open()
    for (let i = 0; i < b.call("places"); i++) assert.ok(b.start(request("OPTIONS", { branch: `z9hG4bKa${i}` })) >= 0)
    assert.equal(b.start(REGISTER), -1)
    assert.equal(b.call("kept"), b.call("places"))
  })

  it("those that only absorb repetitions make room for new ones, the oldest first", async () => {
    const b = await Bench.open()
    const requests = Array.from({ length: b.call("places") }, (_, i) => request("INVITE", { branch: `z9hG4bKa${i}` }))
    const handles = requests.map((text) => b.start(text))
    b.until(1500)
    handles.forEach((handle) => b.command("abandon", handle))
    const fresh = b.start(REGISTER)
    assert.equal(fresh & 0xff, handles[0]! & 0xff)
    assert.equal(b.state(handles[1]!), "LEFT")
    assert.equal(b.response(reply(requests[0]!, 200)), -1)
    assert.equal(b.response(reply(requests[1]!, 200)), handles[1])
  })
})
