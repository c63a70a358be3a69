// The console's list of memory: the regions of the page, then the pools with how much of each is in use.
import {
  NULL_PAGE_SIZE, PANIC, PANIC_SIZE, IO, IO_SIZE, SCREEN, SCREEN_SIZE, FRAME, FRAME_SIZE, AUDIO, AUDIO_SIZE, KEEP, KEEP_SIZE, RX, RX_SIZE, TX, TX_SIZE,
  CONFIG, CONFIG_SIZE, LOG, LOG_SIZE, OUTBOX, OUTBOX_SIZE, STATE, STATE_SIZE, CONSTANTS, CONSTANTS_SIZE,
} from "../memory"
import { CALLS, CANDIDATES, CLIENT_TRANSACTIONS, DIALOGS, OUTBOX_SLOTS, SERVER_TRANSACTIONS } from "../config"
import { Prose, prose, proseAt } from "../base/prose"
import { Span } from "../base/span"
import { Writer } from "../base/writer"
import { cacheCapacity, cacheUsed } from "../locate/cache"
import * as outbox from "../transport/outbox"
import { at } from "../transaction/record"
import { serverCount } from "../servers/candidates"
import { liveCalls } from "../dialog/calls"
import { dialogCount } from "../dialog/dialog"
import { Reply } from "./lines"
import { numberMember, proseMember } from "./json"

// One row per region: name, address, size.
const REGIONS = memory.data<usize>([
  prose("null page"), 0, NULL_PAGE_SIZE,
  prose("panic"), PANIC, PANIC_SIZE,
  prose("io"), IO, IO_SIZE,
  prose("screen"), SCREEN, SCREEN_SIZE,
  prose("frame"), FRAME, FRAME_SIZE,
  prose("audio"), AUDIO, AUDIO_SIZE,
  prose("keep"), KEEP, KEEP_SIZE,
  prose("rx"), RX, RX_SIZE,
  prose("tx"), TX, TX_SIZE,
  prose("config"), CONFIG, CONFIG_SIZE,
  prose("log"), LOG, LOG_SIZE,
  prose("outbox"), OUTBOX, OUTBOX_SIZE,
  prose("state"), STATE, STATE_SIZE,
  prose("constants"), CONSTANTS, CONSTANTS_SIZE,
])
const REGION_COUNT = 14
const ROW = 12

const enum Pool { OUTBOX, OUTBOX_BYTES, CLIENTS, SERVERS, CANDIDATES, CALLS, DIALOGS, CACHE }
const POOL_COUNT = 8

export const MEMORY_ITEMS: i32 = REGION_COUNT + POOL_COUNT

/** Writes the i-th region or pool. */
export function writeMemoryItem(w: Writer, r: Reply, i: i32): void {
  if (i < REGION_COUNT) writeRegion(w, r, i)
  else writePool(w, r, <Pool>(i - REGION_COUNT))
}

function writeRegion(w: Writer, r: Reply, i: i32): void {
  const row = REGIONS + <usize>i * ROW
  const address = load<u32>(row, 4), size = load<u32>(row, 8)
  if (r.json) {
    w.byte(0x7b)
    proseMember(w, prose("region"), proseAt(row))
    numberMember(w, prose("address"), address)
    numberMember(w, prose("bytes"), size)
    w.byte(0x7d)
    return
  }
  w.say(proseAt(row))
  w.say(prose(": "))
  w.number(size)
  w.say(prose(" bytes at "))
  w.number(address)
}

function writePool(w: Writer, r: Reply, pool: Pool): void {
  if (r.json) {
    w.byte(0x7b)
    proseMember(w, prose("pool"), poolName(pool))
    numberMember(w, prose("used"), used(pool))
    numberMember(w, prose("of"), size(pool))
    w.byte(0x7d)
    return
  }
  w.say(poolName(pool))
  w.say(prose(": "))
  w.number(used(pool))
  w.say(prose(" of "))
  w.number(size(pool))
  w.say(prose(" used"))
}

function poolName(pool: Pool): Prose {
  switch (pool) {
    case Pool.OUTBOX: return prose("messages kept")
    case Pool.OUTBOX_BYTES: return prose("their bytes")
    case Pool.CLIENTS: return prose("client transactions")
    case Pool.SERVERS: return prose("server transactions")
    case Pool.CANDIDATES: return prose("servers known")
    case Pool.CALLS: return prose("calls")
    case Pool.DIALOGS: return prose("dialogs")
  }
  return prose("dns cache bytes")
}

function used(pool: Pool): i32 {
  switch (pool) {
    case Pool.OUTBOX: return outbox.count()
    case Pool.OUTBOX_BYTES: return outbox.bytesUsed()
    case Pool.CLIENTS: return transactions(0, CLIENT_TRANSACTIONS)
    case Pool.SERVERS: return transactions(CLIENT_TRANSACTIONS, SERVER_TRANSACTIONS)
    case Pool.CANDIDATES: return serverCount()
    case Pool.CALLS: return liveCalls()
    case Pool.DIALOGS: return dialogCount()
  }
  return cacheUsed()
}

function size(pool: Pool): i32 {
  switch (pool) {
    case Pool.OUTBOX: return OUTBOX_SLOTS
    case Pool.OUTBOX_BYTES: return outbox.capacity()
    case Pool.CLIENTS: return CLIENT_TRANSACTIONS
    case Pool.SERVERS: return SERVER_TRANSACTIONS
    case Pool.CANDIDATES: return CANDIDATES
    case Pool.CALLS: return CALLS
    case Pool.DIALOGS: return DIALOGS
  }
  return cacheCapacity()
}

function transactions(first: i32, count: i32): i32 {
  let busy = 0
  for (let i = first; i < first + count; i++) busy += <i32>at(i).exists
  return busy
}
