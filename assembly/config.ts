// Every limit and protocol constant of the phone, with build-time checks between them.

// Pools. A full pool is an answer to the peer or a refused command, never a trap.
export const FLOWS = 20                  // sockets that the host owns for us
export const OUTBOX_SLOTS = 16           // SIP messages that are kept for sending and sending again
export const REQUEST_SLOTS = 7           // of these, never taken by answers: no flood of requests can stop the hunt, which goes on with the next ten packets
export const REQUEST_BYTES = 2944        // nor these: two messages of full length
export const CLIENT_TRANSACTIONS = 10    // a registration of each line and a call each, even while probes go unanswered
export const PROBES_BESIDE = 4           // no probe begins while so many requests await their answers
export const SERVER_TRANSACTIONS = 8
export const QUERY_PORT_TRIES: u8 = 8    // random ports tried for one socket when the host says that one is taken
export const QUERIES = 4                 // DNS questions under way; each may hold two flows
export const DNS_SERVERS = 4             // name servers that are asked in turn
export const OWN_ADDRESSES = 4           // addresses of ours that are remembered, to be shown
export const TARGETS = 16                // server addresses that one name may lead to
export const CANDIDATES = 24             // servers that all lines know together
export const CANDIDATES_OF_LINE = 16     // and one of them at most
export const CANDIDATES_KEPT_FREE = 4    // for each line that has an account and knows fewer
export const CALLS = 3                   // two that the user sees, and one for a transfer in between
export const STREAMS = 2                 // calls whose sound is played and mixed at once
export const DIALOGS = 6                 // with each of two people, and those of forks, redirections and transfers that come and go
export const ROUTES_MAX: u32 = 8         // proxies on the way of a dialog
export const REFERS_MAX: u32 = 5         // transfers in a row that one call may come from
export const LINES = 4                   // accounts
export const HUNTS = LINES + CALLS + 1                   // orders of servers in use at once: one per line, one per call, one for the rest
export const CONTACTS = 12               // names in the phone book
export const CALLS_KEPT = 10             // entries of the call history
export const NONCES = 4                  // remembered challenges, by server and realm
export const CHALLENGE_ROUNDS: u32 = 2   // answers to new nonces for one request before its credentials count as refused (SK-08, VE-23)
export const CHALLENGE_STALES: u32 = 3   // besides, answers to challenges that say stale=true

// Sizes in bytes
export const DATAGRAM_MAX = 4096         // longest message taken from the network
export const MESSAGE_MAX = 1472          // longest message sent: one UDP datagram in one Ethernet frame
export const NAME_MAX = 255              // a domain name as text, RFC 1035 2.3.4
export const COMPACT_ABOVE: usize = 1300      // RFC 3261 18.1.1, P-32: a longer datagram may be cut up on its way: its header names become compact
export const HEADERS_MAX = 96            // header lines of one message
export const CNAME_CHAIN_MAX = 8         // aliases followed for one name

// Time in milliseconds, unless the name says otherwise
export const T1: i64 = 500               // RFC 3261 17.1.1.1; setting sip_retry_t1
export const T1_LEAST: i64 = 200         // RFC 3261 17.2.1: a server may take so long before it says 100; a T1 that is learned is no shorter
export const T1_TRIPS: i64 = 3           // RFC 6298 2.2: what is waited after one measurement, the round trip and twice as much for its changes
export const T2: i64 = 4000
export const T4: i64 = 5000
export const TIMEOUT_T1S: i64 = 64       // Timers B, F, H, J, L and M are this many T1
export const DNS_ROTATE: i64 = 2000      // a silent DNS server is left for the next one
export const DNS_NEGATIVE_MAX_SEC: u32 = 3600
export const DNS_TTL_MAX_SEC: u32 = 604800   // RFC 8767 4: a week at most
export const DNS_ONCE: i64 = 1000        // an answer with TTL 0 serves this long: one question a second at most (P-14)
export const DNS_FAILED_HOLD: i64 = 5000 // after a failure the same is not asked again so soon
export const DNS_NOTE_PAUSE: i64 = 6 * 3600_000 // between two notes of what DNS said: flash wears
export const DNS_STALE_HOLD: i64 = 30000 // RFC 8767 5: the same while an old answer serves
export const DNS_NAPTR_HOLD: i64 = 300000 // RFC 2308 7.2: where NAPTR questions go unanswered but others do not, none is asked for so long
export const BACKOFF_BASE_SEC: u32 = 30  // RFC 5626 4.5: all flows failed
export const BACKOFF_MAX_SEC: u32 = 1800
export const BUSY_RETRY_SEC: u32 = 5      // Retry-After of the 503 that says that too much is under way
export const PACKETS_PER_SECOND = 10     // one phone never sends more, whatever happens
export const EXPIRES_MAX_SEC: u32 = 86400
