// The events to come, soonest first; events of one instant in the order in which they were planned.

type Planned = { readonly at: number, readonly order: number, readonly happen: () => void }

/** A binary heap of events. Times are milliseconds. */
export class EventQueue {
  readonly #heap: Planned[] = []
  #planned = 0

  get size(): number { return this.#heap.length }

  /** The instant of the next event, Infinity when there is none. */
  get nextAt(): number { return this.#heap[0]?.at ?? Infinity }

  plan(at: number, happen: () => void): void {
    // Among others it would be neither before nor after any of them, and put all of them out of order.
    if (Number.isNaN(at)) throw new Error("an event without an instant")
    const heap = this.#heap
    heap.push({ at, order: this.#planned++, happen })
    for (let i = heap.length - 1; i > 0;) {
      const parent = (i - 1) >> 1
      if (!this.#isBefore(i, parent)) return
      this.#swap(i, parent)
      i = parent
    }
  }

  /** Takes the soonest event out. */
  take(): Planned | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    heap[0] = last
    for (let i = 0; ;) {
      const left = 2 * i + 1
      if (left >= heap.length) return first
      const child = left + 1 < heap.length && this.#isBefore(left + 1, left) ? left + 1 : left
      if (!this.#isBefore(child, i)) return first
      this.#swap(i, child)
      i = child
    }
  }

  #isBefore(i: number, j: number): boolean {
    const a = this.#heap[i] as Planned
    const b = this.#heap[j] as Planned
    return a.at < b.at || (a.at === b.at && a.order < b.order)
  }

  #swap(i: number, j: number): void {
    const kept = this.#heap[i] as Planned
    this.#heap[i] = this.#heap[j] as Planned
    this.#heap[j] = kept
  }
}
