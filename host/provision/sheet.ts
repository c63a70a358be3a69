// A settings file of a real phone as it stands: every setting with its place, so that one can be changed and all the rest stays byte for byte.

export type FormatName = "snom" | "snom-xml" | "fanvil" | "versity"
export const FORMATS: readonly FormatName[] = ["snom", "snom-xml", "fanvil", "versity"]

/** A setting in a file. Places are bytes: the text of a sheet has a character for each. */
export type Field = {
  /** As the file calls it, for sentences: SIP1 Register TTL. */
  readonly key: string
  /** As the tables call it: Register TTL. */
  readonly name: string
  /** The account that it is of, from 1; 0: of the phone. */
  readonly account: number
  /** The line of the file, from 1. */
  readonly at: number
  readonly value: string
  /** Where the value stands, and the whole of the setting. */
  readonly from: number
  readonly to: number
  readonly start: number
  readonly end: number
  /** What a value needs around it where there is none now: an element that is closed at once. */
  readonly around?: readonly [before: string, behind: string]
}

export type Sheet = {
  readonly format: FormatName
  readonly text: string
  readonly fields: readonly Field[]
  /** Parts that hold no settings, and lines that are none: they are kept. */
  readonly others: readonly string[]
}

/** The file cannot be read as what it seems to be; the message is a sentence without its end. */
export class SheetError extends Error {}

/** Bytes as a text that has a character for each. */
export function textOfBytes(bytes: Uint8Array): string { return Buffer.from(bytes).toString("latin1") }

export function bytesOfText(text: string): Uint8Array { return new Uint8Array(Buffer.from(text, "latin1")) }

/** A part of such a text as people read it. */
export function decoded(part: string): string { return Buffer.from(part, "latin1").toString("utf8") }

/** What people read as a part of such a text. */
export function encoded(text: string): string { return Buffer.from(text, "utf8").toString("latin1") }

export type Edit = { readonly from: number; readonly to: number; readonly text: string }

/** The text with its edits, which do not overlap. Those at one place come in their order. */
export function edited(text: string, edits: readonly Edit[]): string {
  const sorted = edits.map((edit, i) => ({ ...edit, i })).sort((a, b) => a.from - b.from || a.i - b.i)
  let result = "", at = 0
  for (const edit of sorted) {
    result += text.slice(at, edit.from) + edit.text
    at = edit.to
  }
  return result + text.slice(at)
}
