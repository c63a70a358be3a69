// Compiler transform: lets the core write text("REGISTER") and get its bytes as a constant in linear memory.
// AssemblyScript's own strings are UTF-16 objects of a managed heap; the core has neither heap nor UTF-16. Each
// text("...") becomes (memory.data<u8>([bytes]) | length << 16), a span as base/span.ts describes it: one u32 constant.
// A literal is Latin-1: one character is one byte.
import { Transform } from "assemblyscript/transform"
import { Node, NodeKind } from "assemblyscript"

// Values of const enums that the compiler package does not export: LiteralKind.String, AssertionKind.Prefix, Token.Bar.
const LITERAL_STRING = 2
const ASSERTION_PREFIX = 0
const OPERATOR_BAR = 93

export default class TextTransform extends Transform {
  afterParse(parser) {
    for (const source of parser.sources) {
      if (!source.isLibrary) walk(source, new Set())
    }
  }
}

/** Replaces every text("...") below a node. The tree is walked by its properties, as the compiler offers no visitor. */
function walk(node, seen) {
  if (node === null || typeof node !== "object" || seen.has(node)) return
  seen.add(node)
  for (const key of Object.keys(node)) {
    if (key === "range" || key === "source" || key === "parent") continue
    const value = node[key]
    if (Array.isArray(value)) {
      value.forEach((item, i) => { value[i] = isText(item) ? constant(item) : item })
      value.forEach((item) => walk(item, seen))
    } else {
      if (isText(value)) node[key] = constant(value)
      else walk(value, seen)
    }
  }
}

function isText(node) {
  if (node === null || typeof node !== "object" || node.kind !== NodeKind.Call) return false
  return node.expression.kind === NodeKind.Identifier && node.expression.text === "text" && node.args.length === 1 &&
    node.args[0].kind === NodeKind.Literal && node.args[0].literalKind === LITERAL_STRING
}

function constant(call) {
  const literal = call.args[0], range = call.range
  const integer = (value) => Node.createIntegerLiteralExpression(i64_new(value, 0), range)
  const type = (name) => Node.createNamedType(Node.createSimpleTypeName(name, range), null, false, range)
  const bytes = Array.from(literal.value, (character) => {
    const code = character.codePointAt(0)
    if (code > 255) throw new Error(`${range.source.normalizedPath}: text("${literal.value}") has a character outside Latin-1`)
    return integer(code)
  })
  const list = Node.createArrayLiteralExpression(bytes.length ? bytes : [integer(0)], range)
  const data = Node.createPropertyAccessExpression(
    Node.createIdentifierExpression("memory", range), Node.createIdentifierExpression("data", range), range)
  const address = Node.createAssertionExpression(
    ASSERTION_PREFIX, Node.createCallExpression(data, [type("u8")], [list], range), type("u32"), range)
  const packed = Node.createBinaryExpression(OPERATOR_BAR, address, integer(literal.value.length << 16), range)
  return Node.createParenthesizedExpression(packed, range)
}
