// The rows of the benchmark that are loops inside an entry of tests/entries.
import type { CompileOptions } from "../../build/core.ts"
import { LARGE, LARGE_SERVERS_MAX, SERVERS_MAX } from "../builds.ts"
import { MESSAGES } from "./messages.ts"

/** Work number i of an entry: its name, and the text that is placed for it. */
export type Piece = { name: string; text: string }
/** `name` is the export that does it; `share` is how many times as long as reading a message it takes, about; `build`: what is built otherwise than the phone. */
export type Table = { entry: string; name: string; share: number; pieces: Piece[]; build?: CompileOptions }

/** How many servers are chosen among. */
export const SERVERS = Array.from({ length: Math.log2(LARGE_SERVERS_MAX) + 1 }, (_, i) => 2 ** i)
const named = (n: number): string => n > SERVERS_MAX ? `${n} (a line knows ${SERVERS_MAX} at most)` : `${n}`

const messageOf = (name: string): string => MESSAGES.find((message) => message.name === name)?.text ?? ""
const untold = (name: string): Piece => ({ name, text: "" })

export const READING: Table = { entry: "bench", name: "bench", share: 1, pieces: MESSAGES.map(({ name, text }) => ({ name: `parse ${name}`, text })) }

export const WORK: Table = { entry: "work", name: "work", share: 1, pieces: [
  untold("build REGISTER"), { name: "build 200 to OPTIONS", text: messageOf("OPTIONS") },
  { name: "digest MD5", text: messageOf("401") }, { name: "digest SHA-256", text: messageOf("401").replace("algorithm=MD5", "algorithm=SHA-256") },
  untold("select among 8 servers"), untold("timers of 6 requests"),
] }

export const HUNTING: Table = { entry: "hunt", name: "work", share: 10, build: LARGE, pieces: [
  ...SERVERS.map((n) => untold(`select among ${named(n)}`)), ...SERVERS.map((n) => untold(`make anew the list of ${named(n)}`)),
] }

export const SOUND: Table = { entry: "sound", name: "work", share: 400, pieces: [
  untold("1 s of a call"), untold("1 s with loss 10 %"), untold("1 s with jitter"), untold("1 s of a conference of three"),
] }
