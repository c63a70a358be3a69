// What a call has to do with the registration: a server registers us first (AMB-10, BK-07), the list is as DNS has it (SN-02), a dead server is told of (VE-29).
import { DNS_FAILED_HOLD } from "../config"
import { Affinity, DnsRefresh, Setting, knob } from "../settings/settings"
import * as target from "../locate/target"
import { activeId, candidateCount, indexOfId } from "../servers/candidates"
import { hasFailed } from "../servers/hunt"
import { setupMax } from "../servers/policy"
import { RegistrationState } from "./machine"
import { isRegistered, registration } from "./record"
import { begin, forsake, move, requery } from "./registration"

/** NO: it does not register us, or the line has found another server meanwhile. */
export const enum Ready { YES, WAIT, NO }

/** Asks for the server `id`. Where it has to register us first, that is begun; ask again after each input until it is no longer WAIT. */
export function readyAt(line: i32, id: u32, now: i64): Ready {
  const r = registration(line)
  if (knob(line, Setting.REGISTER_BEFORE_USE) == 0 || activeId(line) == id && isRegistered(line)) return settled(line, Ready.YES)
  if (indexOfId(line, id) < 0 || r.state == RegistrationState.OFF || r.state == RegistrationState.UNREGISTERING) return settled(line, Ready.NO)
  // VE-29: a refresh does not go on waiting for a server that has just failed a call.
  if (r.state == RegistrationState.REFRESHING && <u32>r.attempt.id != id && indexOfId(line, r.attempt.id) >= 0 && hasFailed(line, r.attempt.id, now)) {
    r.asked = <u8>id
    forsake(line, id, now)
    return Ready.WAIT
  }
  if (r.state != RegistrationState.REGISTERED && r.state != RegistrationState.WAITING && r.state != RegistrationState.FAILED) return Ready.WAIT
  // It was asked for, and this is what came of it.
  if (r.asked == <u8>id) return settled(line, Ready.NO)
  // BK-11: or the line has asked it meanwhile on its own account, in vain, and just now another one has registered us.
  if (r.registeredAt == now && isRegistered(line) && hasFailed(line, id, now - setupMax(line, candidateCount(line)))) return Ready.NO
  r.asked = <u8>id
  r.prefer = <u8>id
  if (r.state == RegistrationState.REGISTERED) move(line, now)
  else begin(line, now)
  return Ready.WAIT
}

function settled(line: i32, ready: Ready): Ready {
  registration(line).asked = 0
  return ready
}

/** SN-02, BL-07: makes sure that the list of servers is as DNS has it, for a request that is about to be sent. False: DNS is being asked. */
export function renewList(line: i32, now: i64): bool {
  const r = registration(line)
  if (r.state == RegistrationState.REGISTERED && !r.locating && target.expires(line) <= now && now >= r.askedAt + DNS_FAILED_HOLD &&
    knob(line, Setting.DNS_REFRESH) != DnsRefresh.INTERVAL) requery(line, r, now)
  return !r.locating
}

/** Another request to the server that we are registered at has failed: VE-29, BK-05. Whether it still registers us decides. */
export function suspect(line: i32, id: u32, now: i64): void {
  const r = registration(line)
  if (id == activeId(line) && r.state == RegistrationState.REGISTERED && knob(line, Setting.SERVER_AFFINITY) != Affinity.NONE) begin(line, now)
}
