// What each input makes of a call: one table. The states are those of dialog/call.ts; the actions are carried out by dialog/calls.ts.
//
// The table is bytes, and so are the names in it: namespaces of u8 constants, where a const enum would need a cast in every cell.
import { END, actionIn, nextIn } from "../base/table"
import { CallState } from "./call"

export namespace Input {
  export const DIAL: u8 = 0        // the user calls somebody
  export const INVITED: u8 = 1     // somebody calls us
  export const READY: u8 = 2       // a server is chosen, its socket and those for sound are open
  export const NO_WAY: u8 = 3      // there is no server (left), or no socket
  export const RINGING: u8 = 4     // a provisional answer above 100
  export const ACCEPTED: u8 = 5    // 2xx
  export const LEFT: u8 = 6        // the server refused, is silent or out of order
  export const AGAIN: u8 = 7       // the request is to be made in another way: challenge, redirection, longer session
  export const REFUSED: u8 = 8     // any other final answer; of ours to a call that is not let in
  export const ANSWER: u8 = 9      // the user takes the call, and its sockets are open
  export const HANG_UP: u8 = 10    // the user, or the phone for him, ends it
  export const CANCELLED: u8 = 11  // the caller has given up
  export const ACKED: u8 = 12      // our 200 has arrived
  export const NO_ACK: u8 = 13     // it seems that it has not
  export const BYE: u8 = 14        // they have hung up
  export const LOST: u8 = 15       // the other side does not know the call any more, or is not heard of
  export const DUE: u8 = 16        // it has rung long enough; it has been shown long enough
  export const DOWN: u8 = 17       // the network is gone
  export const DISMISS: u8 = 18    // the user has seen why it ended
  export const SLOW: u8 = 19       // the server says nothing, and another one is asked besides
}

export namespace Do {
  export const NOTHING: u8 = 0
  export const PREPARE: u8 = 1     // look for a server, ask for sockets
  export const RING: u8 = 2        // send 180
  export const INVITE: u8 = 3      // send the INVITE
  export const ALERT: u8 = 4       // it rings there
  export const CONNECT: u8 = 5     // send the ACK, talk
  export const NEXT: u8 = 6        // go on to the next server
  export const REPEAT: u8 = 7      // prepare the INVITE anew
  export const ACCEPT: u8 = 8      // send 200
  export const REFUSE: u8 = 9      // send the final answer that the leg names
  export const ABANDON: u8 = 10    // leave the INVITE to its transaction, which cancels it
  export const TALK: u8 = 11
  export const AWAIT: u8 = 12      // be silent until our 200 is acknowledged
  export const BYE: u8 = 13        // send BYE
  export const END: u8 = 14        // nothing is to be sent any more
  export const FREE: u8 = 15
  export const NOTE: u8 = 16       // it never rang: there is nothing to end
}

const FREE: u8 = <u8>CallState.FREE, PREPARING: u8 = <u8>CallState.PREPARING, CALLING: u8 = <u8>CallState.CALLING
const RINGING: u8 = <u8>CallState.RINGING, INCOMING: u8 = <u8>CallState.INCOMING, ANSWERING: u8 = <u8>CallState.ANSWERING
const TALKING: u8 = <u8>CallState.TALKING, ENDING: u8 = <u8>CallState.ENDING, ENDED: u8 = <u8>CallState.ENDED

// state, input, next state, action. What is not listed changes nothing.
const ROWS = memory.data<u8>([
  FREE, Input.DIAL, PREPARING, Do.PREPARE,
  FREE, Input.INVITED, INCOMING, Do.RING,
  // RFC 3261 21.4.18, 21.4.24: nobody may disturb, or we are busy; the user learns of it all the same
  FREE, Input.REFUSED, ENDED, Do.NOTE,

  PREPARING, Input.READY, CALLING, Do.INVITE,
  PREPARING, Input.NO_WAY, ENDED, Do.END,
  PREPARING, Input.LEFT, PREPARING, Do.NEXT,
  PREPARING, Input.HANG_UP, ENDED, Do.END,
  PREPARING, Input.DUE, ENDED, Do.END,
  PREPARING, Input.DOWN, ENDED, Do.END,

  // RFC 3261 13.2.2; RFC 3263 4.3: the next server is tried as long as none has said anything
  CALLING, Input.RINGING, RINGING, Do.ALERT,
  CALLING, Input.ACCEPTED, TALKING, Do.CONNECT,
  CALLING, Input.LEFT, PREPARING, Do.NEXT,
  CALLING, Input.SLOW, PREPARING, Do.NEXT,
  CALLING, Input.AGAIN, PREPARING, Do.REPEAT,
  CALLING, Input.REFUSED, ENDED, Do.END,
  CALLING, Input.HANG_UP, ENDED, Do.ABANDON,
  CALLING, Input.DUE, ENDED, Do.ABANDON,
  CALLING, Input.DOWN, ENDED, Do.ABANDON,

  RINGING, Input.ACCEPTED, TALKING, Do.CONNECT,
  RINGING, Input.LEFT, ENDED, Do.END,
  RINGING, Input.AGAIN, PREPARING, Do.REPEAT,
  RINGING, Input.REFUSED, ENDED, Do.END,
  // RFC 3261 9.1, 15: a call that has not been answered is cancelled
  RINGING, Input.HANG_UP, ENDED, Do.ABANDON,
  RINGING, Input.DUE, ENDED, Do.ABANDON,
  RINGING, Input.DOWN, ENDED, Do.ABANDON,

  // RFC 3261 13.3.1
  INCOMING, Input.ANSWER, ANSWERING, Do.ACCEPT,
  INCOMING, Input.NO_WAY, ENDED, Do.REFUSE,
  INCOMING, Input.HANG_UP, ENDED, Do.REFUSE,
  INCOMING, Input.DUE, ENDED, Do.REFUSE,
  // RFC 3261 9.2, 15.1.2: the INVITE is answered 487
  INCOMING, Input.CANCELLED, ENDED, Do.REFUSE,
  INCOMING, Input.BYE, ENDED, Do.REFUSE,
  INCOMING, Input.DOWN, ENDED, Do.END,

  // RFC 3261 13.3.1.4, 15: no BYE of ours before the ACK, or before it is too late for one
  ANSWERING, Input.ACKED, TALKING, Do.TALK,
  ANSWERING, Input.NO_ACK, ENDED, Do.BYE,
  ANSWERING, Input.HANG_UP, ENDING, Do.AWAIT,
  ANSWERING, Input.BYE, ENDED, Do.END,
  ANSWERING, Input.DOWN, ENDED, Do.END,
  ENDING, Input.ACKED, ENDED, Do.BYE,
  ENDING, Input.NO_ACK, ENDED, Do.BYE,
  ENDING, Input.BYE, ENDED, Do.END,
  ENDING, Input.DOWN, ENDED, Do.END,

  TALKING, Input.BYE, ENDED, Do.END,
  TALKING, Input.HANG_UP, ENDED, Do.BYE,
  TALKING, Input.LOST, ENDED, Do.BYE,
  TALKING, Input.NO_ACK, ENDED, Do.BYE,
  TALKING, Input.DOWN, ENDED, Do.END,

  ENDED, Input.DUE, FREE, Do.FREE,
  ENDED, Input.DISMISS, FREE, Do.FREE,
  END
])

export function nextOf(state: u8, input: u8): u8 { return nextIn(ROWS, state, input) }
export function actionOf(state: u8, input: u8): u8 { return actionIn(ROWS, state, input) }
