// The servers that a line knows, in the order found, with what has been learnt of each.
import { SERVERS_STATE } from "../memory"
import { CANDIDATES } from "../config"
import { Endpoint } from "../base/endpoint"
import { Span } from "../base/span"

/** What is known of a server (VE-22). The active one is marked besides: see activeOf. */
export const enum Status { UNKNOWN, UP, DOWN, FAILED }

/** Why a server was left. */
export const enum Reason { NONE, REFUSED, SILENT, CODE, UNREACHABLE, REJECTED, REMOVED, NO_FLOW }

@unmanaged
export class Candidate {
  status: u8          // Status
  rank: u8            // 1 for P1
  record: u8          // addresses of one SRV record share this number
  transport: u8       // wire Transport
  priority: u16       // of the SRV record; 1 when there was none
  weight: u16
  lastCode: u16       // last status code received, 0 none
  reason: u8          // Reason it was left last
  spare: u8
  host: Span          // name that led to the address, or NONE
  failures: u32       // in a row
  dirtyUntil: i64     // not chosen before, unless all are dirty
  lastSeen: i64       // instant of the last answer of any kind; NEVER = never
  leftAt: i64
  // then: endpoint, 20 bytes; then the name's bytes

  // @ts-ignore: decorator
  @inline
  get endpoint(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + 48) }
}
