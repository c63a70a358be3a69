// What each input makes of our subscription to a mailbox: one table. The actions are carried out by dialog/subscription.ts.
import { END, actionIn, nextIn } from "../base/table"

/** WANTED: a SUBSCRIBE is to go out; ASKED: it has; ACTIVE: it was granted; PAUSED: it was not, and is tried again later; LEAVING: it is being ended. */
export namespace State {
  export const IDLE: u8 = 0
  export const WANTED: u8 = 1
  export const ASKED: u8 = 2
  export const ACTIVE: u8 = 3
  export const PAUSED: u8 = 4
  export const LEAVING: u8 = 5
}

export namespace Input {
  export const HOME: u8 = 0      // the line is registered, and not where it was
  export const LEFT: u8 = 1      // it is not registered any more, or wants no subscription
  export const SENT: u8 = 2
  export const NO_WAY: u8 = 3    // it cannot be sent
  export const AGAIN: u8 = 4     // the same is to be asked in another way: challenge, longer lifetime
  export const GRANTED: u8 = 5
  export const REFUSED: u8 = 6   // any other answer, or none; or the server ended it for good
  export const GONE: u8 = 7      // the server knows it no more, or has ended it
  export const DUE: u8 = 8       // time to refresh, or to try again
  export const CLOSE: u8 = 9     // the phone is going to rest
}

export namespace Do {
  export const NOTHING: u8 = 0
  export const BEGIN: u8 = 1     // a dialog of its own
  export const PAUSE: u8 = 2
  export const END: u8 = 3
  export const LEAVE: u8 = 4     // ask for a lifetime of 0
}

// state, input, next state, action. What is not listed changes nothing.
const ROWS = memory.data<u8>([
  State.IDLE,   Input.HOME,    State.WANTED, Do.BEGIN,

  State.WANTED, Input.HOME,    State.WANTED, Do.BEGIN,
  State.WANTED, Input.LEFT,    State.IDLE,   Do.END,
  State.WANTED, Input.SENT,    State.ASKED,  Do.NOTHING,
  State.WANTED, Input.NO_WAY,  State.PAUSED, Do.PAUSE,
  State.WANTED, Input.GONE,    State.WANTED, Do.BEGIN,

  // RFC 6665 4.1.2.1, 4.1.2.2
  State.ASKED,  Input.HOME,    State.WANTED, Do.BEGIN,
  State.ASKED,  Input.LEFT,    State.IDLE,   Do.END,
  State.ASKED,  Input.AGAIN,   State.WANTED, Do.NOTHING,
  State.ASKED,  Input.GRANTED, State.ACTIVE, Do.NOTHING,
  State.ASKED,  Input.REFUSED, State.PAUSED, Do.PAUSE,
  State.ASKED,  Input.GONE,    State.WANTED, Do.BEGIN,

  // RFC 6665 4.1.2.2, 4.1.3
  State.ACTIVE, Input.HOME,    State.WANTED, Do.BEGIN,
  State.ACTIVE, Input.LEFT,    State.IDLE,   Do.END,
  State.ACTIVE, Input.REFUSED, State.PAUSED, Do.PAUSE,
  State.ACTIVE, Input.GONE,    State.WANTED, Do.BEGIN,
  State.ACTIVE, Input.DUE,     State.WANTED, Do.NOTHING,

  State.PAUSED, Input.HOME,    State.WANTED, Do.BEGIN,
  State.PAUSED, Input.LEFT,    State.IDLE,   Do.END,
  State.PAUSED, Input.DUE,     State.WANTED, Do.BEGIN,

  // RFC 6665 4.1.2.3: it is over with the NOTIFY that says so
  State.WANTED, Input.CLOSE,   State.LEAVING, Do.LEAVE,
  State.ASKED,  Input.CLOSE,   State.LEAVING, Do.LEAVE,
  State.ACTIVE, Input.CLOSE,   State.LEAVING, Do.LEAVE,
  State.PAUSED, Input.CLOSE,   State.IDLE,   Do.END,
  State.LEAVING, Input.AGAIN,  State.LEAVING, Do.LEAVE,
  State.LEAVING, Input.NO_WAY, State.IDLE,   Do.END,
  State.LEAVING, Input.REFUSED, State.IDLE,  Do.END,
  State.LEAVING, Input.GONE,   State.IDLE,   Do.END,
  State.LEAVING, Input.HOME,   State.IDLE,   Do.END,
  State.LEAVING, Input.LEFT,   State.IDLE,   Do.END,
  END
])

export function nextOf(state: u8, input: u8): u8 { return nextIn(ROWS, state, input) }
export function actionOf(state: u8, input: u8): u8 { return actionIn(ROWS, state, input) }
