// The transport room on the bench: its exports with endpoints as text, and what it asks of the host as lines.
import { testCore, type TestCore } from "../harness.ts"

export const REST = 0, SEND = 1, OPEN = 3, CLOSE = 4

export type Transport = {
  core: TestCore
  call(name: string, ...args: (number | bigint)[]): number
  towards(ip: string, port: number, now: number): number
  query(ip: string, port: number): number
  opened(flow: number, ip: string, port: number): void
  local(flow: number): string
  /** Lays an endpoint, or the text of a message, where the next call looks for it. */
  give(ip: string, port: number): void
  text(text: string): void
  /** Takes a slot, fills it with this text and sends it. Returns the slot, or -1. */
  send(message: string, flow: number, ip: string, port: number): number
  drainFlows(): string[]
  /** What leaves at this instant: "flow ip:port text". */
  drainSends(now: number): string[]
}

export async function transport(): Promise<Transport> {
  const core = await testCore("transport")
  const io = core.globals.IO_AT!, rx = core.globals.RX_AT!
  const view = new DataView(core.bytes.buffer, core.bytes.byteOffset)
  const call = (name: string, ...args: (number | bigint)[]) => Number(core.exports[name]!(...args))
  const u32 = (at: number) => view.getUint32(at, true)
  const give = (ip: string, port: number) => writeEndpoint(core.bytes, rx, ip, port)
  const text = (message: string) => core.bytes.set(Buffer.from(message, "latin1"), rx + 32)
  call("seedWith", 1)
  return {
    core,
    call,
    towards(ip, port, now) { give(ip, port); return call("towards", BigInt(now)) },
    query(ip, port) { give(ip, port); return call("openQuery") },
    opened(flow, ip, port) { give(ip, port); call("opened", flow) },
    local(flow) { return readEndpoint(core.bytes, call("localOf", flow)) },
    give,
    text,
    send(message, flow, ip, port) {
      const slot = call("take")
      if (slot < 0) return slot
      text(message)
      call("write", slot, message.length)
      give(ip, port)
      call("send", slot, flow)
      return slot
    },
    drainFlows() {
      const lines: string[] = []
      for (let kind = call("pollFlow"); kind !== REST; kind = call("pollFlow")) {
        if (kind === CLOSE) lines.push(`CLOSE ${u32(io)}`)
        else lines.push(`OPEN ${u32(io)} ${u32(io + 20) === 1 ? "udp" : "?"} local ${readEndpoint(core.bytes, io + 44)} peer ${readEndpoint(core.bytes, io + 24)}`)
      }
      return lines
    },
    drainSends(now) {
      const lines: string[] = []
      while (call("pollSend", BigInt(now)) === SEND) {
        const at = u32(io + 4), bytes = core.bytes.subarray(at, at + u32(io + 8))
        lines.push(`${u32(io)} ${readEndpoint(core.bytes, io + 24)} ${Buffer.from(bytes).toString("latin1")}`)
      }
      return lines
    },
  }
}

export function writeEndpoint(memory: Uint8Array, at: number, ip: string, port: number): void {
  memory.fill(0, at, at + 20)
  memory[at] = 4
  new DataView(memory.buffer, memory.byteOffset).setUint16(at + 2, port, true)
  memory.set(ip.split(".").map(Number), at + 4)
}

export function readEndpoint(memory: Uint8Array, at: number): string {
  const port = new DataView(memory.buffer, memory.byteOffset).getUint16(at + 2, true)
  return `${memory[at] === 0 ? "none" : memory.subarray(at + 4, at + 8).join(".")}:${port}`
}
