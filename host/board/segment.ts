// An Ethernet segment in this process, with one board on it: it leases an address, carries UDP to servers that are functions, and refuses for those that
// do not run. Frames come and go over a Unix socket, each behind its length, as QEMU sends them.
import { createServer, type Server, type Socket } from "node:net"
import { once } from "node:events"
import type { Endpoint } from "../abi.ts"
import { endpointText } from "../calls.ts"
import type { Receive, Serving } from "../lab/server.ts"
import type { PeopleSockets } from "../lab/people.ts"
import type { Network } from "./tap.ts"
import {
  DHCP_CLIENT_PORT, DHCP_SERVER_PORT, TYPE_ARP, TYPE_IP,
  answerDhcp, readArpRequest, readFrame, readUdp, writeArpReply, writeFrame, writePortUnreachable, writeUdp, type Udp,
} from "./packet.ts"

/** Where everything is: documentation addresses (RFC 5737). */
export const BOARD_ADDRESS = "192.0.2.15"
/** As QEMU is told; machine.ts. */
export const BOARD_HARDWARE = Buffer.from("02005e005310", "hex")
export const ROUTER = "192.0.2.1", ROUTER_HARDWARE = Buffer.from("02005e005301", "hex"), BROADCAST = Buffer.alloc(6, 0xff)

/** A machine's loopback address stands here for one that a board can reach. */
const LOOPBACK = /^127\.0\.0\./, REACHABLE = "198.51.100."
const PEOPLE_ADDRESS = "198.51.100.60", PEOPLE_PORT = 6000
const DNS_PORT = 53, LEASE_SEC = 3600, LENGTH_BYTES = 4

export type Faults = {
  /** Share of frames that are lost, each way. */
  loss?: number
  random?: () => number
}

/** Takes what comes for a place. */
type Listener = (bytes: Uint8Array, from: Endpoint) => void

export class Segment implements Network {
  /** Name servers that a lease names. */
  dns: string[] = []
  /** Sees every datagram, both ways. */
  onDatagram: (datagram: Udp) => void = () => {}
  /** Sees every frame of the board. */
  onFrame: (frame: Buffer) => void = () => {}
  faults: Faults = {}
  leases = 0
  private readonly listeners = new Map<string, Listener>()
  /** Hosts that have ever listened: they refuse for ports where nobody listens now. */
  private readonly hosts = new Set<string>()
  private server: Server | undefined
  private socket: Socket | undefined
  private board: Buffer = BROADCAST
  private rest: Buffer = Buffer.alloc(0)

  /** Waits for a board at this path; the one before is gone. */
  async attach(path: string): Promise<void> {
    this.detach()
    this.server = createServer((socket) => {
      this.socket = socket
      this.rest = Buffer.alloc(0)
      socket.on("data", (chunk: Buffer) => this.take(chunk))
      socket.on("error", () => {})
    })
    this.server.listen(path)
    await once(this.server, "listening")
  }

  /** The board is gone. */
  detach(): void {
    this.socket?.destroy()
    this.socket = undefined
    this.server?.close()
  }

  netdev(path: string): string { return `stream,id=net,server=off,addr.type=unix,addr.path=${path}` }

  /** A place for a server: what the lab asks for on this machine's loopback is given on the segment. */
  readonly listen = (asked: Endpoint, receive: Receive): Serving => {
    const at = { address: asked.address.replace(LOOPBACK, REACHABLE), port: asked.port === 0 ? DNS_PORT : asked.port }
    const { listeners } = this
    return {
      at, receive,
      get running() { return listeners.has(endpointText(at)) },
      start: async () => this.open(at, (bytes, from) => {
        for (const { bytes: answer, to, delayMs = 0 } of receive(bytes, from)) {
          // A server that has crashed meanwhile answers no more.
          const send = (): void => { if (listeners.has(endpointText(at))) this.carry(at, to, answer) }
          if (delayMs > 0) setTimeout(send, delayMs)
          else send()
        }
      }),
      crash: () => this.close(at),
    }
  }

  /** Sockets on the segment for the lab's people. */
  readonly sockets = (now: () => number): PeopleSockets => {
    const timers = new Set<NodeJS.Timeout>()
    let port = PEOPLE_PORT
    return {
      now,
      after(ms, then) {
        const timer = setTimeout(() => {
          timers.delete(timer)
          then()
        }, Math.max(0, ms))
        timers.add(timer)
      },
      bind: async (_address, receive) => {
        const at = { address: PEOPLE_ADDRESS, port: port++ }
        this.open(at, receive)
        return at
      },
      open: (at, receive) => this.open(at, receive),
      close: (at) => this.close(at),
      send: (from, to, bytes) => this.carry(from, to, bytes),
      closeAll() { for (const timer of timers) clearTimeout(timer) },
    }
  }

  private open(at: Endpoint, listener: Listener): void {
    this.listeners.set(endpointText(at), listener)
    this.hosts.add(at.address)
  }

  private close(at: Endpoint): void { this.listeners.delete(endpointText(at)) }

  /** Carries a datagram to the board or to a server; false where nobody listens. */
  carry(from: Endpoint, to: Endpoint, bytes: Uint8Array): boolean {
    if (to.address === BOARD_ADDRESS) {
      this.sendUdp({ from: from.address, fromPort: from.port, to: to.address, toPort: to.port, payload: Buffer.from(bytes) }, this.board)
      return true
    }
    const listener = this.listeners.get(endpointText(to))
    // Not at once: whoever sends has not finished what it is doing.
    if (listener !== undefined) setImmediate(() => listener(new Uint8Array(bytes), from))
    return listener !== undefined
  }

  /** Sends a datagram to the board, from anywhere. */
  send(from: Endpoint, toPort: number, payload: Uint8Array): void {
    this.carry(from, { address: BOARD_ADDRESS, port: toPort }, payload)
  }

  private take(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk])
    for (;;) {
      const length = this.rest.length < LENGTH_BYTES ? Infinity : this.rest.readUInt32BE(0)
      if (this.rest.length < LENGTH_BYTES + length) return
      const frame = this.rest.subarray(LENGTH_BYTES, LENGTH_BYTES + length)
      this.rest = this.rest.subarray(LENGTH_BYTES + length)
      if (!this.isLost()) this.frame(frame)
    }
  }

  private frame(bytes: Buffer): void {
    this.onFrame(bytes)
    const frame = readFrame(bytes)
    if (frame === undefined) return
    this.board = Buffer.from(frame.from)
    if (frame.type === TYPE_ARP) this.arp(frame.payload)
    if (frame.type === TYPE_IP) this.ip(frame.payload)
  }

  /** Everything is behind the router, which answers for every address but the board's own. */
  private arp(payload: Buffer): void {
    const request = readArpRequest(payload)
    if (request === undefined || request.wanted === BOARD_ADDRESS) return
    this.write(this.board, TYPE_ARP, writeArpReply(request.wanted, ROUTER_HARDWARE, request.by))
  }

  private ip(packet: Buffer): void {
    const udp = readUdp(packet)
    if (udp === undefined) return
    if (udp.toPort === DHCP_SERVER_PORT) return this.lease(udp.payload)
    this.onDatagram(udp)
    const heard = this.carry({ address: udp.from, port: udp.fromPort }, { address: udp.to, port: udp.toPort }, udp.payload)
    // Where there is no host, nobody answers.
    if (!heard && this.hosts.has(udp.to)) this.write(this.board, TYPE_IP, writePortUnreachable(packet))
  }

  private lease(message: Buffer): void {
    const answer = answerDhcp(message, { address: BOARD_ADDRESS, server: ROUTER, dns: this.dns, leaseSec: LEASE_SEC })
    if (answer === undefined) return
    this.leases++
    this.sendUdp({ from: ROUTER, fromPort: DHCP_SERVER_PORT, to: BOARD_ADDRESS, toPort: DHCP_CLIENT_PORT, payload: answer }, this.board)
  }

  private sendUdp(udp: Udp, hardware: Buffer): void {
    if (udp.toPort !== DHCP_CLIENT_PORT) this.onDatagram(udp)
    this.write(hardware, TYPE_IP, writeUdp(udp))
  }

  private write(to: Buffer, type: number, payload: Buffer): void {
    if (!this.isLost()) this.sendFrame(writeFrame({ to, from: ROUTER_HARDWARE, type, payload }))
  }

  /** Sends a frame to the board as it is, whole or not; but not one without any byte, after which QEMU's card takes no more. */
  sendFrame(frame: Uint8Array): void {
    if (frame.length === 0) return
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt32BE(frame.length)
    this.socket?.write(Buffer.concat([length, frame]))
  }

  private isLost(): boolean { return (this.faults.random ?? Math.random)() < (this.faults.loss ?? 0) }
}
