// The policies behind a few typed calls.
import { testCore } from "../harness.ts"

export type Policy = Awaited<ReturnType<typeof openPolicy>>

/** Settings and policies of a fresh module. */
export async function openPolicy() {
  const core = await testCore("redundancy")
  const call = (name: string, ...values: (number | bigint)[]): number => Number(core.exports[name]!(...values as never[]))
  const text = (span: number): string => Buffer.from(core.bytes.slice(span & 0xffff, (span & 0xffff) + (span >>> 16))).toString("utf8")
  call("reset", 1)
  return {
    call,
    reset: (seed: number) => void call("reset", seed),
    /** Reads a settings text; "" or the sentence that says what is wrong. */
    load(lines: string): string {
      const bytes = Buffer.from(lines, "utf8")
      core.bytes.set(bytes, call("rx"))
      return call("load", bytes.length) === 0 ? "" : text(call("fault"))
    },
    names: Array.from({ length: call("count") }, (_, s) => text(call("nameOf", s))),
    value(name: string): string { return text(call("shown", this.names.indexOf(name))) },
    origin(name: string): string { return ["usual", "file", "console", "start"][call("originOf", this.names.indexOf(name))] ?? "" },
  }
}
