// The flows of the core: a number for each, and the socket or the stream behind it. What is SIP and what is DNS is not known here.
import { FAILURE, PROTOCOL, type Endpoint } from "../abi.ts"
import { systemCode } from "../errors.ts"

/** Why a flow could not be opened, is lost, or has not sent something. */
export type Failure = (typeof FAILURE)[keyof typeof FAILURE]

/** What happens at a flow. */
export type FlowEvent =
  | { kind: "opened"; local: Endpoint }
  /** Of a stream: the peer writes no more. */
  | { kind: "closed" }
  /** The peer's machine says that nobody listens there (ICMP port unreachable; a reset in answer to a connection). A stream is over with it. */
  | { kind: "refused"; peer: Endpoint }
  /** Before "opened": there is no such flow. After it: a datagram was not sent, and the flow stays; a stream stays only with `noRoom`, and is over with all else. */
  | { kind: "failed"; why: Failure; reason: string }
  /** A datagram, or a piece of a stream. */
  | { kind: "datagram"; peer: Endpoint; bytes: Uint8Array }

/** What is asked for. No address = any; port 0 = any free one; no peer = a socket that receives from everyone. */
export type OpenRequest = { local: Endpoint; peer: Endpoint | undefined }

export type Socket = {
  readonly local: Endpoint | undefined
  send(bytes: Uint8Array, peer: Endpoint): void
  close(): void
}

/** What a stream takes is all of the bytes, or none and a failure. */
export type Stream = {
  write(bytes: Uint8Array): void
  /** What was written still goes out. Nothing is told any more. */
  close(): void
}

/** What opens sockets: the system's, or those of a test. */
export type Openers = {
  udp(request: OpenRequest, tell: (event: FlowEvent) => void, portIsOurs: boolean): Socket
  tcp(peer: Endpoint, tell: (event: FlowEvent) => void): Stream
}

export type Flows = {
  open(flow: number, protocol: number, request: OpenRequest): void
  /** Sends to a flow that is gone are lost, as on any network. */
  send(flow: number, bytes: Uint8Array, peer: Endpoint): void
  /** Writes to a stream that has opened; to any other flow nothing is written. */
  write(flow: number, bytes: Uint8Array): void
  /** What has come at a flow is kept from the core. A stream with a hole in it is nonsense: it is over. */
  withhold(flow: number): void
  close(flow: number): void
  closeAll(): void
  /** How many flows are open now. */
  count(): number
}

type Entry = { socket?: Socket; stream?: Stream; peer: Endpoint | undefined; opened: boolean }

/** Makes the table of flows. Every event goes to `tell`, in the order in which it happened; it may come before `open` returns. */
export function makeFlows(tell: (flow: number, event: FlowEvent) => void, openers: Openers): Flows {
  const sockets = new Map<number, Entry>()

  function open(flow: number, protocol: number, request: OpenRequest): void {
    const { peer, local: { port } } = request
    close(flow)
    const entry: Entry = { peer, opened: false }
    const happens = (event: FlowEvent): void => { if (sockets.get(flow) === entry) forward(flow, entry, event) }
    if (protocol === PROTOCOL.udp) {
      const portIsOurs = port !== 0 && [...sockets.values()].some(({ socket }) => socket?.local?.port === port)
      sockets.set(flow, entry)
      entry.socket = openers.udp(request, happens, portIsOurs)
    } else if (protocol === PROTOCOL.tcp && peer !== undefined) {
      sockets.set(flow, entry)
      entry.stream = openers.tcp(peer, happens)
    } else tell(flow, { kind: "failed", why: FAILURE.notCarried, reason: "only UDP, and TCP to a peer, are carried" })
  }

  /** A datagram from elsewhere, caught by a connected socket in the moment before it was connected, belongs to the listening flow. */
  function forward(flow: number, entry: Entry, event: FlowEvent): void {
    if (event.kind === "opened") entry.opened = true
    if (isOver(entry, event)) sockets.delete(flow)
    if (event.kind !== "datagram" || entry.peer === undefined || same(event.peer, entry.peer)) return tell(flow, event)
    const port = entry.socket?.local?.port
    const listener = [...sockets].find(([, { socket, peer }]) => peer === undefined && socket?.local?.port === port)
    if (listener !== undefined) tell(listener[0], event)
  }

  function close(flow: number): void {
    const entry = sockets.get(flow)
    sockets.delete(flow)
    entry?.socket?.close()
    entry?.stream?.close()
  }

  function withhold(flow: number): void {
    if (sockets.get(flow)?.stream === undefined) return
    close(flow)
    tell(flow, { kind: "failed", why: FAILURE.other, reason: "a piece of the stream was kept from the phone, as it had stopped it before" })
  }

  return {
    open,
    send(flow, bytes, peer) { sockets.get(flow)?.socket?.send(bytes, peer) },
    write(flow, bytes) {
      const entry = sockets.get(flow)
      if (entry?.opened === true) entry.stream?.write(bytes)
    },
    withhold,
    close,
    closeAll() { for (const flow of [...sockets.keys()]) close(flow) },
    count: () => sockets.size,
  }
}

/** Whether there is no such flow any more. */
function isOver({ stream, opened }: Entry, event: FlowEvent): boolean {
  if (event.kind === "failed") return !opened || stream !== undefined && event.why !== FAILURE.noRoom
  return event.kind === "refused" && stream !== undefined
}

function same(a: Endpoint, b: Endpoint): boolean { return a.port === b.port && a.address === b.address }

/** What the system says went wrong. */
export function failed(error: unknown): FlowEvent {
  const code = systemCode(error)
  return { kind: "failed", why: FAILURES[code] ?? FAILURE.other, reason: error instanceof Error ? error.message : String(error) }
}

const FAILURES: Record<string, Failure> = {
  EADDRINUSE: FAILURE.busyPort,
  ENETUNREACH: FAILURE.unreachable,
  EHOSTUNREACH: FAILURE.unreachable,
  ENETDOWN: FAILURE.unreachable,
  EADDRNOTAVAIL: FAILURE.unreachable,
  EAFNOSUPPORT: FAILURE.unreachable,
  EACCES: FAILURE.notPermitted,
  EPERM: FAILURE.notPermitted,
  ETIMEDOUT: FAILURE.timedOut,
  ECONNRESET: FAILURE.reset,
  EPIPE: FAILURE.reset,
}
