// A terminal as a grid of cells: draws what changed since the last time, and nothing else.

/** A style is what stands between ESC[ and m; empty is the terminal's own. */
export type Style = string

type Grid = { columns: number; rows: number; text: string[]; style: Style[] }

export class Canvas {
  private shown: Grid
  private next: Grid

  private readonly unicode: boolean

  /** Without `unicode` the terminal gets ASCII alone. */
  constructor(columns: number, rows: number, unicode = true) {
    this.unicode = unicode
    this.shown = emptyGrid(columns, rows)
    this.next = emptyGrid(columns, rows)
    this.forget()
  }

  get columns(): number { return this.next.columns }
  get rows(): number { return this.next.rows }

  /** Begins a new picture. */
  clear(): void {
    this.next.text.fill(" ")
    this.next.style.fill("")
  }

  /** Writes text into a row, cut at `width` columns and at the terminal's edge. One character is one column. */
  write(row: number, column: number, text: string, style: Style = "", width = Infinity): void {
    if (row < 0 || row >= this.rows) return
    let at = 0
    for (const character of text) {
      const x = column + at++
      if (at > width || x >= this.columns) return
      if (x < 0) continue
      this.next.text[row * this.columns + x] = harmless(character, this.unicode)
      this.next.style[row * this.columns + x] = style
    }
  }

  /** A frame around an area, with a title in its upper edge. */
  box(row: number, column: number, width: number, height: number, title: string, unicode: boolean): void {
    const [across, down, nw, ne, sw, se] = unicode ? ["─", "│", "┌", "┐", "└", "┘"] : ["-", "|", "+", "+", "+", "+"]
    this.write(row, column, `${nw}${across?.repeat(width - 2)}${ne}`)
    for (let y = 1; y < height - 1; y++) {
      this.write(row + y, column, down ?? "")
      this.write(row + y, column + width - 1, down ?? "")
    }
    this.write(row + height - 1, column, `${sw}${across?.repeat(width - 2)}${se}`)
    if (title !== "") this.write(row, column + 2, ` ${title} `, "", width - 4)
  }

  /** The escape sequences that turn what is shown into the new picture; empty when nothing changed. A row that changed is cleared to its end. */
  flush(): string {
    let out = ""
    for (let y = 0; y < this.rows; y++) out += this.rowChanges(y)
    this.shown = { ...this.next, text: [...this.next.text], style: [...this.next.style] }
    return out
  }

  private rowChanges(y: number): string {
    const { next, shown } = this, from = y * this.columns
    let end = from + this.columns
    while (end > from && next.text[end - 1] === " " && next.style[end - 1] === "") end--
    let out = "", at = -1, style: Style | undefined, changed = false
    for (let i = from; i < from + this.columns; i++) {
      if (next.text[i] === shown.text[i] && next.style[i] === shown.style[i]) continue
      changed = true
      if (i >= end) break
      if (at !== i) out += place(y, i - from)
      if (style !== next.style[i]) out += `\x1b[0${next.style[i] === "" ? "" : `;${next.style[i]}`}m`
      style = next.style[i]
      out += next.text[i]
      at = i + 1
    }
    if (!changed) return ""
    if (end === from + this.columns) return `${out}\x1b[0m`
    return `${out}\x1b[0m${at === end ? "" : place(y, end - from)}\x1b[K`
  }

  /** The terminal has another size now, or was cleared: everything is drawn anew. */
  resize(columns: number, rows: number): void {
    this.next = emptyGrid(columns, rows)
    this.shown = emptyGrid(columns, rows)
    this.forget()
  }

  /** The picture as lines of plain text, as a test reads it. */
  lines(): string[] {
    return Array.from({ length: this.rows }, (_, y) => this.next.text.slice(y * this.columns, (y + 1) * this.columns).join("").trimEnd())
  }

  private forget(): void { this.shown.text.fill("") }
}

function place(row: number, column: number): string { return `\x1b[${row + 1};${column + 1}H` }

function emptyGrid(columns: number, rows: number): Grid {
  const cells = columns * rows
  return { columns, rows, text: new Array<string>(cells).fill(" "), style: new Array<Style>(cells).fill("") }
}

/** What comes from the network must not steer the terminal, nor take two columns where one is counted. */
function harmless(character: string, unicode: boolean): string {
  const code = character.codePointAt(0) ?? 0
  if (code >= 0x7f && !unicode) return "?"
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return unicode ? "·" : "?"
  const narrow = code < 0x250 || (code >= 0x2190 && code <= 0x21ff) || (code >= 0x2500 && code <= 0x25ff) || (code >= 0x2800 && code <= 0x28ff)
  return narrow && code !== 0xad ? character : "?"
}
