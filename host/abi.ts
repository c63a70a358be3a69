// The core's binary interface as the host sees it: names, numbers and the layout of the IO record. docs/abi.md has the same in words. No Node API.

export const ABI_VERSION = 1

/** Functions that the core exports, in the order of docs/abi.md. */
export const FUNCTIONS = [
  "_initialize", "core_open", "core_resume", "core_close",
  "handle_entropy", "handle_network", "handle_datagram", "handle_flow", "handle_key", "handle_command", "handle_audio", "handle_wallclock", "handle_timeout",
  "poll_output", "poll_timeout", "poll_idle",
] as const

/** Regions of the memory; the core exports <name>_AT and <name>_SIZE of each as immutable globals. */
export const REGIONS = ["PANIC", "IO", "SCREEN", "FRAME", "AUDIO", "KEEP", "RX", "TX", "CONFIG", "LOG", "STATE"] as const
export type Region = (typeof REGIONS)[number]

/** Everything that the module exports, sorted: no more and no less (build/gate.ts). */
export const EXPORTS: readonly string[] =
  ["memory", "ABI_VERSION", "LAYOUT", ...FUNCTIONS, ...REGIONS.flatMap((name) => [`${name}_AT`, `${name}_SIZE`])].sort()

/** The functions with their types: i32 is a number, i64 a bigint. Times are milliseconds. */
export type CoreExports = {
  _initialize(): void
  core_open(configLength: number, boot: number, now: bigint): number
  core_resume(now: bigint): number
  core_close(now: bigint): number
  handle_entropy(length: number): number
  handle_network(event: number, length: number, now: bigint): number
  handle_datagram(flow: number, length: number, now: bigint): number
  handle_flow(flow: number, event: number, now: bigint): number
  handle_key(key: number, down: number, now: bigint): number
  handle_command(length: number, now: bigint): number
  handle_audio(now: bigint): number
  handle_wallclock(unixMs: bigint, zoneMinutes: number, now: bigint): number
  handle_timeout(now: bigint): number
  poll_output(): number
  poll_timeout(): bigint
  poll_idle(): number
}

/** What poll_output returns. */
/** The code of the output store for the phone's own notes. */
export const STORED_NOTES = 1
/** So long may the text be that a phone is opened with. */
export const CONFIG_BYTES = 4096

export const OUTPUT = { rest: 0, send: 1, write: 2, open: 3, close: 4, display: 5, audio: 6, store: 7, event: 8, log: 9, reply: 10 } as const

/** What an AUDIO output asks for: 20 ms of sound now and then, no more of it, or 20 ms for the speaker. */
export const AUDIO = { stop: 0, start: 1, speaker: 2 } as const

/** 20 ms of sound: 160 samples of 16 bits, 8000 a second, little-endian. */
export const AUDIO_BYTES = 320
export const AUDIO_MS = 20

/** Why the core starts: first parameter but one of core_open. */
export const BOOT = { cold: 0, trap: 1, watchdog: 2, power: 3 } as const
export type Boot = (typeof BOOT)[keyof typeof BOOT]

/** What happened to a flow. */
export const FLOW = { opened: 1, closed: 2, refused: 3, failed: 4 } as const

/** Why a flow could not be opened, is lost, or has not sent something. */
export const FAILURE = { busyPort: 1, unreachable: 2, notPermitted: 3, timedOut: 4, noRoom: 5, notCarried: 6, reset: 7, other: 9 } as const

/** The core gets so many bytes of a stream at once, at most. */
export const STREAM_PIECE = 1024

/** What an EVENT output tells. */
export const EVENT = {
  locating: 1, registering: 2, registered: 3, moved: 4, registrationFailed: 5, unregistered: 6, allServersFailed: 7, reboot: 8, located: 9, callCalling: 10,
  callRingingOut: 11, callIncoming: 12, callTalking: 13, callEnded: 14, callHeld: 15, callResumed: 16, callTransferred: 17, messagesWaiting: 18, transferFailed: 19,
} as const

/** How important a LOG output is, and what it is about. */
export const LEVEL = { note: 1, sip: 2, dns: 3, warning: 4 } as const

export const PROTOCOL = { udp: 1, tcp: 2, tls: 3 } as const

/** Keys of the handset as handle_key takes them. */
export const KEYS = {
  up: "U", down: "D", left: "L", right: "R", ok: "O", back: "B", softLeft: "a", softMiddle: "b", softRight: "c", hook: "H", star: "*", hash: "#",
} as const

/** What the core's negative return codes mean: a stable name, and a sentence for the programmer of the host. */
export const REFUSALS: Record<number, { code: CoreErrorCode; sentence: string }> = {
  [-1]: { code: "NOT_SEEDED", sentence: "the core wants entropy before it opens" },
  [-2]: { code: "NOT_OPEN", sentence: "the core has not been opened" },
  [-3]: { code: "TOO_LONG", sentence: "the input does not fit the region that takes it" },
  [-4]: { code: "NO_SUCH_FLOW", sentence: "the core knows no such flow" },
  [-5]: { code: "NOT_DRAINED", sentence: "outputs of the last input have not been taken" },
  [-6]: { code: "UNKNOWN_INPUT", sentence: "the core knows no such event or key" },
  [-7]: { code: "SETTINGS_REFUSED", sentence: "the settings have a line that is not allowed" },
}
export type CoreErrorCode =
  | "NOT_SEEDED" | "NOT_OPEN" | "TOO_LONG" | "NO_SUCH_FLOW" | "NOT_DRAINED" | "UNKNOWN_INPUT" | "SETTINGS_REFUSED"
  | "DEAD" | "WRONG_MODULE" | "UNKNOWN_CODE"

/** poll_timeout: no deadline. */
export const NEVER = 0x7fff_ffff_ffff_ffffn

export const SCREEN_COLUMNS = 21
export const SCREEN_ROWS = 8
export const FRAME_WIDTH = 128
export const FRAME_HEIGHT = 64

/** An address and a port: 192.0.2.10 and 5060. IPv6 without brackets. An empty address is none, or any. */
export type Endpoint = { readonly address: string; readonly port: number }

// Offsets in the IO record, and in the 20 bytes of an endpoint.
const IO = { flow: 0, at: 4, length: 8, code: 12, flags: 16, protocol: 20, peer: 24, local: 44 } as const
const ENDPOINT = { family: 0, port: 2, bytes: 4, size: 20 } as const

/** The IO record: what goes with an input or an output besides its bytes. */
export type Io = {
  flow(): number
  at(): number
  length(): number
  code(): number
  flags(): number
  protocol(): number
  peer(): Endpoint
  local(): Endpoint
  setPeer(peer: Endpoint): void
  setLocal(local: Endpoint): void
  setCode(code: number): void
}

/** The record at `at` in the core's memory. */
export function ioRecord(memory: Uint8Array, at: number): Io {
  const view = new DataView(memory.buffer, memory.byteOffset + at)
  const u32 = (offset: number) => () => view.getUint32(offset, true)
  return {
    flow: u32(IO.flow), at: u32(IO.at), length: u32(IO.length), code: u32(IO.code), flags: u32(IO.flags), protocol: u32(IO.protocol),
    peer: () => readEndpoint(memory, at + IO.peer),
    local: () => readEndpoint(memory, at + IO.local),
    setPeer: (peer) => writeEndpoint(memory, at + IO.peer, peer),
    setLocal: (local) => writeEndpoint(memory, at + IO.local, local),
    setCode: (code) => view.setUint32(IO.code, code, true),
  }
}

/** Reads the 20 bytes of an endpoint. */
export function readEndpoint(memory: Uint8Array, at: number): Endpoint {
  const view = new DataView(memory.buffer, memory.byteOffset + at, ENDPOINT.size)
  const port = view.getUint16(ENDPOINT.port, true)
  const bytes = memory.subarray(at + ENDPOINT.bytes, at + ENDPOINT.size)
  const family = view.getUint8(ENDPOINT.family)
  if (family === 4) return { address: bytes.subarray(0, 4).join("."), port }
  return { address: family === 6 ? ip6Text(bytes) : "", port }
}

/** Writes the 20 bytes of an endpoint. Throws RangeError when the address is neither IPv4 nor IPv6 nor empty. */
export function writeEndpoint(memory: Uint8Array, at: number, endpoint: Endpoint): void {
  const view = new DataView(memory.buffer, memory.byteOffset + at, ENDPOINT.size)
  const bytes = addressBytes(endpoint.address)
  memory.fill(0, at, at + ENDPOINT.size)
  view.setUint8(ENDPOINT.family, bytes.length === 0 ? 0 : bytes.length === 4 ? 4 : 6)
  view.setUint16(ENDPOINT.port, endpoint.port, true)
  memory.set(bytes, at + ENDPOINT.bytes)
}

/** The bytes of an address in network order: none, 4 or 16. A zone (%eth0) is dropped, as the core knows one network. */
export function addressBytes(address: string): number[] {
  const text = address.split("%")[0] ?? ""
  if (text === "") return []
  const bytes = text.includes(":") ? ip6Bytes(text) : ip4Bytes(text)
  if (bytes === undefined) throw new RangeError(`"${address}" is not an IP address`)
  return bytes
}

function ip4Bytes(text: string): number[] | undefined {
  const parts = text.split(".")
  const good = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)
  return good ? parts.map(Number) : undefined
}

function ip6Bytes(text: string): number[] | undefined {
  const halves = text.split("::")
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map((half) => half === "" ? [] : half.split(":").flatMap(groupBytes))
  if (head === undefined || [...head, ...tail ?? []].some(Number.isNaN)) return undefined
  if (tail === undefined) return head.length === 16 ? head : undefined
  const zeros = 16 - head.length - tail.length
  return zeros >= 2 ? [...head, ...new Array<number>(zeros).fill(0), ...tail] : undefined
}

function groupBytes(group: string): number[] {
  if (group.includes(".")) return ip4Bytes(group) ?? [NaN]
  if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return [NaN]
  const value = parseInt(group, 16)
  return [value >> 8, value & 255]
}

// RFC 5952 4: lower case, no leading zeros, the longest run of two or more zero groups (the first of equal ones) becomes "::".
function ip6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8 | (bytes[2 * i + 1] ?? 0)).toString(16))
  const runs = groups.join(":").match(/\b0(:0)+\b/g) ?? []
  const longest = runs.reduce((best, run) => run.length > best.length ? run : best, "")
  if (longest === "") return groups.join(":")
  const text = groups.join(":")
  const at = text.search(new RegExp(`\\b${longest}\\b`))
  return `${text.slice(0, at).replace(/:$/, "")}::${text.slice(at + longest.length).replace(/^:/, "")}`
}
