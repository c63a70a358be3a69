// Finds the troubles that a failure needs, by leaving the others out.
import { troublesOf, type Scenario } from "./scenario.ts"
import { runScenario, type RunOptions } from "./worlds.ts"

const RUNS_MAX = 200

/**
 * Runs a world that fails again and again with fewer troubles, first half of them gone, then ever smaller groups; a group that the
 * failure of this check does not need stays out. Returns the places of all troubles that are left out.
 */
export function shrink(scenario: Scenario, options: RunOptions, check: string): ReadonlySet<number> {
  let without: ReadonlySet<number> = new Set(options.without)
  let runs = 0
  const stillFails = (more: readonly number[]): boolean => {
    if (runs++ >= RUNS_MAX) return false
    const { tell: _, ...quiet } = options
    return runScenario(scenario, { ...quiet, without: new Set([...without, ...more]) }).violation?.check === check
  }
  const left = (): number[] => troublesOf(scenario).map((_, i) => i).filter(i => !without.has(i))
  for (let size = Math.ceil(left().length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    // From the end: what came after the failure goes first.
    for (let end = left().length; end > 0; end -= size) {
      const group = left().slice(Math.max(0, end - size), end)
      if (group.length > 0 && stillFails(group)) without = new Set([...without, ...group])
    }
  }
  return without
}
