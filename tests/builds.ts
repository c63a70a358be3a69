// Other builds of the phone than the released one, for tests that exchange one for the other.
import { compile, type Changes } from "../build/core.ts"

/** What `mem` calls the first region, and what it does in the build after the released one. */
export const WORD = "null page", NEXT_WORD = "zero page"

// A text that stands before all others moves every constant, and a sentence is another one: what a next version changes. Records stay as they are.
const NEXT: Changes = {
  "assembly/product.ts": ["export const PRODUCT", `export const SPARE: Span = text("${"~Q|{}".repeat(20)}")\nexport const PRODUCT`],
  "assembly/ui/report-memory.ts": [`prose("${WORD}")`, `prose("${NEXT_WORD}")`],
}

/** A build with other texts at other places, whose records lie where those of the released one do. */
export function nextBuild(): Promise<Uint8Array> { return compile("assembly/index.ts", undefined, { changes: NEXT }) }

/** A build whose records lie elsewhere: the phone's own has one field more. */
export function movedBuild(): Promise<Uint8Array> {
  return compile("assembly/index.ts", undefined, { changes: {
    ...NEXT, "assembly/phone.ts": ["  opened: bool\n", "  spare: u32\n  opened: bool\n"],
  } })
}
