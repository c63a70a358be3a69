// One server of the lab on a real UDP socket, that can be crashed, silenced, made to answer 503, and brought back.
import { createSocket, type Socket } from "node:dgram"
import { once } from "node:events"
import type { Endpoint } from "../abi.ts"

/** What a server sends when something has reached it. */
export type Answer = { readonly bytes: Uint8Array; readonly to: Endpoint; readonly delayMs?: number }
export type Receive = (bytes: Uint8Array, from: Endpoint) => readonly Answer[]

/** A server that can be started and crashed, wherever it is. */
export type Serving = {
  readonly at: Endpoint
  readonly running: boolean
  readonly receive: Receive
  /** Listens. Rejects with the system's error when the address or the port is not to be had. */
  start(): Promise<void>
  /** Is gone at once: what comes for it is refused (ICMP port unreachable). */
  crash(): void
}

/** Makes a server for a place; it does not run yet. */
export type Listen = (at: Endpoint, receive: Receive) => Serving

export class LabServer implements Serving {
  /** Where it listens; port 0 becomes the one that it got. */
  at: Endpoint
  private socket: Socket | undefined
  readonly receive: Receive
  private readonly pending = new Set<NodeJS.Timeout>()

  constructor(at: Endpoint, receive: Receive) {
    this.at = at
    this.receive = receive
  }

  get running(): boolean { return this.socket !== undefined }

  async start(): Promise<void> {
    if (this.socket !== undefined) return
    const socket = createSocket(this.at.address.includes(":") ? "udp6" : "udp4")
    socket.bind(this.at.port, this.at.address)
    try {
      await once(socket, "listening")
    } catch (error) {
      socket.close()
      throw error
    }
    this.at = { address: this.at.address, port: socket.address().port }
    // A client that is gone refuses our answers; that is its own affair.
    socket.on("error", () => {})
    socket.on("message", (bytes, from) => {
      for (const answer of this.receive(new Uint8Array(bytes), { address: from.address, port: from.port })) this.send(socket, answer)
    })
    this.socket = socket
  }

  crash(): void {
    for (const timer of this.pending) clearTimeout(timer)
    this.pending.clear()
    this.socket?.close()
    this.socket = undefined
  }

  private send(socket: Socket, { bytes, to, delayMs = 0 }: Answer): void {
    const now = (): void => { if (this.socket === socket) socket.send(bytes, to.port, to.address, () => {}) }
    if (delayMs <= 0) return now()
    const timer = setTimeout(() => {
      this.pending.delete(timer)
      now()
    }, delayMs)
    this.pending.add(timer)
  }
}
