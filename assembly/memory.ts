// The memory map: address and size in bytes of every region in the one page of 64 KiB.
// Regions that the host reads or writes come first; STATE is divided among the rooms below; constants end the page.

export const NULL_PAGE_SIZE: usize = 0x0100
export const PANIC: usize = 0x0100           // why the core stopped itself; base/panic.ts
export const PANIC_SIZE: usize = 0x0080
export const IO: usize = 0x0180              // the record that goes with each input and output; io.ts
export const IO_SIZE: usize = 0x0080
export const SCREEN: usize = 0x0200          // 21 x 8 cells, Latin-1, bit by bit inverse flags behind them
export const SCREEN_SIZE: usize = 0x0100
export const FRAME: usize = 0x0300           // 128 x 64 pixels, one bit each, in SSD1306 page order
export const FRAME_SIZE: usize = 0x0400
export const AUDIO: usize = 0x0700           // 20 ms of sound
export const AUDIO_SIZE: usize = 0x0280
export const KEEP: usize = 0x0980            // what a restarted core needs from the one before it
export const KEEP_SIZE: usize = 0x0280
export const RX: usize = 0x0c00              // bytes from the host; 64 spare bytes let parsers put sentinels behind the end
export const RX_SIZE: usize = 0x1000
export const RX_SPARE: usize = 0x0040
export const TX: usize = 0x1c40              // bytes composed for the host that nobody keeps: console, display text, DNS
export const TX_SIZE: usize = 0x04c0
export const CONFIG: usize = 0x2100          // the settings text
export const CONFIG_SIZE: usize = 0x0900
export const LOG: usize = 0x2a00             // ring of log lines, readable after a trap
export const LOG_SIZE: usize = 0x0800
export const OUTBOX: usize = 0x3200          // SIP messages kept for sending
export const OUTBOX_SIZE: usize = 0x4800

export const STATE: usize = 0x7a00
// -- the rooms' shares of STATE, in the order of the rooms
export const BASE_STATE: usize = 0x7a00      // random generator, writers
export const BASE_STATE_SIZE: usize = 0x0200
export const WIRE_STATE: usize = 0x7c00      // the message being read, and one more for a kept one
export const WIRE_STATE_SIZE: usize = 0x0a00
export const SETTINGS_STATE: usize = 0x8600
export const SETTINGS_STATE_SIZE: usize = 0x0700
export const TRANSPORT_STATE: usize = 0x8d00
export const TRANSPORT_STATE_SIZE: usize = 0x0500
export const LOCATE_STATE: usize = 0x9200
export const LOCATE_STATE_SIZE: usize = 0x1980
export const TRANSACTION_STATE: usize = 0xab80
export const TRANSACTION_STATE_SIZE: usize = 0x0700
export const SERVERS_STATE: usize = 0xb280
export const SERVERS_STATE_SIZE: usize = 0x0a80
export const ACCOUNT_STATE: usize = 0xbd00
export const ACCOUNT_STATE_SIZE: usize = 0x0500   // remembered challenges
export const REGISTRATIONS: usize = 0xc200
export const REGISTRATIONS_SIZE: usize = 0x00a0
export const LEFTOVER: usize = 0xc2a0        // removal of bindings left behind
export const LEFTOVER_SIZE: usize = 0x0060
export const ROUTES: usize = 0xc300          // Service-Route and Path of the registration
export const ROUTES_SIZE: usize = 0x0200
export const UI_STATE: usize = 0xc500
export const UI_STATE_SIZE: usize = 0x0300
export const PHONE_STATE: usize = 0xc800
export const PHONE_STATE_SIZE: usize = 0x0100
export const STATE_SIZE: usize = 0x4f00

export const CONSTANTS: usize = 0xc900       // static data of the module; asc --memoryBase must say the same
export const CONSTANTS_SIZE: usize = 0x3700
