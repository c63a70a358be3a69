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

/** Prints nanoseconds by engine and how many times slower each is than the first; the last line is the mean. */
export function printTable(names: string[], rows: Row[]): void {
  const mean: Row = { name: "mean", bytes: rows.reduce((sum, row) => sum + row.bytes, 0) / rows.length, nanoseconds: names.map((_, i) =>
    rows.reduce((sum, row) => sum + row.nanoseconds[i]!, 0) / rows.length) }
  const width = Math.max(...rows.map(({ name }) => name.length))
  const cells = (row: Row): string[] => row.nanoseconds.flatMap((ns, i) => [
    `${ns.toFixed(0)} ns`.padStart(11), ...i === 0 ? [] : [`${(ns / row.nanoseconds[0]!).toFixed(1)}x`.padStart(7)]])
  const head = names.flatMap((name, i) => [name.padStart(11), ...i === 0 ? [] : ["".padStart(7)]])
  console.log(["".padEnd(width), "bytes".padStart(6), ...head].join(" "))
  for (const row of [...rows, mean]) console.log([row.name.padEnd(width), row.bytes.toFixed(0).padStart(6), ...cells(row)].join(" "))
}
