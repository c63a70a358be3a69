// Constant sentences that are only ever written: kept packed, and a type of their own so that nobody compares or measures them.

/**
 * A constant text in ASCII, packed by the build: prose("The phone keeps trying."). Writer.say() writes it. It is a number like a Span, but the compiler takes
 * neither for the other. Null writes nothing.
 */
// @ts-ignore: decorator
@global @unmanaged
export class Prose {}

/** Nothing to say. */
// @ts-ignore: decorator
@inline
export const NOTHING: Prose = changetype<Prose>(0)

/** The compiler transform build/text-transform.mjs turns every call into a constant. */
export declare function prose(literal: string): Prose

/** In a table, where constants are numbers: the column that holds a prose. */
// @ts-ignore: decorator
@inline
export function proseAt(column: usize): Prose { return changetype<Prose>(load<u32>(column)) }
