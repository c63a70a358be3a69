// The packets of an Ethernet segment: ARP, IPv4, UDP, ICMP and DHCP, as much of them as servers for one board need. Addresses are texts.

export type Frame = { to: Buffer; from: Buffer; type: number; payload: Buffer }
export type Udp = { from: string; fromPort: number; to: string; toPort: number; payload: Buffer }

export const TYPE_IP = 0x0800, TYPE_ARP = 0x0806
const ETHERNET_MIN = 60, ETHERNET_HEAD = 14, IP_HEAD = 20, UDP_HEAD = 8, PROTOCOL_ICMP = 1, PROTOCOL_UDP = 17, TTL = 64
const ARP_REQUEST = 1, ARP_REPLY = 2

export function readFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < ETHERNET_HEAD) return undefined
  return { to: bytes.subarray(0, 6), from: bytes.subarray(6, 12), type: bytes.readUInt16BE(12), payload: bytes.subarray(ETHERNET_HEAD) }
}

export function writeFrame({ to, from, type, payload }: Frame): Buffer {
  const bytes = Buffer.alloc(Math.max(ETHERNET_MIN, ETHERNET_HEAD + payload.length))
  to.copy(bytes, 0)
  from.copy(bytes, 6)
  bytes.writeUInt16BE(type, 12)
  payload.copy(bytes, ETHERNET_HEAD)
  return bytes
}

/** The address that an ARP request asks for, and who asks; undefined when it is none. */
export function readArpRequest(payload: Buffer): { wanted: string; by: Buffer } | undefined {
  if (payload.length < 28 || payload.readUInt16BE(6) !== ARP_REQUEST) return undefined
  return { wanted: addressAt(payload, 24), by: payload.subarray(8, 18) }
}

/** The answer: `address` is at `hardware`. */
export function writeArpReply(address: string, hardware: Buffer, by: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0, 1, 8, 0, 6, 4, 0, ARP_REPLY]), hardware, addressBytes(address), by])
}

/** The UDP datagram in an IPv4 packet; undefined when there is none, or only a part of one. */
export function readUdp(packet: Buffer): Udp | undefined {
  const head = ((packet[0] ?? 0) & 15) * 4
  const isWhole = packet.length >= head + UDP_HEAD && (packet.readUInt16BE(6) & 0x3fff) === 0
  if (!isWhole || packet[9] !== PROTOCOL_UDP) return undefined
  const udp = packet.subarray(head, packet.readUInt16BE(2))
  return {
    from: addressAt(packet, 12), to: addressAt(packet, 16), fromPort: udp.readUInt16BE(0), toPort: udp.readUInt16BE(2),
    payload: udp.subarray(UDP_HEAD, udp.readUInt16BE(4)),
  }
}

/** An IPv4 packet with a UDP datagram. */
export function writeUdp({ from, fromPort, to, toPort, payload }: Udp): Buffer {
  const udp = Buffer.alloc(UDP_HEAD + payload.length)
  udp.writeUInt16BE(fromPort, 0)
  udp.writeUInt16BE(toPort, 2)
  udp.writeUInt16BE(udp.length, 4)
  payload.copy(udp, UDP_HEAD)
  const pseudo = Buffer.concat([addressBytes(from), addressBytes(to), Buffer.from([0, PROTOCOL_UDP, udp.length >> 8, udp.length & 255]), udp])
  udp.writeUInt16BE(checksum(pseudo) || 0xffff, 6)
  return writeIp(from, to, PROTOCOL_UDP, udp)
}

/** RFC 792: the port that `packet` was sent to is not listened on; says it in the name of its destination. */
export function writePortUnreachable(packet: Buffer): Buffer {
  const head = ((packet[0] ?? 0) & 15) * 4
  const icmp = Buffer.concat([Buffer.from([3, 3, 0, 0, 0, 0, 0, 0]), packet.subarray(0, head + UDP_HEAD)])
  icmp.writeUInt16BE(checksum(icmp), 2)
  return writeIp(addressAt(packet, 16), addressAt(packet, 12), PROTOCOL_ICMP, icmp)
}

function writeIp(from: string, to: string, protocol: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(IP_HEAD)
  head[0] = 0x45
  head.writeUInt16BE(IP_HEAD + payload.length, 2)
  head[8] = TTL
  head[9] = protocol
  addressBytes(from).copy(head, 12)
  addressBytes(to).copy(head, 16)
  head.writeUInt16BE(checksum(head), 10)
  return Buffer.concat([head, payload])
}

/** The packet with the checksum that its head, as it stands there, ought to have. */
export function refreshed(packet: Buffer): Buffer {
  const head = Math.max(IP_HEAD, ((packet[0] ?? 0) & 15) * 4)
  if (packet.length < head) return packet
  packet.writeUInt16BE(0, 10)
  packet.writeUInt16BE(checksum(packet.subarray(0, head)), 10)
  return packet
}

function checksum(bytes: Buffer): number {
  let sum = 0
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i] ?? 0) << 8 | (bytes[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

const addressAt = (bytes: Buffer, at: number): string => [...bytes.subarray(at, at + 4)].join(".")
const addressBytes = (address: string): Buffer => Buffer.from(address.split(".").map(Number))

// -- DHCP (RFC 2131)

export const DHCP_SERVER_PORT = 67, DHCP_CLIENT_PORT = 68
const DHCP_OPTIONS_AT = 240, DISCOVER = 1, OFFER = 2, REQUEST = 3, ACK = 5

export type Lease = { address: string; server: string; dns: readonly string[]; leaseSec: number }

/** The answer to a DHCPDISCOVER or DHCPREQUEST; undefined to anything else. */
export function answerDhcp(message: Buffer, { address, server, dns, leaseSec }: Lease): Buffer | undefined {
  const kind = message.length < DHCP_OPTIONS_AT ? 0 : dhcpKind(message)
  if (kind !== DISCOVER && kind !== REQUEST) return undefined
  const answer = Buffer.alloc(DHCP_OPTIONS_AT)
  message.copy(answer, 0, 0, DHCP_OPTIONS_AT)
  answer[0] = 2
  addressBytes(address).copy(answer, 16)
  addressBytes(server).copy(answer, 20)
  const option = (code: number, ...bytes: Buffer[]): Buffer => Buffer.concat([Buffer.from([code, Buffer.concat(bytes).length]), ...bytes])
  const lease = Buffer.alloc(4)
  lease.writeUInt32BE(leaseSec)
  return Buffer.concat([
    answer,
    option(53, Buffer.from([kind === DISCOVER ? OFFER : ACK])), option(54, addressBytes(server)), option(51, lease),
    option(1, addressBytes("255.255.255.0")), option(3, addressBytes(server)),
    ...(dns.length > 0 ? [option(6, ...dns.map(addressBytes))] : []),
    Buffer.from([255]),
  ])
}

function dhcpKind(message: Buffer): number {
  for (let at = DHCP_OPTIONS_AT; at + 2 < message.length && message[at] !== 255;) {
    if (message[at] === 53) return message[at + 2] ?? 0
    at += message[at] === 0 ? 1 : 2 + (message[at + 1] ?? 0)
  }
  return 0
}
