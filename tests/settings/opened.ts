// The room of settings on its own, for tests: names, values and sentences as text.
import type { TestCore } from "../harness.ts"

export type Settings = ReturnType<typeof openSettings>

export function openSettings(core: TestCore) {
  const call = (name: string, ...args: number[]) => Number(core.exports[name]!(...args))
  const rx = call("rx")
  const write = (text: string | Uint8Array) => {
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text
    core.bytes.set(bytes, rx)
    return bytes.length
  }
  const read = (span: number) => new TextDecoder().decode(core.bytes.subarray(call("textStart", span), call("textStart", span) + call("textLength", span)))
  const names = Array.from({ length: call("count") }, (_, s) => read(call("nameOf", s)))
  const at = (name: string) => names.indexOf(name)
  call("defaults")
  return {
    names,
    load: (text: string | Uint8Array) => call("load", write(text)),
    fault: () => read(call("fault")),
    assign: (name: string, value: string) => {
      write(name + value)
      const bytes = new TextEncoder().encode(name).length
      return call("assign", bytes, new TextEncoder().encode(value).length) === 1 ? "" : read(call("fault"))
    },
    number: (name: string) => call("number", at(name)),
    words: (name: string) => read(call("words", at(name))),
    ofLine: (line: number, name: string) => read(call("shownOf", line - 1, at(name))),
    help: (name: string) => read(call("helpOf", at(name))),
    allowed: (name: string) => read(call("allowed", at(name))),
    shown: (name: string, secrets = 0) => read(call("shown", at(name), secrets)),
    most: (name: string) => call("mostOf", at(name)),
    isText: (name: string) => call("isText", at(name)) === 1,
    all: () => read(call("all")),
    keptLength: () => call("keptLength"),
    canKeep: () => call("canKeep") === 1,
    mistakes: (a: string, b: string) => { write(a + b); return call("mistakes", a.length, b.length) },
    inCodes: (code: number) => call("inCodes", at("failover_codes"), code) === 1,
  }
}
