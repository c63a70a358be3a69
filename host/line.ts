// The line to a board's console: a serial device, a local socket, or a port of another machine.
import { spawnSync } from "node:child_process"
import { closeSync, openSync, statSync, writeSync } from "node:fs"
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { isatty, ReadStream } from "node:tty"
import { UserError, because } from "./errors.ts"

export type Line = { write(bytes: Uint8Array): void; close(): void }
export type LineEvents = { bytes(bytes: Uint8Array): void; ended(why: string): void }

const BAUD = "115200"

/** Opens the line. Throws UserError. */
export async function openLine(where: string, events: LineEvents): Promise<Line> {
  const [, host, port] = /^\[?([^/[\]]+)\]?:(\d{1,5})$/.exec(where) ?? []
  if (host !== undefined && port !== undefined) return socketLine(where, connect({ host, port: Number(port) }), events)
  return isSocket(where) ? socketLine(where, connect(where), events) : serialLine(where, events)
}

function isSocket(path: string): boolean {
  try {
    return statSync(path).isSocket()
  } catch (error) {
    throw noLine(path, because(error))
  }
}

function noLine(where: string, why: string): UserError { return new UserError("update", `The board at ${where} cannot be reached: ${why}; check --port.`) }

async function socketLine(where: string, socket: Socket, { bytes, ended }: LineEvents): Promise<Line> {
  try {
    await once(socket, "connect")
  } catch (error) {
    throw noLine(where, because(error))
  }
  socket.on("data", bytes)
  socket.on("error", (error) => ended(because(error)))
  socket.on("close", () => ended("it has been closed"))
  return { write: (out) => void socket.write(out), close: () => socket.destroy() }
}

/** A terminal device, told to pass every byte as it is; `stty` is the one program that can do so everywhere. */
function serialLine(path: string, { bytes, ended }: LineEvents): Line {
  const device = process.platform === "linux" ? "-F" : "-f"
  const { status, stderr, error } = spawnSync("stty", [device, path, BAUD, "raw", "-echo", "clocal", "-hupcl"], { encoding: "utf8" })
  if (status !== 0) throw noLine(path, error === undefined ? stderr.trim().replace(/^stty: /, "") : "the program stty is missing")
  let file: number
  try {
    file = openSync(path, "r+")
  } catch (error) {
    throw noLine(path, because(error))
  }
  if (!isatty(file)) {
    closeSync(file)
    throw noLine(path, "it is no serial device")
  }
  const stream = new ReadStream(file)
  stream.on("data", bytes)
  stream.on("error", (error) => ended(because(error)))
  stream.on("end", () => ended("it has been closed"))
  return {
    write(out) { for (let at = 0; at < out.length;) at += writeSome(file, out.subarray(at)) },
    close: () => void stream.destroy(),
  }
}

/** The stream has made the device not wait: what it does not take now it takes in a moment. */
function writeSome(file: number, bytes: Uint8Array): number {
  try {
    return writeSync(file, bytes)
  } catch (error) {
    if (typeof error === "object" && error !== null && "code" in error && error.code === "EAGAIN") return 0
    throw error
  }
}
