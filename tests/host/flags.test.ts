import assert from "node:assert/strict"
import { UserError } from "../../host/errors.ts"
import { HELP_FLAG, helpOf, nearest, readFlags } from "../../host/flags.ts"

const TABLE = { zone: { value: "FILE", help: "a zone\nof names" }, "password-file": { value: "FILE", help: "a password" }, json: { help: "as JSON" }, ...HELP_FLAG } as const

describe("Flags", () => {
  it("A word that is nearly another, or begins it alone, is taken for that one; a short or a strange one for none", () => {
    const known = ["--zone", "--password-file", "--port", "--json", "-h"]
    const meant = ["--zoen", "--Zone", "--zon", "--zones", "--pass", "--jsn", "--po", "--p", "-j", "--xyzzy", "--", "--sone", "--bone"].map((word) => nearest(word, known))
    assert.deepEqual(meant, ["--zone", "--zone", "--zone", "--zone", "--password-file", "--json", undefined, undefined, undefined, undefined, undefined, "--zone", "--zone"])
  })

  it("Values stand behind a flag or after =, words stay in order, and what is behind -- is no flag", () => {
    const { flags, words, text } = readFlags(["a", "--zone", "x", "--zone=y", "b", "-h", "--", "--json"], TABLE)
    assert.deepEqual([[...flags], words, text("zone"), text("json")], [[["zone", ["x", "y"]], ["help", [""]]], ["a", "b", "--json"], "y", undefined])
  })

  it("What is wrong says which flag, and what to do", () => {
    const said = (...args: string[]): string => {
      try {
        readFlags(args, TABLE)
        return ""
      } catch (error) {
        return error instanceof UserError ? `${error.exit}: ${error.message}` : String(error)
      }
    }
    assert.deepEqual([said("--zone"), said("--zone", ""), said("--zone", "--json"), said("--json=1"), said("--constructor"), said("-x"), said("--no-json")], [
      "usage: --zone needs a value after it, --zone FILE; --help says more.", "usage: --zone needs a value after it, --zone FILE; --help says more.",
      "usage: --zone needs a value, but --json follows it; --help says which.", "usage: --json takes no value; write it alone.",
      "usage: There is no flag --constructor; --help lists them all.", "usage: There is no flag -x; --help lists them all.", "usage: There is no flag --no-json; --help lists them all.",
    ])
  })

  it("The help has a line for each, in columns", () => {
    assert.equal(helpOf(TABLE), [
      "  --zone FILE           a zone", "                        of names", "  --password-file FILE  a password", "  --json                as JSON", "  --help, -h            this text",
    ].join("\n"))
  })
})
