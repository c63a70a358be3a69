// The names that machine.md uses, in the order of the numbers in assembly/transaction/machine.ts, and the words for a cell.

export const MACHINES = ["INVITE client", "client", "INVITE server", "server"]
export const STATES = ["TERMINATED", "CALLING", "TRYING", "PROCEEDING", "COMPLETED", "CONFIRMED", "ACCEPTED", "LEFT"]
export const INPUTS = ["1xx", "2xx", "300-699", "request", "ACK", "resend", "deadline", "refused", "unreachable", "cancel", "abandon"]

const EVENTS = ["", "PROVISIONAL", "FINAL", "TIMEOUT", "REFUSED", "UNREACHABLE", "LATE_2XX"]
const CLOCKS = ["", "no deadline", "deadline 64*T1", "deadline T4", "deadline D"]
const RESENDS = ["", "no resend", "resend T1", "resend x2", "resend x2 to T2", "resend T2"]
const ACTS = ["", "send", "ack", "note cancel", "cancel if noted", "cancel", "forget message"]

/** A number that the core's cell() gives, as machine.md writes it. */
export function cellText(cell: number): string {
  if (cell < 0) return "-"
  const event = EVENTS[cell >> 8 & 15]
  const parts = [ACTS[cell >> 20 & 15], event === "" ? "" : `tell ${event}`, CLOCKS[cell >> 12 & 15], RESENDS[cell >> 16 & 15]]
  return [`**${STATES[cell & 255]}**`, ...parts.filter((part) => part !== "")].join(", ")
}
