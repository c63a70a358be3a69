// What the user interface remembers: which view is shown, where in it the user is, and when the picture changes by itself.
import { UI_STATE, UI_STATE_SIZE } from "../memory"
import { NEVER, sooner } from "../base/deadline"
import { SCREEN_STATE_SIZE } from "./screen"

export const enum View { IDLE, SERVERS, WHY, MENU, ACCOUNT, EDIT, ABOUT, MESSAGE }

/** What the phone is asked to do. APPLY: settings have changed that a registration depends on; SAVE: the same, and they are to be kept. */
export const enum Action { NONE, REGISTER, UNREGISTER, DNS_FLUSH, REBOOT, STORE, APPLY, SAVE, TRACE_ON, TRACE_OFF }

const DEPTH_MAX: u32 = 6

@unmanaged
export class Panel {
  depth: u8            // views under the one shown
  field: u8            // setting being edited
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
  troubleStatus: u16   // and its status code
  top: u16             // first row shown of a long text
  rows: u16            // rows that it has
  zoneMin: i32         // minutes that local time is ahead of UTC
  views: u64           // View of each depth, one byte each from the lowest on
  cursors: u64         // row chosen in each of them
  now: i64
  wakeAt: i64          // the picture changes by itself then
  sinceMs: i64         // when state or candidate changed last
  letterAt: i64        // the pending letter is final then
  repeatAt: i64        // the held key counts again then
  unixMs: i64          // calendar time at `clockAt`; 0 not known
  clockAt: i64
}

const PANEL = (UI_STATE + SCREEN_STATE_SIZE + 7) & ~7
export const PANEL_SIZE: usize = 104

/** The text in the editor. */
export const EDIT: usize = PANEL + PANEL_SIZE
export const EDIT_SIZE: u32 = 134

/** Where the console begins. */
export const CONSOLE: usize = (EDIT + EDIT_SIZE + 7) & ~7
export const CONSOLE_SIZE: usize = 64
if (CONSOLE + CONSOLE_SIZE > UI_STATE + UI_STATE_SIZE) ERROR("the user interface does not fit its region")

export function panel(): Panel {
  if (offsetof<Panel>() > PANEL_SIZE) ERROR("Panel has outgrown its place")
  return changetype<Panel>(PANEL)
}

/** Begins with the idle view and nothing pressed. */
export function openPanel(now: i64): void {
  const p = panel()
  memory.fill(PANEL, 0, PANEL_SIZE)
  p.now = now
  p.sinceMs = now
  p.wakeAt = NEVER
  p.letterAt = NEVER
  p.repeatAt = NEVER
}

export function shown(): View {
  const p = panel()
  return <View>(p.views >> (p.depth * 8) & 0xff)
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

export function choose(row: u32): void {
  const p = panel(), at = <u64>p.depth * 8
  p.cursors = (p.cursors & ~(<u64>0xff << at)) | (<u64>row << at)
}

export function popToIdle(): void {
  panel().depth = 0
}

/** The picture will change by itself at this instant, if not before. */
export function wakeAt(instant: i64): void { panel().wakeAt = sooner(panel().wakeAt, instant) }
