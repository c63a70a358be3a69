// A zone file as the setting `records` takes it: on one line, with names as short as they can be.
import { readFileSync } from "node:fs"
import { UserError, because } from "./errors.ts"
import { ZoneError, parseZone, type Zone, type ZoneRecord } from "./sim/zone.ts"

/** Reads a zone file as BIND does; `domain` is what its names are relative to where it has no $ORIGIN. Throws UserError. */
export function readZone(path: string, domain: string | undefined): Zone {
  try {
    return parseZone(readFileSync(path, "utf8"), domain === undefined ? {} : { origin: domain })
  } catch (error) {
    if (error instanceof ZoneError) throw new UserError("file", `${path} is no zone file: ${error.message}.`)
    throw new UserError("file", `The zone file ${path} cannot be read: ${because(error)}; check --zone.`)
  }
}

/** The records that lead from a domain to its servers, with names relative to it. Throws UserError where there are none. */
export function recordsOf(zone: Zone, domain: string, path: string): string {
  const records = leadingFrom(domain, zone.records)
  const short = (name: string): string => name === domain ? "@" : name.endsWith(`.${domain}`) ? name.slice(0, -domain.length - 1) : `${name}.`
  const lines = records.flatMap((record) => {
    const data = dataOf(record, short)
    return data === undefined ? [] : [`${short(record.name)} ${record.type} ${data}`]
  })
  if (lines.length === 0) throw new UserError("file", `${path} has no record that leads from ${domain} to a server; --domain says another.`)
  return lines.join(";")
}

function leadingFrom(domain: string, records: readonly ZoneRecord[]): ZoneRecord[] {
  const wanted = new Set([domain, `_sip._udp.${domain}`])
  // A set that grows while it is gone through is gone through to its end.
  for (const name of wanted) {
    for (const record of records) {
      if (record.name !== name) continue
      if (record.type === "SRV" || record.type === "CNAME") wanted.add(record.target)
      if (record.type === "NAPTR") wanted.add(record.replacement)
    }
  }
  return records.filter(({ name }) => wanted.has(name))
}

function dataOf(record: ZoneRecord, short: (name: string) => string): string | undefined {
  switch (record.type) {
    case "A":
    case "AAAA": return record.address
    case "CNAME": return short(record.target)
    case "SRV": return `${record.priority} ${record.weight} ${record.port} ${short(record.target)}`
    case "NAPTR": return `${record.order} ${record.preference} "${record.flags}" "${record.services}" "${record.regexp === "" ? "" : "!"}" ${short(record.replacement)}`
    default: return undefined
  }
}
