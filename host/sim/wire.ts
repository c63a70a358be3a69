// What simulated servers and callers need of the place they live in: a clock, and a way for packets. A world and the lab each have their own.
import type { Endpoint } from "./phone.ts"

export type Wire = {
  /** Milliseconds on a clock that never goes back. */
  now(): number
  /** Calls back after a time; nothing calls it off, so whoever is called looks whether it still matters. */
  after(ms: number, then: () => void): void
  /** Takes packets at an address and port of ours until `close`; a place where all ports lead to the same caller has neither. */
  open?(at: Endpoint, receive: (bytes: Uint8Array, from: Endpoint) => void): void
  close?(at: Endpoint): void
  send(from: Endpoint, to: Endpoint, bytes: Uint8Array): void
}
