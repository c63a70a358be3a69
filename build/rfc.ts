// Makes docs/conformance.md: which test shows which requirement, and every place in the core that cites an RFC, by RFC and section.
// With --check it only says whether the page is up to date.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { UserError, type Exit } from "../host/errors.ts"
import { HELP_FLAG, helpOf, readFlags, type Flags } from "../host/flags.ts"
import { runProgram } from "../host/program.ts"
import { ROOT, filesBelow } from "./core.ts"
import { allTests, printResults, readRequirements, requirementsPart, testsById } from "./requirements.ts"

const PAGE = "docs/conformance.md"

export type Citation = { rfc: number; section: string; words: string; file: string; name: string }

// "RFC 3261 17.1.1.2", "RFC 4320 4.1, 4.2", "RFC 3261 section 17". What has no section is a mention, not a citation.
const SECTION = String.raw`[A-Z]?\d+(?:\.\d+)*`
const CITATION = new RegExp(String.raw`RFC (\d+) (?:section )?(${SECTION}(?:(?:, | and )(?!\d{4}\b)${SECTION})*)(?![\w])`, "g")
const AT_THE_START = new RegExp(String.raw`^RFC \d+ [^:()]{1,60}: `)
const BLOCK_COMMENT = /^\s*(?:\/\/ @ts-.*|(?:\/\/|\/\*\*?|\*\/?(?=\s|$))\s?(.*?)(?:\s*\*\/)?)$/
const TRAILING_COMMENT = /\S.*?\s\/\/ (.*)$/
const ONLY_CITATION = /^RFC \d+ (?:section )?[\d., and]+$/

const DEFINITION = /^(?:export )?(?:function|const enum|const|class) (\w+)/
const METHOD = /^  (?:(?:private|static|get|set) )*(\w+)\(.*\{/

/** The citations of one source file, in the order of its lines. */
export function citationsOf(file: string, source: string): Citation[] {
  const lines = source.split("\n")
  return commentsOf(lines).flatMap(({ text, line, last }) => {
    const name = line === 0 ? "" : nameAt(lines, line, last)
    return sentencesOf(text).flatMap((sentence) => {
      const words = ONLY_CITATION.test(sentence) ? "" : sentence.replace(AT_THE_START, "")
      return [...sentence.matchAll(CITATION)].flatMap(([, rfc, sections]) =>
        (sections ?? "").split(/, | and /).map((section) => ({ rfc: Number(rfc), section, words, file, name })))
    })
  })
}

type Comment = { text: string; line: number; last: number }

/** Comments of several lines as one text; and those behind code. */
function commentsOf(lines: string[]): Comment[] {
  const comments: Comment[] = []
  for (let i = 0; i < lines.length; i++) {
    const words: string[] = []
    const line = i
    for (let found; (found = BLOCK_COMMENT.exec(lines[i] ?? "")) !== null; i++) words.push(found[1] ?? "")
    if (words.length > 0) comments.push({ text: words.filter((part) => part !== "").join(" "), line, last: i - 1 })
    const behind = TRAILING_COMMENT.exec(lines[i] ?? "")?.[1]
    if (behind !== undefined) comments.push({ text: behind, line: i, last: i })
  }
  return comments
}

/** A sentence that cites, with those after it that belong to it. */
function sentencesOf(text: string): string[] {
  const sentences = text.split(/(?<=[.!?)]) (?=[A-Z"(])/)
  const groups: string[] = []
  for (const sentence of sentences) {
    const goesOn = groups.length > 0 && AT_THE_START.test(groups.at(-1) ?? "") && sentence.search(CITATION) < 0
    if (goesOn) groups.push(`${groups.pop()} ${sentence}`)
    else groups.push(sentence)
  }
  return groups
}

/** The definition that a comment stands at or above; else the one that it is inside. */
function nameAt(lines: string[], line: number, last: number): string {
  const isTrailing = !BLOCK_COMMENT.test(lines[line] ?? "")
  const below = isTrailing ? line : lines.findIndex((text, i) => i > last && !BLOCK_COMMENT.test(text) && !/^\s*(@|$)/.test(text))
  const isInside = /^\s/.test(lines[below] ?? "")
  const own = nameOf(lines[below] ?? "")
  if (own !== "" || !isInside) return own
  for (let i = line; i >= 0; i--) {
    const name = nameOf(lines[i] ?? "")
    if (name !== "") return name
  }
  return ""
}

const NOT_METHODS = new Set(["if", "for", "while", "switch", "do"])

function nameOf(line: string): string {
  const method = METHOD.exec(line)?.[1] ?? ""
  return DEFINITION.exec(line)?.[1] ?? (NOT_METHODS.has(method) ? "" : method)
}

/** The page: the requirements' part, then these citations. */
export function pageOf(citations: Citation[], requirements: string): string {
  const rfcs = [...new Set(citations.map(({ rfc }) => rfc))].sort((a, b) => a - b)
  const parts = rfcs.map((rfc) => {
    const own = citations.filter((citation) => citation.rfc === rfc)
    const sections = [...new Set(own.map(({ section }) => section))].sort(bySection)
    const rows = sections.flatMap((section) => own.filter((citation) => citation.section === section).map(rowOf))
    return `## RFC ${rfc}\n\n| Section | What we do | Where |\n|---|---|---|\n${[...new Set(rows)].join("\n")}\n`
  })
  const how = "Made by `npm run conformance` from the titles of the tests and the citations in `assembly/`; do not edit. The command prints each test's last result, too.\n"
  return ["# Conformance\n", how, requirements, ...parts].join("\n")
}

function rowOf({ section, words, file, name }: Citation): string {
  const where = `${file.replace(/^assembly\//, "")}${name === "" ? "" : ` \`${name}\``}`
  return `| ${section} | ${words.replaceAll("|", "\\|")} | ${where} |`
}

/** 17.1.2 before 17.1.10. */
function bySection(a: string, b: string): number { return a.localeCompare(b, "en", { numeric: true }) }

export function conformancePage(requirements = readRequirements(), tests = testsById(requirements, allTests())): string {
  const files = filesBelow("assembly").filter((file) => file.endsWith(".ts"))
  return pageOf(files.flatMap((file) => citationsOf(file, readFileSync(join(ROOT, file), "utf8"))), requirementsPart(requirements, tests))
}

const FLAGS = { check: { help: "only says whether the page is up to date" }, ...HELP_FLAG } as const satisfies Flags

function main(args: readonly string[]): Exit {
  const { flags, words } = readFlags(args, FLAGS)
  if (words.length > 0) throw new UserError("usage", `It takes no ${words[0]}; --help says what it takes.`)
  if (flags.has("help")) {
    console.log(`npm run conformance: makes ${PAGE}, and says for each requirement which test shows it and how that went\n\n${helpOf(FLAGS)}`)
    return "ok"
  }
  const requirements = readRequirements(), tests = testsById(requirements, allTests())
  const page = conformancePage(requirements, tests)
  if (!flags.has("check")) {
    writeFileSync(join(ROOT, PAGE), page)
    printResults(requirements, tests)
  } else if (readFileSync(join(ROOT, PAGE), "utf8") !== page) {
    console.error(`${PAGE} is out of date: run npm run conformance.`)
    return "defect"
  }
  return "ok"
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await runProgram("conformance", main)
