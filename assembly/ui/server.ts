// One server: its status, and everything else that is known of it.
import { prose } from "../base/prose"
import { NONE, between } from "../base/span"
import { Reason, candidate, candidateCount } from "../servers/candidates"
import { writeLed, writeReason } from "../servers/why"
import { title, softKeys, pen, beginText, endText, pair, paragraph, scroll } from "./paper"
import { Action, View, choose, chosen, panel, pop, push, wakeAt } from "./panel"
import { keepWithin } from "./list"
import { icon } from "./standing"
import { FACTS, factValue, isTold, writeFact } from "./server-facts"
import { writeRank, writeServer, writeStatus } from "./words"

const SECOND: i64 = 1000
const INDENT: u32 = 5                    // of what is below the rank

export function drawServer(): void {
  const count = candidateCount(panel().line), now = panel().now
  keepWithin(count)
  const w = pen()
  w.say(prose("Server "))
  w.number(chosen() + 1)
  w.say(prose(" of "))
  w.number(count)
  title(icon(), w.written)
  beginText()
  if (count > 0) drawFacts(<i32>chosen(), now)
  endText()
  wakeAt(now + SECOND)
  softKeys(prose("Back"), count > 1 ? prose("Next") : prose(""), prose("Why"))
}

export function pressServer(key: u32): Action {
  const count = candidateCount(panel().line)
  if (key == 0x55 || key == 0x44) scroll(key == 0x44)
  else if (key == 0x62 && count > 1) {
    choose((chosen() + 1) % count)
    panel().top = 0
  } else if (key == 0x63) push(View.WHY)
  else if (key == 0x61 || key == 0x42 || key == 0x4f) pop()
  return Action.NONE
}

/** A server's line, byte for byte as the console has it; where it is too long it goes on in the next row. VE-20 */
export function drawCandidate(i: i32): void {
  const c = candidate(panel().line, i), w = pen()
  writeRank(w, c)
  w.say(prose("  "))
  writeServer(w, c.endpoint)
  const middle = w.at
  writeStatus(w, c)
  pair(between(w.start, middle), between(middle, w.at), INDENT)
}

function drawFacts(i: i32, now: i64): void {
  const c = candidate(panel().line, i)
  drawCandidate(i)
  if (c.host != NONE) paragraph(c.host, 1)
  let w = pen()
  w.say(prose("Found by: "))
  writeLed(w, c.led)
  paragraph(w.written, 1)
  if (c.reason != Reason.NONE) {
    w = pen()
    w.say(prose("Left"))
    writeReason(w, <Reason>c.reason, c.lastCode)
    paragraph(w.written, 1)
  }
  for (let fact = 0; fact < FACTS; fact++) {
    const value = factValue(c, fact, now)
    if (!isTold(fact, value)) continue
    w = pen()
    writeFact(w, fact, value)
    paragraph(w.written, 1)
  }
}
