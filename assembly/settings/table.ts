// Every setting in one table: name, kind, limits, default, unit or choices, and one line of help.
import { LINES } from "../config"
import { Prose, prose } from "../base/prose"
import { Span, byteAt, lengthOf, text, sameFolded } from "../base/span"

export const enum Setting {
  // Of each line, the texts first
  DOMAIN, SERVER, RECORDS, USER, AUTH_USER, PASSWORD, DISPLAY_NAME, FAILOVER_CODES, FAILOVER_INVITE, FAILOVER_OTHER, OPTIONS_DOWN_CODES, EMERGENCY, ENABLED, PROFILE, REGISTER_TTL, RETRY_MODE, RETRY_COUNT,
  RETRY_PERIOD, LAST_SERVER_FULL, DIRTY_HOST_TTL, DIRTY_MAX_TTL, WEIGHT_ALGO, EQUAL_CHOICE, ADDR_ORDER, USE_NAPTR, SERVER_AFFINITY, REGISTER_BEFORE_USE,
  PROBE_METHOD, PROBE_INTERVAL, KEEPALIVE_INTERVAL, FAILBACK, FAILBACK_INTERVAL, FAILBACK_ORDER, HOLD_DOWN, REGISTER_MAX_REFRESH, BACKUP_TTL,
  AUTH_FAIL_RETRY, DNS_REFRESH, DNS_REQUERY_INTERVAL, REMOVED_ACTIVE, MWI, REFER, FAILOVER_METHODS, ROUTE_REWRITE, RETRY_AFTER_POLICY, RETRY_AFTER_MAX, CALL_SETUP_MAX, HEDGE_AFTER_MS, HEDGE_SLOW_MS, START_SPREAD, FAILBACK_IN_CALL, NAT_CONTACT, TRANSPORT, BACKUP_TRANSPORT,
  // Of the phone
  SIP_PORT, DEFAULT_LINE, SIP_RETRY_T1, LEARN_T1, SIP_T2, SIP_T4, DNS_SERVE_STALE, DNS_MIN_TTL, FILTER_REGISTRAR, CODECS, PTIME, COMFORT_NOISE, DTMF, VOLUME, RING_TIMEOUT,
  RTP_PORT_MIN, RTP_PORT_MAX, CALL_WAITING, DND, AUTO_ANSWER, SESSION_EXPIRES, SESSION_MIN_SE, PRACK,
}
export const SETTINGS: i32 = Setting.PRACK + 1
/** Those before this one are of each line, the others of the phone. */
export const LINE_SETTINGS: i32 = Setting.SIP_PORT
/** The first of a line that is no text. */
export const LINE_NUMBERS: i32 = Setting.ENABLED

/** What a value may be. Up to CODES the value is text, after it a number. */
export const enum Kind { HOST, SERVERS, RECORDS, USER, WORDS, SECRET, CODES, NUMBER, CHOICE, SET }

/** Values of the settings of kind CHOICE: the place of the word in its row. */
export const enum Affinity { NONE, REGISTRATION, PRIMARY }
export const enum RetryMode { FULL, COUNT, PERIOD }
export const enum WeightAlgo { RFC2782, PROPORTIONAL, DNS_ORDER }
export const enum UseNaptr { AUTO, NEVER, ALWAYS }
export const enum Mwi { OFF, UNSOLICITED, SUBSCRIBE }
export const enum Refer { OFF, DOMAIN, ANY }
export const enum Profile { AUTO, SNOM, VERSITY, BAKER, VIP }
export const enum EqualChoice { RANDOM, ALTERNATE, DNS_ORDER }
export const enum AddrOrder { DNS, RFC6724, SHUFFLE }
export const enum ProbeMethod { NONE, OPTIONS, REGISTER }
export const enum Failback { PER_REQUEST, PROBE, DURATION, REGISTRATION, DNSTTL, NEVER }
export const enum FailbackOrder { MAKE_BEFORE_BREAK, UNREGISTER_FIRST }
export const enum DnsRefresh { TTL, INTERVAL, REQUEST }
export const enum RemovedActive { KEEP, MOVE }
export const enum Codecs { PCMU_FIRST, PCMA_FIRST, PCMU, PCMA }
export const enum Dtmf { RFC4733, INFO }
export const enum AutoAnswer { OFF, HEADER, ALWAYS }
export const enum Prack { OFF, SUPPORTED, REQUIRED }
export const enum Carrier { UDP, TCP, TLS }
export const enum RetryAfter { MARK, IGNORE }
/** Of the settings of kind SET: a bit for each word of its row. */
export const enum Methods { REGISTER = 1, INVITE = 2, SUBSCRIBE = 4, BYE = 8, REFRESH = 16 }

// How the second column is made up: the kind, the unit of a number, the least that it may be.
const KIND: u32 = 0x0f
const SEC = 0x10
const MSEC = 0x20
const LEAST = 8

// One row per setting, in the order of `Setting`: name; kind, unit and least; the most that a number may be, the longest that a text may be in bytes, or the words
// of a choice or a set; default; help. The domain is short of the 253 that DNS allows, because a REGISTER with credentials names it six times and has to fit one datagram.
const TABLE = memory.data<u32>([
  text("domain"), Kind.HOST, 128, text(""), prose("your SIP domain, as in 6001@DOMAIN"),
  text("server"), Kind.SERVERS, 160, text(""), prose("servers, ; between; empty: ask DNS for the domain"),
  text("records"), Kind.RECORDS, 255, text(""), prose("DNS records that hold whatever DNS says, ; between"),
  text("user"), Kind.USER, 64, text(""), prose("your extension, as in USER@example.com"),
  text("auth_user"), Kind.WORDS, 64, text(""), prose("name for the password check; empty: the user"),
  text("password"), Kind.SECRET, 64, text(""), prose("password of the account; never shown"),
  text("display_name"), Kind.WORDS, 48, text(""), prose("your name as others see it"),
  text("failover_codes"), Kind.CODES, 48, text("500 503 504"), prose("answers to REGISTER that mean: the next server"),
  text("failover_invite"), Kind.CODES, 16, text("503"), prose("the same for INVITE"),
  text("failover_other"), Kind.CODES, 16, text("503"), prose("the same for SUBSCRIBE, BYE and UPDATE"),
  text("options_down_codes"), Kind.CODES, 16, text("408 5xx"), prose("answers to OPTIONS that mean: the server is down"),
  text("emergency"), Kind.WORDS, 32, text("112 911"), prose("numbers called at every server, whatever its status"),
  text("enabled"), Kind.NUMBER, 1, 1, prose("0: the phone does not register"),
  text("profile"), Kind.CHOICE, text("auto snom versity baker vip"), Profile.AUTO, prose("whose phone this is; sets whatever you did not set"),
  text("register_ttl"), Kind.NUMBER | SEC | 60 << LEAST, 86400, 3600, prose("lifetime that is asked for a registration"),
  text("retry_mode"), Kind.CHOICE, text("64t1 count period"), RetryMode.COUNT, prose("when a silent server is left"),
  text("retry_count"), Kind.NUMBER, 10, 3, prose("retry_mode count: sends again before leaving"),
  text("retry_period"), Kind.NUMBER | SEC | 1 << LEAST, 32, 8, prose("retry_mode period: wait before leaving"),
  text("last_server_full"), Kind.NUMBER, 1, 1, prose("1: the last server always gets 64 T1"),
  text("dirty_host_ttl"), Kind.NUMBER | SEC, 86400, 60, prose("how long a failed server is not tried; 0: no such time"),
  text("dirty_max_ttl"), Kind.NUMBER | SEC, 86400, 1800, prose("dirty_host_ttl doubles up to this; 0: it does not"),
  text("weight_algo"), Kind.CHOICE, text("rfc2782 proportional dns_order"), WeightAlgo.PROPORTIONAL, prose("choice among servers of one priority"),
  text("equal_choice"), Kind.CHOICE, text("random alternate dns_order"), EqualChoice.RANDOM, prose("choice among servers of one priority and weight"),
  text("addr_order"), Kind.CHOICE, text("dns rfc6724 shuffle"), AddrOrder.DNS, prose("order of the addresses of one name"),
  text("use_naptr"), Kind.CHOICE, text("auto 0 1"), UseNaptr.AUTO, prose("whether DNS is asked for NAPTR records first"),
  text("server_affinity"), Kind.CHOICE, text("none registration primary"), Affinity.REGISTRATION, prose("the server that a call goes to first"),
  text("register_before_use"), Kind.NUMBER, 1, 1, prose("1: no call at a server before a registration there"),
  text("probe_method"), Kind.CHOICE, text("none options register"), ProbeMethod.OPTIONS, prose("how servers are probed"),
  text("probe_interval"), Kind.NUMBER | SEC | 30 << LEAST, 3600, 300, prose("how often each server is probed"),
  text("keepalive_interval"), Kind.NUMBER | SEC, 3600, 0, prose("how often the server in use is probed; 0: as the others"),
  text("failback"), Kind.CHOICE, text("per_request probe duration registration dnsttl never"), Failback.PROBE, prose("when to go back to a better server"),
  text("failback_interval"), Kind.NUMBER | SEC | 30 << LEAST, 86400, 1800, prose("failback duration: time between two tries"),
  text("failback_order"), Kind.CHOICE, text("make_before_break unregister_first"), FailbackOrder.MAKE_BEFORE_BREAK, prose("which is first"),
  text("hold_down"), Kind.NUMBER | SEC, 3600, 300, prose("no failback so long after a failure; longer each time"),
  text("register_max_refresh"), Kind.NUMBER | SEC, 86400, 0, prose("refresh this often at least; 0: as granted"),
  text("backup_ttl"), Kind.NUMBER | SEC, 86400, 0, prose("register_ttl at other servers than the first; 0: the same"),
  text("auth_fail_retry"), Kind.NUMBER | SEC | 60 << LEAST, 86400, 1800, prose("an account that was refused is tried again"),
  text("dns_refresh"), Kind.CHOICE, text("ttl interval request"), DnsRefresh.TTL, prose("when DNS is asked for the servers again"),
  text("dns_requery_interval"), Kind.NUMBER | SEC | 60 << LEAST, 86400, 7200, prose("dns_refresh interval: how often"),
  text("removed_active"), Kind.CHOICE, text("keep move"), RemovedActive.KEEP, prose("when DNS names the server in use no more"),
  text("mwi"), Kind.CHOICE, text("off unsolicited subscribe"), Mwi.UNSOLICITED, prose("how messages in the mailbox are learnt of"),
  text("refer"), Kind.CHOICE, text("off domain any"), Refer.DOMAIN, prose("whom others may make us call by a transfer"),
  text("failover_methods"), Kind.SET, text("register invite subscribe bye refresh"), 31, prose("requests that go to the next server"),
  text("route_rewrite"), Kind.NUMBER, 1, 0, prose("1: the first Route names the next server, not the dead one"),
  text("retry_after_policy"), Kind.CHOICE, text("mark ignore"), RetryAfter.MARK, prose("whether Retry-After keeps us away from a server"),
  text("retry_after_max"), Kind.NUMBER | SEC, 86400, 3600, prose("no longer than this"),
  text("call_setup_max"), Kind.NUMBER | SEC, 600, 0, prose("how long servers are sought for a call; 0: 64 T1 for each"),
  text("hedge_after_ms"), Kind.NUMBER | MSEC, 32000, 2000, prose("INVITE unanswered so long: the next server too; 0: no"),
  text("hedge_slow_ms"), Kind.NUMBER | MSEC, 10000, 500, prose("only where the round trip is so long; 0: anywhere"),
  text("start_spread"), Kind.NUMBER | SEC, 300, 5, prose("registers up to so long after the network or power is back"),
  text("failback_in_call"), Kind.NUMBER, 1, 0, prose("1: goes back also while there are calls"),
  text("nat_contact"), Kind.NUMBER, 1, 0, prose("1: Contact names the address that the server sees us at"),
  text("transport"), Kind.CHOICE, text("udp tcp tls"), Carrier.UDP, prose("how the server is reached; with tcp or tls it is not yet"),
  text("backup_transport"), Kind.CHOICE, text("udp tcp tls"), Carrier.UDP, prose("the same for the other servers of the list"),
  text("sip_port"), Kind.NUMBER, 65535, 5060, prose("own UDP port; 0: any free one"),
  text("default_line"), Kind.NUMBER | 1 << LEAST, LINES, 1, prose("the line that is shown first, and calls go out by"),
  text("sip_retry_t1"), Kind.NUMBER | MSEC | 50 << LEAST, 5000, 500, prose("timer T1; a silent server is left after 64 of them"),
  text("learn_t1"), Kind.NUMBER, 1, 0, prose("1: shorter at servers with a short round trip"),
  text("sip_t2"), Kind.NUMBER | MSEC | 1000 << LEAST, 16000, 4000, prose("timer T2, the longest pause between two sends"),
  text("sip_t4"), Kind.NUMBER | MSEC | 1000 << LEAST, 16000, 5000, prose("timer T4, how long a message may stay in the network"),
  text("dns_serve_stale"), Kind.NUMBER | SEC, 604800, 86400, prose("how long old DNS answers serve when DNS is dead"),
  text("dns_min_ttl"), Kind.NUMBER | SEC, 3600, 30, prose("a DNS answer is kept this long at least"),
  text("filter_registrar"), Kind.NUMBER, 1, 0, prose("1: refuse calls that do not come from a server of ours"),
  text("codecs"), Kind.CHOICE, text("pcmu,pcma pcma,pcmu pcmu pcma"), Codecs.PCMU_FIRST, prose("sound formats, the preferred one first"),
  text("ptime"), Kind.NUMBER | MSEC | 10 << LEAST, 60, 20, prose("sound in one packet, in steps of 10"),
  text("comfort_noise"), Kind.NUMBER, 1, 0, prose("1: packets that stand for silence"),
  text("dtmf"), Kind.CHOICE, text("rfc4733 info"), Dtmf.RFC4733, prose("how digits are sent in a call"),
  text("volume"), Kind.NUMBER, 10, 6, prose("of the speaker: 0 silent, 6 as it comes"),
  text("ring_timeout"), Kind.NUMBER | SEC | 10 << LEAST, 600, 120, prose("how long a call may ring"),
  text("rtp_port_min"), Kind.NUMBER | 1024 << LEAST, 65534, 16384, prose("first port for sound"),
  text("rtp_port_max"), Kind.NUMBER | 1025 << LEAST, 65535, 32767, prose("last port for sound"),
  text("call_waiting"), Kind.NUMBER, 1, 1, prose("0: a second caller finds us busy"),
  text("dnd"), Kind.NUMBER, 1, 0, prose("1: nobody may disturb"),
  text("auto_answer"), Kind.CHOICE, text("off header always"), AutoAnswer.OFF, prose("when a call is taken by itself"),
  text("session_expires"), Kind.NUMBER | SEC, 86400, 1800, prose("how often a call is refreshed; 0: never"),
  text("session_min_se"), Kind.NUMBER | SEC | 90 << LEAST, 86400, 90, prose("the least of these that is taken"),
  text("prack"), Kind.CHOICE, text("off supported required"), Prack.SUPPORTED, prose("whether ringing is acknowledged"),
])
const ROW = 20

// @ts-ignore: decorator
@inline
function column(s: Setting, n: usize): u32 { return load<u32>(TABLE + <usize>s * ROW + n * 4) }

export function nameOf(s: Setting): Span { return column(s, 0) }
export function kindOf(s: Setting): Kind { return column(s, 1) & KIND }
export function leastOf(s: Setting): i32 { return column(s, 1) >>> LEAST }

/** Of a choice or a set: the number of its last word. */
export function mostOf(s: Setting): i32 {
  const most = column(s, 2)
  if (kindOf(s) < Kind.CHOICE) return most
  let last = 0
  for (let i: u32 = 0; i < lengthOf(most); i++) {
    if (byteAt(most, i) == 0x20) last++
  }
  return last
}

/** A span for a text, else the number. */
export function defaultOf(s: Setting): u32 { return column(s, 3) }

/** The unit of a number, or the words of a choice or a set with a space between. */
export function unitOf(s: Setting): Span {
  if (kindOf(s) >= Kind.CHOICE) return column(s, 2)
  const unit = column(s, 1)
  return unit & MSEC ? text("ms") : unit & SEC ? text("s") : text("")
}

export function helpOf(s: Setting): Prose { return changetype<Prose>(column(s, 4)) }
export function isText(s: Setting): bool { return kindOf(s) <= Kind.CODES }

/** The setting of that name, or -1. */
export function find(name: Span): i32 {
  for (let s = 0; s < SETTINGS; s++) {
    if (sameFolded(nameOf(s), name)) return s
  }
  return -1
}
