// The handset without a screen: log and events on stderr, replies on stdout; as JSON lines on stdout for programs.
import type { Handset } from "./handset.ts"

export type PlainParts = {
  out(line: string): void
  error(line: string): void
  json: boolean
  time(): string
}

export function plainHandset({ out, error, json, time }: PlainParts): Handset {
  const put = (value: object): void => out(JSON.stringify(value))
  return {
    display() {},
    line(kind, text) {
      if (json && kind !== "warning") return put({ log: kind, text })
      error(`${time()} ${kind === "warning" ? "" : `${kind} `}${text}`)
    },
    event(name, text) {
      if (json) put({ event: name, text })
      else error(`${time()} ${name} ${text}`)
    },
    reply(code, text) {
      if (json) put({ code, reply: parsed(text) })
      else if (text !== "") out(text.trimEnd())
    },
    lab() {},
    close() {},
  }
}

/** The phone's reply is JSON itself when it was asked for it. */
function parsed(text: string): unknown {
  try { return JSON.parse(text) } catch { return text }
}
