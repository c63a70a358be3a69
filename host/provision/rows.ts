// Which settings of the real phones this one knows: a row for each, with the requirement that asks for it.
import type { FormatName } from "./sheet.ts"

/** What a value says, in words of ours. A facet that is not of our settings is put together with others in account.ts. */
export type Facet =
  | "enabled" | "user" | "auth_user" | "password" | "display_name" | "register_ttl" | "backup_ttl" | "failback" | "failback_interval" | "retry_count"
  | "dirty_host_ttl" | "sip_retry_t1" | "sip_t2" | "sip_t4" | "sip_port" | "filter_registrar" | "rtp_port_min" | "rtp_port_max"
  | "host" | "port" | "transport" | "backup_host" | "backup_port" | "backup_transport" | "realm" | "outbound" | "field"

/** Between the words of a file and ours. `read` gives undefined for what is not allowed; `allowed` says what is. */
export type Codec = { readonly read: (value: string) => string | undefined; readonly write: (value: string) => string; readonly allowed: string }

/**
 * Where a setting stands in a file and whose it is here: of each account in both, of the phone in both, of each account there and of the phone here (the first
 * account's counts), of the phone there and of every account here.
 */
export type Scope = "account" | "phone" | "first" | "every"

export type Row = {
  readonly name: string
  readonly scope: Scope
  readonly facet: Facet
  readonly codec: Codec
  /** What it has in the document when nobody sets it, in the words of the file; a file that is made new says so. */
  readonly usual?: string
  /** Requirements. */
  readonly ids: string
  /** Names that mean the same. */
  readonly also?: readonly string[]
}

const plain: Codec = { read: (value) => value, write: (value) => value, allowed: "" }
const port: Codec = { read: (value) => /^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 65535 ? String(Number(value)) : undefined, write: (value) => value, allowed: "1 to 65535" }

/** Words of the file and of ours, in pairs; the first pair with a word of ours is the one that is written. */
function words(pairs: ReadonlyArray<readonly [theirs: string, ours: string]>, allowed: string): Codec {
  return {
    read: (value) => pairs.find(([theirs]) => theirs.toLowerCase() === value.toLowerCase())?.[1],
    write: (value) => pairs.find(([, ours]) => ours === value)?.[0] ?? value,
    allowed,
  }
}

const onOff = words([["on", "1"], ["off", "0"], ["true", "1"], ["false", "0"], ["1", "1"], ["0", "0"]], "on or off")
const bit = words([["1", "1"], ["0", "0"]], "0 or 1")
// AMB-29: the documents leave 2 out.
const transportNumber = words([["0", "udp"], ["1", "tcp"], ["3", "tls"]], "0 (UDP), 1 (TCP) or 3 (TLS)")
const transportWord = words([["UDP", "udp"], ["TCP", "tcp"], ["TLS", "tls"]], "UDP, TCP or TLS")
/** Every way back but `never` is 1. */
const failback: Codec = { read: (value) => bit.read(value) === undefined ? undefined : value === "1" ? "duration" : "never", write: (value) => value === "never" ? "0" : "1", allowed: bit.allowed }

const SNOM: readonly Row[] = [
  { scope: "account", name: "user_active", facet: "enabled", codec: onOff, ids: "SN-22" },
  { scope: "account", name: "user_realname", facet: "display_name", codec: plain, ids: "SN-22" },
  { scope: "account", name: "user_name", facet: "user", codec: plain, ids: "SN-22" },
  { scope: "account", name: "user_pname", facet: "auth_user", codec: plain, ids: "SN-22" },
  { scope: "account", name: "user_pass", facet: "password", codec: plain, ids: "SN-22" },
  { scope: "account", name: "user_host", facet: "host", codec: plain, ids: "SN-07" },
  { scope: "account", name: "user_outbound", facet: "outbound", codec: plain, ids: "SN-07" },
  { scope: "account", name: "user_expiry", facet: "register_ttl", codec: plain, ids: "SN-22" },
  { scope: "every", name: "dirty_host_ttl", facet: "dirty_host_ttl", codec: plain, ids: "SN-16" },
  { scope: "phone", name: "sip_retry_t1", facet: "sip_retry_t1", codec: plain, ids: "SN-06 SN-22" },
  { scope: "phone", name: "network_id_port", facet: "sip_port", codec: plain, ids: "SN-22" },
  { scope: "phone", name: "filter_registrar", facet: "filter_registrar", codec: onOff, ids: "SN-22" },
  { scope: "phone", name: "rtp_port_start", facet: "rtp_port_min", codec: plain, ids: "SN-22" },
  { scope: "phone", name: "rtp_port_end", facet: "rtp_port_max", codec: plain, ids: "SN-22" },
]

const FANVIL: readonly Row[] = [
  { scope: "account", name: "Phone Number", facet: "user", codec: plain, ids: "BK-34" },
  { scope: "account", name: "Display Name", facet: "display_name", codec: plain, ids: "BK-34" },
  { scope: "account", name: "Register Addr", facet: "host", codec: plain, usual: "", ids: "BK-19" },
  { scope: "account", name: "Register Port", facet: "port", codec: port, usual: "5060", ids: "BK-20" },
  { scope: "account", name: "Register User", facet: "auth_user", codec: plain, ids: "BK-34" },
  { scope: "account", name: "Register Pswd", facet: "password", codec: plain, ids: "BK-34", also: ["Register Pwd"] },
  { scope: "account", name: "Register TTL", facet: "register_ttl", codec: plain, usual: "3600", ids: "BK-21" },
  { scope: "account", name: "Transport", facet: "transport", codec: transportNumber, usual: "0", ids: "BK-22" },
  { scope: "account", name: "Backup Addr", facet: "backup_host", codec: plain, usual: "", ids: "BK-23" },
  { scope: "account", name: "Backup Port", facet: "backup_port", codec: port, usual: "5060", ids: "BK-24" },
  { scope: "account", name: "Backup TTL", facet: "backup_ttl", codec: plain, usual: "3600", ids: "BK-25" },
  { scope: "account", name: "Backup Transport", facet: "backup_transport", codec: transportNumber, usual: "0", ids: "BK-26" },
  { scope: "account", name: "Enable Reg", facet: "enabled", codec: bit, usual: "1", ids: "BK-34" },
  { scope: "account", name: "Enable Failback", facet: "failback", codec: failback, usual: "1", ids: "BK-27" },
  { scope: "account", name: "Failback Interval", facet: "failback_interval", codec: plain, usual: "1800", ids: "BK-28" },
  { scope: "account", name: "Signal Retry Counts", facet: "retry_count", codec: plain, usual: "3", ids: "BK-29" },
  { scope: "account", name: "Local Domain", facet: "realm", codec: plain, ids: "BK-34" },
  { scope: "first", name: "Session Timer T1", facet: "sip_retry_t1", codec: plain, ids: "BK-34" },
  { scope: "first", name: "Session Timer T2", facet: "sip_t2", codec: plain, ids: "BK-34" },
  { scope: "first", name: "Session Timer T4", facet: "sip_t4", codec: plain, ids: "BK-34" },
  { scope: "phone", name: "SIP Port", facet: "sip_port", codec: plain, ids: "BK-34" },
]

const VERSITY: readonly Row[] = [
  { scope: "account", name: "Server Address", facet: "field", codec: plain, usual: "", ids: "VE-09 VE-10 VE-11 VE-12 VE-39", also: ["SIP server"] },
  { scope: "account", name: "SIP Server Port", facet: "port", codec: port, usual: "5060", ids: "VE-39 VE-48" },
  { scope: "account", name: "Transport", facet: "transport", codec: transportWord, usual: "UDP", ids: "VE-39" },
  { scope: "account", name: "Extension Number", facet: "user", codec: plain, ids: "VE-07 VE-40", also: ["Extension"] },
  { scope: "account", name: "Username", facet: "auth_user", codec: plain, ids: "VE-07 VE-40", also: ["User Name"] },
  { scope: "account", name: "Password", facet: "password", codec: plain, ids: "VE-07 VE-40" },
  { scope: "every", name: "Enable SIP", facet: "enabled", codec: onOff, usual: "on", ids: "VE-39" },
]

export const TABLES: Readonly<Record<FormatName, readonly Row[]>> = { snom: SNOM, "snom-xml": SNOM, fanvil: FANVIL, versity: VERSITY }

/** Whose phone a file is for. */
export const PROFILES: Readonly<Record<FormatName, string>> = { snom: "snom", "snom-xml": "snom", fanvil: "baker", versity: "versity" }

/** The row for a setting of a file; undefined when it is not known. */
export function rowOf(format: FormatName, name: string, account: number): Row | undefined {
  const same = (each: string): boolean => each.toLowerCase() === name.toLowerCase()
  return TABLES[format].find((row) => (row.scope === "phone" || row.scope === "every") === (account === 0) && (same(row.name) || row.also?.some(same) === true))
}
