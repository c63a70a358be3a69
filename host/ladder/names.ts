// Who the servers of a trace are: their names from the DNS answers in it, their ranks from the settings, as the phone itself lists them (P1:2).
import { isIP } from "node:net"
import type { Endpoint } from "../abi.ts"
import { valueIn } from "../store.ts"
import { readDns } from "./packet.ts"

/** A server as far as the trace tells; rank 0 when the settings do not lead to it. `order`: its place in what DNS answered. */
export type Server = { readonly name: string; readonly rank: number; readonly priority: number; readonly order: number }

type Srv = { readonly priority: number; readonly port: number; readonly target: string }

/** Versity's default, where no SRV record says another. */
const PRIORITY = 1

export class Names {
  domain = ""
  user = ""
  /** What the settings of each line say where to register, best first: names and addresses, with a port or without. */
  private lines: string[][] = []
  private readonly addresses = new Map<string, Set<string>>()
  private readonly srv = new Map<string, Srv[]>()
  private readonly replaced = new Map<string, Set<string>>()

  /** Settings have come into force. */
  settings(text: Uint8Array): void {
    this.lines = ["", "2.", "3.", "4."].map((line) => {
      const [domain = "", ...more] = listOf(valueIn(text, `${line}domain`)), servers = [...more, ...listOf(valueIn(text, `${line}server`))]
      return servers.length === 0 && domain !== "" ? [domain] : servers
    })
    this.domain = listOf(valueIn(text, "domain"))[0] ?? ""
    this.user = valueIn(text, "user")
  }

  /** An answer of DNS has come. */
  answered(bytes: Uint8Array): void {
    for (const answer of readDns(bytes)?.answers ?? []) {
      const owner = answer.name.toLowerCase()
      if (answer.type === "A" || answer.type === "AAAA") put(this.addresses, owner, answer.data)
      if (answer.type === "CNAME") put(this.replaced, owner, answer.data.toLowerCase())
      if (answer.type === "NAPTR") put(this.replaced, owner, answer.data.replacement.toLowerCase())
      if (answer.type === "SRV") this.service(owner, { priority: answer.data.priority ?? 0, port: answer.data.port, target: answer.data.target.toLowerCase() })
    }
  }

  /** Who is at an address. */
  at(endpoint: Endpoint): Server {
    for (const specs of this.lines) {
      for (const [i, spec] of specs.entries()) {
        const found = this.under(spec, endpoint)
        if (found !== undefined) return { rank: i + 1, ...found }
      }
    }
    return { name: this.nameOf(endpoint.address), rank: 0, priority: 0, order: 0 }
  }

  private service(owner: string, record: Srv): void {
    const known = this.srv.get(owner) ?? [], at = known.findIndex(({ port, target }) => port === record.port && target === record.target)
    this.srv.set(owner, at < 0 ? [...known, record] : known.with(at, record))
  }

  private under(spec: string, { address, port }: Endpoint): Omit<Server, "rank"> | undefined {
    const { host, port: own } = hostAndPort(spec)
    if (isIP(host) !== 0) return host === address && own === port ? { name: "", priority: PRIORITY, order: 0 } : undefined
    const name = host.toLowerCase(), services = this.services(name), order = [...this.addresses.get(name) ?? []].indexOf(address)
    const at = services.findIndex((each) => each.port === port && this.leadsTo(each.target, address)), record = services[at]
    if (record !== undefined) return { name: record.target, priority: record.priority, order: at }
    return own === port && this.leadsTo(name, address) ? { name, priority: PRIORITY, order } : undefined
  }

  // RFC 3263 4.1: the replacement of a NAPTR record is the owner of SRV records.
  private services(name: string): Srv[] {
    const owners = [`_sip._udp.${name}`, ...this.replaced.get(name) ?? []]
    return owners.flatMap((owner) => this.srv.get(owner) ?? [])
  }

  /** A CNAME or two may stand between. */
  private leadsTo(name: string, address: string, steps = 0): boolean {
    if (this.addresses.get(name)?.has(address) === true) return true
    return steps < 8 && [...this.replaced.get(name) ?? []].some((next) => this.leadsTo(next, address, steps + 1))
  }

  private nameOf(address: string): string { return [...this.addresses].find(([, all]) => all.has(address))?.[0] ?? "" }
}

function listOf(value: string): string[] { return value.split(";").map((each) => each.trim()).filter((each) => each !== "") }

function hostAndPort(spec: string): { host: string; port: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(spec) ?? []
  return { host: bracketed ?? plain ?? spec, port: Number(port ?? 5060) }
}

function put(map: Map<string, Set<string>>, key: string, value: string): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, new Set([value]))
  else known.add(value)
}
