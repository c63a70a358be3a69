// Times and tables of the benchmark.
/** A way to do the work: `run(which, n)` does piece number `which` `n` times. */
export type Measure = { name: string; turns: number; run(which: number, n: number): void }
export type Row = { name: string; bytes: number; nanoseconds: number[] }

/**
 * The median over `runs` of the nanoseconds of processor time that one turn takes, after as many turns to warm up.
 * Other work on the machine counts little.
 */
export function median(measure: Measure, which: number, runs: number): number {
  measure.run(which, measure.turns)
  const times = Array.from({ length: runs }, () => {
    const begin = process.cpuUsage()
    measure.run(which, measure.turns)
    const used = process.cpuUsage(begin)
    return (used.user + used.system) * 1e3 / measure.turns
  })
  return times.sort((a, b) => a - b)[runs >> 1]!
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
