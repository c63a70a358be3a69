// Which test shows which requirement of docs/requirements.md: by the ids in the titles of the tests.
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, readdirSync } from "node:fs"
import { join, relative } from "node:path"
import { ROOT } from "./core.ts"

const PAGE = "docs/requirements.md"
/** A file of results by each mocha that ran; build/reporter.cjs writes it. */
export const RESULTS = "build/out/results"

/** `later` is what the requirement waits for, "" when for nothing. */
export type Requirement = { id: string; words: string; later: string }
export type Test = { title: string; fullTitle: string; file: string }

const ROW = /^\| ([A-Z]+-\d+) \| (.*) \| ?(.*?) ?\|$/
const ID = /\b[A-Z]+-\d\d\b/g
/** "VE-09 to VE-14" names those between, too. */
const RANGE = /\b([A-Z]+)-(\d\d) to (?:\1-)?(\d\d)\b/g

export function requirementsOf(page: string): Requirement[] {
  return page.split("\n").flatMap((line) => {
    const [, id, words, later] = ROW.exec(line) ?? []
    return id === undefined ? [] : [{ id, words: words ?? "", later: later ?? "" }]
  })
}

/** The ids that a title names. */
export function idsOf(title: string): Set<string> {
  const between = [...title.matchAll(RANGE)].flatMap(([, kind, from, to]) => {
    const first = Number(from)
    return Array.from({ length: Math.max(0, Number(to) - first + 1) }, (_, i) => `${kind}-${String(first + i).padStart(2, "0")}`)
  })
  return new Set([...title.match(ID) ?? [], ...between])
}

/** Every test of mocha's, without running any. Throws when a test file does not load. */
export function allTests(): Test[] {
  const args = ["node_modules/mocha/bin/mocha.js", "tests/**/*.test.ts", "--dry-run", "--reporter", "json"]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(`mocha cannot list the tests: ${stderr}`)
  const { tests } = JSON.parse(stdout.slice(stdout.indexOf("{\n"))) as { tests: Test[] }
  return tests.map(({ title, fullTitle, file }) => ({ title, fullTitle, file: relative(ROOT, file) }))
}

/** The requirements with their tests; throws when a title names an id that is none. */
export function testsById(requirements: Requirement[], tests: Test[]): Map<string, Test[]> {
  const found = new Map<string, Test[]>(requirements.map(({ id }) => [id, []]))
  const kinds = new Set(requirements.map(({ id }) => id.split("-")[0]))
  for (const test of tests) {
    for (const id of idsOf(test.fullTitle)) {
      if (!kinds.has(id.split("-")[0])) continue
      const own = found.get(id)
      if (own === undefined) throw new Error(`${test.file}: "${test.title}" names ${id}, which ${PAGE} does not have.`)
      own.push(test)
    }
  }
  return found
}

/** The part of the conformance page about requirements: id and tests; then what has none. */
export function requirementsPart(requirements: Requirement[], found: Map<string, Test[]>): string {
  const rows = requirements.flatMap(({ id }) => (found.get(id) ?? []).map(({ title, file }) => `| ${id} | ${title.replaceAll("|", "\\|")} | ${file} |`))
  const bare = requirements.filter(({ id }) => found.get(id)?.length === 0)
  const list = (ids: Requirement[]) => ids.length === 0 ? "none" : ids.map(({ id }) => id).join(", ")
  return [
    "## Requirements\n", `The ids are those of [requirements.md](requirements.md).\n`, "| Id | Test | File |\n|---|---|---|", ...[...new Set(rows)],
    `\nWithout a test: ${list(bare.filter(({ later }) => later === ""))}.`,
    `\nLeft for later, and without a test: ${list(bare.filter(({ later }) => later !== ""))}.\n`,
  ].join("\n")
}

export function readRequirements(): Requirement[] { return requirementsOf(readFileSync(join(ROOT, PAGE), "utf8")) }

/** Prints id -> test -> result of the last `npm test`, and the ids without a test. */
export function printResults(requirements: Requirement[], found: Map<string, Test[]>): void {
  const files = existsSync(join(ROOT, RESULTS)) ? readdirSync(join(ROOT, RESULTS)) : []
  const results = Object.assign({}, ...files.map((file) => JSON.parse(readFileSync(join(ROOT, RESULTS, file), "utf8")) as object)) as Record<string, string>
  for (const { id, words, later } of requirements) {
    const tests = found.get(id) ?? []
    for (const { title, fullTitle } of tests) console.log(`${id.padEnd(7)} ${(results[fullTitle] ?? "not run").padEnd(8)} ${title}`)
    if (tests.length === 0) console.log(`${id.padEnd(7)} ${later === "" ? "NO TEST " : "later   "} ${words}`)
  }
}
