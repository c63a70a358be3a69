// Reads the memory map from assembly/memory.ts and checks it: every region in the page, none over another, every room's share inside STATE.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { ROOT } from "./core.ts"

export type MapRegion = { name: string; at: number; size: number; share: boolean }

/** The regions in the order of their addresses; `share` marks the rooms' parts of STATE. */
export function readMemoryMap(source = readFileSync(join(ROOT, "assembly/memory.ts"), "utf8")): MapRegion[] {
  const constants = new Map<string, number>()
  for (const [, name, sum] of source.matchAll(/^export const (\w+): usize = ([\w+\- ]+)/gm)) constants.set(name ?? "", evaluate(sum ?? "", constants))
  const state = constants.get("STATE") ?? 0, stateEnd = state + (constants.get("STATE_SIZE") ?? 0)
  const regions: MapRegion[] = []
  for (const [name, at] of constants) {
    const size = constants.get(`${name}_SIZE`)
    const share = name !== "STATE" && (name.endsWith("_STATE") || at >= state && at < stateEnd)
    if (size !== undefined) regions.push({ name, at, size, share })
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
  const state = map.find(({ name }) => name === "STATE")
  const outside = map.filter(({ at, size }) => at + size > pageSize).map(({ name }) => `${name} ends outside the page`)
  const notInState = map.filter(({ share, at, size }) => share && (!state || at < state.at || at + size > state.at + state.size))
  return [
    ...outside, ...notInState.map(({ name }) => `${name} is not inside STATE`),
    ...overlaps(map.filter(({ share }) => share)), ...overlaps(map.filter(({ share }) => !share)),
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
  const line = ({ name, at, size, share }: MapRegion) => `  ${hex(at)}-${hex(at + size - 1)} ${String(size).padStart(6)}  ${share ? "  " : ""}${name}`
  return map.map(line).join("\n")
}
