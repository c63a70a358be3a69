// What a module can do wrong, and what two engines must do alike; for tests/engines.

export function add(a: i32, b: i32): i32 { return a + b }
export function add64(a: i64, b: i64): i64 { return a + b }

// -- never ending

export function spin(): void { for (;;) {} }

/** Ends only when the byte at 64 changes, which nobody does. */
export function spinUntil(): void {
  let turns: i64 = 0
  while (load<u8>(64) == 0) turns++
  store<i64>(72, turns)
}

export function spinInTwo(): void { for (;;) leaf() }
function leaf(): void { store<u32>(80, load<u32>(80) + 1) }

/** Takes `turns` turns of a loop. */
export function turns(count: i32): i32 {
  let sum = 0
  for (let i = 0; i < count; i++) sum ^= i * 7
  return sum
}

// -- too deep

export function recurse(n: i32): i32 { return n == 0 ? 0 : 1 + recurse(n - 1) }
export function recurseForever(n: i32): i32 { return 1 + recurseForever(n + 1) * 3 }
/** Neither parameter nor local: it needs no room on wasm3's own stack. */
export function recurseBare(): void {
  store<u32>(84, load<u32>(84) + 1)
  recurseBare()
  store<u32>(84, load<u32>(84) - 1)
}

// -- not allowed

export function readAt(at: u32): u32 { return load<u32>(at) }
export function writeAt(at: u32, value: u32): void { store<u32>(at, value) }
export function fillAt(at: u32, length: u32): void { memory.fill(at, 7, length) }
export function copyTo(at: u32, from: u32, length: u32): void { memory.copy(at, from, length) }
export function divide(a: i32, b: i32): i32 { return a / b }
export function remainder(a: i32, b: i32): i32 { return a % b }
export function stop(): void { unreachable() }
export function grow(pages: i32): i32 { return memory.grow(pages) }
export function pages(): i32 { return memory.size() }

// -- alike: Binaryen makes one function of these

export function same01(a: i32): i32 { return a * 3 + 1 }
export function same02(a: i32): i32 { return a * 3 + 1 }
export function same03(a: i32): i32 { return a * 3 + 1 }
export function same04(a: i32): i32 { return a * 3 + 1 }
export function same05(a: i32): i32 { return a * 3 + 1 }
export function same06(a: i32): i32 { return a * 3 + 1 }
export function same07(a: i32): i32 { return a * 3 + 1 }
export function same08(a: i32): i32 { return a * 3 + 1 }
export function same09(a: i32): i32 { return a * 3 + 1 }
export function same10(a: i32): i32 { return a * 3 + 1 }
export function same11(a: i32): i32 { return a * 3 + 1 }
export function same12(a: i32): i32 { return a * 3 + 1 }

// -- the differential sample: each takes two i64 and gives one

export function mix(a: i64, b: i64): i64 {
  let x = <u64>a ^ rotl<u64>(<u64>b, 17)
  x = (x * 0x9e3779b97f4a7c15) ^ (x >>> 29)
  return <i64>(x + clz<u64>(<u64>a) * 3 + ctz<u64>(<u64>b) * 5 + popcnt<u64>(x))
}
export function narrow(a: i64, b: i64): i64 { return <i64><i8>a + <i64><u16>b * 3 - <i64><i16>(a + b) + <i64><u32>(a ^ b) }
export function shifts(a: i64, b: i64): i64 { return (a << b) ^ (a >> (b & 31)) ^ <i64>(<u64>a >>> (b & 63)) ^ <i64>(<i32>a << <i32>b) }
export function compares(a: i64, b: i64): i64 {
  return i64(a < b) | i64(<u64>a < <u64>b) << 1 | i64(<i32>a <= <i32>b) << 2 | i64(<u32>a >= <u32>b) << 3 | i64(a == b) << 4
}
export function divides(a: i64, b: i64): i64 {
  const d = b == 0 ? 7 : b == -1 ? 3 : b
  return a / d ^ a % d ^ <i64>(<u64>a / <u64>d) ^ <i64>(<u64>a % <u64>d)
}
export function branches(a: i64, b: i64): i64 {
  switch (<i32>(a & 7)) {
    case 0: return b + 1
    case 1: return b * 3
    case 2: return b ^ 0x55
    case 3: return -b
    case 5: return b >> 1
    default: return b & a
  }
}
/** Writes, copies and reads memory between 1024 and 3072. */
export function memories(a: i64, b: i64): i64 {
  for (let i: u32 = 0; i < 64; i++) store<i64>(1024 + i * 8, a * i + b)
  memory.copy(1500 + (<u32>a & 127), 1024 + (<u32>b & 63), 300)
  memory.fill(2000, <u8>a, <usize>(b & 255))
  let hash: i64 = 14695981039346656037
  for (let p: u32 = 1024; p < 2600; p++) hash = (hash ^ load<u8>(p)) * 1099511628211
  return hash
}
