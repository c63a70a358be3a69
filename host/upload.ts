// Sends a module to a board over its console, in frames between what people type there (board/upload.c). What gets lost or broken is sent again.
import { createHash } from "node:crypto"
import { crc32 } from "./board/crc.ts"
import type { Clock } from "./clock.ts"

export type UploadParts = {
  module: Uint8Array
  clock: Clock
  /** Bytes for the console of the board. */
  write(bytes: Uint8Array): void
  /** So many bytes of the module are in the board's flash. */
  progress?(done: number, total: number): void
}

/** Why it came to nothing, as a sentence. */
export class UploadError extends Error {}

const DLE = 0x10
const DATA_BYTES = 512
/** Lines are numbered from 1 to this and from 1 again, so that none is taken twice. */
const LINES_MAX = 255
/** An answer takes as long as the board needs to erase a part of its flash, at most. */
const ANSWER_MS = 2000
const TRIES_MAX = 6
/** A string that a terminal does not show: word and number. */
const ANSWER = /\x1b_linehunt (\w+) (\d+)\x1b\\/
const ANSWER_MAX = 64

/** The text of a console without the answers in it. */
export const withoutAnswers = (text: string): string => text.replace(new RegExp(ANSWER, "g"), "")

/** A frame: its kind, its bytes, and a checksum over both. */
export function frame(kind: "B" | "D" | "E" | "T", body: Uint8Array): Buffer {
  const head = Buffer.from([kind.charCodeAt(0), body.length & 255, body.length >> 8]), check = Buffer.alloc(4)
  check.writeUInt32LE(crc32(Buffer.concat([head, body])))
  return Buffer.concat([Buffer.of(DLE), head, body, check])
}

export class Upload {
  /** Resolves when the board has the whole module and has found it good. Rejects with UploadError. */
  readonly finished: Promise<void>
  private readonly parts: UploadParts
  private resolve = (): void => {}
  private reject = (_error: UploadError): void => {}
  private over = false
  private last: Buffer = Buffer.alloc(0)
  private tries = 0
  private rest = ""
  private callOff = (): void => {}
  private typed: string[] = []
  private lines = 0

  constructor(parts: UploadParts) {
    this.parts = parts
    this.finished = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }

  start(): void {
    const { module } = this.parts, head = Buffer.alloc(4)
    head.writeUInt32LE(module.length)
    this.send(frame("B", Buffer.concat([head, createHash("sha256").update(module).digest()])))
  }

  /** A line that somebody has typed meanwhile, without its end; it goes out in a frame of its own. */
  type(line: string): void {
    if (this.over) this.parts.write(Buffer.from(`${line}\r`))
    else this.typed.push(line)
  }

  /** Bytes from the console of the board. */
  take(bytes: Uint8Array): void {
    this.rest += Buffer.from(bytes).toString("latin1")
    for (let answer = ANSWER.exec(this.rest); answer !== null; answer = ANSWER.exec(this.rest)) {
      this.rest = this.rest.slice(answer.index + answer[0].length)
      this.answered(answer[1] ?? "", Number(answer[2]))
    }
    this.rest = this.rest.slice(-ANSWER_MAX)
  }

  /** The line to the board is gone. */
  fail(sentence: string): void { this.end(() => this.reject(new UploadError(sentence))) }

  private answered(word: string, at: number): void {
    if (this.over) return
    if (word === "again") return this.repeat("it does not arrive as it was sent; check that the line carries 8 bits and changes none")
    this.tries = 0
    if (word === "done") return this.end(this.resolve)
    if (word === "refused") return this.fail("the board refuses it")
    // The board has been started anew, and has forgotten what came before.
    if (word === "none") return this.start()
    const line = this.typed.shift()
    if (line !== undefined) return this.send(frame("T", Buffer.concat([Buffer.of(1 + this.lines++ % LINES_MAX), Buffer.from(line)]).subarray(0, DATA_BYTES)))
    const { module, progress } = this.parts
    progress?.(at, module.length)
    if (at >= module.length) return this.send(frame("E", Buffer.alloc(0)))
    const place = Buffer.alloc(4)
    place.writeUInt32LE(at)
    this.send(frame("D", Buffer.concat([place, module.subarray(at, at + DATA_BYTES)])))
  }

  private send(bytes: Buffer): void {
    this.last = bytes
    this.parts.write(bytes)
    this.callOff()
    this.callOff = this.parts.clock.after(ANSWER_MS, () => this.repeat("the board does not answer"))
  }

  private repeat(why: string): void {
    if (++this.tries === TRIES_MAX) this.fail(why)
    else this.send(this.last)
  }

  private end(then: () => void): void {
    if (this.over) return
    this.over = true
    this.callOff()
    for (const line of this.typed.splice(0)) this.type(line)
    then()
  }
}
