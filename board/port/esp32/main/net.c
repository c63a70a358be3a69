/* The network by lwIP's sockets; TCP is in streams.c. ICMP errors reach no UDP socket there: a raw one receives them. */
#include "esp32.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "esp_netif.h"
#include "firmware.h"
#include "lwip/dns.h"
#include "lwip/sockets.h"
#include "port/port.h"
#include "refusal.h"
#include "streams.h"
#include "wifi.h"

enum { SOCKETS = 15, NONE = -1, ICMP_BYTES = 64, REFUSALS_MAX = 8, OCTETS = 4 };

static struct { int descriptor; uint16_t port; } sockets [SOCKETS];
static int icmp = NONE;
static unsigned next;        /* the socket that is asked first: none may starve another */

/* -- sockets ------------------------------------------------------------------------------------------------------------------------------------------ */

static struct sockaddr_in internet (const uint8_t * address, uint16_t port)
{
    struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons (port) };
    if (address) memcpy (& name.sin_addr, address, OCTETS);
    return name;
}

void netStart (void)
{
    for (unsigned i = 0; i < SOCKETS; i++) sockets [i].descriptor = NONE;
    icmp = lwip_socket (AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

int portBind (uint16_t port)
{
    int place = 0;
    while (place < SOCKETS && sockets [place].descriptor != NONE) place++;
    int descriptor = place < SOCKETS ? lwip_socket (AF_INET, SOCK_DGRAM, IPPROTO_UDP) : NONE;
    if (descriptor < 0) return - FAILURE_OTHER;
    struct sockaddr_in name = internet (NULL, port);
    socklen_t length = sizeof name;
    if (lwip_bind (descriptor, (const struct sockaddr *) & name, length) != 0 || lwip_getsockname (descriptor, (struct sockaddr *) & name, & length) != 0)
    {
        lwip_close (descriptor);
        return - FAILURE_BUSY_PORT;
    }
    sockets [place].descriptor = descriptor;
    sockets [place].port = ntohs (name.sin_port);
    return place;
}

uint16_t portBoundPort (int place) { return sockets [place].port; }

void portUnbind (int place)
{
    lwip_close (sockets [place].descriptor);
    sockets [place].descriptor = NONE;
}

int portSend (int place, const Endpoint * peer, const uint8_t * bytes, size_t length)
{
    struct sockaddr_in to = internet (peer->address, peer->port);
    if (lwip_sendto (sockets [place].descriptor, bytes, length, MSG_DONTWAIT, (const struct sockaddr *) & to, sizeof to) >= 0) return 0;
    /* No room for it now: as if it had been lost on its way. */
    return errno == ENOMEM || errno == ENOBUFS || errno == EAGAIN ? 0 : FAILURE_UNREACHABLE;
}

static PortArrival receiveDatagram (int place, Endpoint * peer, uint8_t * into, size_t room, size_t * length)
{
    struct sockaddr_in from;
    struct iovec piece = { .iov_base = into, .iov_len = room };
    struct msghdr message = { .msg_name = & from, .msg_namelen = sizeof from, .msg_iov = & piece, .msg_iovlen = 1 };
    ssize_t received = lwip_recvmsg (sockets [place].descriptor, & message, MSG_DONTWAIT);
    if (received < 0) return ARRIVAL_NONE;
    * peer = (Endpoint) { .family = 4, .port = ntohs (from.sin_port) };
    memcpy (peer->address, & from.sin_addr, OCTETS);
    * length = (size_t) received;
    return message.msg_flags & MSG_TRUNC ? ARRIVAL_TOO_LONG : ARRIVAL_DATAGRAM;
}

/* A refusal of what one of the sockets has sent. */
static PortArrival receiveRefusal (int * place, Endpoint * peer)
{
    uint8_t packet [ICMP_BYTES];
    uint16_t port;
    /* Whoever sends more of them than are looked at holds nobody up. */
    for (unsigned looked = 0; icmp != NONE && looked < REFUSALS_MAX; looked++)
    {
        ssize_t length = lwip_recv (icmp, packet, sizeof packet, MSG_DONTWAIT);
        if (length < 0) break;
        if (! refusalRead (packet, (size_t) length, & port, peer)) continue;
        for (int i = 0; i < SOCKETS; i++)
        {
            if (sockets [i].descriptor == NONE || sockets [i].port != port) continue;
            * place = i;
            return ARRIVAL_REFUSED;
        }
    }
    return ARRIVAL_NONE;
}

PortArrival portReceive (int * place, Endpoint * peer, uint8_t * into, size_t room, size_t * length)
{
    PortArrival refusal = receiveRefusal (place, peer);
    if (refusal != ARRIVAL_NONE) return refusal;
    for (unsigned i = 0; i < SOCKETS; i++)
    {
        int which = (int) ((next + i) % SOCKETS);
        if (sockets [which].descriptor == NONE) continue;
        PortArrival arrival = receiveDatagram (which, peer, into, room, length);
        if (arrival == ARRIVAL_NONE) continue;
        next = (unsigned) which + 1;
        * place = which;
        return arrival;
    }
    return ARRIVAL_NONE;
}

void netWait (int64_t ms)
{
    fd_set readable, writable;
    FD_ZERO (& readable);
    FD_ZERO (& writable);
    int highest = streamsWatch (& readable, & writable, NONE);
    for (unsigned i = 0; i < SOCKETS + 2; i++)
    {
        int descriptor = i < SOCKETS ? sockets [i].descriptor : i == SOCKETS ? icmp : firmwareSocket ();
        if (descriptor == NONE) continue;
        FD_SET (descriptor, & readable);
        if (descriptor > highest) highest = descriptor;
    }
    struct timeval time = { .tv_usec = (suseconds_t) (ms * 1000) };
    lwip_select (highest + 1, & readable, & writable, NULL, & time);
}

/* -- the network ------------------------------------------------------------------------------------------------------------------------------------------ */

static bool ownAddress (uint8_t * address)
{
    esp_netif_ip_info_t own;
    esp_netif_t * station = esp_netif_get_handle_from_ifkey ("WIFI_STA_DEF");
    if (! wifiIsUp () || ! station || esp_netif_get_ip_info (station, & own) != ESP_OK || own.ip.addr == 0) return false;
    memcpy (address, & own.ip.addr, OCTETS);
    return true;
}

/* "192.0.2.1" behind a word; what does not fit any more is left out whole. */
static size_t writeLine (char * lines, size_t length, size_t room, const char * word, const uint8_t * address)
{
    char line [32];
    int size = snprintf (line, sizeof line, "%s%s %u.%u.%u.%u", length ? "\n" : "", word, address [0], address [1], address [2], address [3]);
    if (size < 0 || length + (size_t) size >= room) return length;
    memcpy (lines + length, line, (size_t) size + 1);
    return length + (size_t) size;
}

static void describe (PortNetwork * network)
{
    uint8_t address [OCTETS];
    network->up = ownAddress (address);
    network->lines [0] = 0;
    if (! network->up) return;
    size_t length = writeLine (network->lines, 0, sizeof network->lines, "address", address);
    for (uint8_t i = 0; i < DNS_MAX_SERVERS; i++)
    {
        const ip_addr_t * server = dns_getserver (i);
        if (! server || ! IP_IS_V4 (server) || ip_addr_isany (server)) continue;
        memcpy (address, & ip_2_ip4 (server)->addr, OCTETS);
        length = writeLine (network->lines, length, sizeof network->lines, "dns", address);
    }
}

bool portNetwork (PortNetwork * network)
{
    wifiFollow ();
    firmwareFollow ();
    PortNetwork now = { 0 };
    describe (& now);
    bool changed = now.up != network->up || strcmp (now.lines, network->lines) != 0;
    if (changed && now.up) clockNetworkIsUp ();
    * network = now;
    return changed;
}

bool portAddress (Endpoint * own) { return ownAddress (own->address); }
