// The states of a registration, and what each input makes of them: one table.
//
// The table is bytes, and so are the names in it: namespaces of u8 constants, where a const enum would need a cast in every cell.
import { END, actionIn, nextIn } from "../base/table"

export namespace RegistrationState {
  export const OFF: u8 = 0
  export const LOCATING: u8 = 1
  export const REGISTERING: u8 = 2
  export const REGISTERED: u8 = 3
  export const REFRESHING: u8 = 4
  export const UNREGISTERING: u8 = 5
  export const WAITING: u8 = 6
  export const FAILED: u8 = 7
}

/** What a registration is told. */
export namespace Input {
  export const BEGIN: u8 = 0      // the user, the settings or the start ask for a registration
  export const LOCATED: u8 = 1    // the servers are known
  export const LOST: u8 = 2       // no server could be found
  export const GRANTED: u8 = 3    // 2xx
  export const LEFT: u8 = 4       // this server failed and there is another
  export const EXHAUSTED: u8 = 5  // this server failed and there is none
  export const REJECTED: u8 = 6   // a final answer that no other server would better
  export const DUE: u8 = 7        // the deadline has passed
  export const STOP: u8 = 8       // the user, the settings or the end ask for no registration
  export const DOWN: u8 = 9       // the network is gone
  export const UP: u8 = 10        // the network is back
  export const MOVE: u8 = 11      // another server is to have the registration
  export const REST: u8 = 12      // the power is back, as it is for many others: not all at once
}

export namespace Do {
  export const NOTHING: u8 = 0
  export const LOCATE: u8 = 1
  export const HUNT: u8 = 2
  export const TRY: u8 = 3
  export const HOLD: u8 = 4
  export const REFRESH: u8 = 5
  export const RENEW: u8 = 6
  export const BACK_OFF: u8 = 7
  export const REPORT: u8 = 8
  export const UNREGISTER: u8 = 9
  export const FREEZE: u8 = 10
  export const END: u8 = 11
}

// state, input, next state, action. What is not listed changes nothing.
const ROWS = memory.data<u8>([
  RegistrationState.OFF, Input.BEGIN, RegistrationState.LOCATING, Do.LOCATE,
  // P-01: after a pause of a random length
  RegistrationState.OFF, Input.REST, RegistrationState.WAITING, Do.NOTHING,
  RegistrationState.OFF, Input.STOP, RegistrationState.OFF, Do.END,

  // RFC 3263 4: first the servers are looked up
  RegistrationState.LOCATING, Input.LOCATED, RegistrationState.REGISTERING, Do.HUNT,
  RegistrationState.LOCATING, Input.LOST, RegistrationState.WAITING, Do.BACK_OFF,
  RegistrationState.LOCATING, Input.BEGIN, RegistrationState.LOCATING, Do.LOCATE,
  RegistrationState.LOCATING, Input.STOP, RegistrationState.OFF, Do.END,
  RegistrationState.LOCATING, Input.DOWN, RegistrationState.WAITING, Do.FREEZE,

  // RFC 3261 10.2, RFC 3263 4.3: then they are tried one after the other
  RegistrationState.REGISTERING, Input.GRANTED, RegistrationState.REGISTERED, Do.HOLD,
  RegistrationState.REGISTERING, Input.LEFT, RegistrationState.REGISTERING, Do.TRY,
  RegistrationState.REGISTERING, Input.EXHAUSTED, RegistrationState.WAITING, Do.BACK_OFF,
  RegistrationState.REGISTERING, Input.REJECTED, RegistrationState.FAILED, Do.REPORT,
  RegistrationState.REGISTERING, Input.STOP, RegistrationState.UNREGISTERING, Do.UNREGISTER,
  RegistrationState.REGISTERING, Input.DOWN, RegistrationState.WAITING, Do.FREEZE,

  RegistrationState.REGISTERED, Input.DUE, RegistrationState.REFRESHING, Do.REFRESH,
  RegistrationState.REGISTERED, Input.BEGIN, RegistrationState.REFRESHING, Do.REFRESH,
  RegistrationState.REGISTERED, Input.STOP, RegistrationState.UNREGISTERING, Do.UNREGISTER,
  RegistrationState.REGISTERED, Input.MOVE, RegistrationState.REGISTERING, Do.HUNT,
  RegistrationState.REGISTERED, Input.DOWN, RegistrationState.WAITING, Do.FREEZE,

  // RFC 3261 10.2.4: refreshed at the same server; when it fails the others are tried
  RegistrationState.REFRESHING, Input.LOCATED, RegistrationState.REFRESHING, Do.RENEW,
  RegistrationState.REFRESHING, Input.LOST, RegistrationState.REFRESHING, Do.RENEW,
  RegistrationState.REFRESHING, Input.GRANTED, RegistrationState.REGISTERED, Do.HOLD,
  RegistrationState.REFRESHING, Input.LEFT, RegistrationState.REGISTERING, Do.TRY,
  RegistrationState.REFRESHING, Input.EXHAUSTED, RegistrationState.WAITING, Do.BACK_OFF,
  RegistrationState.REFRESHING, Input.REJECTED, RegistrationState.FAILED, Do.REPORT,
  RegistrationState.REFRESHING, Input.STOP, RegistrationState.UNREGISTERING, Do.UNREGISTER,
  RegistrationState.REFRESHING, Input.DOWN, RegistrationState.WAITING, Do.FREEZE,

  // RFC 3261 10.2.2; whatever the server says, the user has left
  RegistrationState.UNREGISTERING, Input.GRANTED, RegistrationState.OFF, Do.END,
  RegistrationState.UNREGISTERING, Input.LEFT, RegistrationState.OFF, Do.END,
  RegistrationState.UNREGISTERING, Input.EXHAUSTED, RegistrationState.OFF, Do.END,
  RegistrationState.UNREGISTERING, Input.REJECTED, RegistrationState.OFF, Do.END,
  RegistrationState.UNREGISTERING, Input.DOWN, RegistrationState.OFF, Do.END,
  RegistrationState.UNREGISTERING, Input.BEGIN, RegistrationState.LOCATING, Do.LOCATE,

  // RFC 5626 4.5: nobody answered; VE-34: or the network is gone
  RegistrationState.WAITING, Input.DUE, RegistrationState.LOCATING, Do.LOCATE,
  RegistrationState.WAITING, Input.BEGIN, RegistrationState.LOCATING, Do.LOCATE,
  RegistrationState.WAITING, Input.UP, RegistrationState.LOCATING, Do.LOCATE,
  RegistrationState.WAITING, Input.STOP, RegistrationState.OFF, Do.END,
  RegistrationState.WAITING, Input.DOWN, RegistrationState.WAITING, Do.FREEZE,

  RegistrationState.FAILED, Input.DUE, RegistrationState.LOCATING, Do.LOCATE,
  RegistrationState.FAILED, Input.BEGIN, RegistrationState.LOCATING, Do.LOCATE,
  RegistrationState.FAILED, Input.STOP, RegistrationState.OFF, Do.END,
  RegistrationState.FAILED, Input.DOWN, RegistrationState.WAITING, Do.FREEZE,
  END
])

export function nextOf(state: u8, input: u8): u8 { return nextIn(ROWS, state, input) }
export function actionOf(state: u8, input: u8): u8 { return actionIn(ROWS, state, input) }
