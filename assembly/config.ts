// Every limit and protocol constant of the phone, with build-time checks between them.

// Pools. A full pool is an answer to the peer or a refused command, never a trap.
export const FLOWS = 16                  // sockets that the host owns for us
export const OUTBOX_SLOTS = 12           // SIP messages that are kept for sending and sending again
export const CLIENT_TRANSACTIONS = 8
export const SERVER_TRANSACTIONS = 8
export const QUERY_PORT_TRIES: u8 = 8    // random ports tried for one socket when the host says that one is taken
export const QUERIES = 8                 // DNS questions under way
export const TARGETS = 16                // server addresses that one name may lead to
export const CANDIDATES = 16             // servers that a line knows
export const LINES = 1                   // accounts
export const NONCES = 4                  // remembered challenges, by server and realm

// Sizes in bytes
export const DATAGRAM_MAX = 4096         // longest message taken from the network
export const MESSAGE_MAX = 1472          // longest message sent: one UDP datagram in one Ethernet frame
export const NAME_MAX = 255              // a domain name as text, RFC 1035 2.3.4
export const HEADERS_MAX = 96            // header lines of one message
export const CNAME_CHAIN_MAX = 8         // aliases followed for one name

// Time in milliseconds, unless the name says otherwise
export const T1: i64 = 500               // RFC 3261 17.1.1.1; setting sip_retry_t1
export const T2: i64 = 4000
export const T4: i64 = 5000
export const TIMEOUT_T1S: i64 = 64       // Timers B, F, H, J, L and M are this many T1
export const DNS_ROTATE: i64 = 2000      // a silent DNS server is left for the next one
export const DNS_NEGATIVE_MAX_SEC: u32 = 3600
export const BACKOFF_BASE_SEC: u32 = 30  // RFC 5626 4.5: all flows failed
export const BACKOFF_MAX_SEC: u32 = 1800
export const PACKETS_PER_SECOND = 10     // one phone never sends more, whatever happens
export const EXPIRES_MAX_SEC: u32 = 86400
