// Tells packets of sound from all others in a world.

/** RTP and RTCP: version 2 in the first two bits (RFC 3550 5.1); no text begins so, and no question. */
export function isSound(bytes: Uint8Array, port: number): boolean { return port !== 53 && bytes.length >= 8 && (bytes[0] ?? 0) >> 6 === 2 }
