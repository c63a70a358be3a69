// A network namespace of our own: loopback, a tap interface for a board, and documentation addresses (RFC 5737) for servers. No packet leaves it.
import { spawnSync } from "node:child_process"
import { findProgram } from "./process.ts"

/** Where things are in it. */
export const PLACES = {
  tap: "tap0", router: "192.0.2.1", board: "192.0.2.15",
  registrars: ["198.51.100.1", "198.51.100.2", "198.51.100.3"], nameserver: "198.51.100.53", phone: "198.51.100.60",
  /** Nobody is there, and nothing says so. */
  nobody: "198.51.100.99",
} as const

const SET_UP = [
  "ip link set lo up",
  `ip tuntap add dev ${PLACES.tap} mode tap`,
  `ip addr add ${PLACES.router}/24 dev ${PLACES.tap}`,
  `ip link set ${PLACES.tap} up`,
  ...[...PLACES.registrars, PLACES.nameserver, PLACES.phone].map((address) => `ip addr add ${address}/32 dev lo`),
  // DHCP answers go to everybody on the board's network.
  `ip route add 255.255.255.255/32 dev ${PLACES.tap}`,
].join(" && ")

/** The command that runs another one in such a namespace; when it is killed, everything in there is. */
export function inNamespace(command: readonly string[]): { program: string, args: readonly string[] } {
  return { program: "unshare", args: ["--net", "--pid", "--kill-child", "sh", "-c", `${SET_UP} && exec "$@"`, "sh", ...command] }
}

/** Why there can be no such namespace here: a sentence; undefined when there can. */
export function whyNoNamespace(): string | undefined {
  const absent = ["unshare", "ip"].filter((name) => findProgram(name) === undefined)
  if (absent.length > 0) return `${absent.join(", ")} not found: install with "apt-get install util-linux iproute2" (Debian, Ubuntu)`
  const { program, args } = inNamespace(["true"])
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8" })
  return status === 0 ? undefined : `a network namespace with a tap interface cannot be made (it needs root and /dev/net/tun): ${stderr.trim().split("\n").pop() ?? ""}`
}
