// Instants in six bytes.
import { INSTANT_SIZE, NEVER, instantAt, keepInstant } from "../../assembly/base/deadline"

const AT: usize = 1024

function kept(t: i64): i64 {
  keepInstant(AT, t)
  return instantAt(AT)
}

describe("An instant in six bytes", () => {
  it("comes back as it was, before and behind the beginning of the clock", () => {
    expect(kept(0)).toBe(0)
    expect(kept(0xffff_ffff)).toBe(0xffff_ffff)
    expect(kept(1_795_000_000_123)).toBe(1_795_000_000_123)
    expect(kept(0x7fff_ffff_fffe)).toBe(0x7fff_ffff_fffe)
    expect(kept(-1)).toBe(-1)
    expect(kept(-60_000)).toBe(-60_000)
  })

  it("is never where there is none, and where it is 4,400 years ahead", () => {
    expect(kept(NEVER)).toBe(NEVER)
    expect(kept(NEVER - 1)).toBe(NEVER)
  })

  it("leaves what stands behind it alone", () => {
    store<u16>(AT + INSTANT_SIZE, 0xabcd)
    keepInstant(AT, NEVER)
    expect(load<u16>(AT + INSTANT_SIZE)).toBe(0xabcd)
  })
})
