// The four transaction machines of RFC 3261 section 17, with RFC 6026, as tables: (state, input) -> (next state, what to tell, what to do).
//
// The tables are bytes, and so are the names in them: namespaces of u8 constants, where a const enum would need a cast in every cell.
import { END, rowOf as row } from "../base/table"

export namespace Machine {
  export const INVITE_CLIENT: u8 = 0
  export const CLIENT: u8 = 1
  export const INVITE_SERVER: u8 = 2
  export const SERVER: u8 = 3
}

export namespace State {
  export const TERMINATED: u8 = 0  // also a slot that nobody uses
  export const CALLING: u8 = 1
  export const TRYING: u8 = 2
  export const PROCEEDING: u8 = 3
  export const COMPLETED: u8 = 4
  export const CONFIRMED: u8 = 5
  export const ACCEPTED: u8 = 6
  export const LEFT: u8 = 7        // an INVITE that was given up, while its server may still answer
}

export namespace Input {
  export const PROVISIONAL: u8 = 0 // a client receives 1xx, a server's user sends one
  export const SUCCESS: u8 = 1     // the same with 2xx
  export const FAILURE: u8 = 2     // the same with 300-699
  export const REQUEST: u8 = 3     // a server receives the request once more
  export const ACK: u8 = 4
  export const RESEND: u8 = 5      // Timer A, E or G
  export const DEADLINE: u8 = 6    // whichever of Timers B, D, F, H, I, J, K, L, M runs in this state
  export const REFUSED: u8 = 7     // ICMP: nobody listens there
  export const UNREACHABLE: u8 = 8 // it could not be sent
  export const CANCEL: u8 = 9      // the user of a client wants no more of it
  export const ABANDON: u8 = 10    // the user of a client goes to another server
}

/** What the user of a transaction is told. */
export namespace Event {
  export const NONE: u8 = 0
  export const PROVISIONAL: u8 = 1
  export const FINAL: u8 = 2
  export const TIMEOUT: u8 = 3     // of a server: the ACK never came
  export const REFUSED: u8 = 4
  export const UNREACHABLE: u8 = 5
  export const LATE_2XX: u8 = 6    // an INVITE that was given up has been accepted: acknowledge, then hang up
}

/** What becomes of the long timer. */
export namespace Clock {
  export const KEEP: u8 = 0
  export const OFF: u8 = 1
  export const T64: u8 = 2         // 64*T1
  export const T4: u8 = 3
  export const D: u8 = 4           // 64*T1, and 32 s at least
}

/** What becomes of Timer A, E or G. */
export namespace Resend {
  export const KEEP: u8 = 0
  export const OFF: u8 = 1
  export const T1: u8 = 2          // first after T1
  export const TWICE: u8 = 3       // after twice the time
  export const CAPPED: u8 = 4      // after twice the time, T2 at most
  export const T2: u8 = 5
}

export namespace Act {
  export const NONE: u8 = 0
  export const SEND: u8 = 1        // what is kept, once more
  export const ACK: u8 = 2         // the ACK for this response: composed now, or the one kept
  export const WANT: u8 = 3        // CANCEL as soon as a provisional response has come
  export const IF_WANTED: u8 = 4   // now it has
  export const CANCEL: u8 = 5
  export const FORGET: u8 = 6      // what is kept is not needed any more
}

const ROW: usize = 7

// RFC 3261 17.1.1 and figure 5, RFC 6026 7.2 and 8.4: an INVITE that we send. Timers A and B run from the start.
// RFC 3261 9.1: a CANCEL waits for a provisional response; 64*T1 after it the INVITE counts as cancelled.
// LEFT is ours: who went to another server still acknowledges what the first one says late, and cancels when it rings late (P-05).
// An error in COMPLETED ends the machine in silence: its user has the final response and can do nothing for the ACK.
const INVITE_CLIENT = memory.data<u8>([
  State.CALLING,    Input.PROVISIONAL, State.PROCEEDING, Event.PROVISIONAL, Clock.OFF,  Resend.OFF,   Act.IF_WANTED,
  State.CALLING,    Input.SUCCESS,     State.ACCEPTED,   Event.FINAL,       Clock.T64,  Resend.OFF,   Act.NONE,
  State.CALLING,    Input.FAILURE,     State.COMPLETED,  Event.FINAL,       Clock.D,    Resend.OFF,   Act.ACK,
  State.CALLING,    Input.RESEND,      State.CALLING,    Event.NONE,        Clock.KEEP, Resend.TWICE, Act.SEND,
  State.CALLING,    Input.DEADLINE,    State.LEFT,       Event.TIMEOUT,     Clock.T64,  Resend.OFF,   Act.NONE,
  State.CALLING,    Input.REFUSED,     State.TERMINATED, Event.REFUSED,     Clock.OFF,  Resend.OFF,   Act.NONE,
  State.CALLING,    Input.UNREACHABLE, State.TERMINATED, Event.UNREACHABLE, Clock.OFF,  Resend.OFF,   Act.NONE,
  State.CALLING,    Input.CANCEL,      State.CALLING,    Event.NONE,        Clock.KEEP, Resend.KEEP,  Act.WANT,
  State.CALLING,    Input.ABANDON,     State.LEFT,       Event.NONE,        Clock.T64,  Resend.OFF,   Act.NONE,
  State.PROCEEDING, Input.PROVISIONAL, State.PROCEEDING, Event.PROVISIONAL, Clock.KEEP, Resend.KEEP,  Act.IF_WANTED,
  State.PROCEEDING, Input.SUCCESS,     State.ACCEPTED,   Event.FINAL,       Clock.T64,  Resend.OFF,   Act.NONE,
  State.PROCEEDING, Input.FAILURE,     State.COMPLETED,  Event.FINAL,       Clock.D,    Resend.OFF,   Act.ACK,
  State.PROCEEDING, Input.RESEND,      State.PROCEEDING, Event.NONE,        Clock.KEEP, Resend.OFF,   Act.IF_WANTED,
  State.PROCEEDING, Input.DEADLINE,    State.TERMINATED, Event.TIMEOUT,     Clock.OFF,  Resend.OFF,   Act.NONE,
  State.PROCEEDING, Input.CANCEL,      State.PROCEEDING, Event.NONE,        Clock.T64,  Resend.KEEP,  Act.CANCEL,
  State.PROCEEDING, Input.ABANDON,     State.LEFT,       Event.NONE,        Clock.T64,  Resend.OFF,   Act.CANCEL,
  State.COMPLETED,  Input.FAILURE,     State.COMPLETED,  Event.NONE,        Clock.KEEP, Resend.KEEP,  Act.ACK,
  State.COMPLETED,  Input.DEADLINE,    State.TERMINATED, Event.NONE,        Clock.OFF,  Resend.OFF,   Act.NONE,
  State.COMPLETED,  Input.REFUSED,     State.TERMINATED, Event.NONE,        Clock.OFF,  Resend.OFF,   Act.NONE,
  State.COMPLETED,  Input.UNREACHABLE, State.TERMINATED, Event.NONE,        Clock.OFF,  Resend.OFF,   Act.NONE,
  State.ACCEPTED,   Input.SUCCESS,     State.ACCEPTED,   Event.FINAL,       Clock.KEEP, Resend.KEEP,  Act.NONE,
  State.ACCEPTED,   Input.DEADLINE,    State.TERMINATED, Event.NONE,        Clock.OFF,  Resend.OFF,   Act.NONE,
  State.LEFT,       Input.PROVISIONAL, State.LEFT,       Event.NONE,        Clock.KEEP, Resend.KEEP,  Act.CANCEL,
  State.LEFT,       Input.SUCCESS,     State.LEFT,       Event.LATE_2XX,    Clock.KEEP, Resend.OFF,   Act.NONE,
  State.LEFT,       Input.FAILURE,     State.COMPLETED,  Event.NONE,        Clock.D,    Resend.OFF,   Act.ACK,
  State.LEFT,       Input.RESEND,      State.LEFT,       Event.NONE,        Clock.KEEP, Resend.OFF,   Act.CANCEL,
  State.LEFT,       Input.DEADLINE,    State.TERMINATED, Event.NONE,        Clock.OFF,  Resend.OFF,   Act.NONE,
  State.LEFT,       Input.REFUSED,     State.TERMINATED, Event.NONE,        Clock.OFF,  Resend.OFF,   Act.NONE,
  State.LEFT,       Input.UNREACHABLE, State.TERMINATED, Event.NONE,        Clock.OFF,  Resend.OFF,   Act.NONE,
  END
])

// RFC 3261 17.1.2 and figure 6: any other request that we send, CANCEL too. Timers E and F run from the start; Timer K absorbs.
const CLIENT = memory.data<u8>([
  State.TRYING,     Input.PROVISIONAL, State.PROCEEDING, Event.PROVISIONAL, Clock.KEEP, Resend.KEEP,   Act.NONE,
  State.TRYING,     Input.SUCCESS,     State.COMPLETED,  Event.FINAL,       Clock.T4,   Resend.OFF,    Act.FORGET,
  State.TRYING,     Input.FAILURE,     State.COMPLETED,  Event.FINAL,       Clock.T4,   Resend.OFF,    Act.FORGET,
  State.TRYING,     Input.RESEND,      State.TRYING,     Event.NONE,        Clock.KEEP, Resend.CAPPED, Act.SEND,
  State.TRYING,     Input.DEADLINE,    State.TERMINATED, Event.TIMEOUT,     Clock.OFF,  Resend.OFF,    Act.NONE,
  State.TRYING,     Input.REFUSED,     State.TERMINATED, Event.REFUSED,     Clock.OFF,  Resend.OFF,    Act.NONE,
  State.TRYING,     Input.UNREACHABLE, State.TERMINATED, Event.UNREACHABLE, Clock.OFF,  Resend.OFF,    Act.NONE,
  State.TRYING,     Input.ABANDON,     State.TERMINATED, Event.NONE,        Clock.OFF,  Resend.OFF,    Act.NONE,
  State.PROCEEDING, Input.PROVISIONAL, State.PROCEEDING, Event.PROVISIONAL, Clock.KEEP, Resend.KEEP,   Act.NONE,
  State.PROCEEDING, Input.SUCCESS,     State.COMPLETED,  Event.FINAL,       Clock.T4,   Resend.OFF,    Act.FORGET,
  State.PROCEEDING, Input.FAILURE,     State.COMPLETED,  Event.FINAL,       Clock.T4,   Resend.OFF,    Act.FORGET,
  State.PROCEEDING, Input.RESEND,      State.PROCEEDING, Event.NONE,        Clock.KEEP, Resend.T2,     Act.SEND,
  State.PROCEEDING, Input.DEADLINE,    State.TERMINATED, Event.TIMEOUT,     Clock.OFF,  Resend.OFF,    Act.NONE,
  State.PROCEEDING, Input.REFUSED,     State.TERMINATED, Event.REFUSED,     Clock.OFF,  Resend.OFF,    Act.NONE,
  State.PROCEEDING, Input.UNREACHABLE, State.TERMINATED, Event.UNREACHABLE, Clock.OFF,  Resend.OFF,    Act.NONE,
  State.PROCEEDING, Input.ABANDON,     State.TERMINATED, Event.NONE,        Clock.OFF,  Resend.OFF,    Act.NONE,
  State.COMPLETED,  Input.DEADLINE,    State.TERMINATED, Event.NONE,        Clock.OFF,  Resend.OFF,    Act.NONE,
  State.COMPLETED,  Input.ABANDON,     State.TERMINATED, Event.NONE,        Clock.OFF,  Resend.OFF,    Act.NONE,
  END
])

// RFC 3261 17.2.1 and figure 7, RFC 6026 7.1 and 8.7: an INVITE that we answer. The user answers within the input that brought it or
// sends 100 itself. A 2xx is sent again by the user (13.3.1.4): in ACCEPTED the INVITE itself is only absorbed, until Timer L.
// RFC 6026 8.8: a transport error is told, and the state stays.
const INVITE_SERVER = memory.data<u8>([
  State.PROCEEDING, Input.REQUEST,     State.PROCEEDING, Event.NONE,        Clock.KEEP, Resend.KEEP,   Act.SEND,
  State.PROCEEDING, Input.PROVISIONAL, State.PROCEEDING, Event.NONE,        Clock.KEEP, Resend.KEEP,   Act.SEND,
  State.PROCEEDING, Input.SUCCESS,     State.ACCEPTED,   Event.NONE,        Clock.T64,  Resend.KEEP,   Act.SEND,
  State.PROCEEDING, Input.FAILURE,     State.COMPLETED,  Event.NONE,        Clock.T64,  Resend.T1,     Act.SEND,
  State.PROCEEDING, Input.REFUSED,     State.PROCEEDING, Event.REFUSED,     Clock.KEEP, Resend.KEEP,   Act.NONE,
  State.PROCEEDING, Input.UNREACHABLE, State.PROCEEDING, Event.UNREACHABLE, Clock.KEEP, Resend.KEEP,   Act.NONE,
  State.COMPLETED,  Input.REQUEST,     State.COMPLETED,  Event.NONE,        Clock.KEEP, Resend.KEEP,   Act.SEND,
  State.COMPLETED,  Input.ACK,         State.CONFIRMED,  Event.NONE,        Clock.T4,   Resend.OFF,    Act.FORGET,
  State.COMPLETED,  Input.RESEND,      State.COMPLETED,  Event.NONE,        Clock.KEEP, Resend.CAPPED, Act.SEND,
  State.COMPLETED,  Input.DEADLINE,    State.TERMINATED, Event.TIMEOUT,     Clock.OFF,  Resend.OFF,    Act.NONE,
  State.COMPLETED,  Input.REFUSED,     State.COMPLETED,  Event.REFUSED,     Clock.KEEP, Resend.KEEP,   Act.NONE,
  State.COMPLETED,  Input.UNREACHABLE, State.COMPLETED,  Event.UNREACHABLE, Clock.KEEP, Resend.KEEP,   Act.NONE,
  State.CONFIRMED,  Input.DEADLINE,    State.TERMINATED, Event.NONE,        Clock.OFF,  Resend.OFF,    Act.NONE,
  State.ACCEPTED,   Input.SUCCESS,     State.ACCEPTED,   Event.NONE,        Clock.KEEP, Resend.KEEP,   Act.SEND,
  State.ACCEPTED,   Input.DEADLINE,    State.TERMINATED, Event.NONE,        Clock.OFF,  Resend.OFF,    Act.NONE,
  State.ACCEPTED,   Input.REFUSED,     State.ACCEPTED,   Event.REFUSED,     Clock.KEEP, Resend.KEEP,   Act.NONE,
  State.ACCEPTED,   Input.UNREACHABLE, State.ACCEPTED,   Event.UNREACHABLE, Clock.KEEP, Resend.KEEP,   Act.NONE,
  END
])

// RFC 3261 17.2.2 and figure 8: any other request that we answer. Timer J absorbs.
// RFC 4320 4.2: who has not been answered within 64*T1 is not waiting any more, so that timer runs from the start.
const SERVER = memory.data<u8>([
  State.TRYING,     Input.PROVISIONAL, State.PROCEEDING, Event.NONE,        Clock.KEEP, Resend.KEEP,   Act.SEND,
  State.TRYING,     Input.SUCCESS,     State.COMPLETED,  Event.NONE,        Clock.T64,  Resend.KEEP,   Act.SEND,
  State.TRYING,     Input.FAILURE,     State.COMPLETED,  Event.NONE,        Clock.T64,  Resend.KEEP,   Act.SEND,
  State.TRYING,     Input.DEADLINE,    State.TERMINATED, Event.NONE,        Clock.OFF,  Resend.OFF,    Act.NONE,
  State.PROCEEDING, Input.REQUEST,     State.PROCEEDING, Event.NONE,        Clock.KEEP, Resend.KEEP,   Act.SEND,
  State.PROCEEDING, Input.PROVISIONAL, State.PROCEEDING, Event.NONE,        Clock.KEEP, Resend.KEEP,   Act.SEND,
  State.PROCEEDING, Input.SUCCESS,     State.COMPLETED,  Event.NONE,        Clock.T64,  Resend.KEEP,   Act.SEND,
  State.PROCEEDING, Input.FAILURE,     State.COMPLETED,  Event.NONE,        Clock.T64,  Resend.KEEP,   Act.SEND,
  State.PROCEEDING, Input.DEADLINE,    State.TERMINATED, Event.NONE,        Clock.OFF,  Resend.OFF,    Act.NONE,
  State.PROCEEDING, Input.REFUSED,     State.PROCEEDING, Event.REFUSED,     Clock.KEEP, Resend.KEEP,   Act.NONE,
  State.PROCEEDING, Input.UNREACHABLE, State.PROCEEDING, Event.UNREACHABLE, Clock.KEEP, Resend.KEEP,   Act.NONE,
  State.COMPLETED,  Input.REQUEST,     State.COMPLETED,  Event.NONE,        Clock.KEEP, Resend.KEEP,   Act.SEND,
  State.COMPLETED,  Input.DEADLINE,    State.TERMINATED, Event.NONE,        Clock.OFF,  Resend.OFF,    Act.NONE,
  State.COMPLETED,  Input.REFUSED,     State.COMPLETED,  Event.REFUSED,     Clock.KEEP, Resend.KEEP,   Act.NONE,
  State.COMPLETED,  Input.UNREACHABLE, State.COMPLETED,  Event.UNREACHABLE, Clock.KEEP, Resend.KEEP,   Act.NONE,
  END
])

/** The row for this input in this state; 0 when the machine ignores it there. */
export function rowOf(machine: u8, state: u8, input: u8): usize {
  let table = INVITE_CLIENT
  if (machine == Machine.CLIENT) table = CLIENT
  else if (machine == Machine.INVITE_SERVER) table = INVITE_SERVER
  else if (machine == Machine.SERVER) table = SERVER
  return row(table, ROW, state, input)
}

export function nextOf(row: usize): u8 { return load<u8>(row, 2) }
export function eventOf(row: usize): u8 { return load<u8>(row, 3) }
export function clockOf(row: usize): u8 { return load<u8>(row, 4) }
export function resendOf(row: usize): u8 { return load<u8>(row, 5) }
export function actOf(row: usize): u8 { return load<u8>(row, 6) }
