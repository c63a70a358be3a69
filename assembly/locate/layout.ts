// Who has which part of LOCATE_STATE.
import { LOCATE_STATE, LOCATE_STATE_SIZE } from "../memory"
import { LINES, TARGETS } from "../config"
import { REPLY_SIZE } from "../wire/dns"

/** Names are written out here before they are compared or kept: the one asked for, and one from a message. 256 bytes each. */
export const NAME_AT: usize = LOCATE_STATE
export const OTHER_NAME_AT: usize = NAME_AT + 256

/** The answer being read, and what was gathered from it; answer.ts. */
export const REPLY_AT: usize = OTHER_NAME_AT + 256
export const GATHERED_AT: usize = REPLY_AT + REPLY_SIZE
export const GATHERED_SIZE: usize = 0x40

/** The resolver's own record, its servers and its questions under way; query.ts. */
export const RESOLVER_AT: usize = GATHERED_AT + GATHERED_SIZE
export const RESOLVER_SIZE: usize = 0x180

/** Per line: what its last search came to; targets.ts. */
export const FOUND_AT: usize = RESOLVER_AT + RESOLVER_SIZE
export const FOUND_SIZE: usize = 16

/** The walk of a search, and the targets that it has found, which are good until the next one begins; search.ts, targets.ts. */
export const SEARCH_AT: usize = FOUND_AT + <usize>LINES * FOUND_SIZE
export const SEARCH_SIZE: usize = 0x38
export const WALK_AT: usize = SEARCH_AT + SEARCH_SIZE
export const TARGETS_AT: usize = WALK_AT + FOUND_SIZE
export const TARGET_SIZE: usize = 48

/** What is left is the cache's; cache.ts. */
export const CACHE_AT: usize = TARGETS_AT + <usize>TARGETS * TARGET_SIZE
export const CACHE_SIZE: u32 = <u32>(LOCATE_STATE + LOCATE_STATE_SIZE - CACHE_AT)
