// A real Kamailio with its dispatcher in front of others: one address for all of them, as a load balancer has it.
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Kamailio } from "./kamailio.ts"
import { findProgram, freePort, start, temporaryFolder, until } from "./process.ts"

const ADDRESS = "127.0.1.9"

export type Balancer = {
  readonly address: string
  readonly port: number
  stop(): Promise<void>
}

/** Starts one in front of these. A call's requests go to one of them, by its Call-ID; one that does not answer is left for the next. */
export async function startBalancer(backends: readonly Kamailio[]): Promise<Balancer> {
  const folder = temporaryFolder()
  const port = await freePort([ADDRESS])
  mkdirSync(join(folder, "run"))
  writeFileSync(join(folder, "backends"), backends.map((one) => `1 sip:${one.address}:${one.port}\n`).join(""))
  writeFileSync(join(folder, "kamailio.cfg"), configuration(folder, port))
  const files = ["-f", join(folder, "kamailio.cfg"), "-P", join(folder, "kamailio.pid"), "-Y", join(folder, "run")]
  const server = start("kamailio", findProgram("kamailio") ?? "kamailio", ["-DD", "-E", "-m", "16", "-M", "4", ...files], folder)
  await until("the balancer listens", 8000, () => server.lines.some((line) => line.includes("BALANCING")), server)
  return { address: ADDRESS, port, stop: () => server.stop() }
}

function configuration(folder: string, port: number): string {
  return `#!KAMAILIO
debug=1
log_stderror=yes
children=1
disable_tcp=yes
auto_aliases=no
listen=udp:${ADDRESS}:${port}
dns_cache_init=no
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "xlog.so"
loadmodule "rr.so"
loadmodule "dispatcher.so"
modparam("tm", "fr_timer", 1000)
modparam("dispatcher", "list_file", "${folder}/backends")
modparam("dispatcher", "flags", 2)
modparam("dispatcher", "xavp_dst", "_dsdst_")
modparam("dispatcher", "xavp_ctx", "_dsctx_")
modparam("rr", "enable_double_rr", 0)
event_route[core:worker-one-init] { xlog("L_ERR", "BALANCING\\n"); }
request_route {
  if (!mf_process_maxfwd_header("20")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (has_totag() && loose_route()) { t_relay(); exit; }
  if (is_method("INVITE|SUBSCRIBE")) { record_route(); }
  if (!ds_select_dst("1", "0")) { sl_send_reply("503", "No Backend"); exit; }
  t_on_failure("NEXT");
  if (!t_relay()) { sl_reply_error(); }
}
# Nobody answers there: the next one.
failure_route[NEXT] {
  if (t_is_canceled()) { exit; }
  if (t_branch_timeout() && !t_branch_replied() && ds_next_dst()) {
    t_on_failure("NEXT");
    t_relay();
    exit;
  }
}
`
}
