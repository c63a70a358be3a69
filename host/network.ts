// What the core is told of the network: this machine's own addresses and its DNS servers, looked at again every few seconds.
import { getServers } from "node:dns"
import { isIPv6 } from "node:net"
import { networkInterfaces } from "node:os"
import type { Clock } from "./clock.ts"
import type { NetworkState } from "./supervisor.ts"

const LOOK_MS = 5000

/** Most addresses that are told; a machine with many has hardly a phone's worth of use for them. */
const ADDRESSES_MAX = 8

/** The state now. `dns` as given on the command line; empty: the system's own. */
export function networkState(dns: readonly string[], interfaces = networkInterfaces(), systemServers = getServers()): NetworkState {
  const all = Object.values(interfaces).flatMap((list) => list ?? [])
  // Link-local IPv6 addresses mean nothing without their interface, which SIP has no words for.
  const own = all.filter(({ internal, address }) => !internal && !address.toLowerCase().startsWith("fe80:")).map(({ address }) => address)
  const system = systemServers.filter((server) => !server.includes("%")).map((server) => isIPv6(server) ? `[${server}]:53` : server)
  const servers = dns.length > 0 ? [...dns] : system
  // With nothing but loopback there is no network, unless all that is asked for is on this machine.
  const here = servers.length > 0 && servers.every((server) => /^(127\.|\[::1\])/.test(server))
  const loopback = all.filter(({ internal }) => internal).map(({ address }) => address)
  const addresses = own.length > 0 ? own : here ? loopback : []
  return {
    up: addresses.length > 0,
    lines: [...addresses.slice(0, ADDRESSES_MAX).map((address) => `address ${address}`), ...servers.map((server) => `dns ${server}`)],
  }
}

/** Looks again and again; calls back when something has changed. Returns what ends it. */
export function watchNetwork(clock: Clock, look: () => NetworkState, changed: (state: NetworkState) => void): () => void {
  let before = JSON.stringify(look())
  let callOff = (): void => {}
  const again = (): void => {
    const state = look(), text = JSON.stringify(state)
    if (text !== before) {
      before = text
      changed(state)
    }
    callOff = clock.after(LOOK_MS, again)
  }
  callOff = clock.after(LOOK_MS, again)
  return () => callOff()
}
