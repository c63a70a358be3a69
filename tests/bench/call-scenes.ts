// What a call costs the whole phone, from the input to rest: by a registered phone whose DNS answers are still good.
import type { WasmValue } from "../../host/engine/engine.ts"
import type { Wanted } from "./scenes.ts"

const isOk = (_: WasmValue, text: string): boolean => text.startsWith("SIP/2.0 200") && /^CSeq: \d+ INVITE\r$/m.test(text)
const requests = (method: string) => (_: WasmValue, text: string): boolean => text.startsWith(`${method} `)
const isHook = (key: WasmValue): boolean => key === "H".charCodeAt(0)

const CALLS = "at 1s bob answers after 1s\nat 2s press 7 0 1\nat 3s press H\nuntil 8s"
const IS_CALLED = "at 2s bob calls 6001\nat 3s press H\nat 5s bob hangs-up\nuntil 6s"

export const CALL_SCENES: Wanted[] = [
  { title: "key that dials to INVITE out", script: CALLS, input: "handle_key", begins: isHook, sends: "INVITE " },
  { title: "200 in to ACK out", script: CALLS, input: "handle_datagram", begins: isOk, sends: "ACK " },
  { title: "INVITE in to 180 out", script: IS_CALLED, input: "handle_datagram", begins: requests("INVITE"), sends: "SIP/2.0 180" },
  { title: "key that answers to 200 out", script: IS_CALLED, input: "handle_key", begins: isHook, sends: "SIP/2.0 200" },
  { title: "BYE in to 200 out", script: IS_CALLED, input: "handle_datagram", begins: requests("BYE"), sends: "SIP/2.0 200" },
]
