// The states of a registration, and what each input makes of them: one table.

export const enum RegistrationState { OFF, LOCATING, REGISTERING, REGISTERED, REFRESHING, UNREGISTERING, WAITING, FAILED }

/** What a registration is told. */
export const enum Input {
  BEGIN,        // the user, the settings or the start ask for a registration
  LOCATED,      // the servers are known
  LOST,         // no server could be found
  GRANTED,      // 2xx
  LEFT,         // this server failed and there is another
  EXHAUSTED,    // this server failed and there is none
  REJECTED,     // a final answer that no other server would better
  DUE,          // the deadline has passed
  STOP,         // the user, the settings or the end ask for no registration
  DOWN,         // the network is gone
  UP,           // the network is back
}

export const enum Do { NOTHING, LOCATE, HUNT, TRY, HOLD, REFRESH, RENEW, BACK_OFF, REPORT, UNREGISTER, FREEZE, END }

// state, input, next state, action. What is not listed changes nothing.
const ROWS = memory.data<i32>([
  RegistrationState.OFF, Input.BEGIN, RegistrationState.LOCATING, Do.LOCATE,
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
  RegistrationState.REGISTERING, Input.BEGIN, RegistrationState.LOCATING, Do.LOCATE,
  RegistrationState.REGISTERING, Input.STOP, RegistrationState.UNREGISTERING, Do.UNREGISTER,
  RegistrationState.REGISTERING, Input.DOWN, RegistrationState.WAITING, Do.FREEZE,

  RegistrationState.REGISTERED, Input.DUE, RegistrationState.REFRESHING, Do.REFRESH,
  RegistrationState.REGISTERED, Input.BEGIN, RegistrationState.REFRESHING, Do.REFRESH,
  RegistrationState.REGISTERED, Input.STOP, RegistrationState.UNREGISTERING, Do.UNREGISTER,
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
])
const ROW_COUNT = 41
const ROW_SIZE: usize = 16

export function nextOf(state: RegistrationState, input: Input): RegistrationState {
  const row = rowOf(state, input)
  return row == 0 ? state : <RegistrationState>load<i32>(row, 8)
}

export function actionOf(state: RegistrationState, input: Input): Do {
  const row = rowOf(state, input)
  return row == 0 ? Do.NOTHING : <Do>load<i32>(row, 12)
}

function rowOf(state: RegistrationState, input: Input): usize {
  for (let i: usize = 0; i < <usize>ROW_COUNT; i++) {
    const row = ROWS + i * ROW_SIZE
    if (load<i32>(row) == state && load<i32>(row, 4) == input) return row
  }
  return 0
}
