// Real Kamailio registrars and proxies on loopback addresses, each with a realm, a nonce secret and a contact table of its own.
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createSocket } from "node:dgram"
import { findProgram, freePort, run, start, temporaryFolder, until, type Running } from "./process.ts"

/** What a suite that uses Kamailio needs: program -> package. */
export const KAMAILIO_PROGRAMS = { kamailio: "kamailio", kamcmd: "kamailio" } as const

export const ADDRESSES = ["127.0.1.1", "127.0.1.2", "127.0.1.3"] as const
const TRUSTED = "127.0.3.254" // may bind any contact
export const PASSWORD = "correct horse" // of every user

/** How a registrar behaves: as it should, or it swallows everything, or it answers every request with one code. */
export type Mode = "ok" | "drop" | `${4 | 5 | 6}${number}`

/** A registrar. */
export type Kamailio = {
  readonly address: string
  readonly port: number
  readonly realm: string
  readonly process: Running
  mode(mode: Mode): void
  /** Binds a contact for a user whose phone does not register by itself. */
  bind(user: string, uri: string): Promise<void>
  /** Contact URIs that are bound for a user (the part before the @), in any domain. */
  contacts(user: string): string[]
  /** Requests that arrived, as "REGISTER 6001 1" (method, user, CSeq number), one line for each packet. */
  requests(): string[]
  /** Kills every process of it at once: its port refuses from now on. */
  kill(): Promise<void>
  /** Stops every process: packets queue up and nothing answers. */
  freeze(): void
  thaw(): void
  /** Starts it again after `kill`, with an empty contact table. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Starts registrars on 127.0.1.1, .2 ... (or others of this machine's addresses) and one common free port; all serve the domains. Takes about 0.5 s. */
export async function startKamailios(count: 1 | 2 | 3, domains: readonly string[], places: readonly string[] = ADDRESSES): Promise<Kamailio[]> {
  const addresses = places.slice(0, count)
  const port = await freePort(addresses)
  return Promise.all(addresses.map(address => startOne(address, port, domains)))
}

async function startOne(address: string, port: number, domains: readonly string[]): Promise<Kamailio> {
  const folder = temporaryFolder()
  const realm = `kam${address.split(".")[3]}.example`
  mkdirSync(join(folder, "run"))
  writeFileSync(join(folder, "kamailio.cfg"), configuration(folder, address, port, realm, domains))
  const launch = async (): Promise<Running> => {
    const files = ["-f", join(folder, "kamailio.cfg"), "-P", join(folder, "kamailio.pid"), "-Y", join(folder, "run")]
    const args = ["-DD", "-E", "-m", "16", "-M", "4", ...files]
    const one = start("kamailio", findProgram("kamailio") ?? "kamailio", args, folder)
    await until(`kamailio answers on ${address}:${port}`, 8000, () => answers(address, port), one)
    return one
  }
  let server = await launch()
  const command = (...args: string[]): string => run(findProgram("kamcmd") ?? "kamcmd", ["-s", `unix:${folder}/run/ctl`, ...args])
  return {
    address,
    port,
    realm,
    get process() { return server },
    mode: mode => { command("htable.sets", "mode", "all", `s:${mode}`) },
    bind: (user, uri) => bindAt(address, port, user, uri),
    contacts: user => contactsOf(command("ul.dump"), user),
    requests: () => server.lines.flatMap(line => /REQUEST (\S+ \S+ \d+)/.exec(line)?.[1] ?? []),
    kill: async () => {
      server.signal("SIGKILL")
      await until(`kamailio at ${address} is gone`, 3000, () => server.exited)
    },
    freeze: () => server.signal("SIGSTOP"),
    thaw: () => server.signal("SIGCONT"),
    restart: async () => { server = await launch() },
    stop: () => server.stop(),
  }
}

function configuration(folder: string, address: string, port: number, realm: string, domains: readonly string[]): string {
  return `#!KAMAILIO
debug=1
log_stderror=yes
children=1
disable_tcp=yes
auto_aliases=no
${domains.map(domain => `alias="${domain.toLowerCase()}"`).join("\n")}
alias="${address}"
listen=udp:${address}:${port}
dns_cache_init=no
dns_use_search_list=no
dns_try_ipv6=no
loadmodule "ctl.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
loadmodule "rr.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
loadmodule "htable.so"
modparam("ctl", "binrpc", "unix:${folder}/run/ctl")
modparam("usrloc", "db_mode", 0)
modparam("usrloc", "timer_interval", 5)
modparam("registrar", "default_expires", 600)
modparam("registrar", "min_expires", 30)
modparam("registrar", "max_expires", 3600)
modparam("auth", "secret", "secret of ${realm}")
modparam("auth", "nonce_expire", 300)
modparam("auth", "qop", "auth")
modparam("tm", "fr_timer", 5000)
modparam("tm", "fr_inv_timer", 60000)
modparam("rr", "enable_double_rr", 0)
modparam("htable", "htable", "mode=>size=4;")
event_route[htable:mod-init] { $sht(mode=>all) = "ok"; }
request_route {
  if ($fU != "start") { xlog("L_ERR", "REQUEST $rm $fU $cs\\n"); }
  $var(mode) = $sht(mode=>all);
  if ($var(mode) == "drop") { exit; }
  if ($var(mode) != "ok" && $rm != "ACK") { sl_send_reply("$(var(mode){s.int})", "Told to"); exit; }
  if (!mf_process_maxfwd_header("20")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if ($rm == "CANCEL") { if (t_check_trans()) { t_relay(); } exit; }
  if (has_totag()) {
    # ACK of a 2xx and every other request in a dialog goes by its Route
    if (loose_route() || uri != myself) { t_relay(); exit; }
    if ($rm == "ACK") { if (t_check_trans()) { t_relay(); } exit; }
    sl_send_reply("404", "Not here");
    exit;
  }
  if ($rm == "OPTIONS" && uri == myself && $rU == $null) { sl_send_reply("200", "OK"); exit; }
  if ($rm != "REGISTER") { route(CALL); exit; }
  # test peers that cannot register by themselves are bound without a password
  if (src_ip == ${TRUSTED}) { save("location"); exit; }
  pv_www_authenticate("${realm}", "${PASSWORD}", "0");
  $var(rc) = $rc;
  # an old nonce (-4, -6) is challenged with stale=true (16), everything else without; kamailio never says stale by itself
  if ($var(rc) == -4 || $var(rc) == -6) { www_challenge("${realm}", "17"); exit; }
  if ($var(rc) < 0) { www_challenge("${realm}", "1"); exit; }
  if ($au != $tU) { sl_send_reply("403", "Wrong user"); exit; }
  if (!save("location")) { sl_reply_error(); }
}
# To a user who is registered here, from a user whose password is right; the proxy stays in the way.
route[CALL] {
  if ($rm == "ACK") { exit; }
  if ($fU != "stranger") {
    pv_proxy_authenticate("${realm}", "${PASSWORD}", "0");
    $var(rc) = $rc;
    if ($var(rc) == -4 || $var(rc) == -6) { proxy_challenge("${realm}", "17"); exit; }
    if ($var(rc) < 0) { proxy_challenge("${realm}", "1"); exit; }
    consume_credentials();
  }
  if (is_method("INVITE|SUBSCRIBE|REFER")) { record_route(); }
  if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
  if (!t_relay()) { sl_reply_error(); }
}
`
}

/** Contacts of one user in the output of "kamcmd ul.dump". */
function contactsOf(dump: string, user: string): string[] {
  const found: string[] = []
  let here = false
  for (const line of dump.split("\n")) {
    const record = /^\s*AoR: (\S+)/.exec(line)
    if (record) here = (record[1] ?? "").split("@")[0] === user
    const contact = /^\s*Address: (\S+)/.exec(line)
    if (here && contact?.[1]) found.push(contact[1])
  }
  return found
}

/** Registers a contact for somebody else, from the address that may. */
async function bindAt(address: string, port: number, user: string, uri: string): Promise<void> {
  const answer = await ask(TRUSTED, address, port, 1000, own => `REGISTER sip:${address} SIP/2.0\r\nVia: SIP/2.0/UDP ${own};rport;branch=z9hG4bK${user}\r\n`
    + `Max-Forwards: 70\r\nFrom: <sip:${user}@${address}>;tag=b\r\nTo: <sip:${user}@${address}>\r\nCall-ID: ${uri}\r\nCSeq: 1 REGISTER\r\n`
    + `Contact: <${uri}>;expires=3600\r\nContent-Length: 0\r\n\r\n`)
  if (!answer.startsWith("SIP/2.0 200")) throw new Error(`${uri} could not be bound: ${answer.split("\r\n")[0] ?? ""}`)
}

/** Sends one OPTIONS: true when a status line comes back within 100 ms. */
async function answers(address: string, port: number): Promise<boolean> {
  const answer = await ask("127.0.0.1", address, port, 100, own => `OPTIONS sip:${address}:${port} SIP/2.0\r\nVia: SIP/2.0/UDP ${own};rport;branch=z9hG4bKstart\r\n`
    + `Max-Forwards: 70\r\nFrom: <sip:start@${own}>;tag=s\r\nTo: <sip:${address}>\r\nCall-ID: start${own}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`)
  return answer.startsWith("SIP/2.0 200")
}

/** Sends a request, which is told its own address and port, and gives what comes back; "" when nothing does in time. */
function ask(from: string, address: string, port: number, timeoutMs: number, write: (own: string) => string): Promise<string> {
  return new Promise(resolve => {
    const socket = createSocket("udp4")
    const end = (result: string): void => {
      clearTimeout(timer)
      socket.close()
      resolve(result)
    }
    const timer = setTimeout(() => end(""), timeoutMs)
    socket.once("message", bytes => end(bytes.toString("latin1")))
    socket.once("error", () => end(""))
    socket.bind(0, from, () => socket.connect(port, address, () => socket.send(write(`${from}:${socket.address().port}`))))
  })
}
