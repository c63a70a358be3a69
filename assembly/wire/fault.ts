// What can be wrong with a message, and what it is answered.
import { Method, Message } from "./message"
import { Prose, prose } from "../base/prose"

/** The first thing found wrong. The order is that of the message, not of gravity. */
export const enum Fault {
  NONE,
  EMPTY,               // nothing, or only empty lines: a keep-alive
  START_LINE,
  REQUEST_URI,
  VERSION,             // SIP, but not 2.0
  STATUS_CODE,         // not three digits of 100-699
  FIELD_NAME,          // a line that is neither a field nor a continuation
  LINE_END,            // CR without LF or LF without CR
  TOO_MANY_FIELDS,     // more lines than HEADERS_MAX
  NO_END,              // no empty line behind the fields
  REPEATED,            // two lines of a name that may stand once only
  VIA,
  FROM,
  TO,
  CALL_ID,
  CSEQ,
  MAX_FORWARDS,
  CONTENT_LENGTH,      // not a number
  CONTENT_LENGTHS,     // two that differ
  BODY,                // shorter than Content-Length says
  NO_VIA,
  NO_FROM,
  NO_TO,
  NO_CALL_ID,
  NO_CSEQ,
  CSEQ_METHOD,         // CSeq names another method than the request line
  CONTACT,             // from here on found by inspect() in fields.ts
  ROUTE,
  RECORD_ROUTE,
  REQUIRE,
  COUNT
}

/** The status code of the answer to a request that parse() refused. */
export function statusFor(m: Message): u32 {
  if (m.fault == Fault.VERSION) return 505
  // RFC 3261 8.2.1: the method is looked at first; RFC 4475 3.1.2.18 prefers 501 for an unknown one that also does not match CSeq.
  if (m.fault == Fault.CSEQ_METHOD && m.method == Method.UNKNOWN) return 501
  return 400
}

/** The reason phrase of that answer: it names what is wrong, as RFC 3261 21.4.1 advises. */
export function reasonFor(m: Message): Prose {
  switch (m.fault) {
    case Fault.REQUEST_URI: return prose("Bad Request-URI")
    case Fault.VERSION: return prose("Version Not Supported")
    case Fault.FIELD_NAME: return prose("Bad Header Field")
    case Fault.LINE_END: return prose("Bad Line End")
    case Fault.TOO_MANY_FIELDS: return prose("Too Many Header Fields")
    case Fault.NO_END: return prose("Missing Empty Line")
    case Fault.REPEATED: return prose("Repeated Header Field")
    case Fault.VIA: return prose("Bad Via")
    case Fault.FROM: return prose("Bad From")
    case Fault.TO: return prose("Bad To")
    case Fault.CALL_ID: return prose("Bad Call-ID")
    case Fault.CSEQ: return prose("Bad CSeq")
    case Fault.MAX_FORWARDS: return prose("Bad Max-Forwards")
    case Fault.CONTENT_LENGTH: return prose("Bad Content-Length")
    case Fault.CONTENT_LENGTHS: return prose("Different Content-Lengths")
    case Fault.BODY: return prose("Body Shorter Than Content-Length")
    case Fault.NO_VIA: return prose("Missing Via")
    case Fault.NO_FROM: return prose("Missing From")
    case Fault.NO_TO: return prose("Missing To")
    case Fault.NO_CALL_ID: return prose("Missing Call-ID")
    case Fault.NO_CSEQ: return prose("Missing CSeq")
    case Fault.CSEQ_METHOD:
      return m.method == Method.UNKNOWN ? prose("Not Implemented") : prose("CSeq Method Mismatch")
    case Fault.CONTACT: return prose("Bad Contact")
    case Fault.ROUTE: return prose("Bad Route")
    case Fault.RECORD_ROUTE: return prose("Bad Record-Route")
    case Fault.REQUIRE: return prose("Bad Require")
    default: return prose("Bad Request")
  }
}
