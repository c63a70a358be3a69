// Where the phone of a board listens.
import type { Bench } from "../../host/board/bench.ts"

/** The port that the phone listens on, as its last listening flow was told. */
export function portOf(bench: Bench): number {
  const opened = bench.seen.flatMap(({ call }) => call.call === "flow" && call.event.kind === "opened" && call.event.local.address === "0.0.0.0" ? [call.event.local.port] : [])
  return opened.at(-1) ?? 0
}
