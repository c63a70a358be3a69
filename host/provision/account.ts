// Between the facets of a file and our settings: servers and domains are put together and taken apart as each phone has them.
import type { Facet } from "./rows.ts"
import type { FormatName } from "./sheet.ts"

/** The facets of one account, or of the phone. */
export type Facets = ReadonlyMap<Facet, string>

/** One setting of ours, and the facets that it was made of. */
export type Setting = { readonly name: string; readonly value: string; readonly of: readonly Facet[] }

/** `left`: facets that ask for a transport which this phone does not speak yet; it takes them, and leaves such a server out. */
export type Composed = { readonly settings: readonly Setting[]; readonly left: ReadonlyArray<{ readonly facet: Facet; readonly transport: string }> }

/** Facets that are a setting of ours under the same name. */
const SAME = [
  "display_name", "password", "register_ttl", "backup_ttl", "failback", "failback_interval", "retry_count", "dirty_host_ttl",
  "sip_retry_t1", "sip_t2", "sip_t4", "sip_port", "filter_registrar", "rtp_port_min", "rtp_port_max",
] as const satisfies readonly Facet[]

const SIP_PORT = "5060", BACKUP_TTL = "3600"

/** The settings of an account of ours, without the number of the account. */
export function composed(format: FormatName, facets: Facets): Composed {
  const servers = format === "fanvil" ? primaryAndBackup(facets) : format === "versity" ? listOfServers(facets) : registrar(facets)
  const user = facets.get("user") ?? "", auth = facets.get("auth_user") ?? ""
  // BK-25: the lifetime at the backup has a default of its own.
  const apart = format === "fanvil" && facets.has("backup_host") && !facets.has("backup_ttl") && (facets.get("register_ttl") ?? BACKUP_TTL) !== BACKUP_TTL
  const settings: Setting[] = [
    ...servers,
    { name: "user", value: user, of: ["user"] },
    { name: "auth_user", value: auth === user ? "" : auth, of: ["auth_user"] },
    { name: "enabled", value: facets.get("enabled") ?? "", of: ["enabled"] },
    ...SAME.map((name) => ({ name, value: facets.get(name) ?? "", of: [name] })),
    { name: "backup_ttl", value: apart ? BACKUP_TTL : "", of: [] },
  ]
  const said = settings.filter(({ value }) => value !== "")
  const left = said.flatMap(({ name, value, of: [facet] }) => name.endsWith("transport") && value !== "udp" && facet !== undefined && (facet !== "backup_transport" || facets.has("backup_host")) ? [{ facet, transport: value.toUpperCase() }] : [])
  return { settings: said, left: left.filter(({ facet }, i) => left.findIndex((each) => each.facet === facet) === i) }
}

/** The facets that our settings amount to. `get` gives the value of a setting of this account, its usual one when nobody has set it. */
export function decomposed(format: FormatName, get: (name: string) => string): Map<Facet, string> {
  const facets = new Map<Facet, string>(SAME.map((name) => [name, get(name)]))
  facets.set("user", get("user"))
  facets.set("auth_user", get("auth_user") || get("user"))
  facets.set("enabled", get("enabled"))
  for (const name of ["transport", "backup_transport"] as const) facets.set(name, get(name))
  if (get("backup_ttl") === "0") facets.set("backup_ttl", get("register_ttl"))
  const domain = get("domain"), servers = itemsOf(get("server"))
  const set = (values: Partial<Record<Facet, string>>): void => { for (const [facet, value] of Object.entries(values)) facets.set(facet as Facet, value) }
  if (format === "versity") set(fieldAndPort(domain, servers))
  else if (format === "fanvil") set(twoServers(domain, servers))
  else set(hostAndProxy(domain, servers, get("transport")))
  return facets
}

/** What of our servers such a file cannot say; undefined when it says all. */
export function serversUnsaid(format: FormatName, get: (name: string) => string): string | undefined {
  const most = format === "versity" ? 4 : format === "fanvil" ? 2 : 1, count = itemsOf(get("server")).length
  return count > most ? `${count - most} of ${count} servers` : undefined
}

// -- Snom: a registrar, which may have a port, and perhaps a proxy

function registrar(facets: Facets): Setting[] {
  const host = destination(facets.get("host") ?? ""), proxy = destination(facets.get("outbound") ?? "")
  const domain: Setting = { name: "domain", value: host.name, of: ["host"] }
  if (proxy.name !== "") return [domain, { name: "server", value: withPort(proxy.name, proxy.port), of: ["outbound"] }, { name: "transport", value: proxy.transport, of: ["outbound"] }]
  // RFC 3263 4.2: where there is a port, only addresses are asked for.
  return [domain, { name: "server", value: host.port === "" ? "" : `${host.name}:${host.port}`, of: ["host"] }, { name: "transport", value: host.transport, of: ["host"] }]
}

function hostAndProxy(domain: string, servers: readonly string[], transport: string): Partial<Record<Facet, string>> {
  const [first = ""] = servers, own = hostOf(first) === domain && first !== domain, by = transport === "udp" ? "" : `;transport=${transport}`
  if (first === "" || (own && servers.length === 1)) return { host: `${first || domain}${domain === "" ? "" : by}`, outbound: "" }
  return { host: domain, outbound: `${first}${by}` }
}

/** host, host:port, sip:host:port;transport=tcp, <sip:...;lr> */
function destination(value: string): { name: string; port: string; transport: string } {
  const [, text = value, parameters = ""] = /^<?(?:sips?:)?([^;>]*)((?:;[^>]*)?)>?$/i.exec(value.trim()) ?? []
  const transport = /;\s*transport=(\w+)/i.exec(parameters)?.[1]?.toLowerCase() ?? (/^<?sips:/i.test(value.trim()) ? "tls" : "")
  const [, name = text, port = ""] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(text.trim()) ?? []
  return { name: name.trim(), port, transport }
}

// -- Baker: a primary and a backup server

function primaryAndBackup(facets: Facets): Setting[] {
  const host = facets.get("host") ?? "", backup = facets.get("backup_host") ?? "", domain = facets.get("realm") || host
  const items = [withPort(host, facets.get("port") ?? ""), ...backup === "" ? [] : [withPort(backup, facets.get("backup_port") ?? "")]]
  return [
    { name: "domain", value: domain, of: facets.get("realm") ? ["realm"] : ["host"] },
    { name: "server", value: host === "" || (items.length === 1 && items[0] === domain) ? "" : items.join("; "), of: ["host", "backup_host"] },
    { name: "transport", value: facets.get("transport") ?? "", of: ["transport"] },
    { name: "backup_transport", value: facets.get("backup_transport") ?? "", of: ["backup_transport"] },
  ]
}

function twoServers(domain: string, servers: readonly string[]): Partial<Record<Facet, string>> {
  const [first = domain, second = ""] = servers
  return { realm: domain, host: hostOf(first), port: portOf(first), backup_host: hostOf(second), backup_port: portOf(second) }
}

// -- Versity: "domain; server; server; server; server"

function listOfServers(facets: Facets): Setting[] {
  const port = facets.get("port") ?? SIP_PORT, field = facets.get("field") ?? "", transport = facets.get("transport") ?? ""
  const [domain = "", ...servers] = field.split(";").map((each) => each.trim())
  // VE-48: the port of the form is that of every server that does not say its own.
  const items = (servers.length === 0 ? [domain] : servers).map((each) => portOf(each) === SIP_PORT && !/:\d+$/.test(each) ? `${each}:${port}` : each)
  return [
    { name: "domain", value: port === SIP_PORT || field === "" ? field : [domain, ...items].join("; "), of: ["field"] },
    // VE-07: one transport for all servers.
    { name: "transport", value: transport, of: ["transport"] },
    { name: "backup_transport", value: servers.length > 1 ? transport : "", of: ["transport"] },
  ]
}

function fieldAndPort(domain: string, servers: readonly string[]): Partial<Record<Facet, string>> {
  const ports = new Set(servers.map(portOf)), [port = SIP_PORT] = ports
  if (ports.size !== 1 || port === SIP_PORT) return { field: [domain, ...servers].join("; "), port: SIP_PORT }
  const names = servers.map(hostOf)
  return { field: names.length === 1 && names[0] === domain ? domain : [domain, ...names].join("; "), port }
}

// -- Hosts and ports

function itemsOf(server: string): string[] { return server.split(";").map((each) => each.trim()).filter((each) => each !== "") }

function withPort(host: string, port: string): string {
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host
  return port === "" || port === SIP_PORT || host === "" ? name : `${name}:${port}`
}

function hostOf(item: string): string { return item.replace(/(?<=\]|^[^:]*):\d+$/, "") }

function portOf(item: string): string { return /(?:\]|^[^:]*):(\d+)$/.exec(item)?.[1] ?? SIP_PORT }
