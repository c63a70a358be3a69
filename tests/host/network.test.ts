import assert from "node:assert/strict"
import type { NetworkInterfaceInfo } from "node:os"
import { networkState, watchNetwork } from "../../host/network.ts"
import { fakeClock } from "./fakes.ts"

const at = (address: string, internal = false): NetworkInterfaceInfo =>
  ({ address, internal, netmask: "", mac: "", cidr: null, ...(address.includes(":") ? { family: "IPv6", scopeid: 0 } : { family: "IPv4" }) })
const lo = [at("127.0.0.1", true), at("::1", true)]

describe("The network as the core is told of it", () => {
  it("Own addresses and DNS servers are lines, link-local and loopback addresses are left out", () => {
    const interfaces = { lo, eth0: [at("192.0.2.10"), at("2001:db8::10"), at("fe80::1")] }
    const state = networkState([], interfaces, ["192.0.2.53", "2001:db8::53", "[2001:db8::54]:5353", "fe80::1%eth0"])
    assert.deepEqual(state, {
      up: true,
      lines: ["address 192.0.2.10", "address 2001:db8::10", "dns 192.0.2.53", "dns [2001:db8::53]:53", "dns [2001:db8::54]:5353"],
    })
  })

  it("With loopback alone there is no network (VE-34), unless the DNS servers are on this machine", () => {
    assert.equal(networkState([], { lo }, ["192.0.2.53"]).up, false)
    assert.deepEqual(networkState(["127.0.0.1:5353"], { lo }, ["192.0.2.53"]), { up: true, lines: ["address 127.0.0.1", "address ::1", "dns 127.0.0.1:5353"] })
    assert.equal(networkState([], {}, []).up, false)
  })

  it("A change is told once, when it is seen", () => {
    const clock = fakeClock(), told: boolean[] = []
    let up = true
    const end = watchNetwork(clock, () => ({ up, lines: [] }), (state) => told.push(state.up))
    clock.advance(20_000)
    up = false
    clock.advance(20_000)
    up = true
    clock.advance(5000)
    end()
    up = false
    clock.advance(60_000)
    assert.deepEqual(told, [false, true])
  })
})
