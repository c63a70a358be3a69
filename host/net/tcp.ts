// TCP for one flow: a stream to one peer. Nothing connects to us.
import { createConnection, type Socket } from "node:net"
import { FAILURE, STREAM_PIECE, type Endpoint } from "../abi.ts"
import { systemCode } from "../errors.ts"
import { failed, type FlowEvent, type Stream } from "./flows.ts"

/** So many bytes may wait here that the system has not taken. */
export const WRITTEN_MAX = 65_536
/** Some systems try for minutes: docs/abi.md. */
const CONNECT_MS = 16_000
/** A stream that has been closed may go on for so long, to send what was written. */
const LEAVING_MS = 20_000

export type TcpTimes = { connectMs: number; leavingMs: number }

/** Begins to connect. */
export function openTcp(peer: Endpoint, tell: (event: FlowEvent) => void, { connectMs, leavingMs }: TcpTimes = { connectMs: CONNECT_MS, leavingMs: LEAVING_MS }): Stream {
  // What we have to say may go on when the peer has said all: half a stream is closed at a time.
  const socket = createConnection({ host: peer.address, port: peer.port, allowHalfOpen: true, noDelay: true })
  let over = false
  const end = (event: FlowEvent): void => {
    if (over) return
    over = true
    socket.destroy()
    tell(event)
  }
  const patience = setTimeout(() => end({ kind: "failed", why: FAILURE.timedOut, reason: "nobody answers there" }), connectMs)
  socket.on("connect", () => {
    clearTimeout(patience)
    if (!over) tell({ kind: "opened", local: { address: socket.localAddress ?? "", port: socket.localPort ?? 0 } })
  })
  socket.on("data", (bytes: Buffer) => {
    // The core may close the flow after any piece.
    for (let at = 0; at < bytes.length && !over; at += STREAM_PIECE) {
      tell({ kind: "datagram", peer, bytes: new Uint8Array(bytes.subarray(at, at + STREAM_PIECE)) })
    }
  })
  socket.on("end", () => { if (!over) tell({ kind: "closed" }) })
  socket.on("error", (error) => {
    clearTimeout(patience)
    end(systemCode(error) === "ECONNREFUSED" ? { kind: "refused", peer } : failed(error))
  })
  return {
    write(bytes) {
      if (over || bytes.length === 0) return
      if (socket.writableLength + bytes.length > WRITTEN_MAX) return tell({ kind: "failed", why: FAILURE.noRoom, reason: "the peer does not take what is written" })
      socket.write(bytes)
    },
    close() {
      over = true
      clearTimeout(patience)
      leave(socket, leavingMs)
    },
  }
}

/** Ends what we write, and lets what the peer still writes go by. */
function leave(socket: Socket, ms: number): void {
  if (socket.connecting) return void socket.destroy()
  socket.end()
  socket.unref()
  const patience = setTimeout(() => socket.destroy(), ms).unref()
  socket.on("close", () => clearTimeout(patience))
}
