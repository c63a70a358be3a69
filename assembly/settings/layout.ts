// Who has which part of SETTINGS_STATE.
import { LINES } from "../config"
import { SETTINGS_STATE } from "../memory"
import { ENDPOINT_SIZE } from "../base/endpoint"
import { WRITER_SIZE } from "../base/writer"
import { LINE_NUMBERS, LINE_SETTINGS, SETTINGS } from "./table"

/** Where an address is read, to be looked at and forgotten. */
export const HOST_SCRATCH: usize = SETTINGS_STATE

/** Numbers and choices of each line, then of the phone, with who gave them; values.ts. */
export const VALUES: usize = HOST_SCRATCH + ENDPOINT_SIZE
export const VALUE_SIZE: usize = 3
export const VALUES_OF_LINE: i32 = LINE_SETTINGS - LINE_NUMBERS
export const VALUES_COUNT: i32 = LINES * VALUES_OF_LINE + SETTINGS - LINE_SETTINGS
export const VALUES_SIZE: usize = <usize>VALUES_COUNT * VALUE_SIZE

/** The line of a settings text that is read, and the sentence about the last refusal. */
export const TEXT_LINE: usize = (VALUES + VALUES_SIZE + 4) & ~3
export const FAULT_WRITER: usize = TEXT_LINE + 4
export const FAULT: usize = FAULT_WRITER + WRITER_SIZE
export const FAULT_SIZE: usize = 224

/** What is left is for the texts; texts.ts. */
export const TEXTS: usize = FAULT + FAULT_SIZE
