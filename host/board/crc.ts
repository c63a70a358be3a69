// CRC-32 (IEEE 802.3), which Node's zlib has only in later versions.

export function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = sum >>> 1 ^ (sum & 1 ? 0xedb88320 : 0)
  }
  return ~sum >>> 0
}
