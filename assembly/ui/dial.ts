// Calling from the keys: a number, name or URI that is typed, dialled again, or picked from a list; and the target of a transfer.
import { NONE, Span } from "../base/span"
import { call } from "../dialog/call"
import { Refusal, dial } from "../dialog/commands"
import { transferBlind } from "../dialog/transfer"
import { contactNumber, findName } from "../settings/settings"
import { Kind, historyCount, lastDialled, numberOf, remember } from "./history"
import { panel, popToHome } from "./panel"
import { pen } from "./paper"
import { Purpose, close, openTyping, typeInstead, typed } from "./edit"
import { announceRefusal } from "./pages"

/** Begins to type a number, with what was dialled last if that is asked for. */
export function openDial(redial: bool): void {
  const last = redial ? lastDialled() : -1
  openTyping(Purpose.DIAL, last < 0 ? NONE : numberOf(last))
}

export function openTransfer(): void { openTyping(Purpose.TARGET, NONE) }

/** What a target stands for: the number of the contact of that name, else itself. */
export function resolved(target: Span): Span {
  const i = findName(target)
  return i < 0 ? target : contactNumber(i)
}

/** Calls a target by a line and keeps it in the history. Gives the place of the call or a Refusal. */
export function callTarget(line: i32, target: Span, now: i64): i32 {
  const number = resolved(target)
  const place = dial(line, number, now)
  if (place < 0) return place
  // The history moves in memory, and the number may lie in it
  const w = pen()
  w.put(number)
  remember(Kind.DIALLED, NONE, w.written)
  return place
}

/** The same from the keys: what is refused is said in a message. */
export function callFromKeys(target: Span): void {
  const p = panel()
  // Who is asked while another one waits is asked by the same line.
  const place = callTarget(p.place >= 0 ? call(p.place).line : p.line, target, p.now)
  if (place < 0) announceRefusal(<Refusal>place)
  else popToHome()
}

/** Calls the other side of the call that has just ended: it is the latest in the history. */
export function callAgain(): void {
  if (historyCount() > 0) callFromKeys(numberOf(0))
}

/** What was typed is called; nothing typed brings back what was dialled last. */
export function acceptDial(): void {
  const p = panel(), last = lastDialled()
  if (p.editLength > 0) callFromKeys(typed())
  else if (last >= 0) typeInstead(numberOf(last))
  else close()
}

/** Hands the call over at once, or first asks the target. */
export function acceptTarget(ask: bool): void {
  const p = panel()
  if (p.editLength == 0 || p.place < 0) return
  const target = typed()
  if (!ask) {
    const refusal = transferBlind(p.place, resolved(target), p.now)
    if (refusal == Refusal.DONE) popToHome()
    else announceRefusal(refusal)
    return
  }
  callFromKeys(target)
}
