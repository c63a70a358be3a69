// Loops of choosing among servers: the order for one request, and the list made anew.
import { RX, STATE, STATE_SIZE } from "../../assembly/memory"
import { CANDIDATES_OF_LINE } from "../../assembly/config"
import { NONE } from "../../assembly/base/span"
import { Endpoint } from "../../assembly/base/endpoint"
import { seed } from "../../assembly/base/random"
import { restoreDefaults } from "../../assembly/settings/settings"
import { addTarget, clear, walk } from "../../assembly/locate/targets"
import { clearCandidates, rebuild } from "../../assembly/servers/candidates"
import { OTHER_HUNT, beginHunt } from "../../assembly/servers/hunt"

const LINE: i32 = 0

/** Nothing has to be placed. */
export function roomAt(): usize { return RX }
export function place(which: i32, at: usize, length: u32): void {}

/** `n` times: the order for one request among 1, 2, 4 ... servers, up to as many as a line knows; then the list of 1, 2, 4 ... made anew, as DNS has turned it by one. */
export function work(which: i32, n: i32): i32 {
  memory.fill(STATE, 0, STATE_SIZE)
  for (let i = 0; i < 32; i++) store<u8>(RX + i, <u8>(i * 7 + 1))
  seed(RX, 32)
  restoreDefaults()
  clearCandidates(LINE)
  const rows = 32 - clz(CANDIDATES_OF_LINE), servers = 1 << (which % rows)
  find(servers, 0)
  rebuild(LINE)
  let sum: u32 = 0
  for (let i = 0; i < n; i++) {
    if (which < rows) sum += beginHunt(OTHER_HUNT, LINE, 0, 1000)
    else {
      find(servers, i + 1)
      rebuild(LINE)
    }
  }
  return <i32>sum
}

/** What a search finds: servers of one address each, all of one priority, with weights of their own; the first is number `turn`. */
function find(servers: i32, turn: i32): void {
  clear(walk())
  for (let i = 0; i < servers; i++) {
    const t = addTarget(NONE), which = (i + turn) % servers
    const e: Endpoint = t.endpoint
    t.rank = 1
    t.record = <u8>i
    t.weight = <u16>(which * 10 + 1)
    e.family = 4
    e.port = 5060
    e.a = 0x000200c0 | (<u32>(which + 1) << 24)
  }
}
