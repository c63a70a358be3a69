// Sound in a trace: packets of RTP to and from one address as one band, until there is a pause.
import type { Row } from "./ladder.ts"

type Band = Extract<Row, { kind: "sound" }>

/** A pause of this length ends a band. */
const PAUSE_MS = 2000

export class Sounds {
  private readonly bands = new Map<string, Band>()
  private readonly begin: (band: Band) => void

  /** `begin` gets each band when its first packet comes; it grows afterwards. */
  constructor(begin: (band: Band) => void) { this.begin = begin }

  /** A packet of sound to or from an endpoint. */
  packet(at: number, out: boolean, peer: string): void {
    const place = peer.slice(0, peer.lastIndexOf(":"))
    let band = this.bands.get(place)
    if (band === undefined || at - band.until > PAUSE_MS) {
      band = { kind: "sound", at, until: at, with: place, out: 0, in: 0 }
      this.bands.set(place, band)
      this.begin(band)
    }
    band.until = at
    if (out) band.out++
    else band.in++
  }
}

// RFC 3550 5.1: version 2, and 12 bytes at least.
export function isSound(bytes: Uint8Array): boolean { return bytes.length >= 12 && (bytes[0] ?? 0) >> 6 === 2 && !isReport(bytes) }

// RFC 5761 4: where a packet of RTP has marker and payload type, RTCP has its types from 192 on.
export function isReport(bytes: Uint8Array): boolean {
  const type = bytes[1] ?? 0
  return bytes.length >= 8 && (bytes[0] ?? 0) >> 6 === 2 && type >= 192 && type < 224
}
