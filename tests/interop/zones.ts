// The zones of the seed documents, with loopback addresses and the port of the test's registrars.

/** Master file texts of S0 (snom.rocks), S1 (rapidtech.phones) and S2 (TestDomain.local). `ttl` in seconds is that of every record. */
export function seedZones(servers: readonly [string, string, string], port: number, ttl = 300): Record<string, string> {
  return {
    "snom.rocks": snom(servers, port, ttl), "rapidtech.phones": rapidtech(servers, port, ttl), "TestDomain.local": testDomain(servers, port, ttl),
  }
}

/** S0: one NAPTR record, two equal servers. */
export function snom(servers: readonly [string, string, string], port: number, ttl = 300): string {
  return `${soa(ttl)}
snom.rocks. IN NAPTR 1 60 "s" "SIP+D2U" "" _sip._udp.snom.rocks.
_sip._udp.snom.rocks. IN SRV 1 50 ${port} sipserver52.snom.rocks.
_sip._udp.snom.rocks. IN SRV 1 50 ${port} sipserver114.snom.rocks.
sipserver52  IN A ${servers[0]}
sipserver114 IN A ${servers[1]}
`
}

/** S1: no NAPTR, shares of 40 and 60, and a backup. */
export function rapidtech(servers: readonly [string, string, string], port: number, ttl = 300): string {
  return `${soa(ttl)}
_sip._udp.rapidtech.phones. IN SRV 0 40 ${port} sipserver1.rapidtech.phones.
_sip._udp.rapidtech.phones. IN SRV 0 60 ${port} sipserver2.rapidtech.phones.
_sip._udp.rapidtech.phones. IN SRV 1 5 ${port} sipserverbackup.rapidtech.phones.
sipserver1      IN A ${servers[0]}
sipserver2      IN A ${servers[1]}
sipserverbackup IN A ${servers[2]}
`
}

/** S2: a preferred and a redundant server by SRV priority. */
export function testDomain(servers: readonly [string, string, string], port: number, ttl = 300): string {
  return `${soa(ttl)}
_sip._udp IN SRV 1 0 ${port} SIPServer1
_sip._udp IN SRV 2 0 ${port} SIPServer2
SIPServer1 IN A ${servers[0]}
SIPServer2 IN A ${servers[1]}
`
}

function soa(ttl: number): string {
  return `$TTL ${ttl}
@ IN SOA ns.lab.invalid. hostmaster.lab.invalid. ( SERIAL 1800 600 604800 ${Math.min(ttl, 30)} )
@ IN NS ns.lab.invalid.`
}
