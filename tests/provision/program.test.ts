import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { compile } from "../../build/core.ts"
import type { CoreExports } from "../../host/abi.ts"
import { loadV8 } from "../../host/engine/v8.ts"
import { UserError, type Exit } from "../../host/errors.ts"
import { machineOf } from "../../host/machine.ts"
import { exportSettings, formatNamed, giveOut, importSettings, storeAt } from "../../host/provision/command.ts"
import { fileStore } from "../../host/store.ts"

const MAIN = fileURLToPath(new URL("../../host/main.ts", import.meta.url))
const FILES = fileURLToPath(new URL("files/", import.meta.url))
const PASSWORD = "Okapi-99"

describe("The program with settings files of real phones", function () {
  let folder = "", wasm: Uint8Array
  let notes: string[] = []
  const note = (line: string): void => { notes.push(line) }
  const load = () => machineOf(loadV8<CoreExports>(wasm), undefined)
  before(async () => { wasm = await compile("assembly/index.ts") })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "linehunt-"))
    notes = []
  })
  afterEach(() => { rmSync(folder, { recursive: true }) })

  /** What a phone that starts with this file has, and what is said. */
  function started(file: string): { settings: string; said: string } {
    notes = []
    const store = storeAt(file, load, note)
    return { settings: Buffer.from(store.read() ?? []).toString(), said: notes.join("\n") }
  }

  function refused(exit: Exit, sentence: RegExp, what: () => unknown): void {
    assert.throws(what, (error) => error instanceof UserError && error.exit === exit && sentence.test(error.message) && /^[^\n]*\.$/.test(error.message))
  }

  it("imports a Snom file, tells what it took without the password, and exports the same bytes; a Baker list runs as it is (SN-22, BK-34)", () => {
    const linehunt = (args: string[], input = ""): { code: number | null; out: string; error: string } => {
      const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", MAIN, ...args, "--engine", "v8"], { env: { ...process.env, XDG_CONFIG_HOME: folder }, input, encoding: "latin1" })
      assert.equal(stderr.includes(PASSWORD), false, "no password among messages")
      return { code: status, out: stdout, error: stderr }
    }
    const file = join(FILES, "snom.txt"), taken = linehunt(["settings", "import", file])
    assert.equal(taken.code, 0, taken.error)
    assert.match(taken.out, /^profile: snom\nsip_retry_t1: 900 {2}\(sip_retry_t1\)\n[^]*\npassword: \*{8} {2}\(user_pass1\)\n/)
    assert.match(taken.error, /14 of its settings are known here\.\n8 are not known here and kept for the export: update_policy, .*, fkey3\.\nThe settings are in .*linehunt\/settings\.\n$/)
    const given = linehunt(["settings", "export", "--as", "snom"])
    assert.deepEqual([given.code, given.out, given.error], [0, readFileSync(file, "latin1"), ""])
    copyFileSync(join(FILES, "fanvil.txt"), join(folder, "phone.cfg"))
    const run = linehunt(["console", "--settings", join(folder, "phone.cfg"), "--port", "0", "--dns", "127.0.0.1:9"], "cfg get server\ncfg get profile\ncfg set volume 9\ncfg save\n")
    assert.match(run.out, /server: 192\.0\.2\.1; 192\.0\.2\.2[^]*profile: baker/)
    assert.match(run.error, /phone\.cfg is a settings file of Baker or Fanvil phones; 81 of its settings are known here\.\n59 are not known/)
    assert.deepEqual(readFileSync(join(folder, "phone.cfg")), readFileSync(join(FILES, "fanvil.txt")), "the list itself is never changed")
    assert.match(readFileSync(join(folder, "phone.cfg.linehunt"), "utf8"), /^volume: 9$/m)
  })

  it("refuses wrong values with line, key and range, and the settings before stay (BK-21, BK-22)", () => {
    const store = fileStore(join(folder, "settings"))
    importSettings(join(FILES, "versity.txt"), store, load, { say() {}, note })
    const kept = store.read(), wrong = join(folder, "wrong.txt")
    writeFileSync(wrong, readFileSync(join(FILES, "fanvil.txt"), "utf8").replace(/SIP1 Register TTL .*/, "SIP1 Register TTL :5").replace(/SIP1 Transport .*/, "SIP1 Transport :2"))
    refused("settings", /wrong\.txt is refused at 2 places: line 24: SIP1 Register TTL is 60 to 86400 s, not 5; line 43: SIP1 Transport is 0 \(UDP\), 1 \(TCP\) or 3 \(TLS\), not 2\. Nothing was changed\.$/,
      () => importSettings(wrong, store, load, { say: (line) => assert.fail(line), note }))
    assert.deepEqual(store.read(), kept)
  })

  it("takes a list that has changed, keeps what is not in it, and goes on with what it had when the list becomes wrong (BK-28, BK-34)", () => {
    const file = join(folder, "phone.cfg"), list = readFileSync(join(FILES, "fanvil.txt"), "utf8")
    writeFileSync(file, list)
    assert.match(started(file).settings, /^failback_interval: 1800$/m)
    const store = fileStore(`${file}.linehunt`)
    store.write(Buffer.from(`${Buffer.from(store.read() ?? []).toString()}volume: 9\n`))
    assert.deepEqual([started(file).said, /volume: 9/.test(started(file).settings)], ["", true])
    writeFileSync(file, list.replace("SIP1 Failback Interval  :1800", "SIP1 Failback Interval  :60"))
    assert.match(started(file).settings, /^volume: 9\n[^]*failback_interval: 60$/m)
    writeFileSync(file, list.replace("SIP1 Failback Interval  :1800", "SIP1 Failback Interval  :soon"))
    const { settings, said } = started(file)
    assert.match(said, /is refused at line \d+: SIP1 Failback Interval is 30 to 86400 s, not soon\. The settings before stay in force, from .*phone\.cfg\.linehunt\.$/)
    assert.match(settings, /^failback_interval: 60$/m)
    rmSync(`${file}.linehunt`)
    refused("settings", /phone\.cfg is refused at line \d+: SIP1 Failback Interval .*\. Nothing was changed\.$/, () => started(file))
  })

  it("says when it is read what the file asks for and the phone cannot do yet (BK-22)", () => {
    const file = join(folder, "phone.cfg")
    writeFileSync(file, readFileSync(join(FILES, "fanvil.txt"), "utf8").replace("SIP1 Transport          :0", "SIP1 Transport          :3"))
    const { settings, said } = started(file)
    assert.match(said, /\nline 43: SIP1 Transport asks for TLS, which this phone cannot speak yet: such a server is left out\.$/)
    assert.match(settings, /^transport: tls$/m)
  })

  it("exports into the file that is named, into the one that was imported, or into a new one, readable by its owner alone", () => {
    const store = fileStore(join(folder, "settings")), as = (kind: string, template?: string): string => Buffer.from(exportSettings(formatNamed(kind), template, store, load, note)).toString("utf8")
    refused("settings", /^There are no settings in .*settings yet; name others with --settings FILE\.$/, () => as("snom"))
    importSettings(join(FILES, "snom.txt"), store, load, { say() {}, note })
    assert.equal(statSync(join(folder, "settings.imported")).mode & 0o777, 0o600)
    assert.match(as("snom-xml", join(FILES, "snom.xml")), /<user_realname idx="1" perm="R">Zoë Berg<\/user_realname>[^]*<user_pass idx="1" perm="">Okapi-99<\/user_pass>/)
    notes = []
    assert.match(as("fanvil"), /^<<VOIP CONFIG FILE>>[^]*SIP1 Register Addr {6}:snom\.rocks\n/)
    assert.deepEqual(notes, ["Such a file cannot say: profile snom, filter_registrar, dirty_host_ttl."])
    giveOut(new Uint8Array(5), join(folder, "out"), true, note)
    assert.equal(statSync(join(folder, "out")).mode & 0o777, 0o600)
  })

  it("says in one sentence what is wrong with a command, and gives no password to a terminal", () => {
    const store = fileStore(join(folder, "settings"))
    refused("usage", /^--as yealink is not known; say snom, snom-xml, fanvil or versity\.$/, () => formatNamed("yealink"))
    refused("usage", /^settings export needs --as; say snom/, () => formatNamed(undefined))
    refused("file", /cannot be read: there is no such file or folder; check its name\.$/, () => importSettings(join(folder, "none"), store, load, { say() {}, note }))
    refused("file", /main\.ts is no settings file of Snom, Baker, Fanvil or Versity phones; /, () => importSettings(MAIN, store, load, { say() {}, note }))
    importSettings(join(FILES, "snom.txt"), store, load, { say() {}, note })
    refused("usage", /snom\.txt is no file for --as fanvil; give one of that kind with --template FILE\.$/, () => exportSettings("fanvil", join(FILES, "snom.txt"), store, load, note))
    refused("usage", /write it to a file with --out FILE\.$/, () => giveOut(new Uint8Array(1), undefined, true, note))
    refused("file", /cannot be written: there is no such file or folder; choose another one with --out FILE\.$/, () => giveOut(new Uint8Array(1), join(folder, "no/where"), true, note))
    assert.equal(existsSync(join(folder, "no")), false)
  })
})
