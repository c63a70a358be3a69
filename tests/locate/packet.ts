// Builds DNS messages byte by byte, with compressed names and with whatever else a test needs that no good encoder would write.

/** The pieces of a message; names are compressed against all that were written before. */
export class PacketBuilder {
  readonly #bytes: number[] = []
  readonly #places = new Map<string, number>()

  get length(): number { return this.#bytes.length }
  bytes(): Uint8Array { return new Uint8Array(this.#bytes) }

  /** Header and question of an answer. */
  static answer(id: number, name: string, type: number, counts: readonly [number, number, number], flags = 0x8180): PacketBuilder {
    const packet = new PacketBuilder()
    packet.u16(id, flags, 1, ...counts)
    return packet.name(name).u16(type, 1)
  }

  raw(...bytes: number[]): this {
    this.#bytes.push(...bytes)
    return this
  }

  u16(...numbers: number[]): this {
    for (const n of numbers) this.#bytes.push(n >> 8 & 0xff, n & 0xff)
    return this
  }

  u32(n: number): this { return this.u16(n >>> 16, n & 0xffff) }

  text(text: string): this { return this.raw(text.length, ...Buffer.from(text, "latin1")) }

  name(name: string): this {
    let rest = name.toLowerCase()
    let shown = name
    while (rest !== "") {
      const place = this.#places.get(rest)
      if (place !== undefined) return this.u16(0xc000 | place)
      this.#places.set(rest, this.length)
      const label = rest.split(".", 1)[0] ?? ""
      this.text(shown.slice(0, label.length))
      rest = rest.slice(label.length + 1)
      shown = shown.slice(label.length + 1)
    }
    return this.raw(0)
  }

  /** A record whose data `write` appends. */
  record(owner: string, type: number, ttl: number, write: (packet: this) => unknown): this {
    this.name(owner).u16(type, 1).u32(ttl)
    const at = this.length
    this.u16(0)
    write(this)
    const length = this.length - at - 2
    this.#bytes[at] = length >> 8
    this.#bytes[at + 1] = length & 0xff
    return this
  }
}
