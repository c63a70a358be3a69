// What goes into the core and what comes out of it, as plain values: the words of the driver, of traces and of the supervisor.
import type { Boot, CoreErrorCode, Endpoint } from "./abi.ts"
import { EVENT } from "./abi.ts"
import type { FlowEvent, Output as CoreOutput } from "./core.ts"

/** One input: a call of the core. `bytes` go to RX, or to CONFIG for open. */
export type Call =
  | { call: "entropy"; bytes: Uint8Array }
  | { call: "open"; bytes: Uint8Array; boot: Boot }
  | { call: "resume" }
  | { call: "close" }
  | { call: "network"; up: boolean; text: string }
  | { call: "datagram"; flow: number; peer: Endpoint; bytes: Uint8Array }
  | { call: "flow"; flow: number; event: FlowEvent }
  | { call: "key"; key: string; down: boolean }
  | { call: "command"; line: string }
  | { call: "audio"; bytes: Uint8Array }
  | { call: "wallclock"; unixMs: number; zoneMin: number }
  | { call: "timeout" }

/** What the phone shows: its pixels, and the text that they were drawn from with the characters that stand out. */
export type Picture = { readonly frame: Uint8Array; readonly lines: readonly string[]; readonly inverse: readonly boolean[][] }

/** One output. `secret`: a password is being typed; the keys from now on are nobody's business. */
export type Output =
  | Exclude<CoreOutput, { kind: "display" }>
  | { readonly kind: "display"; readonly picture: Picture; readonly secret: boolean }

/** The core did not take a call. `line` and `sentence` say what is wrong with settings that it refused. */
export type Refusal = { readonly code: CoreErrorCode; readonly line: number; readonly sentence: string }

/** A loaded instance of the core, for the driver alone. Any of its functions may throw: then the instance is dead. */
export type Machine = {
  /** Makes the call; undefined when it was taken. */
  perform(call: Call, now: number): Refusal | undefined
  /** The next output; undefined at rest. */
  poll(): Output | undefined
  /** The next instant at which it wants a timeout; Infinity for never. */
  deadline(): number
  /** True when there is no call. */
  idle(): boolean
  /** Everything that changes, and that into another build whose memory is laid out alike; the call "resume" is to follow. */
  snapshot(): Uint8Array
  takeOver(snapshot: Uint8Array): void
  /** What a fresh instance needs to go on in this one's place; can be read after a trap. */
  keep(): Uint8Array
  /** Why it stopped itself; undefined when it says nothing. Can be read after a trap. */
  panic(): string | undefined
  /** The last log lines, oldest first; can be read after a trap. */
  logLines(): string[]
}

/** The name of an EVENT: ALL_SERVERS_FAILED. */
export function eventName(code: number): string {
  const name = Object.entries(EVENT).find(([, number]) => number === code)?.[0] ?? `event${code}`
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
}

/** An endpoint as text: 192.0.2.10:5060, [2001:db8::1]:5060. */
export function endpointText({ address, port }: Endpoint): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`
}

/** The endpoint that such a text stands for. */
export function endpointOf(text: string): Endpoint {
  const at = text.lastIndexOf(":")
  return { address: text.slice(0, at).replace(/^\[|\]$/g, ""), port: Number(text.slice(at + 1)) }
}
