import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { createSocket } from "node:dgram"
import { once } from "node:events"
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { LAB_PASSWORD } from "../../host/lab/lab.ts"

const MAIN = fileURLToPath(new URL("../../host/main.ts", import.meta.url))
const built = existsSync(new URL("../../build/out/linehunt.wasm", import.meta.url))

type Ended = { code: number | null; out: string; error: string }

// Each run is the program as a user starts it. The registrars of the lab grant 15 s, so that a move is seen within that time.
describe("The program", function () {
  let folder = ""
  before(() => { assert.ok(built, "build/out/linehunt.wasm is not there: run npm run build") })
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), "linehunt-")) })
  afterEach(() => { rmSync(folder, { recursive: true }) })
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }

  const linehunt = (args: string[], input = ""): Promise<Ended> => ended(MAIN, args, input)

  async function ended(program: string, args: string[], input = ""): Promise<Ended> {
    const child = spawn(process.execPath, ["--import", "tsx", program, ...args], { env: { ...process.env, XDG_CONFIG_HOME: folder } })
    let out = "", error = ""
    child.stdout.on("data", (text) => { out += String(text) })
    child.stderr.on("data", (text) => { error += String(text) })
    child.stdin.end(input)
    const [code] = await once(child, "close") as [number | null]
    return { code, out, error }
  }

  it("--help goes to stdout and ends with 0, a wrong flag is one sentence on stderr and ends with 2", async () => {
    const [help, wrong] = await Promise.all([linehunt(["--help"]), linehunt(["--dominion", "x"])])
    assert.equal(help.code, 0)
    assert.match(help.out, /^linehunt: .*\n\nUsage\n/)
    assert.deepEqual(wrong, { code: 2, out: "", error: "linehunt: There is no flag --dominion; --help lists them all.\n" })
  })

  it("The other programs, too, name a flag that there is not in one sentence, ask whether another one was meant, and end with 2", async () => {
    const programs = ["host/worlds.ts", "build/board.ts", "build/esp32.ts flash", "tests/bench/bench.ts", "tests/media/listen.ts", "tests/ladder/ladders.ts", "build/rfc.ts", "build/test.ts"]
    const told: (string | number | null)[][] = []
    for (const program of programs) {
      const [path = "", ...words] = program.split(" "), { code, out, error } = await ended(fileURLToPath(new URL(`../../${path}`, import.meta.url)), [...words, "--hlep"])
      told.push([code, out, error.replace(/^\w+: /, "")])
    }
    assert.deepEqual(told, programs.map(() => [2, "", "There is no flag --hlep; did you mean --help? --help lists them all.\n"]))
  })

  it("Half an account, and a setting that there is not, are one sentence each and end with 2", async () => {
    const started = [["--domain", "example.com"], ["--user", "6001"], ["--domain", "example.com", "--user", "6001", "--set", "sip_retri_t1=5"]]
    const ended = await Promise.all(started.map((args) => linehunt(["console", "--engine", "v8", "--settings", join(folder, "none"), ...args])))
    assert.deepEqual(ended.map(({ code, out }) => [code, out]), started.map(() => [2, ""]))
    assert.deepEqual(ended.map(({ error }) => error), [
      "linehunt: An account needs its user: add --user NAME, or --set user=NAME.\n",
      "linehunt: An account needs its domain: add --domain NAME, or leave --user and --password-file out to use the lab.\n",
      "linehunt: --set sip_retri_t1: there is no setting sip_retri_t1; did you mean sip_retry_t1?\n",
    ])
  })

  it("--version names the program, the module and the engine", async () => {
    const { code, out } = await linehunt(["--version", "--engine", "v8"])
    assert.equal(code, 0)
    const { out: json } = await linehunt(["--version", "--json", "--engine", "v8"])
    assert.deepEqual(Object.keys(JSON.parse(json) as object), ["version", "module", "bytes", "interface", "engine", "node"])
    assert.match(out, /^linehunt \d+\.\d+\.\d+, module [0-9a-f]{12} of \d+ bytes, interface 1, engine v8, node \S+\n$/)
  })

  it("In the lab it registers, moves when its server crashes, and unregisters when it is quit; the trace is the same on both engines", async () => {
    const trace = join(folder, "a.trace")
    const { code, out, error } = await linehunt(["console", "--trace", trace],
      "wait REGISTERED\nlab crash 1\nlab crash 2\nwait MOVED 20\nlab\nstatus\ncfg get password\ncfg show --why\nquit\n")
    assert.equal(code, 0, error)
    assert.match(out, /3 sipserverbackup \S+ 1 5 up registered/)
    assert.match(error, /MOVED moved to /)
    assert.match(out, /^domain: rapidtech\.phones {2}\(start\)$[^]*^retry_count: 3 {2}\(default\)$/m)
    assert.match(error, /UNREGISTERED/)
    const recorded = readFileSync(trace, "utf8")
    for (const text of [out, error, recorded]) assert.equal(text.includes(LAB_PASSWORD), false)
    const password = file("password", `${LAB_PASSWORD}\n`)
    for (const engine of ["wasm3", "v8"]) {
      const replayed = await linehunt(["replay", trace, "--engine", engine, "--password-file", password])
      assert.match(replayed.out, /^identical: \d+ calls, \d+ outputs\n$/, replayed.error)
      assert.equal(replayed.code, 0)
    }
    const without = await linehunt(["replay", trace, "--engine", "v8"])
    assert.equal(without.code, 0, "the lab's password need not be given")
    const wrong = await linehunt(["replay", trace, "--engine", "v8", "--password-file", file("wrong", "another\n")])
    assert.deepEqual([wrong.code, wrong.out], [7, ""])
    assert.match(wrong.error, /give that one with --password-file FILE/)
    const ladder = await linehunt(["ladder", trace, "--sip-only"])
    assert.match(ladder.out, /^ +phone [^]*\* registered at 127\.0\.0\.\d:\d+[^]*<-+ refused -+[^]*\* moved to /, ladder.error)
    const drawing = join(folder, "a.svg")
    assert.deepEqual(await linehunt(["ladder", trace, "--svg", drawing]), { code: 0, out: "", error: `Wrote ${drawing}\n` })
    assert.match(readFileSync(drawing, "utf8"), /^<svg [^]*moved to [^]*<\/svg>\n$/)
    const late = await linehunt(["ladder", trace, "--from", "2h"])
    assert.deepEqual([late.code, late.out], [2, ""])
    assert.match(late.error, /^linehunt: Nothing that you asked for is in .*a\.trace, which lasts [\d.]+ s; change --from, --to or --sip-only\.\n$/)
    assert.deepEqual(await linehunt(["ladder", password]), { code: 3, out: "", error: `linehunt: ${password} is not a trace; traces are made with --trace FILE.\n` })
    writeFileSync(trace, recorded.replace(/"Via: SIP|Max-Forwards: 70/, "Max-Forwards: 71"))
    const changed = await linehunt(["replay", trace, "--engine", "v8", "--password-file", password])
    assert.equal(changed.code, 7)
    assert.match(changed.out, /output \d+ \(send\): bytes differ at byte \d+ of \d+\n {2}was .*Max-Forwards: 71.*\n {2}is .*Max-Forwards: 70/)
  })

  it("With --json every reply, event and log line is one JSON document", async () => {
    const { out, code } = await linehunt(["console", "--json", "--engine", "v8"], "wait REGISTERED\nlab\nstatus\nservers\nmem\nnonsense\nquit\n")
    const lines = out.trim().split("\n").map((line) => JSON.parse(line) as { event?: string; reply?: unknown; code?: number })
    assert(lines.some(({ event }) => event === "REGISTERED"))
    const replies = lines.filter(({ reply }) => reply !== undefined)
    assert.deepEqual(replies.map(({ code }) => code === 0), [true, true, true, true, true, false])
    assert.deepEqual(replies[0]?.reply, { event: "REGISTERED" })
    assert(replies.slice(0, 5).every(({ reply }) => typeof reply === "object"), JSON.stringify(replies))
    assert.equal(code, 9)
  })

  it("Without a terminal it is the console and says so; when nobody reads on, it unregisters and its trace has an end", async () => {
    const trace = join(folder, "a.trace")
    const child = spawn(process.execPath, ["--import", "tsx", MAIN, "--engine", "v8", "--trace", trace], { env: { ...process.env, XDG_CONFIG_HOME: folder } })
    let error = ""
    child.stderr.on("data", (text) => { error += String(text) })
    child.stdout.once("data", () => {
      child.stdout.destroy()
      child.stdin.write("version\nversion\n")
    })
    child.stdin.write("wait REGISTERED\nstatus\n")
    const [code] = await once(child, "close") as [number | null]
    assert.equal(code, 0)
    assert.match(error, /^linehunt: stdin is no terminal, so there is no screen: this is the console, which takes commands from stdin and goes on after the last\.\n/)
    assert.match(error, /UNREGISTERED not registered\n$/)
    assert.match(readFileSync(trace, "utf8"), /\n\{"end":\{"calls":\d+\}\}\n$/)
  })

  it("The lab has accounts for four lines, which can call each other", async () => {
    const lines = [2, 3, 4].flatMap((n) => [`cfg set ${n}.password hunt-600${n}`, `cfg set ${n}.domain rapidtech.phones`, `cfg set ${n}.user 600${n}`])
    const waits = [1, 2, 3, 4].map((n) => `wait --line ${n} REGISTERED 30`)
    const calls = ["dial --line 3 6004", "wait --line 4 CALL_INCOMING", "reject", "wait CALL_ENDED", "lab", "quit"]
    const { code, out, error } = await linehunt(["console", "--engine", "v8", "--lab"], `${[...lines, ...waits, ...calls].join("\n")}\n`)
    assert.equal(code, 0, error)
    assert.match(error, /CALL_INCOMING line 4: call from 6003\n/)
    assert.match(out, /^accounts: 6001, 6002, 6003, 6004; the password of 6002 is hunt-6002, and so on$/m)
  })

  it("The log and the replies in one pipe that nobody reads any more end the phone, also when stdin has ended", async () => {
    const line = `"$0" --import tsx "$1" --engine v8 --lab </dev/null 2>&1 | head -3`
    const child = spawn("sh", ["-c", line, process.execPath, MAIN], { env: { ...process.env, XDG_CONFIG_HOME: folder }, stdio: ["ignore", "pipe", "inherit"] })
    let out = ""
    child.stdout.on("data", (text) => { out += String(text) })
    const [code] = await once(child, "close") as [number | null]
    assert.deepEqual([code, out.split("\n").length], [0, 4], out)
  })

  it("A password file that others can read is told of, and used", async () => {
    const path = file("password", "secret\n")
    const args = ["console", "--engine", "v8", "--domain", "example.invalid", "--user", "1", "--port", "0", "--dns", "127.0.0.1:9", "--password-file", path]
    for (const [mode, told] of [[0o600, false], [0o640, true], [0o604, true]] as const) {
      chmodSync(path, mode)
      const { code, error } = await linehunt(args, "version\n")
      assert.deepEqual([code, error.includes(`linehunt: Others can read the password in ${path}; chmod 600 ${path} keeps it to you.\n`)], [0, told], error)
    }
  })

  it("A busy port is one sentence, and ends with 5", async () => {
    const other = createSocket({ type: "udp4", reuseAddr: true })
    other.bind(0)
    await once(other, "listening")
    const { port } = other.address()
    const { code, error } = await linehunt(["console", "--port", String(port)])
    other.close()
    assert.equal(code, 5)
    assert.match(error, new RegExp(`linehunt: UDP port ${port} is used by another program; stop that one, or choose another port with --port N`))
  })

  it("Settings of a torn file are refused with the line, and the last good ones are used", async () => {
    const settings = file("settings", "domain: example.invalid\nuser: 6001\nsip_port: 0\n")
    const args = ["console", "--engine", "v8", "--settings", settings, "--dns", "127.0.0.1:9"]
    assert.match((await linehunt(args, "cfg get user\n")).out, /^user: 6001$/m)
    writeFileSync(settings, "domain: example.invalid\nuser: 6002\nsip_p")
    const torn = await linehunt(args, "cfg get user\n")
    assert.match(torn.error, /settings is refused at line 3: (?!line).*; the last good settings are used, from .*settings\.good\./)
    assert.match(torn.out, /^user: 6001$/m)
    rmSync(`${settings}.good`)
    const none = await linehunt(args)
    assert.equal(none.code, 4)
    assert.match(none.error, /^linehunt: .*settings is refused at line 3: .*; repair it, or remove it to begin with none\.\n$/)
  })

  it("Settings beside which nothing can be written are started with, after one line of warning; a trace never takes their place", async () => {
    const text = "domain: example.invalid\nuser: 6001\nsip_port: 0\n", settings = file("settings", text)
    mkdirSync(`${settings}.good`)
    const args = ["console", "--engine", "v8", "--settings", settings, "--dns", "127.0.0.1:9"]
    const { code, out, error } = await linehunt(args, "cfg get user\n")
    assert.equal(code, 0, error)
    assert.match(out, /^user: 6001$/m)
    assert.equal(error.split("\n")[0], `The settings file ${settings}.good cannot be read: it is a directory; repair it or choose another with --settings FILE. The phone starts with ${settings} all the same.`)
    const traced = await linehunt([...args, "--trace", `${folder}/./settings`])
    assert.equal(traced.code, 2, traced.error)
    assert.match(traced.error, /^linehunt: The trace would take the place of the settings in \S+; choose another file with --trace FILE\.$/m)
    assert.equal(readFileSync(settings, "utf8"), text)
  })

  it("A console whose settings could not be kept says so, and does not end with 0", async () => {
    const args = ["console", "--engine", "v8", "--domain", "example.invalid", "--user", "6001", "--port", "0", "--dns", "127.0.0.1:9", "--settings", "/proc/none/settings"]
    const [saved, unsaved] = await Promise.all([linehunt(args, "cfg save\n"), linehunt(args, "cfg get user\n")])
    assert.match(saved.out + saved.error, /The settings file \/proc\/none\/settings cannot be written: there is no such file or folder; the settings before stay in force there\./)
    assert.deepEqual([saved.code, unsaved.code], [3, 0])
  })

  it("A setting of the command line that the phone refuses is named by its flag", async () => {
    const { code, error } = await linehunt(["console", "--engine", "v8", "--set", "sip_retry_t1=1"])
    assert.equal(code, 2)
    assert.match(error, /^linehunt: --set sip_retry_t1: sip_retry_t1 is .*\.\n$/)
  })

  it("What is kept is there at the next start, and the lab has settings of its own", async () => {
    const args = ["console", "--engine", "v8", "--domain", "example.invalid", "--user", "6003", "--port", "0", "--dns", "127.0.0.1:9"]
    await linehunt(args, "cfg set register_ttl 600\ncfg save\n")
    const { out } = await linehunt(["console", "--engine", "v8", "--port", "0", "--dns", "127.0.0.1:9"], "cfg get user\ncfg get register_ttl\n")
    assert.match(out, /6003[^]*600/)
    const lab = await linehunt(["console", "--engine", "v8", "--lab"], "cfg get user\ncfg get register_ttl\nlab\n")
    assert.match(lab.out, /6001[^]*3600[^]*sipserver1/)
    const probes = (line: string) => linehunt(["console", "--engine", "v8", "--lab"], line)
    assert.match((await probes("cfg get probe_interval\ncfg set probe_interval 45\ncfg save\n")).out, /^probe_interval: 30 s$/m)
    assert.match((await probes("cfg get probe_interval\ncfg get hold_down\n")).out, /^probe_interval: 45 s\n[^]*^hold_down: 0 s$/m)
  })
})
