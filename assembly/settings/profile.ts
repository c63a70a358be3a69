// The profiles: what each of the five documents' phones has where it differs from the recommended defaults (requirements 1.8, AMB-01 to 35).
import { lengthOf, text } from "../base/span"
import {
  Affinity, DnsRefresh, EqualChoice, Failback, FailbackOrder, Methods, Profile, ProbeMethod, RetryMode, Setting, UseNaptr, WeightAlgo, defaultOf, unitOf,
} from "./table"

// One row per knob: its number, and for each profile its value in six bits; of a knob that is a time, in units of 30 s. What auto has is the default in
// settings/table.ts; who is not named in a row has 0.
const SNOM = 8
const VERSITY = 14
const BAKER = 20
const VIP = 26
const BITS = 6
const USUAL = 63                         // what auto has
const UNIT_SEC: u32 = 30
const KNOBS = memory.data<u32>([
  Setting.USE_NAPTR | UseNaptr.ALWAYS << SNOM | UseNaptr.NEVER << VERSITY | UseNaptr.NEVER << BAKER | UseNaptr.AUTO << VIP,
  Setting.SERVER_AFFINITY | Affinity.NONE << SNOM | Affinity.REGISTRATION << VERSITY | Affinity.PRIMARY << BAKER | Affinity.REGISTRATION << VIP,
  Setting.EQUAL_CHOICE | EqualChoice.RANDOM << SNOM | EqualChoice.DNS_ORDER << VERSITY | EqualChoice.DNS_ORDER << BAKER | EqualChoice.RANDOM << VIP,
  Setting.WEIGHT_ALGO | WeightAlgo.RFC2782 << SNOM | WeightAlgo.DNS_ORDER << VERSITY | WeightAlgo.DNS_ORDER << BAKER | WeightAlgo.RFC2782 << VIP,
  Setting.RETRY_MODE | RetryMode.FULL << SNOM | RetryMode.FULL << VERSITY | RetryMode.COUNT << BAKER | RetryMode.FULL << VIP,
  Setting.REGISTER_TTL | USUAL << SNOM | USUAL << VERSITY | USUAL << BAKER | 10 << VIP,
  Setting.REGISTER_MAX_REFRESH | 10 << VERSITY,
  Setting.REGISTER_BEFORE_USE | 1 << VERSITY | 1 << BAKER | 1 << VIP,
  Setting.DIRTY_HOST_TTL | 2 << VIP,
  Setting.DIRTY_MAX_TTL,
  Setting.PROBE_METHOD | ProbeMethod.NONE << SNOM | ProbeMethod.OPTIONS << VERSITY | ProbeMethod.REGISTER << BAKER | ProbeMethod.NONE << VIP,
  Setting.KEEPALIVE_INTERVAL | 10 << BAKER | 1 << VIP,
  Setting.FAILBACK | Failback.PER_REQUEST << SNOM | Failback.PROBE << VERSITY | Failback.DURATION << BAKER | Failback.NEVER << VIP,
  Setting.FAILBACK_ORDER | FailbackOrder.UNREGISTER_FIRST << VERSITY | FailbackOrder.MAKE_BEFORE_BREAK << BAKER,
  Setting.HOLD_DOWN | 10 << VERSITY,
  Setting.FAILOVER_METHODS | (Methods.REGISTER | Methods.INVITE | Methods.SUBSCRIBE) << SNOM | (Methods.REGISTER | Methods.INVITE) << VERSITY |
    (Methods.REGISTER | Methods.INVITE | Methods.BYE) << BAKER | (Methods.REGISTER | Methods.INVITE | Methods.SUBSCRIBE) << VIP,
  Setting.HEDGE_AFTER_MS,
  Setting.HEDGE_SLOW_MS,
  Setting.START_SPREAD | USUAL << VIP,
  Setting.ROUTE_REWRITE | 1 << BAKER,
  Setting.DNS_REFRESH | DnsRefresh.REQUEST << SNOM | DnsRefresh.INTERVAL << VERSITY | DnsRefresh.TTL << BAKER | DnsRefresh.TTL << VIP,
])
const KNOBS_COUNT = 21

// The answers to REGISTER that mean: try the next server. The same columns.
const CODES = memory.data<u32>([text("503"), text("401 403 404 5xx"), text("500 503"), text("503")])

/** What a setting has in this profile while nobody has set it: a span for a text, else the number. */
export function usualOf(s: Setting, profile: Profile): u32 {
  if (profile == Profile.AUTO) return defaultOf(s)
  const column = <u32>profile - 1
  if (s == Setting.FAILOVER_CODES) return load<u32>(CODES + (column << 2))
  const row = rowOf(s)
  const value = row >>> (SNOM + column * BITS) & USUAL
  if (row == 0 || value == USUAL) return defaultOf(s)
  return lengthOf(unitOf(s)) == 1 ? value * UNIT_SEC : value
}

/** Whether the profiles have a say about a setting. */
export function isOfProfile(s: Setting): bool { return s == Setting.FAILOVER_CODES || rowOf(s) != 0 }

/** 0 when the profiles have no say. */
function rowOf(s: Setting): u32 {
  for (let i: usize = 0; i < <usize>KNOBS_COUNT; i++) {
    const row = load<u32>(KNOBS + i * 4)
    if ((row & 0xff) == <u32>s) return row
  }
  return 0
}
