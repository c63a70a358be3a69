// Somebody in a world who can be sent packets: a server, or a caller.
import type { Endpoint } from "./phone.ts"

/** What a server sends back, and how long it takes to think. */
export type Answer = { readonly bytes: Uint8Array, readonly to: Endpoint, readonly delayMs?: number }

/** Somebody at an address and port, or at all ports of an address. "refused": nobody listens there, so the machine refuses by ICMP. */
export type Service = { receive(bytes: Uint8Array, from: Endpoint, now: number, at: Endpoint): readonly Answer[] | "refused" }
