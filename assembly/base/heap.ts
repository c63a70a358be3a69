// Blocks of bytes of any length in one region: each takes what it needs, and none is lost to gaps, as blocks move together when room is needed.
import { assume } from "./panic"
import { prose } from "./prose"
import { Span, endOf, lengthOf, span, startOf } from "./span"

/**
 * Lies at the beginning of its region: this header, then a Span for each place (0: free), then the bytes. Whoever has a block knows it by its place, from 0;
 * the address is good until the next take(), which may move every block.
 */
@unmanaged
export class Heap {
  places: u16
  size: u16            // of the region, in bytes

  /** Begins empty, for at most so many blocks at once, in a region of `size` bytes. */
  open(places: u32, size: usize): void {
    this.places = <u16>places
    this.size = <u16>size
    memory.fill(this.table, 0, places * 4)
  }

  /** Takes a block of `size` bytes, more than 0. Returns its place; -1 when there is no room: then nothing has moved. */
  take(size: u32): i32 {
    assume(size > 0, prose("a block has a byte at least"))
    if (size > this.room()) return -1
    for (let place = 0; place < <i32>this.places; place++) {
      if (this.at(place) != 0) continue
      if (this.top() + size > this.end) this.moveTogether()
      this.put(place, span(this.top(), size))
      return place
    }
    return -1
  }

  /** The bytes of a block; 0 when the place is free. */
  at(place: i32): Span { return load<u32>(this.table + <usize>place * 4) }

  /** The block keeps its first `size` bytes, more than 0. Nothing moves. */
  trim(place: i32, size: u32): void {
    const block = this.at(place)
    assume(size > 0 && size <= lengthOf(block), prose("a block is trimmed to a part of it"))
    this.put(place, span(startOf(block), size))
  }

  /** The place is free. Nothing moves. */
  free(place: i32): void { this.put(place, 0) }

  /** How many bytes one block could take. */
  room(): u32 { return this.capacity() - this.used() }

  /** How many bytes are taken. */
  used(): u32 {
    let sum: u32 = 0
    for (let place = 0; place < <i32>this.places; place++) sum += lengthOf(this.at(place))
    return sum
  }

  /** How many bytes can be taken in all. */
  capacity(): u32 { return <u32>(this.end - this.bytes) }

  private put(place: i32, block: Span): void { store<u32>(this.table + <usize>place * 4, block) }

  private get table(): usize { return changetype<usize>(this) + 4 }
  private get bytes(): usize { return this.table + <usize>this.places * 4 }
  private get end(): usize { return changetype<usize>(this) + this.size }

  /** Behind the last block. */
  private top(): usize {
    let top = this.bytes
    for (let place = 0; place < <i32>this.places; place++) top = max(top, endOf(this.at(place)))
    return top
  }

  /** Moves the blocks down, the lowest first, until no gap is between them. */
  private moveTogether(): void {
    let to = this.bytes
    for (let place = this.lowest(to); place >= 0; place = this.lowest(to)) {
      const block = this.at(place), length = lengthOf(block)
      memory.copy(to, startOf(block), length)
      this.put(place, span(to, length))
      to += length
    }
  }

  /** The place of the lowest block at or behind an address; -1: there is none. */
  private lowest(from: usize): i32 {
    let found = -1
    for (let place = 0; place < <i32>this.places; place++) {
      const start = startOf(this.at(place))
      if (start >= from && (found < 0 || start < startOf(this.at(found)))) found = place
    }
    return found
  }
}
