// Compiler transform: lets the core write text("REGISTER") and get its bytes as a constant in linear memory.
// AssemblyScript's own strings are UTF-16 objects of a managed heap; the core has neither heap nor UTF-16. Every literal becomes
// part of one pool of bytes, each piece once, and text("...") becomes (POOL + offset | length << 16): a span as base/span.ts
// describes it, one u32 constant. A literal is Latin-1: one character is one byte.
import { Transform } from "assemblyscript/transform"
import { Node, NodeKind } from "assemblyscript"

// Values of const enums that the compiler package does not export: LiteralKind.String, Token.Bar, Token.Plus.
const LITERAL_STRING = 2
const OPERATOR_BAR = 93
const OPERATOR_PLUS = 81

const POOL = "TEXT_POOL"

export default class TextTransform extends Transform {
  afterParse(parser) {
    const sources = parser.sources.filter((source) => !source.isLibrary)
    const literals = new Set()
    for (const source of sources) walk(source, new Set(), (call) => { literals.add(literalOf(call)); return call })
    const pool = pack([...literals])
    for (const source of sources) walk(source, new Set(), (call) => constant(call, pool.indexOf(literalOf(call))))
    const bytes = Array.from(pool === "" ? "\0" : pool, (character) => character.charCodeAt(0))
    parser.parseFile(`// @ts-ignore: decorator\n@global const ${POOL}: u32 = <u32>memory.data<u8>([${bytes}])\n`, "build/text-pool.ts", true)
    // Constants are known only behind their declaration: the pool goes before everything that uses it.
    parser.sources.unshift(parser.sources.pop())
  }
}

/** One text in which every literal occurs: the longest first, each appended only where it is not there yet, and over the end where that fits. */
function pack(literals) {
  let pool = ""
  for (const literal of literals.sort((a, b) => b.length - a.length || (a < b ? -1 : 1))) {
    if (pool.includes(literal)) continue
    let overlap = Math.min(literal.length, pool.length)
    while (!pool.endsWith(literal.slice(0, overlap))) overlap--
    pool += literal.slice(overlap)
  }
  return pool
}

/** Replaces every text("...") below a node by what `change` makes of it. The tree is walked by its properties, as the compiler offers no visitor. */
function walk(node, seen, change) {
  if (node === null || typeof node !== "object" || seen.has(node)) return
  seen.add(node)
  for (const key of Object.keys(node)) {
    if (key === "range" || key === "source" || key === "parent") continue
    const value = node[key]
    if (Array.isArray(value)) {
      value.forEach((item, i) => { if (isText(item)) value[i] = change(item) })
      value.forEach((item) => walk(item, seen, change))
    } else {
      if (isText(value)) node[key] = change(value)
      walk(node[key], seen, change)
    }
  }
}

function isText(node) {
  if (node === null || typeof node !== "object" || node.kind !== NodeKind.Call) return false
  return node.expression.kind === NodeKind.Identifier && node.expression.text === "text" && node.args.length === 1 &&
    node.args[0].kind === NodeKind.Literal && node.args[0].literalKind === LITERAL_STRING
}

function literalOf(call) {
  const literal = call.args[0].value
  if (/[^\0-\xff]/.test(literal)) {
    throw new Error(`${call.range.source.normalizedPath}: text("${literal}") has a character outside Latin-1`)
  }
  return literal
}

function constant(call, offset) {
  const range = call.range
  const integer = (value) => Node.createIntegerLiteralExpression(i64_new(value, 0), range)
  const address = Node.createBinaryExpression(OPERATOR_PLUS, Node.createIdentifierExpression(POOL, range), integer(offset), range)
  const packed = Node.createBinaryExpression(
    OPERATOR_BAR, Node.createParenthesizedExpression(address, range), integer(call.args[0].value.length << 16), range)
  return Node.createParenthesizedExpression(packed, range)
}
