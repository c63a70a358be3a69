// What is remembered of each line's registration, and what there is to say about it.
import { LINES } from "../config"
import { REGISTRATIONS, REGISTRATIONS_SIZE } from "../memory"
import { lengthOf } from "../base/span"
import { Setting, account } from "../settings/settings"
import { Message } from "../wire/message"
import { activeId } from "../servers/candidates"
import { ATTEMPT_AT, Attempt, REGISTRATION_SIZE } from "./attempt"
import { readKeep } from "./nat"

/** Why the line is not registered. */
export const enum Trouble {
  NONE, NO_DOMAIN, DNS_DEAD, NOT_FOUND, NO_ADDRESS, SERVICE_ABSENT, NOT_CARRIED, ALL_FAILED, REJECTED, REFUSED_CODE, NETWORK_DOWN, STOPPED,
  NO_PASSWORD,
}

/** What happened since it was last asked, one bit each, in the order that it is told. */
export const enum Happened {
  LOCATING = 1, LOCATED = 2, REGISTERING = 4, REGISTERED = 8, MOVED = 16, FAILED = 32, UNREGISTERED = 64, ALL_FAILED = 128,
}

@unmanaged
export class Registration {
  state: u8            // RegistrationState
  reason: u8           // Trouble
  status: u16          // last final status code
  candidate: i8        // index of the server tried or registered at; -1 none
  locating: u8         // the names are being looked up
  told: u8             // the user has been told that all servers failed
  prefer: u8           // candidate to try before all others, 0 none
  stopping: u8         // unregister as soon as the request under way has ended
  failures: u8         // hunts in a row that found nobody
  towards: u8          // server that a return to is under way to, 0 none: account/failback.ts
  tried: u8            // a return has been tried before this refresh
  asked: u8            // server that a registration was asked for by a call, 0 none: account/ready.ts
  inCall: bool         // there are calls: no return until they end (AMB-19)
  rejected: u8         // servers that rejected the account in this hunt
  changing: bool       // the old account is being unregistered; the new one waits
  happened: u32        // Happened bits not yet told
  grantedSec: u32
  keepSec: u16         // its server wants a keep-alive at least so often, 0 none (RFC 6223)
  ping: u8             // the keep-alive under way, 0 none: account/keepalive.ts
  lastId: u8           // candidate of the registration before, 0 none
  leastSec: u32        // shortest registration that its server takes, 0 not known (RFC 3261 10.3)
  registeredAt: i64
  expiresAt: i64       // our binding lives until then; 0 = none
  refreshAt: i64
  retryAt: i64
  dueAt: i64           // when DUE is put in; NEVER = not at all
  failbackAt: i64      // when to try to return where no probe tells; NEVER = not at all
  askedAt: i64         // when DNS was asked last
  requeryAt: i64       // when DNS is asked again while all is well; NEVER = not at all
  pingAt: i64          // when the next keep-alive is due, or the one under way is repeated; 0 = not yet decided

  // then: the attempt under way
  // @ts-ignore: decorator
  @inline
  get attempt(): Attempt { return changetype<Attempt>(changetype<usize>(this) + ATTEMPT_AT) }
}

if (REGISTRATION_SIZE * <usize>LINES > REGISTRATIONS_SIZE) ERROR("the registrations do not fit their region")

export function registration(line: i32): Registration {
  if (offsetof<Registration>() > ATTEMPT_AT) ERROR("Registration has grown over its attempt")
  return changetype<Registration>(REGISTRATIONS + <usize>line * REGISTRATION_SIZE)
}

/** What the server that registers us says of keep-alives. */
export function noteKeep(r: Registration, m: Message): void {
  r.keepSec = readKeep(m)
  r.pingAt = 0
}

/** True while our binding at the active server is believed to live. */
export function isRegistered(line: i32): bool { return activeId(line) != 0 && registration(line).expiresAt != 0 }

/** Answers that are about the account and not about the server (VE-23). */
export function isAccount(code: u32): bool { return code == 401 || code == 403 || code == 404 || code == 407 }

/** Whether a server that answers this wants a password, and there is none. */
export function isAsking(line: i32, code: u32): bool { return code != 403 && lengthOf(account(line, Setting.PASSWORD)) == 0 }

/** A failure is told once, not with every attempt. */
export function tell(r: Registration, what: Happened): void {
  if (!r.told) r.happened |= what
  r.told = 1
}
