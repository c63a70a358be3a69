// Settings as a person reads them: names, values, what is allowed.
import { prose } from "../base/prose"
import { lengthOf } from "../base/span"
import { Writer } from "../base/writer"
import { Kind, LINE_SETTINGS, Setting, isText, kindOf, leastOf, mostOf, nameOf, unitOf } from "./table"
import { choiceWord, needsQuotes } from "./kinds"
import { knob, words } from "./values"

/** Writes the name of a setting of a line: behind its number, unless it is the first. */
export function writeName(w: Writer, line: i32, s: Setting): void {
  if (line > 0 && s < LINE_SETTINGS) {
    w.number(line + 1)
    w.byte(0x2e)
  }
  w.put(nameOf(s))
}

/** Writes a value as it is written in a settings text. A password is written as stars unless `secrets` is set. */
export function writeValue(w: Writer, line: i32, s: Setting, secrets: bool): void {
  if (!isText(s)) {
    if (kindOf(s) == Kind.CHOICE) w.put(choiceWord(s, knob(line, s)))
    else if (kindOf(s) == Kind.SET) writeSet(w, line, s)
    else w.number(knob(line, s))
    return
  }
  const value = words(line, s)
  if (kindOf(s) == Kind.SECRET && !secrets) {
    if (lengthOf(value) > 0) w.say(prose("********"))
    return
  }
  const quote = needsQuotes(value)
  if (quote) w.byte(0x22)
  w.put(value)
  if (quote) w.byte(0x22)
}

function writeSet(w: Writer, line: i32, s: Setting): void {
  let space = false
  for (let n = 0; n <= mostOf(s); n++) {
    if ((knob(line, s) >>> n & 1) == 0) continue
    if (space) w.byte(0x20)
    w.put(choiceWord(s, n))
    space = true
  }
}

/** Writes what a setting may be: "50 to 5000 ms". */
export function writeAllowed(w: Writer, s: Setting): void {
  switch (kindOf(s)) {
    case Kind.HOST: w.say(prose("a host name or IP address")); break
    case Kind.SERVERS: w.say(prose("host names or IP addresses, :port if not 5060, at most 4 with ; between")); break
    case Kind.RECORDS: w.say(prose("records such as _sip._udp SRV 0 40 5060 one; one A 192.0.2.1")); break
    case Kind.USER: w.say(prose("letters, digits and -_.!~*'()&=+$,;?/%hh")); break
    case Kind.CODES: w.say(prose("codes from 300 to 699 such as 500 5xx")); break
    case Kind.CHOICE: writeChoices(w, s); break
    case Kind.NUMBER: writeRange(w, s); break
    case Kind.SET:
      w.say(prose("any of "))
      w.put(unitOf(s))
      break
    default: w.say(prose("printable UTF-8")); break
  }
}

function writeChoices(w: Writer, s: Setting): void {
  for (let n = 0; n <= mostOf(s); n++) {
    if (n > 0) w.say(n == mostOf(s) ? prose(" or ") : prose(", "))
    w.put(choiceWord(s, n))
  }
}

function writeRange(w: Writer, s: Setting): void {
  w.number(leastOf(s))
  w.say(leastOf(s) == 0 && mostOf(s) == 1 ? prose(" or ") : prose(" to "))
  w.number(mostOf(s))
  if (lengthOf(unitOf(s)) > 0) w.byte(0x20)
  w.put(unitOf(s))
}
