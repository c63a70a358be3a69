// The reply to a console command, given out piece by piece: a reply may be longer than TX, and one piece is one line or one JSON object.
import { CONSOLE, CONSOLE_SIZE } from "./panel"
import { TX, TX_SIZE } from "../memory"
import { Output, give, io } from "../io"
import { Span } from "../base/span"
import { Writer, WRITER_SIZE } from "../base/writer"
import { produce } from "./answers"

export const enum Command {
  HELP, STATUS, SERVERS, REGISTER, UNREGISTER, DNS_SHOW, DNS_FLUSH, DNS_LOG, SIP_TRACE, SIP_STATUS, CFG_SHOW, CFG_GET, CFG_SET, CFG_SAVE, WHY, MEM, VERSION, REBOOT, FAIL,
  // From here on they are about calls
  DIAL, ANSWER, REJECT, HANGUP, HOLD, RESUME, SWAP, TRANSFER, CONFERENCE, DTMF, MUTE, VOLUME, CALLS,
  HISTORY_CLEAR, HISTORY, CONTACTS_ADD, CONTACTS_DELETE, CONTACTS,
}
export const COMMANDS = 37

/** Why a command was not carried out; the code of its reply. */
export const enum Refusal { NONE, UNKNOWN_COMMAND, USAGE, SETTING, NO_ACCOUNT, SWITCHED_OFF, NOT_NOW, NO_CALL, ALL_BUSY, BAD_TARGET, NO_NETWORK, NO_SERVER, NO_LINE }

/** The reply that is being given. Spans point into RX, which stays as it is until all outputs are drained. */
@unmanaged
export class Reply {
  due: bool            // pieces are left
  json: bool
  command: u8          // Command
  refusal: u8          // Refusal
  piece: u32           // next piece
  argument: Span       // what followed the command; of an unknown command the whole line
  subject: i32         // setting or command that the argument names, -1 none
  now: i64
  line: i32            // that the command names or is about; -1 all
}

const REPLY_SIZE: usize = 32
const WRITER = CONSOLE + REPLY_SIZE
if (REPLY_SIZE + WRITER_SIZE > CONSOLE_SIZE) ERROR("the console does not fit its place")

/** Behind the piece, in TX: where a text is put together that is then written with its escapes. */
const SCRATCH_SIZE: usize = 0x180
const SCRATCH: usize = TX + TX_SIZE - SCRATCH_SIZE

export function reply(): Reply {
  if (offsetof<Reply>() > REPLY_SIZE) ERROR("Reply has outgrown its place")
  return changetype<Reply>(CONSOLE)
}

/** The next piece of the reply; the last one is flagged. */
export function pollReply(): Output {
  const r = reply()
  if (!r.due) return Output.REST
  const w = changetype<Writer>(WRITER)
  w.open(TX, SCRATCH - TX)
  r.due = produce(w, r)
  r.piece++
  give(Output.REPLY, w.written, r.refusal)
  io().flags = r.due ? 0 : 1
  return Output.REPLY
}

/** A writer for a text that is used before the next one is begun. */
export function scratch(): Writer {
  const w = changetype<Writer>(SCRATCH)
  w.open(SCRATCH + WRITER_SIZE, SCRATCH_SIZE - WRITER_SIZE)
  return w
}
