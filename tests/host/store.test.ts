import assert from "node:assert/strict"
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { UserError } from "../../host/errors.ts"
import { keptSettings } from "../../host/settings.ts"
import { fileStore, isSameFile, layer, memoryStore, valueIn, withNotes } from "../../host/store.ts"
import { bytes, fakeMachine } from "./fakes.ts"

const text = (from: Uint8Array | null): string | null => from === null ? null : Buffer.from(from).toString("latin1")

describe("The settings file", () => {
  let folder = ""
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), "linehunt-")) })
  afterEach(() => { rmSync(folder, { recursive: true }) })

  it("There is none at first, and it is made with its folder, for the owner alone", () => {
    const store = fileStore(join(folder, "config/linehunt/settings"))
    assert.equal(store.read(), null)
    assert.equal(store.readGood(), null)
    store.write(bytes("user: 6001\n"))
    assert.equal(text(store.read()), "user: 6001\n")
    assert.equal(text(store.readGood()), "user: 6001\n")
    assert.equal(statSync(store.path).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(join(folder, "config/linehunt")).sort(), ["settings", "settings.good"])
  })

  it("A text that the phone took becomes the good one; a file spoilt later leaves it alone", () => {
    const store = fileStore(join(folder, "settings"))
    writeFileSync(store.path, "user: 6001\n")
    store.good(bytes("user: 6001\n"))
    writeFileSync(store.path, "us")
    assert.equal(text(store.read()), "us")
    assert.equal(text(store.readGood()), "user: 6001\n")
  })

  it("A write that fails leaves the old file whole and no rest behind", function () {
    if (process.getuid?.() === 0) {
      // For root every folder can be written: a folder in the file's place cannot be replaced by a file.
      const store = fileStore(join(folder, "taken"))
      store.write(bytes("old\n"))
      rmSync(store.path)
      fileStore(join(folder, "taken/inner")).write(bytes("x"))
      assert.throws(() => store.write(bytes("new\n")), (error: unknown) => error instanceof UserError && error.exit === "file")
      assert.deepEqual(readdirSync(folder).sort(), ["taken", "taken.good"])
      return
    }
    const store = fileStore(join(folder, "settings"))
    store.write(bytes("old\n"))
    chmodSync(folder, 0o500)
    assert.throws(() => store.write(bytes("new\n")), (error: unknown) => error instanceof UserError && error.exit === "file")
    chmodSync(folder, 0o700)
    assert.equal(readFileSync(store.path, "latin1"), "old\n")
    assert.deepEqual(readdirSync(folder).sort(), ["settings", "settings.good"])
  })

  it("Settings in a folder that cannot be written are started with, after one line of warning; a defect is not swallowed", () => {
    const told: string[] = [], text = bytes("user: 6001\n"), load = () => fakeMachine(() => ({ deadline: Infinity }))
    const failing = (error: Error) => ({ ...memoryStore("ro", text), good(): void { throw error } })
    assert.equal(keptSettings(failing(new UserError("file", "The settings file ro.good cannot be written.")), load, (line) => told.push(line)), text)
    assert.deepEqual(told, ["The settings file ro.good cannot be written. The phone starts with ro all the same."])
    assert.throws(() => keptSettings(failing(new TypeError("a defect")), load, (line) => told.push(line)), TypeError)
  })

  it("Two paths of one file are known as such, before it is there as well", () => {
    symlinkSync(folder, join(folder, "link"))
    assert(isSameFile(join(folder, "link/none"), `${folder}/./none`))
    assert(isSameFile(join(folder, "link/none/deeper"), join(folder, "none/deeper")))
    assert(!isSameFile(join(folder, "none"), join(folder, "other")))
  })

  it("Notes of the phone lie beside it, and are no reason not to start", () => {
    const store = fileStore(join(folder, "noted"))
    assert.deepEqual(store.readNotes(), new Uint8Array(0))
    store.writeNotes(Buffer.from("#~1 example.com;one A 192.0.2.1\n"))
    assert.equal(Buffer.from(fileStore(store.path).readNotes()).toString(), "#~1 example.com;one A 192.0.2.1\n")
    assert.equal(store.read(), null)
    mkdirSync(join(folder, "spoilt.notes"))
    assert.deepEqual(fileStore(join(folder, "spoilt")).readNotes(), new Uint8Array(0))
  })

  it("The phone is opened with its settings and the notes behind them, or without where there is no room", () => {
    const notes = Buffer.from("#~1 example.com;one A 192.0.2.1\n")
    assert.equal(Buffer.from(withNotes("user: 6001", notes)).toString(), "user: 6001\n#~1 example.com;one A 192.0.2.1\n")
    assert.equal(Buffer.from(withNotes("user: 6001", new Uint8Array(0))).toString(), "user: 6001")
    assert.equal(withNotes("#".repeat(4090), notes).length, 4090)
  })

  it("A file that cannot be read is one sentence", () => {
    const sentence = /cannot be read: it is a directory; repair it or choose another with --settings/
    assert.throws(() => fileStore(folder).read(), (error: unknown) => error instanceof UserError && sentence.test(error.message))
  })
})

describe("Settings of the command line", () => {
  const file = bytes("# linehunt settings 1\ndomain: example.com\nUser : 6001\nsip_retry_t1: 100\n# end of 3 settings\n")

  it("They are put over those of the file, the last one of a name wins, and the others stay", () => {
    const given = [{ name: "user", value: "6002", flag: "--user" }, { name: "sip_port", value: "1", flag: "--port" }]
    const { text: all } = layer(file, [...given, { name: "sip_port", value: "0", flag: "--set sip_port" }])
    assert.equal(text(all), "domain: example.com\nsip_retry_t1: 100\nuser: 6002\nsip_port: 0\n")
  })

  it("The flag to blame for a line is known", () => {
    const { flagOf } = layer(file, [{ name: "user", value: "", flag: "--user" }, { name: "sip_t2", value: "x", flag: "--set sip_t2" }])
    assert.deepEqual([1, 2, 3, 4, 5].map(flagOf), [undefined, undefined, "--user", "--set sip_t2", undefined])
  })

  it("The value of a setting is found whatever its case and blanks", () => {
    assert.equal(valueIn(file, "user"), "6001")
    assert.equal(valueIn(file, "password"), "")
    assert.equal(valueIn(bytes("# domain: a\ndomain:  b \n"), "domain"), "b")
  })
})
