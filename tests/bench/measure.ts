// Times and tables of the benchmark.
/** A way to do the work: `run(which, n)` does piece number `which` `n` times. */
export type Measure = { name: string; turns: number; run(which: number, n: number): void }
export type Row = { name: string; bytes: number; nanoseconds: number[] }

/** Batches that are timed for one figure, and the part of the turns that each has. */
const BATCHES = 60
const SHARE = 10

/**
 * Nanoseconds of processor time that one turn takes on a quiet machine: the least of many short batches, after as many turns to warm up. The work is the same
 * in each batch and nothing makes it faster than it is; what other work on the machine adds (shared caches, a slower clock) the quietest batch has least of.
 */
export function quietest(measure: Measure, which: number): number {
  const turns = Math.ceil(measure.turns / SHARE)
  measure.run(which, measure.turns)
  const times = Array.from({ length: BATCHES }, () => {
    const begin = process.cpuUsage()
    measure.run(which, turns)
    const used = process.cpuUsage(begin)
    return (used.user + used.system) * 1e3 / turns
  })
  return Math.min(...times)
}

/**
 * Prints nanoseconds by engine and how many times slower each is than the first; with `mean` the last line is the mean of rows of one kind.
 * `counts` are the instructions of each row under wasm3, where they could be counted.
 */
export function printTable(names: string[], rows: Row[], withMean: boolean, counts?: number[]): void {
  const mean = (of: (row: Row) => number): number => rows.reduce((sum, row) => sum + of(row), 0) / rows.length
  const last: Row = { name: "mean", bytes: mean(({ bytes }) => bytes), nanoseconds: names.map((_, i) => mean((row) => row.nanoseconds[i]!)) }
  const all = counts === undefined ? [] : [...counts, counts.reduce((sum, count) => sum + count, 0) / counts.length]
  const width = Math.max(...rows.map(({ name }) => name.length))
  const withBytes = rows.some(({ bytes }) => bytes > 0)
  const head = names.flatMap((name, i) => [name.padStart(11), ...i === 0 ? [] : [`/ ${names[0]}`.padStart(7)]])
  console.log(["".padEnd(width), ...withBytes ? ["bytes".padStart(6)] : [], ...head, ...all.length > 0 ? ["wasm3 instructions"] : []].join(" "))
  for (const [i, row] of [...rows, ...withMean ? [last] : []].entries()) {
    const cells = row.nanoseconds.flatMap((ns, engine) => [
      `${ns.toFixed(0)} ns`.padStart(11), ...engine === 0 ? [] : [`${(ns / row.nanoseconds[0]!).toFixed(1)}x`.padStart(7)]])
    const count = all[i] === undefined ? [] : [all[i].toFixed(0).padStart(18)]
    console.log([row.name.padEnd(width), ...withBytes ? [row.bytes.toFixed(0).padStart(6)] : [], ...cells, ...count].join(" "))
  }
}
