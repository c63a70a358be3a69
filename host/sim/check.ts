// What a check of the world is: it is told what happens, and says when it should not have.
import type { Endpoint } from "./phone.ts"

/**
 * Something that must always hold. Each function is told what happened (times are milliseconds since the world began) and throws a
 * Violation when it should not have.
 */
export type Check = {
  readonly name: string
  /** The phone is started; `kept`: it got what the one before it left. */
  booted?(now: number, kept: boolean): void
  /** The phone sends. */
  sent?(now: number, flow: number, peer: Endpoint, bytes: Uint8Array): void
  /** A packet gets to the phone. `damaged`: it is not what its sender sent. */
  delivered?(now: number, from: Endpoint, bytes: Uint8Array, damaged: boolean): void
  /** A packet to or from this address was lost, refused or could not be sent; "" = the phone's own network. */
  troubled?(now: number, address: string): void
  /** The phone reports an event (code and text of the ABI), or logs a line (code 0). */
  told?(now: number, code: number, text: string): void
  /** 20 ms of sound for the phone's speaker, 16 bits little-endian. */
  heard?(now: number, sound: Uint8Array): void
  /** The phone's deadline has passed; `deadline` is the next one. */
  woken?(now: number, deadline: number): void
  /** Something has happened and its consequences are drawn. */
  stepped?(now: number): void
}

/** A check has failed. */
export class Violation extends Error {
  readonly check: string
  constructor(check: string, sentence: string) {
    super(sentence)
    this.check = check
  }
}
