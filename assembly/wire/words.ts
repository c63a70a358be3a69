// Short names as numbers, so that one comparison tells a name. tests/wire/tables.test.ts checks each against the text behind it.
import { CASE, wordBefore } from "./char"

// Exactly as written; bytes that are missing are 0.
export const TAG_PARAM: u64 = 0x0000003d6761743b    // ";tag="
export const INVITE: u64 = 0x0000455449564e49      // "INVITE"
export const ACK: u64 = 0x00000000004b4341         // "ACK"
export const OPTIONS: u64 = 0x00534e4f4954504f     // "OPTIONS"
export const BYE: u64 = 0x0000000000455942         // "BYE"
export const CANCEL: u64 = 0x00004c45434e4143      // "CANCEL"
export const REGISTER: u64 = 0x5245545349474552    // "REGISTER"
export const PRACK: u64 = 0x0000004b43415250       // "PRACK"
export const UBSCRIBE: u64 = 0x4542495243534255    // "UBSCRIBE"
export const NOTIFY: u64 = 0x0000594649544f4e      // "NOTIFY"
export const PUBLISH: u64 = 0x004853494c425550     // "PUBLISH"
export const INFO: u64 = 0x000000004f464e49        // "INFO"
export const REFER: u64 = 0x0000005245464552       // "REFER"
export const MESSAGE: u64 = 0x004547415353454d     // "MESSAGE"
export const UPDATE: u64 = 0x0000455441445055      // "UPDATE"
export const VIA_SIP: u64 = 0x2f302e322f504953     // "SIP/2.0/"
export const SPACE_SIP: u64 = 0x302e322f50495320   // " SIP/2.0"
export const SIP_SPACE: u64 = 0x20302e322f504953   // "SIP/2.0 "
export const BRANCH_PARAM: u64 = 0x3d68636e6172623b // ";branch="

// In lower case, with spaces where bytes are missing; a name that folded() gave is compared with them.
export const TAG: u64 = 0x2020202020676174         // "tag"
export const EXPIRES: u64 = 0x2073657269707865     // "expires"
export const BRANCH: u64 = 0x202068636e617262      // "branch"
export const RPORT: u64 = 0x20202074726f7072       // "rport"
export const RECEIVED: u64 = 0x6465766965636572    // "received"
export const MADDR: u64 = 0x202020726464616d       // "maddr"
export const TTL: u64 = 0x20202020206c7474         // "ttl"
export const LR: u64 = 0x202020202020726c          // "lr"
export const TRANSPOR: u64 = 0x726f70736e617274       // "transpor"
export const USER: u64 = 0x2020202072657375        // "user"
export const METHOD: u64 = 0x2020646f6874656d      // "method"
export const UDP: u64 = 0x2020202020706475         // "udp"
export const TCP: u64 = 0x2020202020706374         // "tcp"
export const TLS: u64 = 0x2020202020736c74         // "tls"
export const SCTP: u64 = 0x2020202070746373        // "sctp"
export const WS: u64 = 0x2020202020207377          // "ws"
export const WSS: u64 = 0x2020202020737377         // "wss"
export const SIPS: u64 = 0x2020202073706973        // "sips"
export const TEL: u64 = 0x20202020206c6574         // "tel"
export const REALM: u64 = 0x2020206d6c616572       // "realm"
export const NONCE: u64 = 0x20202065636e6f6e       // "nonce"
export const OPAQUE: u64 = 0x202065757161706f      // "opaque"
export const STALE: u64 = 0x202020656c617473       // "stale"
export const ALGORITH: u64 = 0x687469726f676c61       // "algorith"
export const QOP: u64 = 0x2020202020706f71         // "qop"
export const DOMAIN: u64 = 0x20206e69616d6f64      // "domain"
export const DIGEST: u64 = 0x2020747365676964      // "digest"
export const AUTH: u64 = 0x2020202068747561        // "auth"
export const TRUE: u64 = 0x2020202065757274        // "true"
export const MD5: u64 = 0x202020202035646d         // "md5"
export const SHA_256: u64 = 0x203635322d616873     // "sha-256"

/** The word between two addresses in lower case, to compare with the numbers above; 0 when it is empty or longer than eight bytes. */
// @ts-ignore: decorator
@inline
export function folded(start: usize, end: usize): u64 {
  const length = <u32>(end - start)
  return length - 1 < 8 ? wordBefore(end, length) | CASE : 0
}

/** The word between two addresses as it is; 0 when it is empty or longer than eight bytes. */
// @ts-ignore: decorator
@inline
export function exact(start: usize, end: usize): u64 {
  const length = <u32>(end - start)
  return length - 1 < 8 ? wordBefore(end, length) : 0
}
