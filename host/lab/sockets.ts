// Sockets for the people of the lab: the wire of the simulated callers on real loopback ports.
import { createSocket, type Socket } from "node:dgram"
import { once } from "node:events"
import type { Endpoint } from "../abi.ts"
import { endpointText } from "../calls.ts"
import type { Wire } from "../sim/wire.ts"

type Receive = (bytes: Uint8Array, from: Endpoint) => void

export class Sockets implements Wire {
  readonly now: () => number
  private readonly sockets = new Map<string, Socket>()
  private readonly timers = new Set<NodeJS.Timeout>()

  constructor(now: () => number) { this.now = now }

  /** A socket on any free port of an address. Rejects with the system's error. */
  async bind(address: string, receive: Receive): Promise<Endpoint> {
    const socket = this.made(receive)
    socket.bind(0, address)
    await once(socket, "listening")
    const at = { address, port: socket.address().port }
    this.sockets.set(endpointText(at), socket)
    return at
  }

  /** Keeps a port for us; false when another program has it. */
  async reserve(address: string, port: number): Promise<boolean> {
    const socket = createSocket("udp4")
    socket.bind(port, address)
    try {
      await once(socket, "listening")
    } catch {
      socket.close()
      return false
    }
    this.sockets.set(`reserved ${port}`, socket)
    return true
  }

  /** A port that is taken by another program stays silent. */
  open(at: Endpoint, receive: Receive): void {
    this.close(at)
    const socket = this.made(receive)
    socket.bind(at.port, at.address)
    this.sockets.set(endpointText(at), socket)
  }

  close(at: Endpoint): void {
    this.sockets.get(endpointText(at))?.close()
    this.sockets.delete(endpointText(at))
  }

  send(from: Endpoint, to: Endpoint, bytes: Uint8Array): void {
    this.sockets.get(endpointText(from))?.send(bytes, to.port, to.address, () => {})
  }

  after(ms: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      then()
    }, Math.max(0, ms))
    this.timers.add(timer)
  }

  closeAll(): void {
    for (const timer of this.timers) clearTimeout(timer)
    this.timers.clear()
    for (const socket of this.sockets.values()) socket.close()
    this.sockets.clear()
  }

  private made(receive: Receive): Socket {
    const socket = createSocket("udp4")
    // Whoever is gone refuses what we send; that is its own affair.
    socket.on("error", () => {})
    socket.on("message", (bytes, from) => receive(new Uint8Array(bytes), { address: from.address, port: from.port }))
    return socket
  }
}
