// Compiler transform: lets the core write text("REGISTER") and get its bytes as a constant in linear memory.
// AssemblyScript's own strings are UTF-16 objects of a managed heap; the core has neither heap nor UTF-16. Every literal becomes
// part of one pool of bytes, each piece once, and text("...") becomes (POOL + offset | length << 16): a span as base/span.ts
// describes it, one u32 constant. A literal is Latin-1: one character is one byte. prose("...") does the same with the bytes packed
// by build/pairs.mjs, and is a Prose of base/prose.ts: only Writer.say() can read it, and the compiler takes it nowhere else.
import { Transform } from "assemblyscript/transform"
import { Node, NodeKind } from "assemblyscript"
import { packProse } from "./pairs.mjs"

// Values of const enums that the compiler package does not export: LiteralKind.String, Token.Bar, Token.Plus.
const LITERAL_STRING = 2
const OPERATOR_BAR = 93
const OPERATOR_PLUS = 81

const POOL = "TEXT_POOL"
const PAIRS = "PROSE_PAIRS"
/** Where an array literal has its items: in the core that is a table given to memory.data, which takes numbers only. */
const ELEMENTS = "elementExpressions"

export default class TextTransform extends Transform {
  afterParse(parser) {
    const sources = parser.sources.filter((source) => !source.isLibrary)
    const texts = new Set(), proses = new Set()
    const visitAll = (change) => sources.forEach((source) => walk(source, new Set(), change))
    visitAll((call) => { (isProse(call) ? proses : texts).add(literalOf(call)); return call })
    const { pairs, packedOf } = packProse(proses)
    const bytesOf = (call) => isProse(call) ? packedOf.get(literalOf(call)) : literalOf(call)
    const pool = pack([...new Set([...texts, ...packedOf.values()])])
    visitAll((call, inTable) => {
      const value = constant(call, pool.indexOf(bytesOf(call)), bytesOf(call).length)
      return isProse(call) && !inTable ? asProse(value, call.range) : value
    })
    const bytes = Array.from(pool === "" ? "\0" : pool, (character) => character.charCodeAt(0))
    const declarations = [
      `// @ts-ignore: decorator\n@global const ${POOL}: u32 = <u32>memory.data<u8>([${bytes}])`,
      `// @ts-ignore: decorator\n@global const ${PAIRS}: usize = memory.data<u8>([${pairs.length === 0 ? [0] : pairs}])`,
    ]
    parser.parseFile(`${declarations.join("\n")}\n`, "build/text-pool.ts", true)
    // Constants are known only behind their declaration: the pool goes before everything that uses it.
    parser.sources.unshift(parser.sources.pop())
  }
}

/**
 * One text in which every literal occurs. Those that lie in another need no place of their own; of the others the two with the
 * longest overlap of an end and a beginning are joined, again and again: the usual approximation of the shortest such text.
 */
function pack(literals) {
  const sorted = literals.sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
  const pieces = sorted.filter((literal, i) => !sorted.slice(0, i).some((longer) => longer.includes(literal)))
  const next = new Map(), chainOf = pieces.map((_, i) => i), followers = new Set()
  for (const { first, second, length } of overlaps(pieces)) {
    if (next.has(first) || followers.has(second) || chainOf[first] === chainOf[second]) continue
    next.set(first, { second, length })
    followers.add(second)
    const joined = chainOf[second]
    chainOf.forEach((chain, i) => { if (chain === joined) chainOf[i] = chainOf[first] })
  }
  let pool = ""
  pieces.forEach((piece, i) => {
    if (followers.has(i)) return
    pool += piece
    for (let link = next.get(i); link !== undefined; link = next.get(link.second)) pool += pieces[link.second].slice(link.length)
  })
  return pool
}

/** Every pair of pieces of which one ends as the other begins, the longest overlap first. */
function overlaps(pieces) {
  const found = []
  pieces.forEach((a, first) => pieces.forEach((b, second) => {
    let length = first === second ? 0 : Math.min(a.length, b.length) - 1
    while (length > 0 && !a.endsWith(b.slice(0, length))) length--
    if (length > 0) found.push({ first, second, length })
  }))
  return found.sort((a, b) => b.length - a.length || a.first - b.first || a.second - b.second)
}

/** Replaces every text("...") and prose("...") below a node by what `change` makes of it. The tree is walked by its properties, as the compiler offers no visitor. */
function walk(node, seen, change) {
  if (node === null || typeof node !== "object" || seen.has(node)) return
  seen.add(node)
  for (const key of Object.keys(node)) {
    if (key === "range" || key === "source" || key === "parent") continue
    const value = node[key]
    if (Array.isArray(value)) {
      value.forEach((item, i) => { if (isConstant(item)) value[i] = change(item, key === ELEMENTS) })
      value.forEach((item) => walk(item, seen, change))
    } else {
      if (isConstant(value)) node[key] = change(value)
      walk(node[key], seen, change)
    }
  }
}

function isConstant(node) {
  if (node === null || typeof node !== "object" || node.kind !== NodeKind.Call) return false
  return node.expression.kind === NodeKind.Identifier && (node.expression.text === "text" || isProse(node)) && node.args.length === 1 &&
    node.args[0].kind === NodeKind.Literal && node.args[0].literalKind === LITERAL_STRING
}

function isProse(call) { return call.expression.text === "prose" }

function literalOf(call) {
  const literal = call.args[0].value
  const wrong = isProse(call) ? /[^\x01-\x7f]/ : /[^\0-\xff]/
  if (wrong.test(literal)) {
    throw new Error(`${call.range.source.normalizedPath}: "${literal}" has a character outside ${isProse(call) ? "ASCII" : "Latin-1"}`)
  }
  return literal
}

function constant(call, offset, length) {
  const range = call.range
  const integer = (value) => Node.createIntegerLiteralExpression(i64_new(value, 0), range)
  const address = Node.createBinaryExpression(OPERATOR_PLUS, Node.createIdentifierExpression(POOL, range), integer(offset), range)
  const packed = Node.createBinaryExpression(OPERATOR_BAR, Node.createParenthesizedExpression(address, range), integer(length << 16), range)
  return Node.createParenthesizedExpression(packed, range)
}

function asProse(value, range) {
  const type = Node.createNamedType(Node.createSimpleTypeName("Prose", range), null, false, range)
  return Node.createCallExpression(Node.createIdentifierExpression("changetype", range), [type], [value], range)
}
