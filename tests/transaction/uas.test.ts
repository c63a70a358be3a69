// What the phone answers outside dialogs: the cases of uas.md, and the official torture messages where that folder is present.
import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { Bench } from "./bench.ts"

type Exchange = { request: string; allowed: boolean; answer: string }
type Case = { title: string; exchanges: Exchange[] }

function cases(): Case[] {
  const file = readFileSync(new URL("uas.md", import.meta.url), "utf8")
  return file.split("\n## ").slice(1).map((part) => {
    const exchanges: Exchange[] = []
    for (const [, head, body] of part.matchAll(/^```(\S.*)\n([^]*?)^```$/gm)) {
      if (head === "answer") exchanges.at(-1)!.answer = wire(body!)
      else exchanges.push({ request: wire(body!), allowed: head !== "request stranger", answer: "" })
    }
    return { title: part.slice(0, part.indexOf("\n")), exchanges }
  })
}

/** A block without an empty line is a header; the empty line follows it. */
function wire(block: string): string {
  return (block.includes("\n\n") ? block.slice(0, -1) : `${block}\n`).replaceAll("\n", "\r\n")
}

/** What leaves when this request comes; the tag that the phone drew is TAG. */
function exchange(b: Bench, text: string, allowed = true): string {
  const before = b.packets.length
  if (["NEW", "CANCEL_MATCHED"].includes(b.request(text))) b.answer(allowed)
  return b.packets.slice(before).join("").replace(/^(To: .*);tag=[a-z2-7]{10}\r$/m, "$1;tag=TAG\r")
}

describe("dialog/uas", () => {
  for (const each of cases()) {
    it(each.title, async () => {
      const b = await Bench.open()
      for (const { request, allowed, answer } of each.exchanges) assert.equal(exchange(b, request, allowed), answer)
    })
  }

  it("an answer is repeated with the same tag", async () => {
    const b = await Bench.open()
    const { request } = cases()[1]!.exchanges[0]!
    b.request(request)
    b.answer()
    b.request(request)
    assert.equal(b.packets.length, 2)
    assert.equal(b.packets[0], b.packets[1])
  })
})

// Status of the answer, - for silence; of several, any will do. RFC 4475 where it says "a UA", otherwise what follows from RFC 3261 8.2.
const OFFICIAL: Record<string, string> = {
  wsinv: "481", intmeth: "501", esc01: "480", escnull: "405", esc02: "501", lwsdisp: "200", longreq: "480 -", dblreq: "405", semiuri: "200", transports: "200",
  mpart01: "405", unreason: "-", noreason: "-", badinv01: "400", clerr: "400", ncl: "400", scalar02: "400", scalarlg: "-", quotbal: "400 480", ltgtruri: "400 480",
  lwsruri: "400 480", lwsstart: "400 480", trws: "400 200", escruri: "400 480", baddate: "480", regbadct: "400 405", badaspec: "400 200", baddn: "400 200",
  badvers: "505", mismatch01: "400", mismatch02: "501 400", bigcode: "-", badbranch: "200 400", insuf: "400 -", unkscm: "416", novelsc: "416", unksm2: "405",
  bext01: "420", invut: "415", regaut01: "405", multi01: "400", mcl01: "400", bcast: "-", zeromf: "200", cparam01: "405", cparam02: "405", regescrt: "405",
  sdp01: "406", inv2543: "480", test: "400 -",
}

const folder = fileURLToPath(new URL("../../../shared/data/rfc4475/", import.meta.url))

;(existsSync(folder) ? describe : describe.skip)("dialog/uas: the messages of RFC 4475", () => {
  for (const [name, statuses] of Object.entries(OFFICIAL)) {
    if (!existsSync(`${folder}${name}.dat`)) continue
    it(`${name} is answered ${statuses}`, async () => {
      const b = await Bench.open()
      const bytes = readFileSync(`${folder}${name}.dat`)
      const answer = exchange(b, bytes.toString("latin1"))
      const status = answer === "" ? "-" : answer.split(" ")[1]!
      assert.ok(statuses.split(" ").includes(status), answer)
      if (name === "bext01") assert.match(answer, /^Unsupported: nothingSupportsThis, nothingSupportsThisEither\r$/m)
      if (name === "invut") assert.match(answer, /^Accept: application\/sdp\r$/m)
    })
  }
})
