// House rules of the core that a reader would otherwise have to look for (docs/architecture.md).
import assert from "node:assert/strict"
import { dirname, join, normalize } from "node:path"
import ts from "typescript"
import { nodesOf, placeOf, places, sourcesBelow, type Source } from "./sources.ts"

// From the bottom up: a room imports only rooms before it in this list, and files of its own.
const ROOMS = ["base", "wire", "settings", "transport", "locate", "transaction", "servers", "account", "dialog", "media", "ui"]
// Files beside the rooms that every room may import. All others beside the rooms stand above them.
const FOR_ALL = ["config", "io", "memory", "product"]

const core = sourcesBelow("assembly")

/** Where a file of assembly/ stands: a room's number; files for all are below, the others above. */
function levelOf(path: string): number {
  const [room, ...below] = path.replace(/^assembly\//, "").replace(/\.ts$/, "").split("/")
  if (below.length === 0) return FOR_ALL.includes(room ?? "") ? -1 : ROOMS.length
  return ROOMS.indexOf(room ?? "")
}

function importsOf(source: Source): { place: string; target: string }[] {
  return source.tree.statements.flatMap((statement) => {
    const isImport = ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)
    const name = isImport && statement.moduleSpecifier && ts.isStringLiteral(statement.moduleSpecifier) ? statement.moduleSpecifier.text : undefined
    return name === undefined ? [] : [{ place: placeOf(source, statement), target: normalize(join(dirname(source.path), name)) }]
  })
}

function isTypeOfFloat(node: ts.Node): boolean { return ts.isTypeReferenceNode(node) && /^f(32|64)$/.test(node.getText()) }

function isTextArgument(node: ts.Node): boolean {
  const { parent } = node
  return ts.isCallExpression(parent) && ts.isIdentifier(parent.expression) && ["text", "prose", "ERROR", "WARNING", "INFO"].includes(parent.expression.text)
}

const isModuleName = ({ parent }: ts.Node) => ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent)

function isMemoryData(node: ts.Node): boolean {
  for (let at: ts.Node | undefined = node.parent; at; at = at.parent) {
    if (ts.isCallExpression(at) && at.expression.getText() === "memory.data") return true
  }
  return false
}

describe("The core", () => {
  it("has only the rooms of the plan", () => {
    const unknown = core.map(({ path }) => path).filter((path) => path.split("/").length > 3 || path.split("/").length === 3 && levelOf(path) < 0)
    assert.deepEqual(unknown, [])
  })

  it("has rooms that import only rooms below them", () => {
    const wrong = core.flatMap((source) => importsOf(source)
      .filter(({ target }) => levelOf(source.path) >= 0 && levelOf(target) > levelOf(source.path))
      .map(({ place, target }) => `${place} imports ${target}`))
    assert.deepEqual(wrong, [])
  })

  it("has no variable outside functions: it would be a mutable global, outside memory", () => {
    const variables = core.flatMap((source) => source.tree.statements
      .filter((statement) => ts.isVariableStatement(statement) && !(statement.declarationList.flags & ts.NodeFlags.Const))
      .map((statement) => placeOf(source, statement)))
    assert.deepEqual(variables, [])
  })

  it("has no objects, closures, strings, arrays or floats, which would want an allocator or a wider machine", () => {
    assert.deepEqual(places(core, (node) => ts.isNewExpression(node)), [], "new")
    assert.deepEqual(places(core, (node) => ts.isArrowFunction(node) || ts.isFunctionExpression(node)), [], "closures")
    assert.deepEqual(places(core, (node) => ts.isTemplateExpression(node) || ts.isNoSubstitutionTemplateLiteral(node)), [], "templates")
    assert.deepEqual(places(core, (node) => ts.isStringLiteral(node) && !isTextArgument(node) && !isModuleName(node)), [], "strings")
    assert.deepEqual(places(core, (node) => ts.isArrayLiteralExpression(node) && !isMemoryData(node)), [], "arrays")
    assert.deepEqual(places(core, (node) => isTypeOfFloat(node) || ts.isNumericLiteral(node) && /^\d*\.\d/.test(node.getText())), [], "floats")
  })

  it("has records that are unmanaged", () => {
    const managed = core.flatMap((source) => [...nodesOf(source.tree)]
      .filter((node) => ts.isClassDeclaration(node) && !(ts.getDecorators(node) ?? []).some((decorator) => decorator.getText() === "@unmanaged"))
      .map((node) => placeOf(source, node)))
    assert.deepEqual(managed, [])
  })
})
