// Every setting in one table: name, kind, limits, default, unit or choices, and one line of help.
import { Prose, prose } from "../base/prose"
import { Span, text, sameFolded } from "../base/span"

export const enum Setting {
  DOMAIN, SERVER, USER, AUTH_USER, PASSWORD, DISPLAY_NAME, SIP_PORT, REGISTER_TTL, SIP_RETRY_T1, SIP_T2, SIP_T4, RETRY_MODE, RETRY_COUNT, RETRY_PERIOD,
  LAST_SERVER_FULL, DIRTY_HOST_TTL, FAILOVER_CODES, WEIGHT_ALGO, USE_NAPTR, DNS_SERVE_STALE, DNS_MIN_TTL, FILTER_REGISTRAR, ENABLED,
  FAILOVER_INVITE, SERVER_AFFINITY,
  CODECS, PTIME, COMFORT_NOISE, DTMF,
  VOLUME,
  RING_TIMEOUT, RTP_PORT_MIN, RTP_PORT_MAX, CALL_WAITING, DND, AUTO_ANSWER,
}
export const SETTINGS = 36

/** What a value may be. Up to CODES the value is text, after it a number. */
export const enum Kind { HOST, SERVER, USER, WORDS, SECRET, CODES, NUMBER, CHOICE }

/** Values of the settings of kind CHOICE: the place of the word in its row. */
export const enum Affinity { NONE, REGISTRATION, PRIMARY }
export const enum RetryMode { FULL, COUNT, PERIOD }
export const enum WeightAlgo { RFC2782, PROPORTIONAL, DNS_ORDER }
export const enum UseNaptr { AUTO, NEVER, ALWAYS }
export const enum Codecs { PCMU_FIRST, PCMA_FIRST, PCMU, PCMA }
export const enum Dtmf { RFC4733, INFO }
export const enum AutoAnswer { OFF, HEADER, ALWAYS }

// One row per setting, in the order of `Setting`: name, kind, least, most, default, unit or choices, help.
// Least and most are the number's range, or the length in bytes of a text. The domain is short of the 253 that DNS allows, because
// a REGISTER with credentials names it six times and has to fit one datagram.
const TABLE = memory.data<u32>([
  text("domain"), Kind.HOST, 0, 128, text(""), text(""), prose("your SIP domain, as in 6001@DOMAIN"),
  text("server"), Kind.SERVER, 0, 134, text(""), text(""), prose("where to register; empty: ask DNS for the domain"),
  text("user"), Kind.USER, 0, 64, text(""), text(""), prose("your extension, as in USER@example.com"),
  text("auth_user"), Kind.WORDS, 0, 64, text(""), text(""), prose("name for the password check; empty: the user"),
  text("password"), Kind.SECRET, 0, 64, text(""), text(""), prose("password of the account; never shown"),
  text("display_name"), Kind.WORDS, 0, 48, text(""), text(""), prose("your name as others see it"),
  text("sip_port"), Kind.NUMBER, 0, 65535, 5060, text(""), prose("own UDP port; 0: any free one"),
  text("register_ttl"), Kind.NUMBER, 60, 86400, 3600, text("s"), prose("lifetime that is asked for a registration"),
  text("sip_retry_t1"), Kind.NUMBER, 50, 5000, 500, text("ms"), prose("timer T1; a silent server is left after 64 of them"),
  text("sip_t2"), Kind.NUMBER, 1000, 16000, 4000, text("ms"), prose("timer T2, the longest pause between two sends"),
  text("sip_t4"), Kind.NUMBER, 1000, 16000, 5000, text("ms"), prose("timer T4, how long a message may stay in the network"),
  text("retry_mode"), Kind.CHOICE, 0, 2, RetryMode.FULL, text("64t1 count period"), prose("when a silent server is left"),
  text("retry_count"), Kind.NUMBER, 0, 10, 3, text(""), prose("retry_mode count: sends again before leaving"),
  text("retry_period"), Kind.NUMBER, 1, 32, 8, text("s"), prose("retry_mode period: wait before leaving"),
  text("last_server_full"), Kind.NUMBER, 0, 1, 1, text(""), prose("1: the last server always gets 64 T1"),
  text("dirty_host_ttl"), Kind.NUMBER, 0, 86400, 0, text("s"), prose("how long a failed server is not tried; 0: no such time"),
  text("failover_codes"), Kind.CODES, 0, 48, text("500 503 504"), text(""), prose("answers that mean: try the next server"),
  text("weight_algo"), Kind.CHOICE, 0, 2, WeightAlgo.RFC2782, text("rfc2782 proportional dns_order"), prose("choice among servers of one priority"),
  text("use_naptr"), Kind.CHOICE, 0, 2, UseNaptr.AUTO, text("auto 0 1"), prose("whether DNS is asked for NAPTR records first"),
  text("dns_serve_stale"), Kind.NUMBER, 0, 604800, 86400, text("s"), prose("how long old DNS answers serve when DNS is dead"),
  text("dns_min_ttl"), Kind.NUMBER, 0, 3600, 30, text("s"), prose("a DNS answer is kept this long at least"),
  text("filter_registrar"), Kind.NUMBER, 0, 1, 0, text(""), prose("1: refuse calls that do not come from a server of ours"),
  text("enabled"), Kind.NUMBER, 0, 1, 1, text(""), prose("0: the phone does not register"),
  text("failover_invite"), Kind.CODES, 0, 48, text("503"), text(""), prose("the same for INVITE"),
  text("server_affinity"), Kind.CHOICE, 0, 2, Affinity.REGISTRATION, text("none registration primary"), prose("the server that a call goes to first"),
  text("codecs"), Kind.CHOICE, 0, 3, Codecs.PCMU_FIRST, text("pcmu,pcma pcma,pcmu pcmu pcma"), prose("sound formats, the preferred one first"),
  text("ptime"), Kind.NUMBER, 10, 60, 20, text("ms"), prose("sound in one packet, in steps of 10"),
  text("comfort_noise"), Kind.NUMBER, 0, 1, 0, text(""), prose("1: packets that stand for silence"),
  text("dtmf"), Kind.CHOICE, 0, 1, Dtmf.RFC4733, text("rfc4733 info"), prose("how digits are sent in a call"),
  text("volume"), Kind.NUMBER, 0, 10, 6, text(""), prose("of the speaker: 0 silent, 6 as it comes"),
  text("ring_timeout"), Kind.NUMBER, 10, 600, 120, text("s"), prose("how long a call may ring"),
  text("rtp_port_min"), Kind.NUMBER, 1024, 65534, 16384, text(""), prose("first port for sound"),
  text("rtp_port_max"), Kind.NUMBER, 1025, 65535, 32767, text(""), prose("last port for sound"),
  text("call_waiting"), Kind.NUMBER, 0, 1, 1, text(""), prose("0: a second caller finds us busy"),
  text("dnd"), Kind.NUMBER, 0, 1, 0, text(""), prose("1: nobody may disturb"),
  text("auto_answer"), Kind.CHOICE, 0, 2, AutoAnswer.OFF, text("off header always"), prose("when a call is taken by itself"),
])
const ROW = 28

// @ts-ignore: decorator
@inline
function column(s: Setting, n: usize): u32 { return load<u32>(TABLE + <usize>s * ROW + n * 4) }

export function nameOf(s: Setting): Span { return column(s, 0) }
export function kindOf(s: Setting): Kind { return column(s, 1) }
export function leastOf(s: Setting): i32 { return column(s, 2) }
export function mostOf(s: Setting): i32 { return column(s, 3) }
/** A span for a text, else the number. */
export function defaultOf(s: Setting): u32 { return column(s, 4) }
/** The unit of a number, or the words of a choice with a space between. */
export function unitOf(s: Setting): Span { return column(s, 5) }
export function helpOf(s: Setting): Prose { return changetype<Prose>(column(s, 6)) }
export function isText(s: Setting): bool { return kindOf(s) <= Kind.CODES }

/** The setting of that name, or -1. */
export function find(name: Span): i32 {
  for (let s = 0; s < SETTINGS; s++) {
    if (sameFolded(nameOf(s), name)) return s
  }
  return -1
}
