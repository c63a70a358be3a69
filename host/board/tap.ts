// A board on a network of this machine's kernel: QEMU's card is a tap interface, and this process leases the address.
import { createSocket, type Socket } from "node:dgram"
import { once } from "node:events"
import { DHCP_CLIENT_PORT, DHCP_SERVER_PORT, answerDhcp } from "./packet.ts"

/** What a board is attached to. */
export type Network = {
  /** Makes ready for a board; `path` is free for a socket. */
  attach(path: string): Promise<void>
  detach(): void
  /** QEMU's words for it; the card's network is `net`. */
  netdev(path: string): string
}

export type TapOptions = {
  /** Interface, made before: ip tuntap add dev NAME mode tap. It needs a route to 255.255.255.255. */
  readonly name: string
  /** What the board gets, and this machine's address on the interface. */
  readonly board: string
  readonly server: string
  /** Name servers of the lease. */
  readonly dns: readonly string[]
}

const LEASE_SEC = 3600

export class Tap implements Network {
  leases = 0
  private readonly options: TapOptions
  private socket: Socket | undefined

  constructor(options: TapOptions) { this.options = options }

  async attach(): Promise<void> {
    this.detach()
    const socket = this.socket = createSocket({ type: "udp4", reuseAddr: true })
    const { board: address, server, dns } = this.options
    socket.on("message", (message) => {
      const answer = answerDhcp(message, { address, server, dns, leaseSec: LEASE_SEC })
      if (answer === undefined) return
      this.leases++
      // The board has no address yet: only a broadcast reaches it.
      socket.send(answer, DHCP_CLIENT_PORT, "255.255.255.255")
    })
    socket.bind(DHCP_SERVER_PORT)
    await once(socket, "listening")
    socket.setBroadcast(true)
  }

  detach(): void {
    this.socket?.close()
    this.socket = undefined
  }

  netdev(): string { return `tap,id=net,ifname=${this.options.name},script=no,downscript=no` }
}
