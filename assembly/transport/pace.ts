// Keeps the phone from sending more than PACKETS_PER_SECOND packets in any second, SIP and DNS taken together (SK-27).
import { TRANSPORT_STATE, TRANSPORT_STATE_SIZE } from "../memory"
import { PACKETS_PER_SECOND } from "../config"

// One millisecond more than a second: instants are whole milliseconds, so two sends 1000 apart may really be 999.1 apart.
const WINDOW: i64 = 1001

/** The instants of the last sends, in a ring. It follows this record. */
@unmanaged
class Pace {
  sent: i32          // how many were ever sent, until the ring is full
  next: i32          // where the next instant goes, which is where the oldest one is
}

const PACE_AT: usize = TRANSPORT_STATE
const RING: usize = PACE_AT + 8

/** Where the flows' records may begin. */
export const PACE_END: usize = RING + <usize>PACKETS_PER_SECOND * 8

// @ts-ignore: decorator
@inline
function pace(): Pace { return changetype<Pace>(PACE_AT) }

/** The first instant at which one more packet may leave; an instant in the past when that is now. */
export function freeAt(): i64 {
  if (PACE_END > TRANSPORT_STATE + TRANSPORT_STATE_SIZE) ERROR("the ring of instants does not fit")
  const p = pace()
  if (p.sent < PACKETS_PER_SECOND) return i64.MIN_VALUE
  return load<i64>(RING + (<usize>p.next << 3)) + WINDOW
}

/** `now` when a packet may leave now, else the first instant at which one may. */
export function mayAt(now: i64): i64 {
  const free = freeAt()
  return free > now ? free : now
}

/** A packet leaves now. The caller has asked mayAt(now) before. */
export function spent(now: i64): void {
  const p = pace()
  store<i64>(RING + (<usize>p.next << 3), now)
  p.next = (p.next + 1) % PACKETS_PER_SECOND
  if (p.sent < PACKETS_PER_SECOND) p.sent++
}
