// Real Kamailio registrars on loopback addresses, each with a realm, a nonce secret and a contact table of its own.
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createSocket } from "node:dgram"
import { findProgram, freePort, run, start, temporaryFolder, until, type Running } from "./process.ts"

/** What a suite that uses Kamailio needs: program -> package. */
export const KAMAILIO_PROGRAMS = { kamailio: "kamailio", kamcmd: "kamailio" } as const

export const ADDRESSES = ["127.0.1.1", "127.0.1.2", "127.0.1.3"] as const
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

/** Starts registrars on 127.0.1.1, .2 ... and one common free port; all serve the domains. Takes about 0.5 s. */
export async function startKamailios(count: 1 | 2 | 3, domains: readonly string[]): Promise<Kamailio[]> {
  const addresses = ADDRESSES.slice(0, count)
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
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
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
modparam("htable", "htable", "mode=>size=4;")
event_route[htable:mod-init] { $sht(mode=>all) = "ok"; }
request_route {
  if ($fU != "start") { xlog("L_ERR", "REQUEST $rm $fU $cs\\n"); }
  $var(mode) = $sht(mode=>all);
  if ($var(mode) == "drop") { exit; }
  if ($var(mode) != "ok" && $rm != "ACK") { sl_send_reply("$(var(mode){s.int})", "Told to"); exit; }
  if (!mf_process_maxfwd_header("20")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if ($rm == "OPTIONS") { sl_send_reply("200", "OK"); exit; }
  if ($rm != "REGISTER") { sl_send_reply("405", "Method Not Allowed"); exit; }
  pv_www_authenticate("${realm}", "${PASSWORD}", "0");
  $var(rc) = $rc;
  # an old nonce (-4, -6) is challenged with stale=true (16), everything else without; kamailio never says stale by itself
  if ($var(rc) == -4 || $var(rc) == -6) { www_challenge("${realm}", "17"); exit; }
  if ($var(rc) < 0) { www_challenge("${realm}", "1"); exit; }
  if ($au != $tU) { sl_send_reply("403", "Wrong user"); exit; }
  if (!save("location")) { sl_reply_error(); }
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

/** Sends one OPTIONS: true when a status line comes back within 100 ms. */
function answers(address: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createSocket("udp4")
    const end = (result: boolean): void => {
      clearTimeout(timer)
      socket.close()
      resolve(result)
    }
    const timer = setTimeout(() => end(false), 100)
    socket.once("message", bytes => end(bytes.toString("latin1").startsWith("SIP/2.0 200")))
    socket.once("error", () => end(false))
    socket.connect(port, address, () => {
      const { port: own, address: host } = socket.address()
      socket.send(`OPTIONS sip:${address}:${port} SIP/2.0\r\nVia: SIP/2.0/UDP ${host}:${own};rport;branch=z9hG4bK${own}\r\nMax-Forwards: 70\r\n`
        + `From: <sip:start@${host}>;tag=s\r\nTo: <sip:${address}>\r\nCall-ID: start${own}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`)
    })
  })
}
