// Other builds of the phone than the released one, for tests that exchange one for the other.
import { compile, type Changes } from "../build/core.ts"

/** What `mem` calls the first region, and what it does in the build after the released one. */
export const WORD = "null page", NEXT_WORD = "zero page"

// Every constant lies elsewhere, and a sentence is another one: what a next version changes. Records stay as they are.
const NEXT: Changes = { "assembly/ui/report-memory.ts": ['prose("null page")', `prose("${NEXT_WORD}")`] }
const SHIFT = 16

/** A build with other texts at other places, whose records lie where those of the released one do. */
export function nextBuild(): Promise<Uint8Array> { return compile("assembly/index.ts", undefined, { changes: NEXT, shift: SHIFT }) }

/** A build whose records lie elsewhere: the phone's own has one field more. */
export function movedBuild(): Promise<Uint8Array> {
  return compile("assembly/index.ts", undefined, { changes: {
    ...NEXT, "assembly/phone.ts": ["  opened: bool\n", "  spare: u32\n  opened: bool\n"],
  } })
}

/** The released one with bugs planted in it: tests/entries/planted.ts. */
export function plantedBuild(): Promise<Uint8Array> { return compile("tests/entries/planted.ts") }
