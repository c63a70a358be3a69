// Damage: SIP and DNS messages bent, blown up and put together anew from real ones; settings, console lines and network texts that nobody would write.
import type { Random } from "../../host/sim/random.ts"

const LONGEST = 4096
const NUMBERS = ["0", "-1", "1", "60", "4294967295", "4294967296", "99999999999999999999999", "2147483648", "00000000000000000001", "1e9", "", "0x10", "٣"]
const SPLINTERS = ["\r\n", "\r\n ", "\r", "\n", "\0", "\"", "\\", "<", ">", ",", ";", ":", "=", "@", "%00", "[", "]", "[::", "?", "*", "\t", "\xff", ";lr", ";tag=", ";rport=", "1.2.3.4",
  "SIP/2.0", "sip:", "sips:", "tel:+1", "\r\n\r\n", "\r\n\r\n\r\n", ";received=", ";maddr=239.1.1.1", ";branch=z9hG4bK"]
const STATUSES = [100, 180, 199, 200, 202, 299, 300, 301, 302, 305, 380, 400, 401, 403, 404, 407, 408, 420, 423, 480, 486, 494, 500, 501, 503, 504, 600, 603, 604, 606, 699, 700, 99, 0, 1000]
const METHODS = ["INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "NOTIFY", "SUBSCRIBE", "MESSAGE", "UPDATE", "PRACK", "INFO", "REFER", "PUBLISH", "FOO", "invite", "A".repeat(300)]

/** A SIP message made of a real one. */
export function sipFrom(random: Random, real: Buffer): Buffer {
  let text = real.toString("latin1")
  for (let i = random.between(1, 4); i > 0; i--) text = random.pick(BENDS)(random, text)
  return Buffer.from(text, "latin1").subarray(0, LONGEST)
}

/** What a server might say to a request of the phone, well-formed in what identifies it: status and fields as wanted. */
export function answerTo(request: Buffer, status: number, ...fields: string[]): Buffer {
  const text = request.toString("latin1")
  const same = ["Via", "From", "Call-ID", "CSeq"].map((name) => new RegExp(`^${name}: .*\r\n`, "m").exec(text)?.[0] ?? "")
  const to = /^To: (.*)\r\n/m.exec(text)?.[1] ?? ""
  return Buffer.from(`SIP/2.0 ${status} Whatever\r\n${same.join("")}To: ${to};tag=9\r\n${fields.map((field) => `${field}\r\n`).join("")}Content-Length: 0\r\n\r\n`, "latin1")
}

/** An answer with as much in it as a mad server can think of. */
export function madAnswer(random: Random, request: Buffer): Buffer {
  const number = (): string => random.pick(NUMBERS)
  const contact = /^Contact: ([^\r,]*)/m.exec(request.toString("latin1"))?.[1] ?? "*"
  const quoted = (): string => random.pick(["r", "", "x".repeat(random.between(1, 300)), "a\\\"b", "é\xff", "\\", "%s%n", "a\tb", "n".repeat(4000)])
  const kinds: (() => string)[] = [
    () => `Expires: ${number()}`, () => `Min-Expires: ${number()}`, () => `Retry-After: ${number()}${random.pick(["", " (x)", ";duration=1"])}`,
    () => `Contact: ${random.pick([contact, "<sip:other@192.0.2.9>", "*", `${contact};expires=${number()}`])}`,
    () => `Contact: ${Array.from({ length: random.between(2, 90) }, (_, i) => `<sip:6001@192.0.2.${i}>;expires=${number()}`).join(",")}`,
    () => `${random.pick(["WWW", "Proxy"])}-Authenticate: Digest realm="${quoted()}", nonce="${quoted()}", opaque="${quoted()}", algorithm=${
      random.pick(["MD5", "SHA-256", "SHA-512-256", "MD5-sess", "SHA-256-sess", "foo", "\"MD5\""])}, qop="${random.pick(["auth", "auth-int", "auth,auth-int", ""])}", stale=${random.pick(["true", "false", "\"true\""])}`,
    () => `Service-Route: ${Array.from({ length: random.between(1, 60) }, (_, i) => `<sip:p${i}.example.com;lr>`).join(",")}`,
    () => `Path: <sip:${"p".repeat(random.between(1, 400))};lr>`, () => `Authentication-Info: nextnonce="${quoted()}"`,
    () => `X-${random.between(1, 9)}: ${"x".repeat(random.between(0, 900))}`, () => `Content-Length: ${number()}`, () => `CSeq: ${number()} REGISTER`, () => `Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKother`,
  ]
  const fields = Array.from({ length: random.chance(0.1) ? 100 : random.between(0, 6) }, () => random.pick(kinds)())
  return answerTo(request, random.pick(STATUSES), ...fields).subarray(0, LONGEST)
}

type Bend = (random: Random, text: string) => string

const BENDS: Bend[] = [
  (random, text) => text.slice(0, random.between(0, text.length)),
  (random, text) => put(random, text, random.pick(SPLINTERS), random.between(0, 3)),
  (random, text) => put(random, text, String.fromCharCode(random.between(0, 255)), 1),
  (random, text) => text.replace(/\d+/g, (digits) => random.chance(0.15) ? random.pick(NUMBERS) : digits),
  (random, text) => text.replace(/^SIP\/2.0 \d+/, `SIP/2.0 ${random.pick(STATUSES)}`),
  (random, text) => text.replace(/^[A-Z]+ sip/, `${random.pick(METHODS)} sip`).replace(/^CSeq: (\d+) .*/m, `CSeq: $1 ${random.pick(METHODS)}`),
  (random, text) => text.replace(/tag=\w+/g, () => `tag=${random.u32()}`),
  (random, text) => text.replace(/branch=\w+/, () => `branch=z9hG4bK${random.pick(["", "x", "1".repeat(300), String(random.between(0, 20))])}`),
  (random, text) => withLine(random, text, (line) => line.repeat(random.between(2, 100))),
  (random, text) => withLine(random, text, (line) => line.replace(/\r\n$/, `${"y".repeat(random.between(100, 4000))}\r\n`)),
  (random, text) => withLine(random, text, () => ""),
  (random, text) => withLine(random, text, (line) => `${line}${Array.from({ length: 100 }, (_, i) => `X${i}: ${i}\r\n`).join("")}`),
  (random, text) => withLine(random, text, (line) => line.replace(/: .*\r/, `: ${random.pick(NUMBERS)}\r`)),
  (random, text) => withLine(random, text, (line) => `${line}Require: ${Array.from({ length: random.between(1, 200) }, (_, i) => `e${i}`).join(",")}\r\n`),
  (_, text) => text.replace(/\r\n/g, "\n"),
  (random, text) => withBody(random, text),
  (_, text) => text.replace(/^[\w-]+:/gm, (name) => name.toUpperCase()),
  (random, text) => text + "\r\n".repeat(random.between(1, 2000)),
]

function put(random: Random, text: string, what: string, instead: number): string {
  const at = random.between(0, text.length)
  return text.slice(0, at) + what + text.slice(at + instead)
}

function withBody(random: Random, text: string): string {
  const body = random.pick(["x", "\n", "v=0\r\n", " "]).repeat(random.pick([1, 30, 900]))
  const type = random.pick(["", "Content-Type: application/sdp\r\n", "Content-Type:\r\n", "c: a/b;c=d\r\n", "Content-Encoding: gzip\r\n", "Content-Disposition: x;handling=optional\r\n"])
  return text.replace(/Content-Length: *\d+\r\n/i, `${type}Content-Length: ${random.pick([body.length, body.length, 1, 9999])}\r\n`) + body
}

function withLine(random: Random, text: string, change: (line: string) => string): string {
  const lines = text.split(/(?<=\r\n)/)
  const at = random.between(0, Math.max(0, lines.length - 2))
  return [...lines.slice(0, at), change(lines[at] ?? ""), ...lines.slice(at + 1)].join("")
}

/** Bytes with some of them changed, cut or repeated: an answer of DNS. */
export function bytesFrom(random: Random, real: Buffer): Buffer {
  const bytes = Buffer.from(real)
  for (let i = random.between(0, 6); i > 0 && bytes.length > 0; i--) bytes[random.between(0, bytes.length - 1)] = random.pick([0, 1, 0xc0, 0xff, random.between(0, 255)])
  const end = random.chance(0.3) ? random.between(0, bytes.length) : bytes.length
  return random.chance(0.1) ? Buffer.concat([bytes, bytes, bytes]).subarray(0, LONGEST) : bytes.subarray(0, end)
}

const NAMES = ["domain", "server", "user", "auth_user", "display_name", "sip_port", "register_ttl", "retry_mode", "retry_count", "retry_period", "failover_codes",
  "dirty_host_ttl", "last_server_full", "sip_retry_t1", "sip_t2", "sip_t4", "use_naptr", "weight_algo", "filter_registrar", "enabled", "no_such"]
const VALUES = ["", "0", "1", "5", "60", "3600", "86400", "5070", "65535", "100", "-1", "99999999999", "example.com", "192.0.2.2", "192.0.2.3:5060", "[2001:db8::1]", "6001", "6002", "a b", "\"q\"", "503,5xx",
  "é".repeat(40), "x".repeat(300), "\x01", "\\", "full", "count", "%zz", "<>", "a.b.".repeat(60)]

/** A line for the console. The password is only in the one command that takes it. */
export function commandLine(random: Random, password: string): string {
  const json = random.chance(0.2) ? " --json" : ""
  return random.pick([
    () => random.pick(["help", "status", "servers", "register", "unregister", "dns show", "dns flush", "dns log on", "dns log off", "sip trace on", "sip trace off", "sip status", "cfg show", "cfg save", "why", "mem", "version", "reboot", "dns", "cfg", ""]),
    () => `cfg get ${random.pick([...NAMES, "password"])}`,
    () => `cfg set ${random.pick(NAMES)} ${random.pick(VALUES)}`,
    () => `cfg set password ${password}${random.pick(["", "x", " "])}`,
    () => Array.from({ length: random.between(0, 60) }, () => String.fromCharCode(random.between(0, 255))).join(""),
    () => "help ".repeat(random.between(1, 800)),
  ])() + json
}

/** A settings text, good or not. */
export function settingsText(random: Random, good: string): string {
  if (random.chance(0.4)) return good
  const lines = Array.from({ length: random.between(0, 12) }, () => `${random.pick(NAMES)}: ${random.pick(VALUES)}`)
  const all = [...random.chance(0.3) ? ["# linehunt settings 1"] : [], ...random.chance(0.7) ? [good.trim()] : [], ...lines, ...random.chance(0.2) ? [`# end of ${random.between(0, 9)} settings`] : []].join("\n")
  return random.chance(0.3) ? put(random, all, random.pick(SPLINTERS), 2) : all
}

/** What the host might say of a network. */
export function networkText(random: Random, good: string): string {
  if (random.chance(0.3)) return good
  const line = (): string => random.pick(["address 192.0.2.100", "address 192.0.2.101", "address 2001:db8::1", "dns 192.0.2.53", "dns [2001:db8::53]:53", "dns 1.2.3.4:0", "dns", "address", "address ::ffff:1.2.3.4", "dns 999.1.1.1", "\0", "dns 192.0.2.53:99999", "x".repeat(900)])
  return Array.from({ length: random.between(0, 20) }, line).join(random.pick(["\n", "\r\n", "\n\n"]))
}
