// The emulated board: a QEMU with its serial console, its monitor (keys, cable, picture) and the channel of its trace.
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer, type Server, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Network } from "./tap.ts"

export type MachineOptions = {
  /** Flash with the program, 32 MB. */
  program: string
  /** Flash with the settings, 32 MB; it is written. */
  store: string
  network: Network
  /** Bytes of the serial console. */
  onConsole(bytes: Buffer): void
  /** Bytes of the trace. */
  onTrace(bytes: Buffer): void
  /** More arguments for QEMU. */
  extra?: readonly string[]
}

export const QEMU = "qemu-system-riscv32"
/** QEMU counts instructions, each as 8 ns: 125 million in a second, about as many as a microcontroller of 160 MHz does. */
export const ICOUNT_SHIFT = 3
/** The RAM of the board. */
export const RAM = "320K"

/** A key stays down, and up, for so long. */
const KEY_MS = 40

/** What is pressed on the emulated keyboard for each key of the phone; board/port/riscv/keyboard.c. */
const QCODES: Readonly<Record<string, string>> = {
  "*": "asterisk", "#": "slash", a: "f1", b: "f2", c: "f3", H: "h", U: "up", D: "down", L: "left", R: "right", O: "ret", B: "backspace",
}

export class Machine {
  readonly exited: Promise<number | null>
  /** What goes into the second serial channel: the sound of the microphone in samples of 16 bits, 8000 a second; or calls, for a board that makes those of a trace. */
  readonly channel: (bytes: Uint8Array) => void
  private readonly folder: string
  private readonly child: ChildProcess
  private readonly monitor: Monitor
  private readonly servers: Server[]
  private keys: Promise<void> = Promise.resolve()
  /** What is typed before the board has set up its serial line, and would lose. */
  private early: Array<string | Uint8Array> | undefined = []

  private constructor(
    folder: string, child: ChildProcess, monitor: Monitor, servers: Server[], onConsole: (bytes: Buffer) => void,
    channel: (bytes: Uint8Array) => void,
  ) {
    this.folder = folder
    this.child = child
    this.monitor = monitor
    this.servers = servers
    this.channel = channel
    this.exited = once(child, "exit").then(([code]: (number | null)[]) => {
      this.cleanUp()
      return code ?? null
    })
    child.stdout?.on("data", (bytes: Buffer) => {
      this.listens()
      onConsole(bytes)
    })
    child.stdin?.on("error", () => {})
    process.on("exit", this.kill)
  }

  static async start({ program, store, network, onConsole, onTrace, extra = [] }: MachineOptions): Promise<Machine> {
    const folder = mkdtempSync(join(tmpdir(), "linehunt-board-"))
    const path = (name: string): string => join(folder, name)
    const monitor = new Monitor()
    await network.attach(path("net"))
    let channel: Socket | undefined
    const early: Uint8Array[] = []
    const servers = [await served(path("trace"), (socket) => {
      channel = socket
      for (const bytes of early) socket.write(bytes)
      socket.on("data", onTrace)
    }), await served(path("monitor"), (socket) => monitor.connect(socket))]
    const args = [
      "-M", "virt", "-bios", "none", "-cpu", "lowrisc-ibex", "-m", RAM, "-icount", `shift=${ICOUNT_SHIFT}`, "-display", "none", "-monitor", "none", "-serial", "stdio",
      "-drive", `if=pflash,unit=0,format=raw,readonly=on,file=${program}`, "-drive", `if=pflash,unit=1,format=raw,file=${store}`,
      "-global", "virtio-mmio.force-legacy=false",
      "-netdev", network.netdev(path("net")), "-device", "virtio-net-device,netdev=net,mac=02:00:5e:00:53:10",
      "-device", "virtio-keyboard-device", "-device", "virtio-rng-device", "-device", "virtio-gpu-device",
      "-chardev", `socket,id=trace,path=${path("trace")}`, "-device", "virtio-serial-device", "-device", "virtconsole,chardev=trace",
      "-chardev", `socket,id=monitor,path=${path("monitor")}`, "-qmp", "chardev:monitor", ...extra,
    ]
    const child = spawn(QEMU, args, { stdio: ["pipe", "pipe", "inherit"] })
    child.on("error", () => {})
    return new Machine(folder, child, monitor, servers, onConsole, (bytes) => {
      if (channel === undefined) early.push(bytes)
      else channel.write(bytes)
    })
  }

  /** Types at the serial console. */
  type(text: string | Uint8Array): void {
    if (this.early === undefined) this.child.stdin?.write(text)
    else this.early.push(text)
  }

  /** The board has said something: it listens too. */
  private listens(): void {
    const { early = [] } = this
    this.early = undefined
    for (const text of early) this.type(text)
  }

  /** Presses a key of the phone and lets it go; several follow each other as a quick finger would do it. */
  press(key: string): void {
    for (const down of [true, false]) {
      this.keys = this.keys.then(async () => {
        const event = { type: "key", data: { down, key: { type: "qcode", data: QCODES[key] ?? key } } }
        await this.monitor.ask("input-send-event", { events: [event] })
        await new Promise((resolve) => setTimeout(resolve, KEY_MS))
      })
    }
  }

  async plug(up: boolean): Promise<void> { await this.monitor.ask("set_link", { name: "net", up }) }

  /** The picture on the display, as the frame of the phone: 1024 bytes in SSD1306 page order. */
  async picture(): Promise<Uint8Array> {
    const file = join(this.folder, "screen.ppm")
    await this.monitor.ask("screendump", { filename: file })
    return frameOf(readFileSync(file))
  }

  stop(): Promise<number | null> {
    this.kill()
    return this.exited
  }

  private readonly kill = (): void => {
    this.child.kill("SIGKILL")
    this.cleanUp()
  }

  private cleanUp(): void {
    process.removeListener("exit", this.kill)
    for (const server of this.servers) server.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The monitor: requests and answers as lines of JSON, in order; everything else there is news that nobody wants. */
class Monitor {
  private socket: Socket | undefined
  private readonly waiting: Array<(answer: unknown) => void> = []
  private readonly early: string[] = []
  private rest = ""

  connect(socket: Socket): void {
    this.socket = socket
    socket.setEncoding("utf8")
    socket.on("data", (text: string) => this.take(text))
    socket.on("error", () => {})
    socket.write(`${JSON.stringify({ execute: "qmp_capabilities" })}\n${this.early.join("")}`)
    this.waiting.unshift(() => {})
  }

  ask(execute: string, parameters: unknown): Promise<unknown> {
    const line = `${JSON.stringify({ execute, arguments: parameters })}\n`
    if (this.socket === undefined) this.early.push(line)
    else this.socket.write(line)
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  private take(text: string): void {
    const lines = (this.rest + text).split("\n")
    this.rest = lines.pop() ?? ""
    for (const line of lines) {
      const answer = JSON.parse(line) as Record<string, unknown>
      if ("return" in answer || "error" in answer) this.waiting.shift()?.(answer)
    }
  }
}

async function served(path: string, connected: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => {})
    connected(socket)
  })
  server.listen(path)
  await once(server, "listening")
  return server
}

/** A picture in binary PPM as 8 pages of 128 columns. */
function frameOf(ppm: Buffer): Uint8Array {
  const head = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(ppm.subarray(0, 40).toString("latin1"))
  if (head === null || head[1] !== "128" || head[2] !== "64") throw new Error("the display does not show 128 x 64 pixels")
  const pixels = ppm.subarray(head[0].length), frame = new Uint8Array(1024)
  for (let i = 0; i < 128 * 64; i++) {
    const x = i % 128, y = i >> 7
    if ((pixels[3 * i] ?? 0) > 127) frame[(y >> 3) * 128 + x] = (frame[(y >> 3) * 128 + x] ?? 0) | 1 << (y & 7)
  }
  return frame
}
