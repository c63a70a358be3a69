// The emulated board at a terminal: its display and its serial console there, keys from the keyboard, and the lab on its network.
import { accessSync, constants, existsSync, statSync } from "node:fs"
import type { Output } from "../calls.ts"
import { realClock } from "../clock.ts"
import { UserError, because, type Exit } from "../errors.ts"
import type { Actions, Handset } from "../handset/handset.ts"
import { startLab, type Lab } from "../lab/lab.ts"
import { layer } from "../store.ts"
import type { Trace } from "../trace.ts"
import { withoutAnswers } from "../upload.ts"
import { Machine } from "./machine.ts"
import { BoardRecords } from "./record.ts"
import { Segment } from "./segment.ts"
import { BANK_BYTES, makeStore } from "./store.ts"
import type { Network } from "./tap.ts"

export type BoardRun = {
  program: string
  /** The file of the settings' flash; made with the lab's settings when it is not there. */
  store: string
  trace: Trace | undefined
  handset(actions: Actions): Handset
  /** Bytes of the console, where they are not shown as lines of the handset. */
  onConsole: ((bytes: Buffer) => void) | undefined
  /** What is typed at the console, where there is no handset. */
  typed: NodeJS.ReadableStream | undefined
  /** Starts the servers and the network that the board is to live with. */
  world(changed: () => void): Promise<BoardWorld>
}

/** Servers, and the network on which a board reaches them. */
export type BoardWorld = { lab: Lab; network: Network }

/** They end the board in good order. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** A name server that is not there: the lease names it first, as networks do. */
const DEAD_DNS = "198.51.100.99"

/** The lab of this process, on an Ethernet segment of its own. */
export async function labWorld(changed: () => void): Promise<BoardWorld> {
  const network = new Segment(), lab = await startLab(realClock.now, changed, network)
  network.dns = [DEAD_DNS, lab.dns.split(":")[0] ?? ""]
  return { lab, network }
}

/** Runs the board until it is quit. Throws UserError. */
export async function runBoard({ program, store, trace, handset: makeHandset, onConsole, typed, world }: BoardRun): Promise<Exit> {
  let changed = (): void => {}
  const { lab, network } = await world(() => changed())
  let quit = (): void => {}
  const ended = new Promise<undefined>((resolve) => { quit = () => resolve(undefined) })
  const tell = (wrong: string | undefined): void => { if (wrong !== undefined) handset.line("warning", wrong) }
  const handset = makeHandset({
    key(key) { machine.press(key) },
    command(line) {
      if (line.trim() === "quit") quit()
      else machine.type(`${line}\r`)
    },
    setLab(server, state) { void lab.set(server, state).then(tell) },
    callMe() { tell(lab.call()) },
    quit,
  })
  changed = () => handset.lab(lab.lines())
  changed()
  const lines = new ConsoleLines((line) => handset.line("note", line))
  const records = new BoardRecords({
    start: (boot, keep, module) => trace?.start(boot, keep, module),
    exchanged: (module) => trace?.exchanged(module),
    called: (call, now) => trace?.called(call, now),
    output(output: Output) {
      trace?.output(output)
      if (output.kind === "display") handset.display(output.picture)
    },
    done: (done) => trace?.done(done),
    trapped: (trap) => trace?.trapped(trap),
  })
  const onSignal = (): void => quit()
  const end = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, onSignal)
    handset.close()
    lab.close()
    network.detach()
    trace?.close()
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  let machine: Machine
  try {
    flashIn(store, layer(new Uint8Array(0), lab.settings).text)
    machine = await Machine.start({ program, store, network, onConsole: onConsole ?? lines.take, onTrace: records.take })
  } catch (error) {
    end()
    throw error
  }
  if (typed !== undefined) quitsByLine(typed, (bytes) => machine.type(bytes), quit)
  const code = await Promise.race([ended, machine.exited.then((status) => status ?? "none")])
  await machine.stop()
  end()
  // A signal for all of the terminal's programs may reach QEMU first, which then ends in good order.
  if (code !== undefined && code !== 0) throw new UserError("defect", `The emulated board has ended by itself (QEMU's exit code: ${code}); what it said is above.`)
  return "ok"
}

/** The file of the flash, made where there is none. Throws UserError where it is no such file. */
function flashIn(store: string, settings: Uint8Array): void {
  try {
    if (!existsSync(store)) makeStore(store, settings)
    accessSync(store, constants.R_OK | constants.W_OK)
  } catch (error) {
    throw new UserError("file", `The flash ${store} cannot be used: ${because(error)}; choose another file with --store FILE.`)
  }
  if (statSync(store).size !== BANK_BYTES) throw new UserError("file", `${store} is not the flash of a board, which has ${BANK_BYTES} bytes; choose another file with --store FILE.`)
}

/** Passes on what is typed, but for a line that says "quit". */
function quitsByLine(typed: NodeJS.ReadableStream, pass: (bytes: string) => void, quit: () => void): void {
  let line = ""
  typed.on("data", (bytes: Buffer | string) => {
    for (const part of bytes.toString().split(/(?<=[\r\n])/)) {
      line += part
      const isWhole = /[\r\n]$/.test(line)
      if (isWhole && line.trim() === "quit") return quit()
      pass(part)
      if (isWhole) line = ""
    }
  })
}

/** The lines that a serial console prints, without what it draws around them. */
export class ConsoleLines {
  private rest = ""
  private readonly line: (line: string) => void

  constructor(line: (line: string) => void) { this.line = line }

  readonly take = (bytes: Buffer): void => {
    this.rest += bytes.toString("utf8")
    const lines = this.rest.split("\r\n")
    this.rest = lines.pop() ?? ""
    for (const line of lines) {
      // What was drawn before the last erasure of the line is gone; what is left of the prompt is what was typed.
      const shown = (withoutAnswers(line).split("\x1b[K").pop() ?? "").replace(/\x1b\[\d*[A-Z]/g, "").trim()
      if (shown !== "" && !shown.startsWith("> ")) this.line(shown)
    }
  }
}
