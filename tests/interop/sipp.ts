// SIPp as the odd peer: scenarios written as a list of steps, run on a loopback address, with what SIPp said of them.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { findProgram, start, temporaryFolder, until, type Running } from "./process.ts"

/** What a suite that uses SIPp needs: program -> package. */
export const SIPP_PROGRAMS = { sipp: "sip-tester" } as const

/** SIPp's own address. */
const OURS = "sip:[local_ip]:[local_port]"

/** One step of a scenario, as SIPp's XML. */
export type Step = string

/** A message that must come; other messages fail the scenario, but those that are allowed by `maybe`. */
export function take(what: string | number, more = ""): Step {
  const kind = typeof what === "number" ? `response="${what}"` : `request="${what}"`
  return `<recv ${kind} rrs="true" timeout="8000" ${more}/>`
}

/** The same with header fields that must be like this: name and regular expression, which holds no quotation mark. */
export function takeWith(what: string | number, fields: Readonly<Record<string, string>>, named = ""): Step {
  const name = (i: number): string => `seen${String(what)}${named}${i}`
  const each = Object.entries(fields)
  const checks = each.map(([header, search], i) => `<ereg regexp="${search}" search_in="hdr" header="${header}:" check_it="true" assign_to="${name(i)}"/>`)
  return `${take(what).replace("/>", ">")}<action>${checks.join("")}</action></recv><Reference variables="${each.map((_, i) => name(i)).join(",")}"/>`
}

/** The INVITE, of which what its answers repeat is kept: later requests may come before the call is answered. */
export function takeInvite(): Step {
  const keep = (search: string, name: string): string => `<ereg ${search} assign_to="all_${name},${name}"/>`
  return `<recv request="INVITE" rrs="true" timeout="8000"><action>${keep(`regexp="(Via: [^M]*)Max-Forwards" search_in="msg"`, "vias")}`
    + `${keep(`regexp="(.*)" search_in="hdr" header="CSeq:"`, "cseq")}${keep(`regexp="(.*)" search_in="hdr" header="To:"`, "to")}${keep(`regexp="(.*)" search_in="hdr" header="From:"`, "from")}${keep(`regexp="(.*)" search_in="hdr" header="Record-Route:"`, "route")}</action></recv>`
    + `<Reference variables="all_vias,all_cseq,all_to,all_from,all_route"/>`
}

/** An answer to the INVITE that takeInvite() kept. The lines of its Via end in the kept text itself. */
export function answerInvite(status: number, reason: string, { sdp, headers = [], contact = OURS, again = status >= 200 && sdp }: Answer = {}): Step {
  return send([
    `SIP/2.0 ${status} ${reason}`, "[$vias]From:[$from]", "To:[$to];tag=[pid]uas[call_number]", "[last_Call-ID:]", "CSeq:[$cseq]",
    "Record-Route:[$route]", `Contact: <${contact}>`, ...headers, ...body(sdp),
  ], again)
}

/** A message that may come before the next that must. */
export function maybe(what: string | number): Step { return take(what, `optional="true"`) }

export function wait(ms: number): Step { return `<pause milliseconds="${ms}"/>` }

/** Sends a message, again and again by T1 until the next that must come when `again`. Lines are joined by CRLF; a body follows an empty line. */
export function send(lines: readonly string[], again = false): Step {
  return `<send${again ? ` retrans="500"` : ""}><![CDATA[\n${lines.join("\n")}\n]]></send>`
}

/** An answer to the request that came last. With `sdp` it has a session description. */
export function answer(status: number, reason: string, { sdp, headers = [], contact = OURS, again = status >= 200 && sdp }: Answer = {}): Step {
  return send([
    `SIP/2.0 ${status} ${reason}`, "[last_Via:]", "[last_From:]", status === 100 ? "[last_To:]" : "[last_To:];tag=[pid]uas[call_number]",
    "[last_Call-ID:]", "[last_CSeq:]", "[last_Record-Route:]", `Contact: <${contact}>`, ...headers, ...body(sdp),
  ], again)
}

/** An answer to a request in a dialog: the To that came has the tag already. */
export function answerWithin(status: number, reason: string, { sdp, headers = [], contact = OURS, again = false }: Answer = {}): Step {
  return send([
    `SIP/2.0 ${status} ${reason}`, "[last_Via:]", "[last_From:]", "[last_To:]", "[last_Call-ID:]", "[last_CSeq:]",
    `Contact: <${contact}>`, ...headers, ...body(sdp),
  ], again)
}

export type Answer = { readonly sdp?: boolean, readonly headers?: readonly string[], readonly contact?: string, readonly again?: boolean | undefined }

/** A request of a caller: `uri` without angle brackets, `cseq` as "1 INVITE". */
export function request(uri: string, cseq: string, { sdp, headers = [], again = true, to = "[peer_tag_param]", branch = "[branch]" }: Request = {}): Step {
  const method = cseq.split(" ")[1] ?? ""
  return send([
    `${method} ${uri} SIP/2.0`, `Via: SIP/2.0/UDP [local_ip]:[local_port];rport;branch=${branch}`, "Max-Forwards: 70",
    "From: \"Sip P\" <sip:stranger@[local_ip]:[local_port]>;tag=[pid]uac[call_number]", `To: <sip:[service]@[remote_ip]>${to}`, "Call-ID: [call_id]",
    `CSeq: ${cseq}`, "Contact: <sip:stranger@[local_ip]:[local_port]>", ...headers, ...body(sdp),
  ], again)
}

/** A request of the one who was called, in the dialog of the INVITE that takeInvite() kept, by the way that it came. */
export function requestBack(cseq: string, { sdp, headers = [], again = true }: Answer = {}): Step {
  const method = cseq.split(" ")[1] ?? ""
  return send([
    `${method} [next_url] SIP/2.0`, "Via: SIP/2.0/UDP [local_ip]:[local_port];rport;branch=[branch]", "Max-Forwards: 70", "[routes]",
    "From:[$to];tag=[pid]uas[call_number]", "To:[$from]", "[last_Call-ID:]", `CSeq: ${cseq}`, `Contact: <${OURS}>`, ...headers, ...body(sdp),
  ], again)
}

export type Request = Answer & { readonly to?: string, readonly branch?: string }

function body(sdp = false): string[] {
  if (!sdp) return ["Content-Length: 0", ""]
  return [
    "Content-Type: application/sdp", "Content-Length: [len]", "", "v=0", "o=sipp 1 1 IN IP4 [local_ip]", "s=-", "c=IN IP4 [media_ip]", "t=0 0",
    "m=audio [media_port] RTP/AVP 0 101", "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000",
  ]
}

export type SippOptions = {
  readonly address: string
  readonly port: number
  readonly steps: readonly Step[]
  /** A caller's target as address:port, and the user part that it calls. */
  readonly target?: string
  readonly service?: string
  /** How many calls in all, how many begin in a second. */
  readonly calls?: number
  readonly rate?: number
  /** Sends nothing a second time of its own: neither when a timer is over, nor when the same bytes come twice. */
  readonly once?: boolean
  /** How many calls at most are under way at once. */
  readonly atOnce?: number
}

export type Sipp = {
  readonly process: Running
  /** Resolves when the scenario has been gone through to its end; throws with what SIPp says when it failed. */
  done(timeoutMs?: number): Promise<void>
  stop(): Promise<void>
}

/** Starts SIPp with a scenario; one that takes calls is listening when this resolves. */
export async function startSipp(options: SippOptions): Promise<Sipp> {
  const folder = temporaryFolder(), file = join(folder, "scenario.xml")
  writeFileSync(file, `<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="interop">\n${options.steps.join("\n")}\n</scenario>\n`)
  const args = [
    ...(options.target === undefined ? [] : [options.target, "-s", options.service ?? "6001"]),
    "-sf", file, "-i", options.address, "-p", String(options.port), "-m", String(options.calls ?? 1), "-r", String(options.rate ?? 1),
    ...(options.atOnce === undefined ? [] : ["-l", String(options.atOnce)]),
    "-mi", options.address, "-mp", String(options.port + 1000), "-nostdin", ...(options.once ? ["-nr"] : []), "-trace_err", "-error_file", join(folder, "errors"), "-trace_msg", "-message_file", join(folder, "messages"),
  ]
  const running = start("sipp", findProgram("sipp") ?? "sipp", args, folder)
  if (options.target === undefined) await until("SIPp listens", 5000, () => isBound(options.address, options.port), running)
  const failure = (): string => {
    const read = (name: string): string => { try { return readFileSync(join(folder, name), "latin1") } catch { return "" } }
    return `${read("errors").slice(0, 2000)}\n${read("messages").slice(-3000)}`
  }
  return {
    process: running,
    done: async (timeoutMs = 15_000) => {
      await until("SIPp has gone through its scenario", timeoutMs, () => running.exited).catch((error: Error) => { throw new Error(`${error.message}\n${failure()}`) })
      if (running.code() !== 0) throw new Error(`SIPp's scenario failed with ${running.code()}\n${failure()}`)
    },
    stop: () => running.stop(),
  }
}

/** Whether somebody has the UDP port, as the kernel lists it: a socket of our own to try would be in the way. */
function isBound(address: string, port: number): boolean {
  const hex = [...address.split(".").map(Number)].reverse().map(byte => byte.toString(16).padStart(2, "0")).join("")
  const entry = `${hex}:${port.toString(16).padStart(4, "0")}`.toUpperCase()
  return readFileSync("/proc/net/udp", "latin1").includes(` ${entry} `)
}
