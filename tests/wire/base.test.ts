// Numbers, addresses and escapes as text.
import assert from "node:assert/strict"
import { enginesPresent, wireCore } from "./wire-core.ts"

const MAX = (1n << 59n) - 1n

for (const engine of await enginesPresent()) {
  const core = await wireCore(engine)
  const ip = (text: string): string => core.call("canonicalIp", text) === 1 ? core.text("canonicalIp", text) : "-"
  const hostPort = (text: string): string => core.call("hostPort", text) === 1 ? core.text("hostPort", text) : "-"

  describe(`Numbers, addresses and escapes on ${engine}`, () => {
    it("decimal numbers are digits only and end at their limit", () => {
      const cases: [string, bigint, number][] = [["0", 9n, 0], ["9", 9n, 9], ["10", 9n, -1], ["0009", 9n, 9], ["", 9n, -1], ["-1", 9n, -1],
        ["+1", 9n, -1], [" 1", 9n, -1],
        ["1 ", 9n, -1], ["1a", 99n, -1], ["4294967295", 0xffffffffn, 4294967295], ["4294967296", 0xffffffffn, -1], ["18446744073709551617",
          MAX, -1], ["9".repeat(99), MAX, -1]]
      for (const [text, max, value] of cases) assert.equal(core.call("toDecimal", text, max), value, `${text} up to ${max}`)
    })

    it("IPv4 addresses are four numbers of at most 255", () => {
      for (const text of ["0.0.0.0", "192.0.2.1", "255.255.255.255"]) assert.equal(ip(text), text)
      assert.equal(ip("010.001.000.009"), "10.1.0.9")
      for (const text of ["", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.256", "1..2.3", ".1.2.3", "1.2.3.", "1.2.3.4 ", "1.2.3.0004",
        "a.b.c.d", "1.2.3.-4"]) {
        assert.equal(ip(text), "-", text)
      }
    })

    it("IPv6 addresses are read in every form and written in one (RFC 5952)", () => {
      const cases: Record<string, string> = {
        "::": "::", "::1": "::1", "1::": "1::", "[::1]": "::1", "2001:DB8:0:0:0:0:0:1": "2001:db8::1", "2001:0db8::0001": "2001:db8::1",
        "2001:db8:0:1:1:1:1:1": "2001:db8:0:1:1:1:1:1", "2001:0:0:1:0:0:0:1": "2001:0:0:1::1", "2001:db8:0:0:1:0:0:1": "2001:db8::1:0:0:1",
        "1:2:3:4:5:6:7:8": "1:2:3:4:5:6:7:8", "::2:3:4:5:6:7:8": "0:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::": "1:2:3:4:5:6:7:0",
          "fe80::abcd:0:0:0": "fe80::abcd:0:0:0",
        "::ffff:192.0.2.1": "::ffff:192.0.2.1", "::ffff:c000:201": "::ffff:192.0.2.1", "64:ff9b::192.0.2.33": "64:ff9b::c000:221",
          "1:2:3:4:5:6:1.2.3.4": "1:2:3:4:5:6:102:304",
        "2001:db8:::192.0.2.1": "2001:db8::c000:201", "ff02::1": "ff02::1", "0:0:0:0:0:0:0:0": "::",
      }
      for (const [text, canonical] of Object.entries(cases)) assert.equal(ip(text), canonical, text)
      for (const text of [":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "1:", ":1", "::1:",
        "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "[::1", "::1]", "[]",
        "::%1", "fe80::1%eth0", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "2001:db8:::1", "1:2:3:4:5:6:7:::1.2.3.4",
          " ::1"]) assert.equal(ip(text), "-", text)
    })

    it("hosts stand with a port or without", () => {
      const cases: Record<string, string> = {
        "pbx.example": "pbx.example 0", "pbx.example:5060": "pbx.example 5060", "192.0.2.1": "192.0.2.1 0 192.0.2.1:0",
          "192.0.2.1:65535": "192.0.2.1 65535 192.0.2.1:65535",
        "[2001:db8::1]:5070": "2001:db8::1 5070 [2001:db8::1]:5070", "[::1]": "::1 0 [::1]:0",
          "2001:db8::5070": "2001:db8::5070 0 [2001:db8::5070]:0", "my_lab": "my_lab 0", "a.b.": "a.b. 0",
      }
      for (const [text, expected] of Object.entries(cases)) assert.equal(hostPort(text), expected, text)
      for (const text of ["", ":5060", "a:", "a:0", "a:65536", "a:b", "a:1:2", "1.2.3", "1.2.3.4:", "[::1]5060", "[::1]:", "[1.2.3.4]",
        "a..b", ".a", "a b", "-a", "a.1", "ä"]) {
        assert.equal(hostPort(text), "-", text)
      }
    })

    it("names of hosts are labels that are not empty", () => {
      for (const text of ["a", "a1.b-c.d_e", "a.", "1a.b"]) assert.equal(core.call("isHostName", text), 1, text)
      for (const text of ["", ".", "a..b", ".a", "a.1b", "a b", "a.-b", "a/b"]) assert.equal(core.call("isHostName", text), 0, text)
    })

    it("escapes are resolved once (RFC 4475 3.1.1.3) and made where a user part needs them", () => {
      assert.equal(core.text("unescape", "value%25%34%31"), "value%41")
      assert.equal(core.text("unescape", "%7Ea%4"), "~a%4")
      assert.equal(core.text("unescape", "100%zz%"), "100%zz%")
      assert.equal(core.text("escapeUser", "a b@c:d/e%"), "a%20b%40c%3ad/e%25")
    })

    it("a quoted string loses its quotes and each backslash once", () => {
      assert.equal(core.text("unquote", "\"a \\\"b\\\" \\\\\""), "a \"b\" \\")
      assert.equal(core.text("unquote", "plain \\ text"), "plain \\ text")
      assert.equal(core.text("unquote", "\"\""), "")
    })

    it("parameters are found by name in any case, quoted values whole", () => {
      const span = (value: number): [number, number] => [value & 0xffff, value >>> 16]
      const value = (params: string, name: string): string => {
        const [at, length] = span(core.call("paramOf", params, name))
        return at === 0 ? "-" : Buffer.from(core.bytes.slice(at, at + length)).toString()
      }
      assert.equal(value(";a=1; B = \"x;c=2\" ;c", "b"), "\"x;c=2\"")
      assert.equal(value(";a=1;B;c=3", "c"), "3")
      assert.equal(value(";a=1;flag", "FLAG"), "")
      assert.equal(value(";a=1", "b"), "-")
      assert.equal(value(";a=;b=1", "b"), "-")
      assert.equal(value("", "b"), "-")
    })

    it("a URI gives its parameters by name, escaped or not", () => {
      const value = (uri: string, name: string): string => {
        const found = core.call("paramOfUri", uri, name)
        return (found & 0xffff) === 0 ? "-" : Buffer.from(core.bytes.slice(found & 0xffff, (found & 0xffff) + (found >>> 16))).toString()
      }
      assert.equal(value("sip:h.example;ob;n%61me=v%61l;x=1", "name"), "v%61l")
      assert.equal(value("sip:h.example;ob;x=1", "ob"), "")
      assert.equal(value("sip:h.example;ob;x=1", "y"), "-")
      assert.equal(value("sip:h.example", "y"), "-")
    })
  })
}
