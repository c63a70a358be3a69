// Our own settings text, read as names and values.
import type { Machine } from "../calls.ts"
import { BOOT } from "../abi.ts"

export type SettingLine = { readonly name: string; readonly value: string; readonly line: string }

/** The lines of a text that the phone takes, comments left out. A domain with its servers behind it is taken apart. */
export function settingLines(text: Uint8Array): SettingLine[] {
  return Buffer.from(text).toString("utf8").replace(/^\ufeff/, "").split(/\r?\n/).flatMap((raw) => {
    const line = raw.trim(), at = line.indexOf(":")
    if (at < 1 || line.startsWith("#")) return []
    const name = line.slice(0, at).trim().toLowerCase(), value = unquoted(line.slice(at + 1).trim())
    const [, prefix = "", domain = "", servers] = /^(\d+\.)?domain=([^;]*)(?:;(.*))?$/.exec(`${name}=${value}`) ?? []
    if (servers === undefined) return [{ name, value, line }]
    return [{ name, value: domain.trim(), line: `${name}: ${domain.trim()}` }, { name: `${prefix}server`, value: servers.trim(), line: `${prefix}server: ${servers.trim()}` }]
  })
}

/** A value as it stands in our text: in double quotes where it would lose something without. */
export function quoted(value: string): string { return value.startsWith('"') || /^\s|\s$/.test(value) ? `"${value}"` : value }

function unquoted(value: string): string { return /^".*"$/.test(value) && value.length >= 2 ? value.slice(1, -1) : value }

/** What the settings of a text amount to, usual values included; the phone is asked for those. */
export function valuesOf(text: Uint8Array, load: () => Machine): (name: string) => string {
  const said = new Map(settingLines(text).map(({ name, value }) => [name, value]))
  let machine: Machine | undefined
  return (name) => {
    const known = said.get(name)
    if (known !== undefined) return known
    machine ??= opened(text, load)
    const value = asked(machine, name)
    said.set(name, value)
    return value
  }
}

function opened(text: Uint8Array, load: () => Machine): Machine {
  const machine = load()
  // Nothing is sent by this instance: any seed will do.
  machine.perform({ call: "entropy", bytes: new Uint8Array(32) }, 0)
  machine.perform({ call: "open", bytes: text, boot: BOOT.cold }, 0)
  while (machine.poll() !== undefined);
  return machine
}

/** The value as `cfg get` tells it; empty when there is no such setting, or when it is a password that nobody has set. */
function asked(machine: Machine, name: string): string {
  machine.perform({ call: "command", line: `cfg get ${name} --json` }, 0)
  let reply = ""
  for (let output = machine.poll(); output !== undefined; output = machine.poll()) if (output.kind === "reply") reply += output.text
  const { value }: { value?: unknown } = JSON.parse(reply)
  return typeof value === "string" || typeof value === "number" ? String(value) : ""
}
