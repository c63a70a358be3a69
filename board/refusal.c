/* Reads ICMP "port unreachable": an IP header, eight bytes of ICMP, and of what was sent its IP header and the ports. */
#include "refusal.h"

#include <string.h>

enum { IP_HEAD = 20, ICMP_HEAD = 8, PORTS = 4, UNREACHABLE = 3, PORT = 3, ICMP = 1, UDP = 17, DESTINATION = 16, PROTOCOL = 9 };

static size_t headOf (const uint8_t * packet) { return (size_t) (packet [0] & 15) * 4; }
static bool isIpv4 (const uint8_t * packet, size_t length) { return length >= IP_HEAD && packet [0] >> 4 == 4 && headOf (packet) >= IP_HEAD; }

bool refusalRead (const uint8_t * packet, size_t length, uint16_t * ours, Endpoint * peer)
{
    if (! isIpv4 (packet, length) || packet [PROTOCOL] != ICMP || length < headOf (packet) + ICMP_HEAD) return false;
    const uint8_t * icmp = packet + headOf (packet);
    const uint8_t * inner = icmp + ICMP_HEAD;
    size_t left = length - (size_t) (inner - packet);
    if (icmp [0] != UNREACHABLE || icmp [1] != PORT || ! isIpv4 (inner, left) || inner [PROTOCOL] != UDP || left < headOf (inner) + PORTS) return false;
    const uint8_t * ports = inner + headOf (inner);
    * ours = (uint16_t) (ports [0] << 8 | ports [1]);
    * peer = (Endpoint) { .family = 4, .port = (uint16_t) (ports [2] << 8 | ports [3]) };
    memcpy (peer->address, inner + DESTINATION, 4);
    return true;
}
