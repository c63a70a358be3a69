// An IP address with a port, in 20 bytes: family (0 none, 4, 6), a spare byte, port, and 16 bytes in network order (IPv4 uses four).

@unmanaged
export class Endpoint {
  family: u8
  spare: u8
  port: u16
  a: u32
  b: u32
  c: u32
  d: u32

  /** Address of the 16 address bytes. */
  // @ts-ignore: decorator
  @inline
  get bytes(): usize { return changetype<usize>(this) + 4 }

  clear(): void { memory.fill(changetype<usize>(this), 0, ENDPOINT_SIZE) }

  copyFrom(other: Endpoint): void { memory.copy(changetype<usize>(this), changetype<usize>(other), ENDPOINT_SIZE) }

  /** Same family, address and port. */
  equals(other: Endpoint): bool {
    return this.port == other.port && this.sameHost(other)
  }

  /** Same family and address; the ports may differ. */
  sameHost(other: Endpoint): bool {
    return this.family == other.family && this.a == other.a && this.b == other.b && this.c == other.c && this.d == other.d
  }
}

export const ENDPOINT_SIZE: usize = 20
