// Other builds of the phone than the released one, for tests that exchange one for the other.
import { compile, type Changes, type CompileOptions } from "../build/core.ts"

/** What `mem` calls the first region, and what it does in the build after the released one. */
export const WORD = "null page", NEXT_WORD = "zero page"

// Every constant lies elsewhere, and a sentence is another one: what a next version changes. Records stay as they are.
const NEXT: Changes = { "assembly/ui/report-memory.ts": [['prose("null page")', `prose("${NEXT_WORD}")`]] }
const SHIFT = 16

/** A build with other texts at other places, whose records lie where those of the released one do. */
export function nextBuild(): Promise<Uint8Array> { return compile("assembly/index.ts", undefined, { changes: NEXT, shift: SHIFT }) }

/** A build whose records lie elsewhere: the phone's own has one field more. */
export function movedBuild(): Promise<Uint8Array> {
  return compile("assembly/index.ts", undefined, { changes: {
    ...NEXT, "assembly/phone.ts": [["  opened: bool\n", "  spare: u32\n  opened: bool\n"]],
  } })
}

/** The released one with bugs planted in it: tests/entries/planted.ts. */
export function plantedBuild(): Promise<Uint8Array> { return compile("tests/entries/planted.ts") }

/** How many servers a line of the phone knows at most (CANDIDATES_OF_LINE), and one of the large build. */
export const SERVERS_MAX = 16, LARGE_SERVERS_MAX = 64

/** For entries that measure what more servers would cost than the one page of the phone has room for: it lacks the room of other regions for it. */
export const LARGE: CompileOptions = { shift: 0x2080, changes: {
  "assembly/config.ts": [
    ["TARGETS = 16 ", "TARGETS = 64 "], ["CANDIDATES = 24 ", "CANDIDATES = 64 "], [`CANDIDATES_OF_LINE = ${SERVERS_MAX} `, `CANDIDATES_OF_LINE = ${LARGE_SERVERS_MAX} `],
  ],
  "assembly/memory.ts": [["LOCATE_STATE_SIZE: usize = 0x1580", "LOCATE_STATE_SIZE: usize = 0x2180"], ["SERVERS_STATE_SIZE: usize = 0x0db0", "SERVERS_STATE_SIZE: usize = 0x2200"]],
  "assembly/locate/layout.ts": [["GATHERED_SIZE: usize = 0x40", "GATHERED_SIZE: usize = 0xa0"], ["SEARCH_SIZE: usize = 0x38", "SEARCH_SIZE: usize = 0x68"]],
  "assembly/locate/select.ts": [["ORDER_MAX: u32 = 32", "ORDER_MAX: u32 = 64"], ["type Taken = u32", "type Taken = u64"]],
} }
