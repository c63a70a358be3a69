// Whatever an offer or an answer holds, it is read to its end and no further, within bounds, and what we answer is a description.
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { Offers, bytesOf, sectionsOf } from "../dialog/offers.ts"
import { enginesPresent } from "../wire/wire-core.ts"

/** Loop turns and calls for the longest description there can be, read twice and answered. Only wasm3 counts. */
const FUEL = 120_000
const LENGTH_MAX = 4096
const PAGE = 0x10000

const pages = ["offer.md", "sdp.md"].map((name) => readFileSync(new URL(`../dialog/${name}`, import.meta.url), "utf8"))
const written = pages.flatMap(sectionsOf).flatMap(({ blocks }) => blocks.filter(({ kind }) => ["offer", "theirs", "description"].includes(kind)).map(bytesOf))

/** What becomes of a description as an offer, and what we answer; then as the answer to an offer of ours. */
function outcome(phone: Offers, bytes: Uint8Array, behind = "", at?: number): string {
  phone.begin()
  const taken = phone.take("offer", bytes, at, behind)
  const answer = taken === "AGREED" ? phone.write("answer") : ""
  const offered = phone.session()
  phone.begin()
  phone.write("ours")
  return [taken, answer, offered, phone.take("theirs", bytes, at, behind), phone.session()].join("\n")
}

function assertAnswered(text: string): void {
  if (text.startsWith("AGREED")) assert.match(text, /^AGREED\nv=0\no=- ID 1 IN IP4 192\.0\.2\.10\ns=-\nc=[^\n]+\nt=0 0\n([ma]=[^\n]+\n)+\nagreed/)
}

for (const engine of await enginesPresent()) {
  const phone = await Offers.open(engine)
  phone.core.setFuel(FUEL)
  const seeds = engine === "v8" ? written : written.filter((_, i) => i % 8 === 0)

  describe(`Damaged descriptions on ${engine}`, () => {
    it("cut at any byte, one is read to its end and no further, whatever lies behind and where it lies", () => {
      for (const bytes of seeds) {
        for (let length = 1; length <= bytes.length; length++) {
          const part = bytes.subarray(0, length)
          const outcomes = ["\r\n", "0 8\r\na=sendonly\r\n", "9999999"].map((behind) => outcome(phone, part, behind))
          assertAnswered(outcomes[0]!)
          assert.equal(outcomes[1], outcomes[0])
          assert.equal(outcomes[2], outcomes[0])
          if (length % 16 === 0) assert.equal(outcome(phone, part, "", PAGE - 1 - length), outcomes[0])
        }
      }
    })

    it("with any bit turned, one is taken or refused", () => {
      for (const bytes of seeds) {
        for (let bit = 0; bit < bytes.length * 8; bit += engine === "v8" ? 1 : 7) {
          const damaged = Buffer.from(bytes)
          damaged[bit >> 3]! ^= 1 << (bit & 7)
          assertAnswered(outcome(phone, damaged))
        }
      }
    })

    it("one of 4096 bytes made to cost most stays within the fuel", () => {
      const head = "v=0\r\nc=IN IP4 192.0.2.1\r\n", fill = (line: string): string => head + line.repeat(Math.ceil(LENGTH_MAX / line.length))
      const worst = [
        "m=a 0 b\r\n", "m=audio 1 RTP/AVP 99\r\n", "m=audio 1 RTP/AVP 0\r\na=rtpmap:0 PCMA/8000\r\n", "a=rtpmap:9 PCMU/8000\r\n", "c=IN IP6 1:2:3:4:5:6:7:8\r\n", "\n", "a=:\n",
      ].map(fill)
      worst.push(`${head}m=audio 1 RTP/AVP${" 96".repeat(LENGTH_MAX / 3)}`, `${head}m=audio 1 RTP/AVP${" ".repeat(LENGTH_MAX)}`, fill("a=sendrec").replaceAll("\n", ""))
      worst.push(`${head}m=audio 1 RTP/AVP 96 97${"a=rtpmap:96 PCMU/8000\r\na=rtpmap:97 PCMA/8000\r\n".repeat(40)}${" 98".repeat(800)}`)
      for (const text of worst) {
        const bytes = Buffer.from(text.slice(0, LENGTH_MAX), "latin1")
        phone.begin()
        if (phone.take("offer", bytes) === "AGREED") phone.write("answer")
      }
    })
  })
}
