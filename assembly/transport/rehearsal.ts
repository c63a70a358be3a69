// A failure that the user rehearses on a live phone: for a time, one server is treated as if it had failed.
import { Endpoint, ENDPOINT_SIZE } from "../base/endpoint"
import { NEVER } from "../base/deadline"
import { PACE_END } from "./pace"

/** How it fails: nobody listens there; it swallows everything; it answers each request with 503; what is sent to it takes SLOW_MS longer. */
export const enum Play { NONE, REFUSE, SILENT, BUSY, SLOW }

/** Longer than any patience with a server that answers, shorter than what makes a request fail. */
export const SLOW_MS: i64 = 2000

@unmanaged
class Rehearsal {
  begunAt: i64
  endsAt: i64
  play: u8             // Play
  // then: the endpoint of the server
}

const PEER_AT: usize = 20
/** Where the flows' records may begin. */
export const REHEARSAL_END: usize = PACE_END + ((PEER_AT + ENDPOINT_SIZE + 7) & ~7)

// @ts-ignore: decorator
@inline
function rehearsal(): Rehearsal { return changetype<Rehearsal>(PACE_END) }

/** The server that is treated so; meaningless while there is none. */
export function rehearsed(): Endpoint { return changetype<Endpoint>(PACE_END + PEER_AT) }

/** What is rehearsed; NONE when nothing is. */
export function play(): Play { return <Play>rehearsal().play }

/** What is rehearsed at this server. */
export function playAt(e: Endpoint): Play { return play() != Play.NONE && rehearsed().equals(e) ? play() : Play.NONE }

/** One at a time: what was rehearsed before has ended. Those who hold messages for it are told by outbox.rehearse(). */
export function beginRehearsal(server: Endpoint, p: Play, untilMs: i64, now: i64): void {
  const r = rehearsal()
  r.play = <u8>p
  r.begunAt = now
  r.endsAt = untilMs
  rehearsed().copyFrom(server)
}

export function begunAt(): i64 { return rehearsal().begunAt }

/** When it ends; NEVER when nothing is rehearsed. */
export function endsAt(): i64 { return play() == Play.NONE ? NEVER : rehearsal().endsAt }

/** Ends it. */
export function endRehearsal(): void { rehearsal().play = <u8>Play.NONE }
