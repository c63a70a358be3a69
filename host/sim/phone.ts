// The face of a phone as a world sees it, and two phones on two engines in lockstep behind one face.
import type { Core, FlowEvent, Output } from "../core.ts"
import { BOOT, FAILURE, type Boot, type Endpoint } from "../abi.ts"

export { BOOT, FAILURE, type Boot, type Endpoint, type FlowEvent, type Output }

/** What a world does with a phone: a part of a core, so that a test can put a phone of its own in the place of one. */
export type Phone = Pick<Core,
  "entropy" | "open" | "close" | "network" | "datagram" | "flow" | "key" | "command" | "audio" | "timeout"
  | "output" | "deadline" | "screen" | "keep" | "memory"> & Partial<Pick<Core, "panic" | "wallclock">>

/** Makes a fresh phone; `keep` is what the one before it left. */
export type MakePhone = (keep?: Uint8Array) => Phone

/** An endpoint as text: 192.0.2.10:5060, [2001:db8::1]:5060. */
export function endpointText(e: Endpoint): string {
  return e.address.includes(":") ? `[${e.address}]:${e.port}` : `${e.address}:${e.port}`
}

/** Two phones did not do the same. */
export class Difference extends Error {}

/** One face for two phones that get the same inputs; throws Difference as soon as anything that they give back is not the same. */
export function lockstep(first: Phone, second: Phone): Phone {
  const both = <T>(what: string, call: (phone: Phone) => T): T => {
    const one = call(first)
    const other = call(second)
    if (!isSame(one, other)) throw new Difference(`${what}: the first engine gives ${show(one)}, the second ${show(other)}`)
    return one
  }
  return {
    entropy: bytes => both("entropy", phone => phone.entropy(bytes)),
    open: (settings, boot, now) => both("open", phone => phone.open(settings, boot, now)),
    close: now => both("close", phone => phone.close(now)),
    network: (up, text, now) => both("network", phone => phone.network(up, text, now)),
    datagram: (flow, bytes, from, now) => both("datagram", phone => phone.datagram(flow, bytes, from, now)),
    flow: (flow, event, now) => both("flow", phone => phone.flow(flow, event, now)),
    key: (key, down, now) => both("key", phone => phone.key(key, down, now)),
    command: (line, now) => both("command", phone => phone.command(line, now)),
    audio: (sound, now) => both("audio", phone => phone.audio(sound, now)),
    wallclock: (unixMs, zoneMin, now) => both("wallclock", phone => phone.wallclock?.(unixMs, zoneMin, now)),
    timeout: now => both("timeout", phone => phone.timeout(now)),
    output: () => both("output", phone => phone.output()),
    deadline: () => both("deadline", phone => phone.deadline()),
    screen: () => both("screen", phone => phone.screen()),
    keep: () => both("keep", phone => phone.keep()),
    memory: () => both("memory", phone => phone.memory()),
    panic: () => first.panic?.(),
  }
}

function isSame(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return areSameBytes(a, b)
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Object.is(a, b)
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every(name => isSame(Reflect.get(a, name), Reflect.get(b, name)))
}

function areSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

function show(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`
  return JSON.stringify(value, (_, inner: unknown) => inner instanceof Uint8Array ? String.fromCharCode(...inner) : inner) ?? "nothing"
}
