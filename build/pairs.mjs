// Byte-pair encoding of constant prose: English in ASCII takes little more than half of its bytes this way. The pair of codes that follow each
// other most often becomes a code of its own, again and again, up to 128 times; base/writer.ts takes the codes apart again.

/** The first code that stands for a pair; below it are the characters themselves. */
const FIRST = 0x80
const PAIRS_MAX = 128
/** How many codes may wait while one is taken apart: base/writer.ts keeps them in the eight bytes of a u64. */
const WAITING_MAX = 8
/** A pair costs two bytes of the table: it has to occur more often than that to be worth it. */
const COUNT_MIN = 4

/**
 * Packs texts. Returns what each became, and the pairs as one list of bytes: two for each code from FIRST on.
 * The same texts, in whatever order, are packed the same way.
 */
export function packProse(literals) {
  const sorted = [...literals].sort()
  const pairs = [], waiting = new Map()
  const waitingOf = (code) => waiting.get(code) ?? 1
  let packed = sorted.map((literal) => [...literal].map((character) => character.charCodeAt(0)))
  while (pairs.length < PAIRS_MAX) {
    const best = mostFrequent(packed, (first, second) => Math.max(waitingOf(first) + 1, waitingOf(second)) <= WAITING_MAX)
    if (best === undefined) break
    const [first, second] = best, code = FIRST + pairs.length
    waiting.set(code, Math.max(waitingOf(first) + 1, waitingOf(second)))
    pairs.push(best)
    packed = packed.map((codes) => replaced(codes, first, second, code))
  }
  return { pairs: pairs.flat(), packedOf: new Map(sorted.map((literal, i) => [literal, String.fromCharCode(...packed[i] ?? [])])) }
}

/** The allowed pair that occurs most often, the smallest codes among equals; undefined when none is worth it. */
function mostFrequent(texts, allowed) {
  const counts = new Map()
  for (const codes of texts) {
    let counted = -1
    for (let i = 0; i + 1 < codes.length; i++) {
      // In a run of three equal codes there is one pair, not two
      if (counted === i - 1 && codes[i - 1] === codes[i] && codes[i] === codes[i + 1]) continue
      const pair = codes[i] << 8 | codes[i + 1]
      counts.set(pair, (counts.get(pair) ?? 0) + 1)
      counted = i
    }
  }
  let best, most = COUNT_MIN - 1
  for (const [pair, count] of [...counts].sort(([a], [b]) => a - b)) {
    if (count <= most || !allowed(pair >> 8, pair & 0xff)) continue
    best = [pair >> 8, pair & 0xff]
    most = count
  }
  return best
}

function replaced(codes, first, second, code) {
  const result = []
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] === first && codes[i + 1] === second) {
      result.push(code)
      i++
    } else {
      result.push(codes[i])
    }
  }
  return result
}
