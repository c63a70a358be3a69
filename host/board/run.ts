// The emulated board at a terminal: its display and its serial console there, keys from the keyboard, and the lab on its network.
import { existsSync } from "node:fs"
import type { Output } from "../calls.ts"
import { realClock } from "../clock.ts"
import type { Exit } from "../errors.ts"
import type { Actions, Handset } from "../handset/handset.ts"
import { startLab, type Lab } from "../lab/lab.ts"
import { layer } from "../store.ts"
import type { Trace } from "../trace.ts"
import { withoutAnswers } from "../upload.ts"
import { Machine } from "./machine.ts"
import { BoardRecords } from "./record.ts"
import { Segment } from "./segment.ts"
import { makeStore } from "./store.ts"
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

/** A name server that is not there: the lease names it first, as networks do. */
const DEAD_DNS = "198.51.100.99"

/** The lab of this process, on an Ethernet segment of its own. */
export async function labWorld(changed: () => void): Promise<BoardWorld> {
  const network = new Segment(), lab = await startLab(realClock.now, changed, network)
  network.dns = [DEAD_DNS, lab.dns.split(":")[0] ?? ""]
  return { lab, network }
}

/** Runs the board until it is quit. */
export async function runBoard({ program, store, trace, handset: makeHandset, onConsole, typed, world }: BoardRun): Promise<Exit> {
  let changed = (): void => {}
  const { lab, network } = await world(() => changed())
  if (!existsSync(store)) makeStore(store, layer(new Uint8Array(0), lab.settings).text)

  let quit = (): void => {}
  const ended = new Promise<Exit>((resolve) => { quit = () => resolve("ok") })
  const tell = (wrong: string | undefined): void => { if (wrong !== undefined) handset.line("warning", wrong) }
  const handset = makeHandset({
    key(key) { machine.press(key) },
    command(line) { machine.type(`${line}\r`) },
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
  const machine = await Machine.start({ program, store, network, onConsole: onConsole ?? lines.take, onTrace: records.take })
  typed?.on("data", (bytes: Buffer | string) => machine.type(bytes.toString()))
  void machine.exited.then(quit)
  const exit = await ended
  await machine.stop()
  handset.close()
  lab.close()
  network.detach()
  trace?.close()
  return exit
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
