import assert from "node:assert/strict"
import { mkdtempSync, writeFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { EXITS, UserError } from "../../host/errors.ts"
import { helpText } from "../../host/help.ts"
import { readOptions } from "../../host/options.ts"

describe("The command line", () => {
  let folder = ""
  before(() => { folder = mkdtempSync(join(tmpdir(), "linehunt-")) })
  after(() => { rmSync(folder, { recursive: true }) })
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const overrides = (...args: string[]) => readOptions(args).overrides.map(({ name, value }) => `${name}=${value}`)

  it("Without anything it is the phone on wasm3", () => {
    const { command, engine, overrides, dns, password } = readOptions([])
    assert.deepEqual({ command, engine, overrides, dns, password }, { command: "phone", engine: "wasm3", overrides: [], dns: [], password: undefined })
  })

  it("Flags become settings, in the order that makes the later --set win", () => {
    assert.deepEqual(overrides("--domain", "example.com.", "--user=6001", "--port", "0", "--set", "sip_retry_t1=100", "--set", "server=[2001:db8::1]:5060"),
      ["domain=example.com", "user=6001", "sip_port=0", "sip_retry_t1=100", "server=[2001:db8::1]:5060"])
  })

  it("Every DNS server is taken, with and without port, in both families", () => {
    assert.deepEqual(readOptions(["--dns", "127.0.0.1:5353", "--dns", "192.0.2.53", "--dns", "2001:db8::53", "--dns", "[::1]:5353"]).dns,
      ["127.0.0.1:5353", "192.0.2.53", "[2001:db8::53]:53", "[::1]:5353"])
  })

  it("The password comes from a file of one line, with or without its end", () => {
    for (const text of ["secret", "secret\n", "secret\r\n"]) assert.equal(readOptions(["--password-file", file("p", text)]).password, "secret")
  })

  it("What is wrong is one sentence that says what to do, with its exit code", () => {
    const cases: Array<[string[], keyof typeof EXITS, RegExp]> = [
      [["--domian", "x"], "usage", /no flag --domian; did you mean --domain\? --help/],
      [["--pass", "x"], "usage", /no flag --pass; did you mean --password-file\?/],
      [["--ztwo"], "usage", /no flag --ztwo; --help lists them all/],
      [["-x"], "usage", /no flag -x; --help/],
      [["lader", "a"], "usage", /no command lader; did you mean ladder\?/],
      [["replay", "a", "--domain", "example.com"], "usage", /replay takes no --domain; linehunt replay --help lists what it takes/],
      [["--svg", "a.svg"], "usage", /The phone takes no --svg; --help lists/],
      [["update", "a", "--port", "x", "--json"], "usage", /update takes no --json/],
      [["--domain"], "usage", /--domain needs a value/],
      [["--domain", "--user", "6001"], "usage", /--domain needs a value, but --user follows/],
      [["--json=yes"], "usage", /--json takes no value/],
      [["dial"], "usage", /no command dial/],
      [["replay"], "usage", /replay needs one trace/],
      [["settings"], "usage", /settings needs a file or a kind: linehunt settings import FILE/],
      [["settings", "import"], "usage", /settings needs a file or a kind/],
      [["ladder"], "usage", /ladder needs one trace/],
      [["update", "--port", "x"], "usage", /update needs one module/],
      [["update", "a.wasm"], "usage", /update needs to know where the board is/],
      [["ladder", "a", "b"], "usage", /ladder needs one trace/],
      [["ladder", "a", "--from", "soon"], "usage", /--from soon is not a time; say it as 30s/],
      [["ladder", "a", "--from", "5m", "--to", "2s"], "usage", /--from is later than --to/],
      [["ladder", "a", "--width", "20"], "usage", /--width 20 is not a number from 60 to 400/],
      [["console", "status"], "usage", /takes its commands from stdin/],
      [["--engine", "v9"], "usage", /say wasm3 or v8/],
      [["--domain", "sip:example.com"], "usage", /is a URI; give a name/],
      [["--domain", "example.com:5060"], "usage", /has a port, which belongs into --set server/],
      [["--domain", "exa mple.com"], "usage", /is not a domain name/],
      [["--domain", "a..b"], "usage", /is not a domain name/],
      [["--domain", `${"a".repeat(64)}.com`], "usage", /is not a domain name/],
      [["--port", "70000"], "usage", /not a port/],
      [["--dns", "ns.example.com"], "usage", /is not an address; say it as/],
      [["--dns", "127.0.0.1:0"], "usage", /is not an address/],
      [["--set", "sip_retry_t1"], "usage", /is not NAME=VALUE/],
      [["--set", "password=x"], "usage", /put it in a file/],
      [["--user", "a\nb"], "usage", /line break/],
      [["--password-file", "/nowhere/at/all"], "file", /cannot be read: there is no such file or folder; check --password-file/],
      [["--password-file", file("two", "a\nb\n")], "file", /must hold one line/],
      [["--password-file", file("none", "\n")], "file", /must hold one line/],
      [["--password-file", file("blank", " a\n")], "file", /begins or ends with a blank/],
    ]
    for (const [args, exit, sentence] of cases) {
      assert.throws(() => readOptions(args), (error: unknown) => {
        assert(error instanceof UserError, args.join(" "))
        assert.match(error.message, sentence)
        assert.equal(error.exit, exit)
        assert.match(error.message, /^[^\n]*\.$/, "one sentence")
        return true
      })
    }
  })

  it("The help of a command names the flags that it takes, and no other", () => {
    const named = (words: string[]) => [...helpText(words).matchAll(/^ {2}--([a-z-]+)/gm)].map(([, name]) => name).sort()
    assert.deepEqual(named(["replay"]), ["engine", "help", "json", "module", "password-file"])
    assert.deepEqual(named(["settings", "export"]), ["as", "engine", "help", "out", "settings", "template"])
    assert.match(helpText(["update"]), /^linehunt update --port WHERE FILE\n[^]* {2}--port WHERE +a serial device/)
    assert.equal(helpText(["settings"]), `${helpText(["settings", "import"])}\n${helpText(["settings", "export"])}`)
    assert.equal(readOptions(["replay", "--help"]).command, "help")
    assert.equal(helpText(readOptions(["help", "ladder"]).words), helpText(readOptions(["ladder", "--help"]).words))
  })

  it("The help names every flag and every exit code", () => {
    const named = [...helpText([]).matchAll(/^ {2}--([a-z-]+)/gm)].map(([, name]) => name).sort()
    assert.deepEqual(named, ["as", "dns", "domain", "engine", "from", "help", "json", "lab", "mic", "module", "out", "password-file", "port", "set", "settings", "sip-only", "speaker", "svg", "template", "to", "trace", "user", "version", "width", "zone"])
    for (const { code, meaning } of Object.values(EXITS)) assert(helpText([]).includes(`  ${code}  ${meaning}`))
  })
})
