// RTP packets as the tests write and read them, apart from the phone's own code.
export type RtpFields = { payload: number; sequence: number; timestamp: number; ssrc: number; marker?: boolean; sound: Uint8Array }

export function rtpPacket({ payload, sequence, timestamp, ssrc, marker = false, sound }: RtpFields): Uint8Array {
  const bytes = new Uint8Array(12 + sound.length), view = new DataView(bytes.buffer)
  bytes.set([0x80, payload | (marker ? 0x80 : 0)])
  view.setUint16(2, sequence & 0xffff)
  view.setUint32(4, timestamp >>> 0)
  view.setUint32(8, ssrc >>> 0)
  bytes.set(sound, 12)
  return bytes
}

export function readPacket(bytes: Uint8Array): Required<RtpFields> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 12 || bytes[0] !== 0x80) throw new Error("not a plain RTP packet")
  return {
    payload: bytes[1]! & 0x7f, marker: bytes[1]! > 0x7f, sequence: view.getUint16(2), timestamp: view.getUint32(4), ssrc: view.getUint32(8),
    sound: bytes.slice(12),
  }
}
