// The servers that the lab's zone names, and the same zone with the places where they really are.
import type { Endpoint } from "../abi.ts"

export type ZoneServer = { host: string; priority: number; weight: number; at: Endpoint }

const SRV = /^(_sip\._udp\.\S+\s+\d+\s+IN\s+SRV\s+(\d+)\s+(\d+)\s+)(\d+)(\s+)(\S+)\.[ \t]*$/gm

/** The servers of the SRV records, in the order of the text. */
export function serversIn(zone: string): ZoneServer[] {
  return [...zone.matchAll(SRV)].map(([, , priority, weight, port, , host = ""]) =>
    ({ host, priority: Number(priority), weight: Number(weight), at: { address: addressRecord(host).exec(zone)?.[2] ?? "", port: Number(port) } }))
}

/** The zone text with other addresses and ports for its servers. */
export function fillZone(zone: string, servers: readonly ZoneServer[]): string {
  let text = zone.replace(SRV, (all, before: string, _priority, _weight, _port, blank: string, host: string) => {
    const server = servers.find((each) => each.host === host)
    return server === undefined ? all : `${before}${server.at.port}${blank}${host}.`
  })
  for (const { host, at } of servers) text = text.replace(addressRecord(host), `$1${at.address}`)
  return text
}

/** The A record of a host, whose name is relative to the zone. */
function addressRecord(host: string): RegExp { return new RegExp(`^(${host.split(".")[0]}\\s+IN\\s+A\\s+)(\\S+)`, "m") }
