/* Mirrors what board/port/esp32 uses of ESP-IDF's lwip/lwip/src/include/lwip/dns.h and ip_addr.h. */
#ifndef STUB_LWIP_DNS_H
#define STUB_LWIP_DNS_H

#include <stdint.h>

#define DNS_MAX_SERVERS 4

typedef struct { uint32_t addr; } ip4_addr_t;
typedef struct { union { ip4_addr_t ip4; uint32_t ip6 [5]; } u_addr; uint8_t type; } ip_addr_t;

#define IP_IS_V4(ipaddr)     ((ipaddr)->type == 0)
#define ip_2_ip4(ipaddr)     (& (ipaddr)->u_addr.ip4)
#define ip_addr_isany(ipaddr) ((ipaddr)->u_addr.ip4.addr == 0)

const ip_addr_t * dns_getserver (uint8_t numdns);

#endif
