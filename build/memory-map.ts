// Reads the memory map from assembly/memory.ts and checks it: every region in the page, none over another, every part inside its region.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { ROOT } from "./core.ts"

export type MapRegion = { name: string; at: number; size: number; inside?: string }

/**
 * The regions in the order of their addresses. `inside` names the region that another is a part of: STATE for the rooms' shares of it, and X for
 * what is declared as "= X".
 */
export function readMemoryMap(source = readFileSync(join(ROOT, "assembly/memory.ts"), "utf8")): MapRegion[] {
  const constants = new Map<string, number>(), wholes = new Map<string, string>()
  for (const [, name = "", sum = ""] of source.matchAll(/^export const (\w+): usize = ([\w+\- ]+)/gm)) {
    constants.set(name, evaluate(sum, constants))
    wholes.set(name, sum.trim())
  }
  const sizeOf = (name: string) => constants.get(`${name}_SIZE`)
  const state = constants.get("STATE") ?? 0, stateEnd = state + (sizeOf("STATE") ?? 0)
  const regions: MapRegion[] = []
  for (const [name, at] of constants) {
    const size = sizeOf(name), whole = wholes.get(name) ?? ""
    const share = name !== "STATE" && (name.endsWith("_STATE") || at >= state && at < stateEnd)
    const inside = share ? "STATE" : sizeOf(whole) === undefined ? undefined : whole
    if (size !== undefined) regions.push({ name, at, size, ...inside === undefined ? {} : { inside } })
  }
  return regions.sort((a, b) => a.at - b.at || b.size - a.size)
}

/** A sum of numbers and of constants declared before it. */
function evaluate(sum: string, constants: Map<string, number>): number {
  const terms = sum.trim().split(/\s*([+-])\s*/)
  const value = (term = "") => constants.get(term) ?? Number(term)
  return terms.reduce((total, term, i) => i === 0 ? value(term) : i % 2 === 1 ? total : terms[i - 1] === "-" ? total - value(term) : total + value(term), 0)
}

/** What is wrong with a map, a sentence for each. */
export function mapViolations(map: MapRegion[], pageSize = 65536): string[] {
  const outside = map.filter(({ at, size }) => at + size > pageSize).map(({ name }) => `${name} ends outside the page`)
  const misplaced = map.filter(({ inside, at, size }) => {
    const whole = map.find(({ name }) => name === inside)
    return inside !== undefined && (!whole || at < whole.at || at + size > whole.at + whole.size)
  })
  const wholes = [...new Set(map.map(({ inside }) => inside))]
  return [
    ...outside, ...misplaced.map(({ name, inside }) => `${name} is not inside ${inside}`),
    ...wholes.reverse().flatMap((whole) => overlaps(map.filter(({ inside }) => inside === whole))),
  ]
}

function overlaps(regions: MapRegion[]): string[] {
  return regions.slice(1).flatMap((region, i) => {
    const before = regions[i]
    return before && before.at + before.size > region.at ? [`${before.name} runs into ${region.name}`] : []
  })
}

/** The map as a table, one region per line. */
export function mapText(map: MapRegion[]): string {
  const hex = (n: number) => `0x${n.toString(16).padStart(4, "0")}`
  const line = ({ name, at, size, inside }: MapRegion) => `  ${hex(at)}-${hex(at + size - 1)} ${String(size).padStart(6)}  ${inside === undefined ? "" : "  "}${name}`
  return map.map(line).join("\n")
}
