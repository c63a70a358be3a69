// The selection among records: exact odds for small groups by counting every draw, and chi-square for many draws.
import assert from "node:assert/strict"
import { testCore, type TestCore } from "../harness.ts"

type Record = readonly [priority: number, weight: number]
const RFC2782 = 0, PROPORTIONAL = 1, DNS_ORDER = 2

let core: TestCore
before(async () => {
  core = await testCore("locate")
  call("reset", 1)
})

function call(name: string, ...args: number[]): number { return Number(core.exports[name]?.(...args)) }

function put(records: readonly Record[]): void {
  const view = new DataView(core.bytes.buffer, core.bytes.byteOffset + (core.globals["RX_AT"] ?? 0), 128)
  records.forEach(([priority, weight], i) => {
    view.setUint16(i * 2, priority, true)
    view.setUint16(64 + i * 2, weight, true)
  })
}

function order(records: readonly Record[], algorithm: number): number[] {
  put(records)
  call("order", records.length, algorithm)
  const at = core.globals["OUT_AT"] ?? 0
  return [...core.bytes.slice(at, at + records.length)]
}

/** The exact probability of every order, found by going through all numbers that each draw can give. */
function odds(records: readonly Record[], algorithm: number): Map<string, number> {
  put(records)
  const found = new Map<string, number>()
  const walk = (taken: number, path: number[], chance: number): void => {
    if (path.length === records.length) {
      found.set(path.join(""), (found.get(path.join("")) ?? 0) + chance)
      return
    }
    const choices = call("choicesOf", records.length, taken, algorithm)
    const share = new Map<number, number>()
    for (let drawn = 0; drawn < choices; drawn++) {
      const i = call("pick", records.length, taken, algorithm, drawn)
      share.set(i, (share.get(i) ?? 0) + 1)
    }
    for (const [i, count] of share) walk(taken | 1 << i, [...path, i], chance * count / choices)
  }
  walk(0, [], 1)
  return found
}

/** The same by the words of the RFC: weights of 0 first, in any order, then a number from 0 to the sum. */
function expected(records: readonly Record[], algorithm: number): Map<string, number> {
  const found = new Map<string, number>()
  const walk = (left: readonly number[], path: readonly number[], chance: number): void => {
    if (left.length === 0) {
      found.set(path.join(""), (found.get(path.join("")) ?? 0) + chance)
      return
    }
    const lowest = Math.min(...left.map((i) => records[i]?.[0] ?? 0))
    const group = left.filter((i) => records[i]?.[0] === lowest)
    const weightOf = (i: number): number => records[i]?.[1] ?? 0
    const sum = group.reduce((total, i) => total + weightOf(i), 0)
    const zeros = group.filter((i) => weightOf(i) === 0)
    const first = group.find((i) => weightOf(i) > 0)
    for (const i of group) {
      const share = algorithm === DNS_ORDER ? Number(i === group[0])
        : sum === 0 ? 1 / group.length
        : algorithm === PROPORTIONAL ? weightOf(i) / sum
        : weightOf(i) === 0 ? 1 / (sum + 1) / zeros.length
        : (weightOf(i) + Number(zeros.length === 0 && i === first)) / (sum + 1)
      if (share > 0) walk(left.filter((j) => j !== i), [...path, i], chance * share)
    }
  }
  walk(records.map((_, i) => i), [], 1)
  return found
}

const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-12

const GROUPS: Readonly<{ [name: string]: readonly Record[] }> = {
  "one record": [[0, 5]],
  "the blog's 40 to 60 and a backup (BL-03, BL-04, BL-06)": [[0, 40], [0, 60], [1, 5]],
  "two equal ones (SN-10)": [[1, 50], [1, 50]],
  "one zero among weights (P-07)": [[0, 0], [0, 100]],
  "a zero behind a weight (P-07)": [[0, 3], [0, 0], [0, 1]],
  "two zeros among weights (P-07)": [[0, 0], [0, 2], [0, 0], [0, 1]],
  "all zero (P-07, AMB-03)": [[0, 0], [0, 0], [0, 0]],
  "a lone primary (P-08)": [[0, 0], [5, 10], [5, 20]],
  "a lone backup before its primaries in DNS (P-08)": [[9, 0], [0, 10], [0, 20]],
  "three priorities": [[2, 1], [0, 3], [1, 2], [0, 1], [1, 2]],
}

describe("selection", () => {
  for (const [algorithm, name] of [[RFC2782, "rfc2782"], [PROPORTIONAL, "proportional"], [DNS_ORDER, "dns_order"]] as const) {
    for (const [title, records] of Object.entries(GROUPS)) {
      it(`${name} has the exact odds for ${title} (RF-03)`, () => {
        const [found, right] = [odds(records, algorithm), expected(records, algorithm)]
        assert.deepEqual([...found.keys()].sort(), [...right.keys()].sort())
        for (const [path, chance] of right) assert(near(found.get(path) ?? 0, chance), `${path}: ${found.get(path)} and not ${chance}`)
      })
    }
  }

  it("gives the first record the odds that the documents name: 41/101, 51/101, and 1/101 for a zero (BL-04, SN-10, P-07)", () => {
    const first = (records: readonly Record[]): number => [...odds(records, RFC2782)].reduce((sum, [path, chance]) => path.startsWith("0") ? sum + chance : sum, 0)
    assert(near(first([[0, 40], [0, 60]]), 41 / 101))
    assert(near(first([[0, 50], [0, 50]]), 51 / 101))
    assert(near(first([[0, 0], [0, 100]]), 1 / 101))
  })

  const DRAWS = 10_000
  const draws: [string, readonly Record[], number, readonly number[]][] = [
    ["40 to 60 by rfc2782 (BL-04)", [[0, 40], [0, 60]], RFC2782, [41 / 101, 60 / 101]],
    ["50 to 50 by rfc2782 (SN-10)", [[1, 50], [1, 50]], RFC2782, [51 / 101, 50 / 101]],
    ["40 to 60 proportional (AMB-03)", [[0, 40], [0, 60]], PROPORTIONAL, [0.4, 0.6]],
    ["four zeros (P-07)", [[0, 0], [0, 0], [0, 0], [0, 0]], RFC2782, [0.25, 0.25, 0.25, 0.25]],
    ["the greatest weights", [[0, 65535], [0, 65535], [0, 65535]], RFC2782, [1 / 3, 1 / 3, 1 / 3]],
  ]
  for (const [title, records, algorithm, shares] of draws) {
    it(`draws ${title} 10 000 times within the bounds of chi-square (seed 1)`, () => {
      call("reset", 1)
      const counts = records.map(() => 0)
      for (let i = 0; i < DRAWS; i++) {
        const first = order(records, algorithm)[0] ?? 0
        counts[first] = (counts[first] ?? 0) + 1
      }
      const chi = counts.reduce((sum, count, i) => sum + (count - DRAWS * (shares[i] ?? 0)) ** 2 / (DRAWS * (shares[i] ?? 1)), 0)
      // 16 is above 4 sigma for one degree of freedom, and above 3 for the others.
      assert(chi < 16, `chi-square ${chi} of ${counts.join(" ")}`)
    })
  }

  it("takes the only server of the next priority whatever its weight, 1000 times of 1000 (BL-05, BL-06)", () => {
    for (let i = 0; i < 1000; i++) assert.equal(order([[0, 40], [0, 60], [1, 5]], RFC2782)[2], 2)
  })

  it("keeps every record once, for any group of 32 (P-08)", () => {
    call("reset", 3)
    for (let round = 0; round < 300; round++) {
      const records = Array.from({ length: 1 + call("draw", 32) }, (): Record => [call("draw", 4), call("draw", 3) === 0 ? 0 : call("draw", 65536)])
      const result = order(records, call("draw", 3))
      assert.deepEqual([...result].sort((a, b) => a - b), records.map((_, i) => i))
      const priorities = result.map((i) => records[i]?.[0] ?? 0)
      assert.deepEqual(priorities, [...priorities].sort((a, b) => a - b))
    }
  })

  it("says what it drew and from how much, so that the choice can be explained", () => {
    call("reset", 1)
    const trace = (): string[] => {
      const view = new DataView(core.bytes.buffer, core.bytes.byteOffset + (core.globals["OUT_AT"] ?? 0) + 64, 12)
      return [0, 1, 2].map((i) => `${view.getUint16(i * 4 + 2, true)} of ${view.getUint16(i * 4, true)}`)
    }
    for (let i = 0; i < 50; i++) {
      const first = order([[0, 40], [0, 60], [1, 5]], RFC2782)[0]
      const [drawn, , ...rest] = trace()
      assert.match(drawn ?? "", /^\d+ of 100$/)
      assert.equal(Number((drawn ?? "").split(" ")[0]) <= 40, first === 0)
      assert.deepEqual(rest, ["0 of 0"])
    }
    order([[0, 65535], [0, 65535], [0, 1]], RFC2782)
    assert.match(trace()[0] ?? "", /^\d+ of 32767$|^\d+ of 65535$/)
  })
})
