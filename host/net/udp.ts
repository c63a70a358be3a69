// UDP for one flow: a listening socket, or one connected to a single peer so that the system reports who refuses.
import { createSocket, type Socket as Datagrams, type SocketType } from "node:dgram"
import { isIPv6 } from "node:net"
import { FAILURE, type Endpoint } from "../abi.ts"
import { systemCode } from "../errors.ts"
import { failed, type FlowEvent, type OpenRequest, type Socket } from "./flows.ts"

type Tell = (event: FlowEvent) => void

const ANY4 = "0.0.0.0", ANY6 = "::"

/**
 * Opens the socket of a flow. Addresses are literals, so everything is done when this returns, except what the network answers.
 * `portIsOurs` says that another flow of this phone is bound to the same port, so that sharing it is no mistake.
 */
export function openUdp(request: OpenRequest, tell: Tell, portIsOurs: boolean): Socket {
  try {
    return request.peer === undefined ? listen(request.local, tell, portIsOurs) : connect(request.local, request.peer, tell, portIsOurs)
  } catch (error) {
    tell(failed(error))
    return { local: undefined, send() {}, close() {} }
  }
}

/** A socket that receives from everyone; in both families when no address is asked for. */
function listen(local: Endpoint, tell: Tell, portIsOurs: boolean): Socket {
  const first = local.address === "" ? ANY4 : local.address
  const port = portIsOurs ? local.port : vacantPort(first, local.port)
  const sockets = [bound(first, port, tell, true)]
  if (local.address === "") {
    // A system without IPv6 has no second socket, and needs none.
    try { sockets.push(bound(ANY6, port, tell, true)) } catch { /* IPv4 alone */ }
  }
  const at = addressOf(sockets[0])
  tell({ kind: "opened", local: at })
  return {
    local: at,
    send(bytes, peer) {
      const socket = sockets.find((each) => isIPv6(addressOf(each).address) === isIPv6(peer.address))
      if (socket === undefined) return tell({ kind: "failed", why: FAILURE.unreachable, reason: "no IPv6 here" })
      socket.send(bytes, peer.port, peer.address, (error) => { if (error) tell(failed(error)) })
    },
    close() { for (const socket of sockets) shut(socket) },
  }
}

/**
 * A socket that talks with one peer only. Several of them may have the local port of a listening one. Any other port, such as the
 * random one of a DNS question, is taken alone, so that no other program can listen in.
 */
function connect(local: Endpoint, peer: Endpoint, tell: Tell, shared: boolean): Socket {
  const any = isIPv6(peer.address) ? ANY6 : ANY4
  const socket = bound(local.address === "" ? any : local.address, local.port, tell, shared, peer)
  let open = connectNow(socket, peer, (error) => {
    shut(socket)
    tell(failed(error))
  })
  const at = open ? addressOf(socket) : undefined
  if (at !== undefined) tell({ kind: "opened", local: at })
  return {
    local: at,
    send(bytes) { if (open) sendConnected(socket, bytes, peer, tell, true) },
    close() {
      open = false
      shut(socket)
    },
  }
}

/** An earlier datagram's refusal is reported by the next send, which then was not made: it is made again, once. */
function sendConnected(socket: Datagrams, bytes: Uint8Array, peer: Endpoint, tell: Tell, again: boolean): void {
  socket.send(bytes, (error) => {
    if (!error || systemCode(error) === "ERR_SOCKET_DGRAM_NOT_RUNNING") return
    if (systemCode(error) !== "ECONNREFUSED") return tell(failed(error))
    tell({ kind: "refused", peer })
    try { if (again) sendConnected(socket, bytes, peer, tell, false) } catch { /* closed because it was refused */ }
  })
}

/** A bound socket. Throws when the system refuses. */
function bound(address: string, port: number, tell: Tell, shared: boolean, peer?: Endpoint): Datagrams {
  const socket = open(address, shared)
  socket.on("message", (bytes, from) => tell({ kind: "datagram", peer: { address: from.address, port: from.port }, bytes: new Uint8Array(bytes) }))
  bindNow(socket, address, port)
  socket.on("error", (error) => {
    // On an unconnected socket a refusal cannot be laid at anybody's door.
    if (systemCode(error) !== "ECONNREFUSED") return tell(failed(error))
    if (peer !== undefined) tell({ kind: "refused", peer })
  })
  return socket
}

/**
 * The port, or a free one for 0, that no other program has. A port that may be shared is shared with anyone who permits it as well,
 * and the later socket would take the earlier one's datagrams: so it is first bound alone.
 */
function vacantPort(address: string, port: number): number {
  const alone = open(address, false)
  try {
    bindNow(alone, address, port)
    return addressOf(alone).port
  } finally {
    shut(alone)
  }
}

/** Addresses need no lookup: answering at once makes bind and connect take effect before they return. */
function open(address: string, reuseAddr: boolean): Datagrams {
  const type: SocketType = isIPv6(address) ? "udp6" : "udp4"
  return createSocket({
    type, reuseAddr, ipv6Only: type === "udp6",
    lookup: (host, _options, callback) => callback(null, host, isIPv6(host) ? 6 : 4),
  })
}

function bindNow(socket: Datagrams, address: string, port: number): void {
  let error: unknown
  const note = (reason: unknown): void => { error = reason }
  socket.once("error", note)
  socket.bind({ address, port, exclusive: true })
  socket.removeListener("error", note)
  if (error === undefined) return
  shut(socket)
  throw error
}

/** Connects and says whether it worked; why it did not is told a moment later. */
function connectNow(socket: Datagrams, peer: Endpoint, refuse: (error: unknown) => void): boolean {
  socket.connect(peer.port, peer.address, ((error?: Error) => { if (error) refuse(error) }) as () => void)
  try {
    socket.remoteAddress()
    return true
  } catch {
    return false
  }
}

function addressOf(socket: Datagrams | undefined): Endpoint {
  const at = socket?.address()
  return { address: at?.address ?? "", port: at?.port ?? 0 }
}

function shut(socket: Datagrams): void {
  socket.removeAllListeners("message")
  socket.removeAllListeners("error")
  socket.on("error", () => {})
  try { socket.close() } catch { /* was closed */ }
}
