// The memory map: address and size in bytes of every region in the one page of 64 KiB, each behind the one before it.
// Regions that the host reads or writes come first; STATE is divided among the rooms; constants end the page.

export const NULL_PAGE_SIZE: usize = 0x0100      // stays empty: a null pointer finds nothing
export const PANIC: usize = NULL_PAGE_SIZE   // why the core stopped itself; base/panic.ts
export const PANIC_SIZE: usize = 0x0080
export const IO: usize = PANIC + PANIC_SIZE   // the record that goes with each input and output; io.ts
export const IO_SIZE: usize = 0x0080
export const SCREEN: usize = IO + IO_SIZE   // 21 x 8 cells, Latin-1, bit by bit inverse flags behind them
export const SCREEN_SIZE: usize = 0x0100
export const AUDIO: usize = SCREEN + SCREEN_SIZE   // 20 ms of sound, 160 samples: from the microphone, then in its place for the speaker
export const AUDIO_SIZE: usize = 0x0140
export const KEEP: usize = AUDIO + AUDIO_SIZE   // what a restarted core needs from the one before it
export const KEEP_SIZE: usize = 0x00f0
export const RX: usize = KEEP + KEEP_SIZE   // bytes from the host
export const RX_SIZE: usize = 0x1000
export const RX_SPARE: usize = 0x0040            // spare bytes that let parsers put sentinels behind the end
export const CONFIG: usize = RX   // the settings text for core_open
export const CONFIG_SIZE: usize = RX_SIZE
export const TX: usize = RX + RX_SIZE + RX_SPARE   // bytes composed for the host that nobody keeps: console, display text, DNS, RTP
export const TX_SIZE: usize = 0x04c0
export const FRAME: usize = TX   // 128 x 64 pixels, one bit each, in SSD1306 page order, while the host takes them
export const FRAME_SIZE: usize = 0x0400
export const LOG: usize = TX + TX_SIZE   // ring of log lines, readable after a trap
export const LOG_SIZE: usize = 0x0400
export const OUTBOX: usize = LOG + LOG_SIZE   // SIP messages kept for sending
export const OUTBOX_SIZE: usize = 0x2000

// -- STATE: the rooms' shares, in the order of the rooms
export const STATE: usize = OUTBOX + OUTBOX_SIZE
export const BASE_STATE: usize = STATE   // random generator, writers
export const BASE_STATE_SIZE: usize = 0x0200
export const WIRE_STATE: usize = BASE_STATE + BASE_STATE_SIZE   // the message being read, and one more for a kept one
export const WIRE_STATE_SIZE: usize = 0x0a00
export const SETTINGS_STATE: usize = WIRE_STATE + WIRE_STATE_SIZE   // values of the settings
export const SETTINGS_STATE_SIZE: usize = 0x07c0
export const BOOK_STATE: usize = SETTINGS_STATE + SETTINGS_STATE_SIZE   // the phone book
export const BOOK_STATE_SIZE: usize = 0x0200
export const TRANSPORT_STATE: usize = BOOK_STATE + BOOK_STATE_SIZE   // flows, the pace, and a failure that is rehearsed
export const TRANSPORT_STATE_SIZE: usize = 0x0540
export const LOCATE_STATE: usize = TRANSPORT_STATE + TRANSPORT_STATE_SIZE   // resolver, searches, cache
export const LOCATE_STATE_SIZE: usize = 0x1580
export const TRANSACTION_STATE: usize = LOCATE_STATE + LOCATE_STATE_SIZE   // requests of ours and of others
export const TRANSACTION_STATE_SIZE: usize = 0x05f8
export const SERVERS_STATE: usize = TRANSACTION_STATE + TRANSACTION_STATE_SIZE   // candidates, hunts, reasons
export const SERVERS_STATE_SIZE: usize = 0x0db0
export const ACCOUNT_STATE: usize = SERVERS_STATE + SERVERS_STATE_SIZE   // remembered challenges
export const ACCOUNT_STATE_SIZE: usize = 0x0500
export const REGISTRATIONS: usize = ACCOUNT_STATE + ACCOUNT_STATE_SIZE   // one of each line
export const REGISTRATIONS_SIZE: usize = 0x0280
export const LEFTOVER: usize = REGISTRATIONS + REGISTRATIONS_SIZE   // removal of bindings left behind, returns and probes of each line
export const LEFTOVER_SIZE: usize = 0x0160
export const ROUTES: usize = LEFTOVER + LEFTOVER_SIZE   // Service-Route and Path of the registrations
export const ROUTES_SIZE: usize = 0x01c0
export const CALLS_STATE: usize = ROUTES + ROUTES_SIZE   // the calls as screen and sound see them; dialog/call.ts
export const CALLS_STATE_SIZE: usize = 0x0288
export const SESSIONS: usize = CALLS_STATE + CALLS_STATE_SIZE   // what was agreed on about sound; dialog/session.ts
export const SESSIONS_SIZE: usize = 0x0240
export const DIALOG_STATE: usize = SESSIONS + SESSIONS_SIZE   // dialogs and what else the dialog room keeps
export const DIALOG_STATE_SIZE: usize = 0x0cc8
export const SUBSCRIPTION: usize = DIALOG_STATE + DIALOG_STATE_SIZE   // our subscriptions to mailboxes, and what they say
export const SUBSCRIPTION_STATE_SIZE: usize = 0x00c0
export const TRANSFERS: usize = SUBSCRIPTION + SUBSCRIPTION_STATE_SIZE   // transfers and digits of each call
export const TRANSFERS_SIZE: usize = 0x0060
export const MEDIA_STATE: usize = TRANSFERS + TRANSFERS_SIZE   // jitter buffers, streams, tones
export const MEDIA_STATE_SIZE: usize = 0x10c0
export const UI_STATE: usize = MEDIA_STATE + MEDIA_STATE_SIZE   // what is shown and typed, and the call history
export const UI_STATE_SIZE: usize = 0x0400
export const PHONE_STATE: usize = UI_STATE + UI_STATE_SIZE
export const PHONE_STATE_SIZE: usize = 0x0100
export const STATE_SIZE: usize = PHONE_STATE + PHONE_STATE_SIZE - STATE

// Static data of the module: build/core.ts tells the compiler.
export const CONSTANTS: usize = STATE + STATE_SIZE
export const CONSTANTS_SIZE: usize = 0x10000 - CONSTANTS
