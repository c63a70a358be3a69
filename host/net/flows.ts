// The flows of the core: a number for each, and the socket behind it. What is SIP and what is DNS is not known here.
import { FAILURE, PROTOCOL, type Endpoint } from "../abi.ts"

/** Why a flow could not be opened or a datagram not be sent. */
export type Failure = (typeof FAILURE)[keyof typeof FAILURE]

/** What happens at a flow. */
export type FlowEvent =
  | { kind: "opened"; local: Endpoint }
  | { kind: "closed" }
  /** The peer's machine says that nobody listens there (ICMP port unreachable). */
  | { kind: "refused"; peer: Endpoint }
  /** Before "opened": there is no such flow. After it: a datagram was not sent, and the flow stays. */
  | { kind: "failed"; why: Failure; reason: string }
  | { kind: "datagram"; peer: Endpoint; bytes: Uint8Array }

/** What is asked for. No address = any; port 0 = any free one; no peer = a socket that receives from everyone. */
export type OpenRequest = { local: Endpoint; peer: Endpoint | undefined }

export type Socket = {
  readonly local: Endpoint | undefined
  send(bytes: Uint8Array, peer: Endpoint): void
  close(): void
}

export type Opener = (request: OpenRequest, tell: (event: FlowEvent) => void, portIsOurs: boolean) => Socket

export type Flows = {
  open(flow: number, protocol: number, request: OpenRequest): void
  /** Sends to a flow that is gone are lost, as on any network. */
  send(flow: number, bytes: Uint8Array, peer: Endpoint): void
  close(flow: number): void
  closeAll(): void
  /** How many flows are open now. */
  count(): number
}

type Entry = { socket: Socket | undefined; peer: Endpoint | undefined; opened: boolean }

/** Makes the table of flows. Every event goes to `tell`, in the order in which it happened; it may come before `open` returns. */
export function makeFlows(tell: (flow: number, event: FlowEvent) => void, openSocket: Opener): Flows {
  const sockets = new Map<number, Entry>()

  function open(flow: number, protocol: number, request: OpenRequest): void {
    if (protocol !== PROTOCOL.udp) return tell(flow, { kind: "failed", why: FAILURE.other, reason: "only UDP is carried yet" })
    close(flow)
    const { port } = request.local
    const portIsOurs = port !== 0 && [...sockets.values()].some(({ socket }) => socket?.local?.port === port)
    const entry: Entry = { socket: undefined, peer: request.peer, opened: false }
    sockets.set(flow, entry)
    entry.socket = openSocket(request, (event) => { if (sockets.get(flow) === entry) forward(flow, entry, event) }, portIsOurs)
  }

  /** A datagram from elsewhere, caught by a connected socket in the moment before it was connected, belongs to the listening flow. */
  function forward(flow: number, entry: Entry, event: FlowEvent): void {
    if (event.kind === "opened") entry.opened = true
    if (event.kind === "failed" && !entry.opened) sockets.delete(flow)
    if (event.kind !== "datagram" || entry.peer === undefined || same(event.peer, entry.peer)) return tell(flow, event)
    const port = entry.socket?.local?.port
    const listener = [...sockets].find(([, { socket, peer }]) => peer === undefined && socket?.local?.port === port)
    if (listener !== undefined) tell(listener[0], event)
  }

  function close(flow: number): void {
    const entry = sockets.get(flow)
    sockets.delete(flow)
    entry?.socket?.close()
  }

  return {
    open,
    send(flow, bytes, peer) { sockets.get(flow)?.socket?.send(bytes, peer) },
    close,
    closeAll() { for (const flow of [...sockets.keys()]) close(flow) },
    count: () => sockets.size,
  }
}

function same(a: Endpoint, b: Endpoint): boolean { return a.port === b.port && a.address === b.address }
