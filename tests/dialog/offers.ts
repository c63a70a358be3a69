// Offers and answers on one engine, and the sections of offer.md.
import { testCore, type TestCore } from "../harness.ts"
import type { EngineName } from "../../host/engine/engine.ts"

export type Block = { kind: string; word: string; text: string }
export type Section = { title: string; blocks: Block[] }

const WAYS = ["inactive", "recvonly", "sendonly", "sendrecv"]
export const TAKEN = ["AGREED", "NOTHING_COMMON", "MALFORMED", "NO_SOUND"]

/** The sections of a page: a heading, and the fenced blocks below it. */
export function sectionsOf(page: string): Section[] {
  return page.split("\n## ").slice(1).map((part) => ({
    title: part.slice(0, part.indexOf("\n")),
    blocks: [...part.matchAll(/^```(\w+) ?(\w*)\n([^]*?)^```$/gm)].map(([, kind = "", word = "", text = ""]) => ({ kind, word, text })),
  }))
}

/** A description as it lies on the wire. */
export function bytesOf({ word, text }: Block): Buffer {
  const lines = text.replace(/^\{\{(.*)\*(\d+)\}\}$/gm, (_, line: string, count: string) => Array<string>(Number(count)).fill(line).join("\n"))
  return Buffer.from(word === "lf" ? lines : lines.replaceAll("\n", "\r\n"), "latin1")
}

export class Offers {
  readonly core: TestCore

  private constructor(core: TestCore) { this.core = core }

  static async open(engine: EngineName): Promise<Offers> { return new Offers(await testCore("offer", engine)) }

  begin(): void {
    this.put(Buffer.alloc(32, 7))
    this.core.exports.begin!()
    this.own("192.0.2.10:4000")
  }

  own(address: string): void { this.core.exports.own!(this.put(Buffer.from(address))) }

  set(line: string): void {
    const [name = "", value = ""] = line.split(": ")
    this.put(Buffer.from(name + value))
    if (!this.core.exports.set!(name.length, value.length)) throw new Error(`refused: ${line}`)
  }

  /** Takes a description of theirs, at the beginning of RX or elsewhere, with other bytes behind it. */
  take(kind: "offer" | "theirs", bytes: Uint8Array, at = this.core.globals.RX_AT!, behind = ""): string {
    this.core.bytes.set(bytes, at)
    this.core.bytes.set(Buffer.from(behind), at + bytes.length)
    return TAKEN[Number(this.core.exports[kind === "offer" ? "offered" : "answered"]!(at, bytes.length))] ?? "?"
  }

  /** Writes an offer or an answer of ours. */
  write(kind: "ours" | "answer", way = ""): string {
    return this.text(Number(this.core.exports[kind === "ours" ? "offer" : "answer"]!(way === "" ? 3 : WAYS.indexOf(way))))
      .replaceAll("\r\n", "\n").replace(/^(o=- )\d+/m, "$1ID")
  }

  session(): string { return this.text(Number(this.core.exports.describe!())) }

  /** What is read of a description. */
  read(bytes: Uint8Array, at = this.core.globals.RX_AT!): string {
    this.core.bytes.set(bytes, at)
    return this.text(Number(this.core.exports.read!(at, bytes.length)))
  }

  private put(bytes: Buffer): number {
    this.core.bytes.set(bytes, this.core.globals.RX_AT!)
    return bytes.length
  }

  private text(length: number): string {
    if (length < 0) throw new Error("what was written does not fit")
    const at = this.core.globals.TX_AT!
    return Buffer.from(this.core.bytes.slice(at, at + length)).toString("latin1")
  }
}
