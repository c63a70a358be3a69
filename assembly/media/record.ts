// What is known of a stream of sound: one record per call that has sound, with its bytes behind; and the memory of the room.
import { STREAMS } from "../config"
import { MEDIA_STATE, MEDIA_STATE_SIZE, RX } from "../memory"
import { Endpoint, ENDPOINT_SIZE } from "../base/endpoint"

/** Samples of one tick: 20 ms at 8000 Hz. */
export const TICK: u32 = 160
export const TICK_MS: u32 = 20
/** Samples of a millisecond. */
export const PER_MS: u32 = 8

/** Whose packets are played. NONE: nothing has come; STRANGER: one came from elsewhere than was signalled; LATCHED: so did the next; SIGNALLED. */
export const enum Heard { NONE, STRANGER, LATCHED, SIGNALLED }

@unmanaged
export class Stream {
  used: bool
  place: u8            // of its call
  version: u8          // of the session that it follows
  active: bool         // heard and fed; one that is held only keeps its numbers
  codec: u8            // Codec of the ring and of what we send
  heard: u8            // Heard
  running: bool        // something has come that can be played
  marker: bool         // our next packet begins a talk spurt
  // -- their packets, RFC 3550 A.1
  ssrcIn: u32
  newSsrc: u32         // another source, that has to show two packets in order
  newSequence: u16
  badSequence: u16     // the one that would follow a jump
  highest: u32         // extended sequence number
  first: u32           // and that of the first packet
  received: u32
  expectedBefore: u32  // at the report before
  receivedBefore: u32
  jitter: u32          // 16 times the estimate of RFC 3550 6.4.1, in samples
  transit: u32
  heardAt: i64         // when the last good packet came
  // -- the ring
  ring: u16            // where it lies
  size: u16            // in bytes; 0 while it has none
  next: u32            // timestamp of the sample that is played next
  end: u32             // behind the newest sample
  index: u16           // where `next` lies in the ring
  gain: u16            // of the concealment, 32768 is full
  elapsed: u16         // samples of the gap so far
  lag: u16             // samples back that the concealment repeats
  pitch: u16
  mend: i16            // what the first concealed samples are short of, to go on where the last one was
  mended: u16          // how much of it is left, in samples
  jumped: i16          // the cursor has just been moved by so much
  grid: u16            // 160 or 80: what the lengths of their packets are multiples of
  margin: i16          // least time before a packet was needed, in samples, in this window and in the one before
  marginBefore: i16
  window: u16          // ticks of this window
  rest: u8             // ticks until the delay may be changed again
  lateInWindow: u8
  need: u16            // samples that late packets were short of
  delay: u16           // mean time that a packet waits here, in samples
  noise: u16           // amplitude of their comfort noise; 0 none
  seen: u32            // timestamp of their event under way, or of the last one
  key: u8              // event number of it and 0x80; 0 none
  keyTicks: u8         // how long it still sounds
  keys: u16            // events that began, ever
  // -- counters
  concealed: u32       // samples
  late: u32
  duplicate: u32
  strange: u32         // packets of nobody we talk to
  malformed: u32
  // -- our packets
  ssrcOut: u32
  stamp: u32           // timestamp of the first sample that waits
  sequence: u16
  waiting: u16         // encoded samples that wait for their packet
  due: u8              // what of this tick is to be sent
  fresh: u8            // encoded samples of this tick that are not sent yet
  sent: u32
  octets: u32
  sentBefore: u32      // at the report before
  quiet: u16           // ticks of silence
  floor: u16           // level of the noise around us
  // -- reports
  reportAt: i64        // NEVER when none is due
  theirNtp: u32        // of their last sender report
  theirNtpAt: u32      // when it came, low bits of the clock
  roundTrip: u16       // ms, 0 not known
  lossIn: u8           // 256ths of their packets that we lost or got too late
  lossOut: u8          // of ours, as they say
  lateBefore: u32
  farewell: bool       // a BYE is owed
  reporting: bool      // a report is due now
  // then: where their packets come from and ours go

  // @ts-ignore: decorator
  @inline
  get peer(): Endpoint { return changetype<Endpoint>(changetype<usize>(this) + PEER_AT) }
}

const PEER_AT: usize = 200
const RECORD: usize = PEER_AT + ENDPOINT_SIZE
export const WAITING: u32 = 320     // of our sound, until there is enough for a packet
const STRIDE: usize = RECORD + <usize>WAITING

// Before the streams lies what they share.
export const MEDIA_AT: usize = MEDIA_STATE           // media.ts
export const MEDIA_SIZE: usize = 24
export const PLAYER_AT: usize = MEDIA_AT + MEDIA_SIZE      // bell.ts
export const PLAYER_SIZE: usize = 12
export const KEYS_AT: usize = PLAYER_AT + PLAYER_SIZE      // events.ts
export const KEYS_SIZE: usize = 20
export const PACKET_AT: usize = KEYS_AT + KEYS_SIZE        // the one that is being read
export const PACKET_SIZE: usize = 32
export const QUALITY_AT: usize = PACKET_AT + PACKET_SIZE   // the one that was asked for
export const NAME_AT: usize = QUALITY_AT + 40              // our CNAME
export const NAME_SIZE: u32 = 8
const STREAMS_AT: usize = NAME_AT + <usize>NAME_SIZE
// Encoded sound of the last 50 ms and of what is to come: one call has all of it, two have a half each. With a bit for each 8 samples.
export const RINGS_SIZE: u32 = 2976
export const RINGS: usize = STREAMS_AT + <usize>STREAMS * STRIDE
const PRESENT: usize = RINGS + <usize>RINGS_SIZE
const PRESENT_SIZE: usize = 48
const END: usize = PRESENT + PRESENT_SIZE

// While a tick is worked on, and until its packets have been polled, no input lies in RX: it has room for linear samples.
export const PLAYED: usize = RX                              // 20 ms of each stream
const FRESH: usize = PLAYED + <usize>STREAMS * 320    // 20 ms encoded, for each stream
export const TONE_PLAYED: usize = FRESH + <usize>STREAMS * 160   // 20 ms of the tone
export const WORK: usize = TONE_PLAYED + 320   // samples while a gap is concealed, the delay is changed, or ours are put together

export function stream(i: i32): Stream { return changetype<Stream>(STREAMS_AT + <usize>i * STRIDE) }

// @ts-ignore: decorator
@inline
export function presentOf(s: Stream): usize { return s.ring == <u16>RINGS ? PRESENT : PRESENT + PRESENT_SIZE / 2 }
// @ts-ignore: decorator
@inline
export function waitingOf(s: Stream): usize { return changetype<usize>(s) + RECORD }
// @ts-ignore: decorator
@inline
export function ringOf(s: Stream): usize { return s.ring }

export function playedOf(i: i32): usize { return PLAYED + <usize>i * 320 }
export function freshOf(i: i32): usize { return FRESH + <usize>i * 160 }

/** A record with nothing in it. */
export function clear(s: Stream): void { memory.fill(changetype<usize>(s), 0, RECORD) }

if (offsetof<Stream>() > PEER_AT) ERROR("Stream has grown over its endpoint")
if (END > MEDIA_STATE + MEDIA_STATE_SIZE) ERROR("the streams do not fit")
if (<usize>RINGS_SIZE > PRESENT_SIZE * 64 || RINGS_SIZE % (8 * STREAMS) != 0) ERROR("not all of the rings has its bit")
