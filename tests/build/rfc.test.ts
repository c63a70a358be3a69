// docs/conformance.md: what counts as a citation, and where it is found.
import assert from "node:assert/strict"
import { citationsOf, pageOf } from "../../build/rfc.ts"
import { idsOf, requirementsOf, requirementsPart, testsById } from "../../build/requirements.ts"

const SOURCE = `// Requests that we send (RFC 3261 17.1).
const T1: i64 = 500   // RFC 3261 17.1.1.1; a setting

// RFC 3261 17.1.1.2: Timer A doubles. It begins
// with T1.
// @ts-ignore: decorator
@inline
export function double(ms: i64): i64 { return ms * 2 }

/** Something else. RFC 4320 4.1, 4.2: no 408. */
export class Machine {
  /** RFC 6026 section 7.1 */
  private absorb(): void {
    // RFC 3261 9.1
    if (this.done) return
  }
}
// RFC 2617 and 2069 are only named.
`

describe("The conformance page", () => {
  it("finds citations in every kind of comment, with the definition that they belong to", () => {
    const found = citationsOf("assembly/x.ts", SOURCE).map(({ rfc, section, words, name }) => `${rfc} ${section} ${name}: ${words}`)
    assert.deepEqual(found, [
      "3261 17.1 : Requests that we send (RFC 3261 17.1).",
      "3261 17.1.1.1 T1: RFC 3261 17.1.1.1; a setting",
      "3261 17.1.1.2 double: Timer A doubles. It begins with T1.",
      "4320 4.1 Machine: no 408.",
      "4320 4.2 Machine: no 408.",
      "6026 7.1 absorb: ",
      "3261 9.1 absorb: ",
    ])
  })

  it("has RFCs and sections in the order of their numbers", () => {
    const citation = (rfc: number, section: string) => ({ rfc, section, words: "a|b", file: "assembly/a.ts", name: "f" })
    const page = pageOf([citation(3261, "17.1.10"), citation(3261, "17.1.2"), citation(768, "1")], "")
    assert.ok(page.indexOf("RFC 768") < page.indexOf("RFC 3261") && page.indexOf("17.1.2 ") < page.indexOf("17.1.10 "))
    assert.ok(page.includes("| 17.1.2 | a\\|b | a.ts `f` |"))
  })
})

describe("The requirements", () => {
  const requirements = requirementsOf("| Id | What must hold | Later |\n|---|---|---|\n| SN-01 | one | |\n| SN-02 | a\\|b | |\n| SN-03 | three | streams |\n")
  const test = (title: string) => ({ title, fullTitle: `room ${title}`, file: "tests/a.test.ts" })

  it("are the rows of their page", () => {
    assert.deepEqual(requirements.map(({ id, words, later }) => [id, words, later]), [["SN-01", "one", ""], ["SN-02", "a\\|b", ""], ["SN-03", "three", "streams"]])
  })

  it("are named in titles one by one or as a range", () => {
    assert.deepEqual([...idsOf("does so (VE-09 to VE-11, P-03; RFC 3261 9.1)")].sort(), ["P-03", "VE-09", "VE-10", "VE-11"])
  })

  it("have the tests that name them; the others are listed, those left for later apart", () => {
    const part = requirementsPart(requirements, testsById(requirements, [test("moves on (SN-01)"), test("UTF-80 is no id")]))
    assert.match(part, /\| SN-01 \| moves on \(SN-01\) \| tests\/a.test.ts \|/)
    assert.match(part, /Without a test: SN-02\.\n\nLeft for later, and without a test: SN-03\./)
  })

  it("refuse a title that names an id that is none", () => {
    assert.throws(() => testsById(requirements, [test("SN-99 holds")]), /names SN-99/)
  })
})
