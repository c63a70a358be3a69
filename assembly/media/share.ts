// Who has which of the rings: one call that is heard has all of the room, two have a half each.
import { STREAMS } from "../config"
import { moveTo } from "./jitter"
import { RINGS, RINGS_SIZE, stream } from "./record"

/** Gives the streams that are heard their rings. What waits in one goes with it. */
export function shareRings(): void {
  let active: u32 = 0
  for (let i = 0; i < STREAMS; i++) active += <u32>(stream(i).used && stream(i).active)
  const size: u32 = active > 1 ? RINGS_SIZE / STREAMS : RINGS_SIZE
  // First whoever has something to keep: the others begin where that was.
  for (let i = 0; i < STREAMS; i++) share(i, size, active, true)
  for (let i = 0; i < STREAMS; i++) share(i, size, active, false)
}

function share(i: i32, size: u32, active: u32, running: bool): void {
  const s = stream(i), has = s.used && s.active, ring = RINGS + (active > 1 ? <usize>i * size : 0)
  if (!has) s.size = 0
  if (!has || s.running != running || s.size == <u16>size && s.ring == <u16>ring) return
  if (running) moveTo(s, ring, size)
  s.ring = <u16>ring
  s.size = <u16>size
}
