import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { command } from "../../build/esp32/command.ts"
import { PROJECT, boards, partitionsOf } from "../../build/esp32/boards.ts"
import { serve } from "../../build/esp32/serve.ts"
import { OUT, ROOT } from "../../build/core.ts"
import { EXITS, UserError } from "../../host/errors.ts"

const MODULE = join(OUT, "linehunt.wasm")

// Each takes down how it was called. idf.py also makes a firmware that holds what FAKE_MODULE names.
const FAKES = {
  "bin/idf.py": `#!/bin/sh
echo "idf.py $*" >> "$FAKE_LOG"
for word in "$@"; do
  [ "$word" = "--version" ] && echo "ESP-IDF $FAKE_VERSION"
  [ "$before" = "-B" ] && folder=$word
  before=$word
done
if [ "$before" = build ]; then
  [ "$FAKE_BUILD" = fails ] && { echo "ninja: error"; exit 2; }
  { echo head; cat "$FAKE_MODULE"; echo tail; } > "$folder/linehunt.bin"
fi
exit 0
`,
  "bin/esptool.py": "#!/bin/sh\necho \"esptool.py $*\" >> \"$FAKE_LOG\"\n",
  "env/bin/python": `#!/bin/sh
echo "python $*" >> "$FAKE_LOG"
cp "$3" "$FAKE_TABLE"
echo image > "$4"
`,
}

describe("npm run flash and npm run monitor", function () {
  let folder = ""
  const path = (name: string): string => join(folder, name)

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "linehunt-flash-"))
    for (const name of ["bin", "env/bin", "dev", "builds", "none"]) mkdirSync(path(name), { recursive: true })
    for (const [name, text] of Object.entries(FAKES)) {
      writeFileSync(path(name), text)
      chmodSync(path(name), 0o755)
    }
    writeFileSync(path("dev/ttyUSB7"), "")
    writeFileSync(path("dev/tty1"), "")
    writeFileSync(path("password"), "nine lives\n")
  })
  afterEach(() => { rmSync(folder, { recursive: true }) })

  /** Runs the command; `said` is everything that it printed. */
  function npm(words: readonly string[], changes: Record<string, string> = {}, bin = "bin"): { code: number | null; said: string; log: string[] } {
    const env = {
      ...process.env, PATH: [path(bin), ...(process.env["PATH"] ?? "").split(delimiter)].join(delimiter), IDF_PATH: path("idf"), IDF_PYTHON_ENV_PATH: path("env"),
      LINEHUNT_BUILDS: path("builds"), LINEHUNT_DEVICES: path("dev"), FAKE_LOG: path("log"), FAKE_TABLE: path("table"), FAKE_MODULE: MODULE, FAKE_VERSION: "v5.3.1", ...changes,
    }
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "build/esp32.ts", ...words], { cwd: ROOT, env, encoding: "utf8" })
    const log = existsSync(path("log")) ? readFileSync(path("log"), "utf8").trim().split("\n").map((line) => line.replaceAll(folder, "T").replaceAll(/linehunt-nvs-\w+/g, "nvs")) : []
    return { code: status, said: `${stdout}${stderr}`.replaceAll(folder, "T"), log }
  }
  const to = (board: string): string[] => ["flash", "--port", path("dev/ttyUSB7"), "--board", board]

  it("flash builds for the board and writes to it, all of it below build/out (DC-05)", () => {
    const { code, said, log } = npm(to("t-deck"))
    assert.equal(code, 0, said)
    const project = "idf.py -C board/port/esp32 -B T/builds/t-deck -DBOARD=t-deck -DIDF_TARGET=esp32s3 -DSDKCONFIG=T/builds/t-deck/sdkconfig"
    assert.deepEqual(log, ["idf.py --version", `${project} build`, `${project} -p T/dev/ttyUSB7 flash`])
    assert.match(said, /Next: npm run monitor -- --port T\/dev\/ttyUSB7 --board t-deck\n.*wifi NAME PASSWORD/)
  })

  it("A Wi-Fi network goes into the partition of NVS, its password never onto a command line", () => {
    const { code, said, log } = npm([...to("devkit"), "--wifi-ssid", "Attic \"5\"", "--wifi-password-file", path("password")])
    assert.equal(code, 0, said)
    const nvs = partitionsOf("partitions-4mb.csv").find(({ name }) => name === "nvs")
    assert.deepEqual(log.slice(-2).map((line) => line.replaceAll(tmpdir(), "TMP")), [
      `python T/idf/components/nvs_flash/nvs_partition_generator/nvs_partition_gen.py generate TMP/nvs/nvs.csv TMP/nvs/nvs.bin 0x${nvs?.size.toString(16)}`,
      `esptool.py --chip esp32 --port T/dev/ttyUSB7 write_flash 0x${nvs?.offset.toString(16)} TMP/nvs/nvs.bin`,
    ])
    assert.equal(readFileSync(path("table"), "utf8"), "key,type,encoding,value\nwifi,namespace,,\nname,data,string,\"Attic \"\"5\"\"\"\npassword,data,string,\"nine lives\"\n")
    assert.deepEqual(readdirSync(tmpdir()).filter((name) => name.startsWith("linehunt-nvs-")), [], "the file with the password is gone")
    assert.doesNotMatch(`${said}${log.join("\n")}`, /nine lives/)
  })

  it("A firmware with another module than Node runs is not written (DC-02)", () => {
    writeFileSync(path("other"), Buffer.from(readFileSync(MODULE)).fill(1, 5000, 5001))
    const { code, said, log } = npm(to("t-deck"), { FAKE_MODULE: path("other") })
    assert.equal(code, 6)
    assert.match(said, /does not hold build\/out\/linehunt\.wasm/)
    assert.ok(!log.some((line) => line.endsWith("flash")))
  })

  it("A build that fails says so, and nothing is written", () => {
    const { code, said, log } = npm(to("t-deck"), { FAKE_BUILD: "fails" })
    assert.deepEqual([code, log.length], [6, 2])
    assert.match(said, /idf\.py build has failed; what it said is above\.\n$/)
  })

  const wrong = [
    { story: "no board", words: ["flash", "--port", "P"], code: 2, said: /Say which board it is: --board with one of\n {2}cardputer-adv/ },
    { story: "a board that is none", words: ["flash", "--port", "P", "--board", "tdeck"], code: 2, said: /There is no board "tdeck": --board with one of\n.*t-deck +LILYGO T-Deck\n$/s },
    { story: "no port", words: ["flash", "--board", "devkit"], code: 2, said: /--port with T\/dev\/ttyUSB7\.\n$/ },
    { story: "a port that is not there", words: ["flash", "--board", "devkit", "--port", "T/dev/ttyUSB8"], code: 2, said: /There is no T\/dev\/ttyUSB8; is the cable one for data, and plugged in\? Use T\/dev\/ttyUSB7\.\n$/ },
    { story: "no port for the monitor", words: ["monitor"], code: 2, said: /^Say where the board is connected: --port with T\/dev\/ttyUSB7\.\n$/ },
    { story: "a port for the monitor that is not there", words: ["monitor", "--port", "T/dev/ttyUSB8"], code: 2, said: /^There is no T\/dev\/ttyUSB8; .* Use T\/dev\/ttyUSB7\.\n$/ },
    { story: "a board for the monitor that is none", words: ["monitor", "--port", "P", "--board", "tdeck"], code: 2, said: /^There is no board "tdeck": --board with one of\n/ },
    { story: "no board for the firmware", words: ["firmware"], code: 2, said: /^Say which board it is: --board with one of\n/ },
    { story: "a word that is none", words: ["flash", "t-deck"], code: 2, said: /^flash takes no t-deck; npm run flash -- --help says what it takes\.\n$/ },
    { story: "a flag that is none", words: ["flash", "--boards", "devkit"], code: 2, said: /There is no flag --boards; did you mean --board\? --help lists them all\./ },
    { story: "a password without a network", words: ["flash", "--board", "devkit", "--wifi-password-file", "T/password"], code: 2, said: /needs --wifi-ssid/ },
    { story: "a password file that is not there", words: ["flash", "--board", "devkit", "--wifi-ssid", "a", "--wifi-password-file", "T/no"], code: 3, said: /T\/no cannot be read: there is no such file/ },
    { story: "a password that is too short", words: ["flash", "--board", "devkit", "--wifi-ssid", "a", "--wifi-password-file", "T/short"], code: 2, said: /8 to 63 bytes; that in T\/short has 3/ },
  ]
  for (const { story, words, code, said } of wrong) {
    it(`With ${story} it says what to do`, async () => {
      writeFileSync(path("short"), "abc")
      const before = process.env["LINEHUNT_DEVICES"]
      process.env["LINEHUNT_DEVICES"] = path("dev")
      try {
        await assert.rejects(command(words.map((word) => word === "P" ? path("dev/ttyUSB7") : word.replace(/^T\//, `${folder}/`))), (error: unknown) => {
          assert.ok(error instanceof UserError)
          assert.equal(EXITS[error.exit].code, code)
          assert.match(`${error.message.replaceAll(folder, "T")}\n`, said)
          return true
        })
      } finally {
        if (before === undefined) delete process.env["LINEHUNT_DEVICES"]
        else process.env["LINEHUNT_DEVICES"] = before
      }
    })
  }

  it("Without ESP-IDF, or with one that is too old or too new, it says which to install", () => {
    const missing = npm(to("devkit"), {}, "none")
    assert.deepEqual([missing.code, missing.log.length], [6, 0])
    assert.match(missing.said, /ESP-IDF is not there: idf\.py is not in PATH\. Install ESP-IDF 5\.2 or a later 5\.x \(https:.*export\.sh\n$/)
    for (const words of [["monitor", "--port", path("dev/ttyUSB7")], ["firmware", "--board", "devkit"]]) {
      const { code, said } = npm(words, {}, "none")
      assert.deepEqual([code, /^board: ESP-IDF is not there: /.test(said)], [6, true], said)
    }
    for (const version of ["v5.1.4", "v6.0"]) {
      const { code, said } = npm(to("devkit"), { FAKE_VERSION: version })
      assert.equal(code, 6)
      assert.match(said, new RegExp(`This is ESP-IDF ${version}; the project needs ESP-IDF 5\\.2 or a later 5\\.x`))
    }
  })

  it("monitor shows the console of the board that was built last, or says that there is none", () => {
    const at = path("dev/ttyUSB7")
    const none = npm(["monitor", "--port", at])
    assert.equal(none.code, 6)
    assert.match(none.said, /There is no firmware yet: npm run flash -- --port T\/dev\/ttyUSB7 --board NAME/)
    assert.equal(npm(to("cardputer-adv")).code, 0)
    const { code, log } = npm(["monitor", "--port", at])
    assert.equal(code, 0)
    assert.match(log.at(-1) ?? "", /-DBOARD=cardputer-adv .* -p T\/dev\/ttyUSB7 monitor$/)
  })

  it("firmware gives it out once over HTTP, and prints the line for the board's console", async () => {
    const image = new Uint8Array(300_000).map((_, i) => i * 7), notes: string[] = []
    const serving = await serve(image, "127.0.0.1", (line) => { notes.push(line) })
    const [, port, print] = /^firmware 127\.0\.0\.1:(\d+)\/linehunt\.bin ([0-9a-f]{64})$/.exec(serving.line) ?? []
    const response = await fetch(`http://127.0.0.1:${port}/linehunt.bin`), body = new Uint8Array(await response.arrayBuffer())
    await serving.done
    serving.close()
    assert.deepEqual([response.headers.get("content-length"), createHash("sha256").update(body).digest("hex"), print], ["300000", print, createHash("sha256").update(image).digest("hex")])
    assert.deepEqual(notes, ["127.0.0.1 asks for it", "all of it is sent; the board's console says what became of it"])
    await assert.rejects(serve(image, "192.0.2.77", () => {}), /192\.0\.2\.77 cannot be listened on: this machine has no such address/)
  })

  it("docs/flash.md has the wires of the boards that are wired by hand, as their tables have them", () => {
    const page = readFileSync(join(ROOT, "docs/flash.md"), "utf8"), [, ...rows] = /^\| from \|.*\n\|.*\n((?:\|.*\n)+)/m.exec(page) ?? []
    const cells = (rows[0] ?? "").trim().split("\n").map((row) => row.split("|").slice(2, -1).map((cell) => cell.trim()))
    const written = ["devkit", "devkit-s3", "devkit-c3"].map((_, column) => cells.slice(0, 7).map((row) => row[column] ?? ""))
    const wired = ["devkit", "devkit-s3", "devkit-c3"].map((name) => {
      const table = readFileSync(join(ROOT, PROJECT, "boards", name, "board.c"), "utf8"), pin = (field: string): string => new RegExp(`\\.${field} = (?:\\{ )?([\\d, ]*\\d)`).exec(table)?.[1] ?? ""
      const expander = table.includes("KEYS_EXPANDER"), rows = expander ? "P0 to P3 of the PCF8574" : pin("rows"), columns = expander ? "P4 to P7 of the PCF8574" : pin("columns")
      return [`${pin("sda")}, ${pin("scl")}`, rows, columns, pin("clock"), pin("word"), pin("out"), pin("in")]
    })
    assert.deepEqual(written, wired)
  })

  it("Its help lists every board, and every board has a chip and a partition table", () => {
    const { said } = npm(["flash", "--help"])
    for (const { name, chip, about, partitions } of boards()) {
      assert.match(said, new RegExp(`^ {2}${name} +${chip} +${about.replace(/[()]/g, "\\$&")}$`, "m"))
      assert.ok(["esp32", "esp32c3", "esp32s3"].includes(chip) && partitionsOf(partitions).length === 9, name)
    }
  })
})
