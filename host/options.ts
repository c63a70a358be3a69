// The command line: what the user asks for, checked; everything wrong is one sentence.
import { readFileSync, statSync } from "node:fs"
import { join, resolve } from "node:path"
import { homedir } from "node:os"
import { isIP, isIPv6 } from "node:net"
import { UserError, because } from "./errors.ts"
import { meant, readFlags } from "./flags.ts"
import { COMMANDS, FLAGS, flagsOf, type FlagName } from "./help.ts"
import { readZone, recordsOf } from "./own-records.ts"
import type { EngineName } from "./engine/engine.ts"

/** One setting given on the command line; `flag` is what an error names. */
export type Override = { name: string; value: string; flag: string }

export type Options = {
  command: "phone" | "console" | "replay" | "ladder" | "contacts" | "update" | "settings-import" | "settings-export" | "help" | "version"
  engine: EngineName
  /** Settings that are put over those of the file, in this order. */
  overrides: Override[]
  password: string | undefined
  /** DNS servers as the core reads them: `ip` or `ip:port` or `[ip6]:port`; empty = the system's. */
  dns: string[]
  settingsFile: string | undefined
  traceFile: string | undefined
  /** What --mic and --speaker name: sound/microphone.ts, sound/speaker.ts. */
  mic: string
  speaker: string
  json: boolean
  lab: boolean
  /** Everything that is no flag. */
  words: readonly string[]
  /** The trace to replay or to draw, the address book to import, or the module to send. */
  file: string
  /** What the settings are exported as, into which file, and the file that they came from. */
  as: string | undefined
  out: string | undefined
  template: string | undefined
  /** Where the board is that gets a module. */
  line: string
  /** Modules for a trace in which one took the place of another. */
  modules: string[]
  /** How a trace is drawn. */
  ladder: LadderOptions
}

/** `from` and `to` in milliseconds; `width` in characters, undefined for as many as suits; `svg`: the file to write. */
export type LadderOptions = { from: number; to: number; sipOnly: boolean; width: number | undefined; svg: string | undefined }

/** Reads the command line; `warn` gets a sentence about what is dangerous and not wrong. Throws UserError. */
export function readOptions(args: readonly string[], warn: (sentence: string) => void = () => {}): Options {
  const { flags, words, text } = readFlags(args, FLAGS)
  const command = flags.has("help") || words[0] === "help" ? "help" : flags.has("version") ? "version" : commandOf(words)
  checkFlags(flags, words, command)
  const passwordFile = text("password-file")
  const mic = text("mic") ?? "silence", speaker = text("speaker") ?? "none"
  if (!mic.includes(":") && resolve(mic) === resolve(speaker)) {
    throw new UserError("usage", `--mic and --speaker both name ${mic}, which would be overwritten; choose another file with --speaker.`)
  }
  return {
    command,
    engine: engineOf(text("engine")),
    overrides: overridesOf(command === "update" ? new Map([...flags].filter(([name]) => name !== "port")) : flags),
    password: passwordFile === undefined || command === "help" ? undefined : readPassword(passwordFile, warn),
    dns: (flags.get("dns") ?? []).map(dnsServer),
    settingsFile: text("settings"),
    traceFile: text("trace"),
    mic,
    speaker,
    json: flags.has("json"),
    lab: flags.has("lab"),
    words: words[0] === "help" ? words.slice(1) : words,
    file: words.at(-1) ?? "",
    as: text("as"),
    out: text("out"),
    template: text("template"),
    line: command === "update" ? lineOf(text("port")) : "",
    modules: [...flags.get("module") ?? []],
    ladder: ladderOf(text, flags.has("sip-only")),
  }
}

/** Of a file's mode: who else may read it. */
const OTHERS = 0o044

/** Where settings are kept unless --settings says otherwise. */
export function defaultSettingsFile(environment: NodeJS.ProcessEnv): string {
  const base = environment["XDG_CONFIG_HOME"]
  return join(base !== undefined && base.startsWith("/") ? base : join(homedir(), ".config"), "linehunt", "settings")
}

/** A flag that the command has no use for was meant for something else. */
function checkFlags(flags: ReadonlyMap<FlagName, readonly string[]>, words: readonly string[], command: Options["command"]): void {
  if (command === "help" || command === "version") return
  const known = flagsOf(words), wrong = [...flags.keys()].find((name) => !Object.hasOwn(known, name))
  if (wrong === undefined) return
  const whose = words.length === 0 ? "The phone" : words[0] ?? "", more = words.length === 0 ? "--help" : `linehunt ${words[0]} --help`
  throw new UserError("usage", `${whose} takes no --${wrong}; ${more} lists what it takes.`)
}

function commandOf(words: readonly string[]): Options["command"] {
  const [command, file, more] = words
  if (command === undefined) return "phone"
  if (command === "console" && file === undefined) return "console"
  if ((command === "replay" || command === "ladder" || command === "update") && file !== undefined && more === undefined) return command
  if (command === "update") throw new UserError("usage", "update needs one module: linehunt update --port WHERE FILE.")
  if (command === "contacts" && file === "import" && more !== undefined && words.length === 3) return "contacts"
  if (command === "settings" && file === "import" && more !== undefined && words.length === 3) return "settings-import"
  if (command === "settings" && file === "export" && more === undefined) return "settings-export"
  if (command === "settings") throw new UserError("usage", "settings needs a file or a kind: linehunt settings import FILE, or linehunt settings export --as KIND.")
  if (command === "contacts") throw new UserError("usage", "contacts needs a file: linehunt contacts import FILE.")
  if (command === "replay" || command === "ladder") throw new UserError("usage", `${command} needs one trace: linehunt ${command} FILE.`)
  if (command === "console") throw new UserError("usage", `console takes its commands from stdin, not ${file} from the command line.`)
  throw new UserError("usage", `There is no command ${command}; ${meant(command, COMMANDS)}--help lists them all.`)
}

function engineOf(value: string | undefined): EngineName {
  if (value === undefined || value === "wasm3") return "wasm3"
  if (value === "v8") return "v8"
  throw new UserError("usage", `--engine ${value} is not known; say wasm3 or v8.`)
}

function overridesOf(flags: ReadonlyMap<FlagName, readonly string[]>): Override[] {
  const overrides: Override[] = []
  const put = (name: string, value: string, flag: string): void => { overrides.push({ name, value, flag }) }
  const domain = flags.get("domain")?.at(-1)
  if (domain !== undefined) put("domain", domainName(domain), "--domain")
  const zone = flags.get("zone")?.at(-1)
  if (zone !== undefined) {
    const records = readZone(zone, domain), name = domain ?? records.apex
    if (domain === undefined) put("domain", name, "--zone")
    put("records", recordsOf(records, name.toLowerCase(), zone), "--zone")
  }
  const user = flags.get("user")?.at(-1)
  if (user !== undefined) put("user", oneLine(user, "--user"), "--user")
  const port = flags.get("port")?.at(-1)
  if (port !== undefined) put("sip_port", portNumber(port), "--port")
  for (const item of flags.get("set") ?? []) {
    const at = item.indexOf("=")
    const name = item.slice(0, at).trim()
    if (at < 1 || !/^[a-z0-9_]+$/i.test(name)) throw new UserError("usage", `--set ${item} is not NAME=VALUE, such as --set sip_retry_t1=100.`)
    if (name.toLowerCase() === "password") {
      throw new UserError("usage", "A password on the command line can be seen by others; put it in a file and say --password-file FILE.")
    }
    put(name, oneLine(item.slice(at + 1).trim(), `--set ${name}`), `--set ${name}`)
  }
  return overrides
}

/** A domain as a SIP domain may be: a host name without port, or an IP address. */
function domainName(value: string): string {
  const bad = (why: string): never => { throw new UserError("usage", `--domain ${value} ${why}; give a name such as example.com.`) }
  if (isIP(value) !== 0 || (value.startsWith("[") && value.endsWith("]") && isIPv6(value.slice(1, -1)))) return value
  if (/^sips?:/i.test(value)) bad("is a URI")
  if (/:\d*$/.test(value)) bad("has a port, which belongs into --set server=NAME:PORT")
  const name = value.endsWith(".") ? value.slice(0, -1) : value
  if (name.length === 0 || name.length > 253) bad("is too short or longer than 253 characters")
  for (const label of name.split(".")) {
    if (!/^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/i.test(label) || label.length > 63) bad("is not a domain name")
  }
  return name
}

function portNumber(value: string): string {
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65535) return String(Number(value))
  throw new UserError("usage", `--port ${value} is not a port; say a number from 0 (any free one) to 65535.`)
}

function lineOf(value: string | undefined): string {
  if (value !== undefined) return value
  throw new UserError("usage", "update needs to know where the board is: --port /dev/ttyUSB0, a local socket, or HOST:PORT.")
}

function dnsServer(value: string): string {
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(value), plain = /^([\d.]+)(?::(\d{1,5}))?$/.exec(value)
  const [, address = value, port] = bracketed ?? plain ?? []
  const portOk = port === undefined || (Number(port) >= 1 && Number(port) <= 65535)
  if (isIP(address) === 0 || !portOk) {
    throw new UserError("usage", `--dns ${value} is not an address; say it as 192.0.2.53, 127.0.0.1:5353 or [2001:db8::53]:53.`)
  }
  return isIPv6(address) ? `[${address}]:${port ?? 53}` : value
}

function oneLine(value: string, flag: string): string {
  if (/[\r\n\0]/.test(value)) throw new UserError("usage", `${flag} has a line break in its value; leave it out.`)
  return value
}

function ladderOf(text: (name: FlagName) => string | undefined, sipOnly: boolean): LadderOptions {
  const from = timeOf(text("from"), "--from") ?? 0, to = timeOf(text("to"), "--to") ?? Infinity, width = text("width")
  if (from > to) throw new UserError("usage", "--from is later than --to; exchange them.")
  if (width !== undefined && !(/^\d{2,3}$/.test(width) && Number(width) >= 60 && Number(width) <= 400)) {
    throw new UserError("usage", `--width ${width} is not a number from 60 to 400; leave it out for as many as suits.`)
  }
  return { from, to, sipOnly, width: width === undefined ? undefined : Number(width), svg: text("svg") }
}

function timeOf(value: string | undefined, flag: string): number | undefined {
  if (value === undefined) return undefined
  const [, number, unit = "s"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(value) ?? []
  if (number === undefined) throw new UserError("usage", `${flag} ${value} is not a time; say it as 30s, 1.5s, 250ms, 5m or 2h.`)
  return Math.round(Number(number) * (UNITS[unit] ?? 0))
}

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** The password: the one line of a file. */
export function readPassword(path: string, warn: (sentence: string) => void = () => {}): string {
  let text: string
  try {
    text = readFileSync(path, "utf8")
  } catch (error) {
    throw new UserError("file", `The password file ${path} cannot be read: ${because(error)}; check --password-file.`)
  }
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/)
  const [password = ""] = lines
  if (password === "" || lines.length > 1) {
    throw new UserError("file", `The password file ${path} must hold one line, the password; it has ${password === "" ? "none" : lines.length}.`)
  }
  if (password !== password.trim()) {
    throw new UserError("file", `The password in ${path} begins or ends with a blank, which settings cannot keep; take the blank away.`)
  }
  // Windows has no such bits, and says that everybody may read everything.
  if (process.platform !== "win32" && (statSync(path).mode & OTHERS) !== 0) warn(`Others can read the password in ${path}; chmod 600 ${path} keeps it to you.`)
  return password
}
