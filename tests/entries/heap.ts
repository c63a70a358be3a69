// A heap for its test, in RX; blocks are filled and read by the test.
import { RX } from "../../assembly/memory"
import { Heap } from "../../assembly/base/heap"
import { endOf, startOf } from "../../assembly/base/span"

export const RX_AT: i32 = <i32>RX

function heap(): Heap { return changetype<Heap>(RX) }

export function open(places: u32, size: u32): void { heap().open(places, size) }
export function take(size: u32): i32 { return heap().take(size) }
export function trim(place: i32, size: u32): void { heap().trim(place, size) }
export function free(place: i32): void { heap().free(place) }
export function startAt(place: i32): usize { return startOf(heap().at(place)) }
export function endAt(place: i32): usize { return endOf(heap().at(place)) }
export function room(): u32 { return heap().room() }
export function used(): u32 { return heap().used() }
export function capacity(): u32 { return heap().capacity() }
