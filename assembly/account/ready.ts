// Whether a server may be used for a call: with register_before_use it has our registration first (AMB-10, BK-07, BK-08).
import { Setting, number } from "../settings/settings"
import { activeId, indexOfId } from "../servers/candidates"
import { RegistrationState } from "./machine"
import { isRegistered, registration } from "./record"
import { begin, move } from "./registration"

/** NO: it does not register us, or the line has found another server meanwhile. */
export const enum Ready { YES, WAIT, NO }

/** Asks for the server `id`. Where it has to register us first, that is begun; ask again after each input until it is no longer WAIT. */
export function readyAt(line: i32, id: u32, now: i64): Ready {
  const r = registration(line)
  if (number(Setting.REGISTER_BEFORE_USE) == 0 || activeId(line) == id && isRegistered(line)) return settled(line, Ready.YES)
  if (indexOfId(line, id) < 0 || r.state == RegistrationState.OFF || r.state == RegistrationState.UNREGISTERING) return settled(line, Ready.NO)
  if (r.state != RegistrationState.REGISTERED && r.state != RegistrationState.WAITING && r.state != RegistrationState.FAILED) return Ready.WAIT
  // It was asked for, and this is what came of it.
  if (r.asked == <u8>id) return settled(line, Ready.NO)
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
