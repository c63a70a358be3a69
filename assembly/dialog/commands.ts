// What the user can do to calls. Everything that asks for a call's place takes 0 <= i < CALLS and may find it FREE.
import { Span } from "../base/span"

/** Why a command was not carried out. DONE: it was. dial() gives a place, or one of these, which are negative. */
export const enum Refusal {
  DONE = 0, NOT_NOW = -1, NO_CALL = -2, ALL_BUSY = -3, NO_ACCOUNT = -4, BAD_TARGET = -5, NO_NETWORK = -6,
}

/** Calls an extension, a number, a sip: or a tel: URI. Returns the place of the call, or a Refusal. */
export function dial(line: i32, target: Span, now: i64): i32 { return Refusal.NOT_NOW }

/** Takes the call that rings here. */
export function answer(i: i32, now: i64): Refusal { return Refusal.NOT_NOW }

/** Declines it for good (603). */
export function reject(i: i32, now: i64): Refusal { return Refusal.NOT_NOW }

/** Says that we are busy (486). */
export function busy(i: i32, now: i64): Refusal { return Refusal.NOT_NOW }

/** Ends the call, in whatever state it is. */
export function hangUp(i: i32, now: i64): Refusal { return Refusal.NOT_NOW }

export function hold(i: i32, now: i64): Refusal { return Refusal.NOT_NOW }

export function resume(i: i32, now: i64): Refusal { return Refusal.NOT_NOW }

/** Holds the call that talks and resumes the one that is held. */
export function swap(now: i64): Refusal { return Refusal.NOT_NOW }

/** Both calls into one conversation of three. */
export function join(now: i64): Refusal { return Refusal.NOT_NOW }

/** Ends the conversation of three: the call in focus goes on, the other is held. */
export function split(now: i64): Refusal { return Refusal.NOT_NOW }

/** The user has seen why the call ended: its place is free. */
export function dismiss(i: i32): Refusal { return Refusal.NOT_NOW }

/** Sends a digit 0-9, *, #, A-D as an INFO request. */
export function sendDigit(i: i32, digit: u32, now: i64): Refusal { return Refusal.NOT_NOW }

/** The keys and the sound belong to this call from now on. */
export function focusOn(i: i32): Refusal { return Refusal.NOT_NOW }
