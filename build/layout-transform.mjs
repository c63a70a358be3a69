// Compiler transform: stamps a module with what decides where things lie in its memory, so that one build can take over the memory of another.
//
// The stamp is a hash over the sources of the core and over nothing that has to be kept up by hand: each field of each record with its type, each enum, each
// constant and table but for the sentences in it, and each expression by which a function reaches into memory. Names count, so a field that keeps its place and gets
// another meaning wants another name. What functions do otherwise, comments and the words of sentences are left out. LAYOUT covers all of it, KEEP_LAYOUT the files that KEEP is made of.
import { createHash } from "node:crypto"
import { Transform } from "assemblyscript/transform"
import { ASTBuilder, NodeKind, Parser } from "assemblyscript"

const CORE = "assembly/"
/** What a restarted core finds in KEEP. */
const KEPT = ["assembly/account/identity.ts", "assembly/base/endpoint.ts"]
/** They read messages where they lie in RX, and remember nothing. */
const STATELESS = "assembly/wire/"

const PROSE = /\bprose\("(?:[^"\\]|\\.)*"\)/g
const ONE_TEXT = /^(?:text|prose)\("(?:[^"\\]|\\.)*"\)$/

/** How many of the arguments of a function say where in memory it works; the last of store's is an offset. */
const REACHES = new Map(Object.entries({ load: [0, 1], store: [0, 2], changetype: [0], offsetof: [], "memory.fill": [0], "memory.copy": [0, 1] }))

export default class LayoutTransform extends Transform {
  afterParse(parser) {
    const { layout, keepLayout } = stampsOfLines(new Map(parser.sources
      .filter((source) => source.normalizedPath.startsWith(CORE)).map((source) => [source.normalizedPath, linesOf(source)])))
    const declare = (name, value) => `// @ts-ignore: decorator\n@global const ${name}: u32 = ${value}\n`
    parser.parseFile(declare("LAYOUT_STAMP", layout) + declare("KEEP_STAMP", keepLayout), "build/layout-stamp.ts", true)
    // Constants are known only behind their declaration.
    parser.sources.unshift(parser.sources.pop())
  }
}

/** The stamps of sources that are texts by their paths from the project's root. */
export function stampsOfTexts(texts) {
  return stampsOfLines(new Map(Object.entries(texts).filter(([path]) => path.startsWith(CORE)).map(([path, text]) => [path, linesOfText(path, text)])))
}

const known = new Map()

function linesOfText(path, text) {
  const key = `${path}\0${text}`
  if (known.has(key)) return known.get(key)
  const parser = new Parser()
  parser.parseFile(text, path, true)
  known.set(key, linesOf(parser.sources[0]))
  return known.get(key)
}

function stampsOfLines(lines) {
  const stamp = (paths) => {
    const hash = createHash("sha256")
    for (const path of [...paths].sort()) hash.update(`\0${path}\0${(lines.get(path) ?? []).join("\n")}`)
    return hash.digest().readUInt32LE(0)
  }
  return { layout: stamp(lines.keys()), keepLayout: stamp(KEPT) }
}

/** What of one source decides the layout. */
function linesOf(source) {
  const declared = [], reached = new Set()
  for (const statement of source.statements) declaration(statement, declared, reached)
  return source.normalizedPath.startsWith(STATELESS) ? declared : [...declared, ...[...reached].sort()]
}

function declaration(node, declared, reached) {
  switch (node.kind) {
    case NodeKind.EnumDeclaration: declared.push(textOf(node)); return
    case NodeKind.Variable: declared.push(...node.declarations.filter((each) => !isOneText(each)).map(textOf)); return
    case NodeKind.NamespaceDeclaration: for (const member of node.members) declaration(member, declared, reached); return
    case NodeKind.ClassDeclaration:
      declared.push(`class ${node.name.text}`)
      for (const member of node.members) declaration(member, declared, reached)
      return
    case NodeKind.FieldDeclaration: declared.push(textOf(node)); return
    default: reaches(node, reached, new Set())
  }
}

/** A constant that is one text is where the pool of texts has it; no record keeps such a place (tests/build/exchange.test.ts). */
function isOneText(node) { return node.initializer !== null && ONE_TEXT.test(ASTBuilder.build(node.initializer)) }

function textOf(node) { return ASTBuilder.build(node).replaceAll(PROSE, "prose()") }

/** Every way in which a function finds its place in memory. */
function reaches(node, found, seen) {
  if (node === null || typeof node !== "object" || seen.has(node)) return
  seen.add(node)
  if (node.kind === NodeKind.Call) {
    const name = nameOf(node.expression), places = REACHES.get(name)
    if (places !== undefined) found.add(reach(name, node, places))
  }
  for (const key of Object.keys(node)) if (key !== "range" && key !== "source" && key !== "parent") reaches(node[key], found, seen)
}

function nameOf(expression) {
  if (expression.kind === NodeKind.Identifier) return expression.text
  return expression.kind === NodeKind.PropertyAccess && expression.expression.text === "memory" ? `memory.${expression.property.text}` : ""
}

function reach(name, node, places) {
  const types = (node.typeArguments ?? []).map((type) => ASTBuilder.build(type)).join()
  return `${name}<${types}>(${places.filter((at) => at < node.args.length).map((at) => ASTBuilder.build(node.args[at])).join(", ")})`
}
