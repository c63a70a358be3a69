// How a simulated caller takes the next calls, and the sentences in which scripts and the lab say so.

export type Manner = {
  /** The answer: 200 takes the call, 3xx to 6xx do not, 0 lets it ring for ever. */
  readonly status: number
  readonly afterMs: number
  /** Nothing comes back at all, not even 180. */
  readonly silent: boolean
  /** No 180 before the answer. */
  readonly unheard: boolean
  /** 183 with a session description, and sound before the answer. */
  readonly early: boolean
  /** Provisional answers are to be acknowledged (RFC 3262). */
  readonly reliable: boolean
  /** So many phones ring and all answer. */
  readonly forks: number
  /** So many ACKs are not heard. */
  readonly ignoresAcks: number
  /** RFC 4028: seconds, 0 for none; who refreshes. */
  readonly sessionSec: number
  readonly refresher: "uac" | "uas"
  /** Sessions shorter than this get 422. */
  readonly minSec: number
  /** Where a 3xx leads. */
  readonly contact: string
  /** Fields that its answers carry besides. */
  readonly fields: readonly string[]
}

export const PLAIN: Manner = {
  status: 200, afterMs: 0, silent: false, unheard: false, early: false, reliable: false, forks: 1, ignoresAcks: 0,
  sessionSec: 0, refresher: "uac", minSec: 0, contact: "", fields: [],
}

/**
 * The manner that words describe, or undefined when they are about something else: `rings`, `answers after 2s early reliable forks unheard session 90
 * uas min-se 120 ignores-acks 2 with Name: value|Name: value`, `declines 603 after 1s`, `busy`, `redirects 702`, `is-silent`.
 */
export function mannerOf([verb = "", ...words]: readonly string[]): Manner | undefined {
  const first = firstOf(verb, words)
  if (first === undefined) return undefined
  let manner: Manner = { ...PLAIN, ...first }
  const rest = [...words]
  if ((verb === "declines" || verb === "redirects")) rest.shift()
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "with") return { ...manner, fields: rest.join(" ").split("|") }
    manner = { ...manner, ...partOf(word, rest) }
  }
  return manner
}

function firstOf(verb: string, words: readonly string[]): Partial<Manner> | undefined {
  switch (verb) {
    case "rings": return { status: 0 }
    case "answers": return {}
    case "busy": return { status: 486, unheard: true }
    case "declines": return { status: Number(words[0] ?? 603), unheard: true }
    case "redirects": return { status: 302, unheard: true, contact: words[0] ?? "" }
    case "is-silent": return { status: 0, silent: true, unheard: true }
    default: return undefined
  }
}

function partOf(word: string, rest: string[]): Partial<Manner> {
  switch (word) {
    case "after": return { afterMs: millisecondsOf(rest.shift() ?? "") }
    case "unheard": return { unheard: true }
    case "ringing": return { unheard: false }
    case "early": return { early: true }
    case "reliable": return { reliable: true }
    case "forks": return { forks: /^\d+$/.test(rest[0] ?? "") ? Number(rest.shift()) : 2 }
    case "ignores-acks": return { ignoresAcks: Number(rest.shift()) }
    case "session": return { sessionSec: Number(rest.shift()) }
    case "uas": return { refresher: "uas" }
    case "min-se": return { minSec: Number(rest.shift()) }
    default: throw new Error(`a caller cannot answer "${word}"`)
  }
}

/** 90s, 1.5s, 20ms, 3m, 2h. */
export function millisecondsOf(text: string): number {
  const [, number, unit = ""] = /^([\d.]+)(ms|s|m|h)$/.exec(text) ?? []
  const factor = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit]
  if (number === undefined || factor === undefined) throw new Error(`"${text}" is not a time`)
  return Math.round(Number(number) * factor)
}
