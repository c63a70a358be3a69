/* ICMP errors, which lwIP hands to no UDP socket: for ports that have them from a raw receiver. */
#ifndef REFUSAL_H
#define REFUSAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi.h"

/* True when an IPv4 packet is an ICMP message that says that a UDP port is unreachable; then with the port of ours that had sent, and whither. */
bool refusalRead (const uint8_t * packet, size_t length, uint16_t * ours, Endpoint * peer);

#endif
