// An import takes the place of the accounts that were there, and says so.
import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeLoader } from "../../host/loader.ts"
import { importSettings } from "../../host/provision/command.ts"
import { fileStore } from "../../host/store.ts"

describe("An import", () => {
  it("It says which accounts it replaces, and nothing when there were none", () => {
    const folder = mkdtempSync(join(tmpdir(), "linehunt-")), file = join(folder, "snom.txt"), store = fileStore(join(folder, "settings"))
    const { load } = makeLoader("v8")
    const told = (): string[] => {
      const notes: string[] = []
      importSettings(file, store, () => load(undefined), { say() {}, note: (line) => void notes.push(line) })
      return notes
    }
    try {
      writeFileSync(file, "user_host1!: example.com\nuser_name1!: 6001\nuser_pass1!: secret\n")
      assert.equal(told().some((line) => line.includes("replace")), false)
      writeFileSync(store.path, "domain: example.com\nuser: 6009\ncontact: Anna = 6002\n2.domain: example.com\n2.user: 6010\n")
      assert.equal(told().at(-1), "They replace all that was there before: line 1, 6009; line 2, 6010. Only the phone book and volume, dnd, call_waiting and auto_answer stay.")
      const kept = readFileSync(store.path, "utf8")
      assert.match(kept, /^contact: Anna = 6002$/m)
      assert.match(kept, /^user: 6001$/m)
      assert.equal(kept.includes("2.user"), false)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
