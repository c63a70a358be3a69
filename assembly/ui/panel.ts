// What the user interface remembers: which view is shown, where in it the user is, and when the picture changes by itself.
import { CALLS } from "../config"
import { UI_STATE, UI_STATE_SIZE } from "../memory"
import { NEVER, sooner } from "../base/deadline"
import { Setting, number } from "../settings/settings"
import { SCREEN_STATE_SIZE } from "./screen"

export const enum View { HOME, SERVERS, WHY, MENU, ACCOUNT, EDIT, ABOUT, MESSAGE, OPTIONS, HISTORY, BOOK, CONTACT, KNOBS, SERVER, TABS, FORM, EMPTY }

/** What the phone is asked to do. APPLY: settings have changed that a registration depends on; SAVE: the same, and they are to be kept. */
export const enum Action { NONE, REGISTER, UNREGISTER, DNS_FLUSH, REBOOT, STORE, APPLY, SAVE, TRACE_ON, TRACE_OFF }

const DEPTH_MAX: u32 = 8

@unmanaged
export class Panel {
  depth: u8            // views under the one shown
  field: u8            // setting being edited, or Purpose of what is typed
  mode: u8             // keypad Mode
  pending: u8          // key whose letters are being stepped through, 0 none
  turn: u8             // which of its letters
  held: u8             // key held down that repeats, 0 none
  touched: u8          // something was typed in the editor
  editLength: u8
  message: u8          // Message shown
  state: u8            // RegistrationState when last looked
  candidate: i8        // server tried when last looked
  trouble: u8          // Trouble that the message is about
  troubleLine: u8      // and the line
  troubleStatus: u16   // and its status code
  top: u16             // first row shown of a long text
  rows: u16            // rows that it has
  place: i8            // call that the home view shows, -1 none
  ringing: bool        // it is an incoming one: it is shown over every other view
  missed: u8           // missed calls that nobody has looked at
  entry: i8            // contact being edited, -1 a new one
  line: u8             // that is shown, and that the next call goes out by
  acting: i8           // line that an action is about, -1 all
  changed: bool        // settings were changed that are to be kept
  refusal: u8          // Refusal that a message is about
  digit: u8            // key that is to be heard as DTMF now, 0 none
  queued: u8           // digits that the console still has to send
  sent: u8             // digits sent in this call
  formLine: u8         // line that the form is about
  formBaker: bool      // it is that of Baker, whatever profile another of its lines may have
  zoneMin: i32         // minutes that local time is ahead of UTC
  views: u64           // View of each depth, one byte each from the lowest on
  cursors: u64         // row chosen in each of them
  now: i64
  wakeAt: i64          // the picture changes by itself then
  sinceMs: i64         // when state or candidate changed last
  letterAt: i64        // the pending letter is final then
  repeatAt: i64        // the held key counts again then
  digitAt: i64         // the next of the queued digits begins or ends then
  volumeAt: i64        // the volume is shown until then
  unixMs: i64          // calendar time at `clockAt`; 0 not known
  clockAt: i64
}

const PANEL = (UI_STATE + SCREEN_STATE_SIZE + 7) & ~7
export const PANEL_SIZE: usize = 144

/** For each place the id of the call whose end is in the history. */
export const NOTED: usize = PANEL + PANEL_SIZE

/** The text in the editor. */
export const EDIT: usize = NOTED + <usize>CALLS
export const EDIT_SIZE: u32 = 160

/** Digits: those that are shown as sent, the last ones when there were more, and those that are queued. */
export const SENT: usize = EDIT + EDIT_SIZE
export const SENT_SIZE: u32 = 20
export const QUEUE: usize = SENT + SENT_SIZE
export const QUEUE_SIZE: u32 = 32

/** The call history. */
export const HISTORY: usize = QUEUE + QUEUE_SIZE
export const HISTORY_SIZE: usize = 384

/** Where the console begins. */
export const CONSOLE: usize = (HISTORY + HISTORY_SIZE + 7) & ~7
export const CONSOLE_SIZE: usize = 64
if (CONSOLE + CONSOLE_SIZE > UI_STATE + UI_STATE_SIZE) ERROR("the user interface does not fit its region")

export function panel(): Panel {
  if (offsetof<Panel>() > PANEL_SIZE) ERROR("Panel has outgrown its place")
  return changetype<Panel>(PANEL)
}

/** Begins with the home view and nothing pressed. */
export function openPanel(now: i64): void {
  const p = panel()
  memory.fill(PANEL, 0, EDIT - PANEL)
  p.now = now
  p.sinceMs = now
  p.wakeAt = NEVER
  p.letterAt = NEVER
  p.repeatAt = NEVER
  p.digitAt = NEVER
  p.place = -1
  p.line = <u8>(number(Setting.DEFAULT_LINE) - 1)
  store<u16>(HISTORY, 0)
}

export function shown(): View {
  const p = panel()
  return p.ringing ? View.HOME : <View>(p.views >> (p.depth * 8) & 0xff)
}

/** The view under the one that is shown. */
export function below(): View {
  const p = panel()
  return p.depth == 0 ? View.HOME : <View>(p.views >> (p.depth * 8 - 8) & 0xff)
}

/** Shows a view over the one that is shown. */
export function push(view: View): void {
  const p = panel()
  if (<u32>p.depth + 1 < DEPTH_MAX) p.depth++
  const at = <u64>p.depth * 8
  p.views = (p.views & ~(<u64>0xff << at)) | (<u64>view << at)
  p.top = 0
  choose(0)
}

/** Back to the view before. */
export function pop(): void {
  const p = panel()
  if (p.depth > 0) p.depth--
  p.top = 0
}

/** The row chosen in the menu or form that is shown. */
export function chosen(): u32 {
  const p = panel()
  return <u32>(p.cursors >> (p.depth * 8) & 0xff)
}

/** The same of the view under it. */
export function chosenBelow(): u32 {
  const p = panel()
  return p.depth == 0 ? 0 : <u32>(p.cursors >> (p.depth * 8 - 8) & 0xff)
}

export function choose(row: u32): void {
  const p = panel(), at = <u64>p.depth * 8
  p.cursors = (p.cursors & ~(<u64>0xff << at)) | (<u64>row << at)
}

export function popToHome(): void {
  panel().depth = 0
}

/** The picture will change by itself at this instant, if not before. */
export function wakeAt(instant: i64): void { panel().wakeAt = sooner(panel().wakeAt, instant) }
