// Transfer, as the user asks for it. Everything that asks for a call's place takes 0 <= i < CALLS and may find it FREE.
import { Span } from "../base/span"
import { Refusal } from "./commands"

/** Hands the peer of call `i` over to a target and leaves. */
export function transferBlind(i: i32, target: Span, now: i64): Refusal { return Refusal.NOT_NOW }

/** Connects the peers of two calls and leaves. */
export function transferAttended(i: i32, other: i32, now: i64): Refusal { return Refusal.NOT_NOW }
