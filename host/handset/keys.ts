// What is typed at the terminal, as keys: escape sequences are put together, everything else is one character each.

export type Typed =
  | { kind: "character"; text: string }
  | { kind: "named"; name: Named }

type Named =
  | "up" | "down" | "left" | "right" | "home" | "end" | "enter" | "escape" | "backspace" | "delete" | "tab" | "f1" | "f2" | "f3" | "page up" | "page down"
  | "interrupt" | "suspend" | "redraw"

const SEQUENCES: Record<string, Named> = {
  "[A": "up", "[B": "down", "[C": "right", "[D": "left", OA: "up", OB: "down", OC: "right", OD: "left",
  "[H": "home", "[F": "end", "[1~": "home", "[4~": "end", "[3~": "delete", "[5~": "page up", "[6~": "page down",
  OP: "f1", OQ: "f2", OR: "f3", "[11~": "f1", "[12~": "f2", "[13~": "f3", "[[A": "f1", "[[B": "f2", "[[C": "f3",
}
const CONTROLS: Record<string, Named> = {
  "\r": "enter", "\n": "enter", "\t": "tab", "\x7f": "backspace", "\b": "backspace", "\x03": "interrupt", "\x1a": "suspend", "\x0c": "redraw",
}

/** Takes what one read from the terminal gave; sequences come whole in one read. An ESC that begins none is the escape key. */
export function typed(text: string): Typed[] {
  const keys: Typed[] = []
  for (let rest = text; rest !== "";) {
    const sequence = /^\x1b(\[\[[A-E]|\[[0-9;]*[A-Za-z~]|O[A-Z])/.exec(rest)
    if (sequence !== null) {
      const name = SEQUENCES[sequence[1] ?? ""]
      if (name !== undefined) keys.push({ kind: "named", name })
      rest = rest.slice(sequence[0].length)
      continue
    }
    const character = String.fromCodePoint(rest.codePointAt(0) ?? 0)
    const name = character === "\x1b" ? "escape" : CONTROLS[character]
    if (name !== undefined) keys.push({ kind: "named", name })
    else if (character >= " ") keys.push({ kind: "character", text: character })
    rest = rest.slice(character.length)
  }
  return keys
}

/** The phone's key for what was typed, as handle_key names it; undefined when the phone has no such key. */
export function phoneKey(key: Typed): string | undefined {
  if (key.kind === "character") return /^[0-9*#]$/.test(key.text) ? key.text : { h: "H", j: "a", k: "b", l: "c" }[key.text]
  return PHONE_KEYS[key.name]
}

const PHONE_KEYS: Partial<Record<Named, string>> = {
  up: "U", down: "D", left: "L", right: "R", enter: "O", escape: "B", backspace: "B", f1: "a", f2: "b", f3: "c",
}

/** A line that is being typed, with what was typed before. */
export class LineEditor {
  text = ""
  private at = 0
  private readonly history: string[] = []
  private older = 0

  /** The cursor's place in the text. */
  get cursor(): number { return this.at }

  /** Takes a key; returns the line when it is finished. */
  take(key: Typed): string | undefined {
    if (key.kind === "character") this.replace(this.text.slice(0, this.at) + key.text + this.text.slice(this.at), this.at + key.text.length)
    else if (key.name === "enter") return this.finish()
    else if (key.name === "backspace" && this.at > 0) this.replace(this.text.slice(0, this.at - 1) + this.text.slice(this.at), this.at - 1)
    else if (key.name === "delete") this.replace(this.text.slice(0, this.at) + this.text.slice(this.at + 1), this.at)
    else if (key.name === "left") this.at = Math.max(0, this.at - 1)
    else if (key.name === "right") this.at = Math.min(this.text.length, this.at + 1)
    else if (key.name === "home") this.at = 0
    else if (key.name === "end") this.at = this.text.length
    else if (key.name === "up") this.recall(this.older + 1)
    else if (key.name === "down") this.recall(this.older - 1)
    return undefined
  }

  private finish(): string {
    const line = this.text
    if (line.trim() !== "" && this.history[0] !== line) this.history.unshift(line)
    this.replace("", 0)
    this.older = 0
    return line
  }

  private recall(older: number): void {
    if (older < 0 || older > this.history.length) return
    this.older = older
    const line = this.history[older - 1] ?? ""
    this.replace(line, line.length)
  }

  private replace(text: string, at: number): void {
    this.text = text
    this.at = at
  }
}
