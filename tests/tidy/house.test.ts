// House rules of all sources (docs/architecture.md).
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { builtinModules } from "node:module"
import { join } from "node:path"
import ts from "typescript"
import { ROOT } from "../../build/core.ts"
import { linesOf, places, sourcesBelow, type Source } from "./sources.ts"

const FUNCTION_LINES_MAX = 70
const FILE_LINES_MAX = 400

const core = sourcesBelow("assembly"), host = sourcesBelow("host", "build"), tests = sourcesBelow("tests")
const all = [...core, ...host, ...tests]
const typed = [...host, ...tests.filter(({ path }) => !/^tests\/(entries|unit)\//.test(path))]
// Tables that a program of build/ writes say so in their first line.
const isGenerated = ({ text }: Source) => /^\/\/.*\b(generated|made by)\b/i.test(text.split("\n")[0] ?? "")

/** A function's own lines: those of functions inside it are theirs. */
function ownLinesOf(node: ts.Node, source: Source): number {
  const inner = (child: ts.Node): number => hasBody(child) ? linesOf(source, child) - 1 : sum(child.getChildren().map(inner))
  return linesOf(source, node) - sum(node.getChildren().map(inner))
}

const hasBody = (node: ts.Node) => ts.isFunctionLike(node) && "body" in node && node.body !== undefined
const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
const isLongFunction = (node: ts.Node, source: Source) => hasBody(node) && ownLinesOf(node, source) > FUNCTION_LINES_MAX

const isDefaultExport = (node: ts.Node) =>
  ts.isExportAssignment(node) || node.kind === ts.SyntaxKind.DefaultKeyword && !ts.isDefaultClause(node.parent)

function moduleOf(node: ts.Node): string {
  return ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : ""
}

const isNodeModule = (name: string) => builtinModules.includes(name)

describe("The sources", () => {
  it(`have no function of more than ${FUNCTION_LINES_MAX} lines`, () => { assert.deepEqual(places([...core, ...host], isLongFunction), []) })

  it(`have no file of more than ${FILE_LINES_MAX} lines`, () => {
    const long = all.filter((source) => !isGenerated(source) && source.text.split("\n").length - 1 > FILE_LINES_MAX)
    assert.deepEqual(long.map(({ path, text }) => `${path}: ${text.split("\n").length - 1}`), [])
  })

  it("say in their first line what they are for, but tests, whose titles do", () => {
    const silent = all.filter(({ path, text }) => !path.endsWith(".test.ts") && !/^(#!.*\n)?(\/\/|\/\*)/.test(text))
    assert.deepEqual(silent.map(({ path }) => path), [])
  })

  it("leave nothing to be done later", () => {
    assert.deepEqual(all.filter(({ text, path }) => !path.startsWith("tests/tidy/") && /\b(TODO|FIXME|XXX)\b/.test(text)).map(({ path }) => path), [])
  })

  it("have no any and no default exports", () => {
    assert.deepEqual(places(typed, (node) => node.kind === ts.SyntaxKind.AnyKeyword), [], "any")
    assert.deepEqual(places(typed, isDefaultExport), [], "default exports")
  })

  it("name Node's own modules with node:", () => { assert.deepEqual(places(typed, (node) => isNodeModule(moduleOf(node))), []) })

  it("use no Node API where the host must also run elsewhere", () => {
    const portable = host.filter(({ path }) => /^host\/(abi\.ts|core\.ts|engine\/engine\.ts|sim\/)/.test(path))
    assert.deepEqual(places(portable, (node) => moduleOf(node).startsWith("node:")), [])
  })
})

describe("The repository", () => {
  it("read their command lines in one place, which tells what is wrong in a sentence", () => {
    assert.deepEqual(typed.filter(({ text }) => text.includes("parseArgs")).map(({ path }) => path).filter((path) => path !== "tests/tidy/house.test.ts"), ["host/flags.ts"])
  })

  it("has every npm script that its pages name", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: Record<string, string> }
    const pages = tracked().filter((path) => path.endsWith(".md") && existsSync(join(ROOT, path)))
    const missing = pages.flatMap((path) => [...readFileSync(join(ROOT, path), "utf8").matchAll(/\bnpm (?:run )?([a-z][\w:-]*)/g)]
      .map(([, name]) => name ?? "")
      .filter((name) => !(name in scripts) && !["ci", "install", "run"].includes(name))
      .map((name) => `${path}: npm run ${name}`))
    assert.deepEqual(missing, [])
  })

  it("names no path of the machine that it was made on", () => {
    const machine = new RegExp(String.raw`(^|[\s"'\`(=:])/(home|root|Users|work)/|${ROOT.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`, "m")
    const named = tracked().filter((path) => existsSync(join(ROOT, path)) && machine.test(readFileSync(join(ROOT, path), "utf8")))
    assert.deepEqual(named.filter((path) => !path.startsWith("tests/tidy/")), [])
  })

  it("keeps nothing that is built", () => {
    assert.deepEqual(tracked().filter((path) => /^build\/out\/|node_modules\/|\.(wasm|node|o)$/.test(path)), [])
  })
})

/** Every file under version control; none where there is no git. */
function tracked(): string[] {
  try {
    return execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" }).split("\0").filter((path) => path !== "")
  } catch { return [] }
}
