/* lwIP without threads: packets are handed in when the phone looks for input. UDP sockets by number, the state of the network from DHCP, and ICMP, which
 * lwIP gives to no UDP socket, by a raw receiver. */
#include "net.h"

#include <stdio.h>
#include <string.h>
#include "lwip/dhcp.h"
#include "lwip/dns.h"
#include "lwip/etharp.h"
#include "lwip/icmp.h"
#include "lwip/init.h"
#include "lwip/raw.h"
#include "lwip/timeouts.h"
#include "lwip/udp.h"
#include "netif/ethernet.h"
#include "card.h"
#include "cpu.h"
#include "port/port.h"
#include "refusal.h"

enum { SOCKETS = 15, ARRIVALS = 12, MTU = 1500, DHCP_CLIENT = 68 };

typedef struct Arrival { PortArrival kind; int socket; ip_addr_t from; uint16_t port; struct pbuf * packet; } Arrival;

static struct netif netif;
static struct udp_pcb * sockets [SOCKETS];
static Arrival arrivals [ARRIVALS];
static unsigned arrivalsAt, arrivalsCount;
static ip_addr_t nameservers [DNS_MAX_SERVERS];

u32_t sys_now (void) { return (u32_t) cpuNow (); }

/* -- in the place of lwIP's resolver: only the servers that DHCP names --------------------------------------------------------------------------- */

void dns_init (void) { }
void dns_tmr (void) { }
const ip_addr_t * dns_getserver (u8_t number) { return & nameservers [number]; }

void dns_setserver (u8_t number, const ip_addr_t * server)
{
    if (number >= DNS_MAX_SERVERS) return;
    if (server) nameservers [number] = * server;
    else ip_addr_set_zero (& nameservers [number]);
}

/* -- frames ------------------------------------------------------------------------------------------------------------------------------------ */

static err_t sendFrame (struct netif * of, struct pbuf * packet)
{
    (void) of;
    uint8_t * place = cardPlace ();
    if (! place || packet->tot_len > MTU + SIZEOF_ETH_HDR) return ERR_MEM;
    pbuf_copy_partial (packet, place, packet->tot_len, 0);
    cardSend (place, packet->tot_len);
    return ERR_OK;
}

static void takeFrame (const uint8_t * frame, uint32_t length)
{
    struct pbuf * packet = length <= MTU + SIZEOF_ETH_HDR ? pbuf_alloc (PBUF_RAW, (u16_t) length, PBUF_POOL) : NULL;
    if (! packet) return;
    pbuf_take (packet, frame, (u16_t) length);
    if (netif.input (packet, & netif) != ERR_OK) pbuf_free (packet);
}

static err_t prepare (struct netif * of)
{
    of->name [0] = 'e';
    of->name [1] = 'n';
    of->output = etharp_output;
    of->linkoutput = sendFrame;
    of->mtu = MTU;
    of->hwaddr_len = CARD_ADDRESS_BYTES;
    of->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
    return cardStart (of->hwaddr) ? ERR_OK : ERR_IF;
}

/* -- what comes in ------------------------------------------------------------------------------------------------------------------------------- */

/* When the phone is too slow, what comes is dropped: SIP sends it again, and sound that is late is of no use. */
static bool note (Arrival arrival)
{
    if (arrivalsCount == ARRIVALS) return false;
    arrivals [(arrivalsAt + arrivalsCount++) % ARRIVALS] = arrival;
    return true;
}

static void takeDatagram (void * socket, struct udp_pcb * pcb, struct pbuf * packet, const ip_addr_t * from, u16_t port)
{
    (void) pcb;
    if (! note ((Arrival) { ARRIVAL_DATAGRAM, (int) (intptr_t) socket, * from, port, packet })) pbuf_free (packet);
}

/* RFC 792: port unreachable quotes the IP and UDP headers of the datagram that was refused. */
static u8_t takeIcmp (void * unused, struct raw_pcb * pcb, struct pbuf * packet, const ip_addr_t * from)
{
    (void) unused; (void) pcb; (void) from;
    uint8_t bytes [2 * IP_HLEN_MAX];
    uint16_t ours;
    Endpoint to;
    if (! refusalRead (bytes, pbuf_copy_partial (packet, bytes, sizeof bytes, 0), & ours, & to)) return 0;
    ip_addr_t peer;
    memcpy (& peer.addr, to.address, sizeof peer.addr);
    for (int i = 0; i < SOCKETS; i++)
    {
        if (sockets [i] && sockets [i]->local_port == ours) note ((Arrival) { ARRIVAL_REFUSED, i, peer, to.port, NULL });
    }
    return 0;
}

PortArrival portReceive (int * socket, Endpoint * peer, uint8_t * into, size_t room, size_t * length)
{
    if (arrivalsCount == 0) return ARRIVAL_NONE;
    Arrival arrival = arrivals [arrivalsAt];
    arrivalsAt = (arrivalsAt + 1) % ARRIVALS;
    arrivalsCount--;
    * socket = arrival.socket;
    * peer = (Endpoint) { .family = 4, .port = arrival.port };
    memcpy (peer->address, & arrival.from.addr, sizeof arrival.from.addr);
    if (! arrival.packet) return arrival.kind;
    * length = arrival.packet->tot_len;
    bool fits = * length <= room;
    if (fits) pbuf_copy_partial (arrival.packet, into, (u16_t) * length, 0);
    pbuf_free (arrival.packet);
    return fits ? arrival.kind : ARRIVAL_TOO_LONG;
}

/* -- sockets ----------------------------------------------------------------------------------------------------------------------------------- */

int portBind (uint16_t port)
{
    int socket = 0;
    while (socket < SOCKETS && sockets [socket]) socket++;
    struct udp_pcb * pcb = socket < SOCKETS ? udp_new () : NULL;
    if (! pcb) return - FAILURE_OTHER;
    if (udp_bind (pcb, IP_ADDR_ANY, port) != ERR_OK)
    {
        udp_remove (pcb);
        return - FAILURE_BUSY_PORT;
    }
    udp_recv (pcb, takeDatagram, (void *) (intptr_t) socket);
    sockets [socket] = pcb;
    return socket;
}

uint16_t portBoundPort (int socket) { return sockets [socket]->local_port; }

void portUnbind (int socket)
{
    udp_remove (sockets [socket]);
    sockets [socket] = NULL;
    /* What still waits for it goes, as its number may soon be another's. */
    for (unsigned i = arrivalsCount; i > 0; i--)
    {
        Arrival arrival = arrivals [arrivalsAt];
        arrivalsAt = (arrivalsAt + 1) % ARRIVALS;
        arrivalsCount--;
        if (arrival.socket != socket) note (arrival);
        else if (arrival.packet) pbuf_free (arrival.packet);
    }
}

int portSend (int socket, const Endpoint * peer, const uint8_t * bytes, size_t length)
{
    ip_addr_t to;
    memcpy (& to.addr, peer->address, sizeof to.addr);
    struct pbuf * packet = length <= UINT16_MAX ? pbuf_alloc (PBUF_TRANSPORT, (u16_t) length, PBUF_RAM) : NULL;
    /* No room for it now: as if it had been lost on its way. */
    if (! packet) return 0;
    pbuf_take (packet, bytes, (u16_t) length);
    err_t error = udp_sendto (sockets [socket], packet, & to, peer->port);
    pbuf_free (packet);
    return error == ERR_OK || error == ERR_MEM ? 0 : FAILURE_UNREACHABLE;
}

/* -- the network --------------------------------------------------------------------------------------------------------------------------------- */

void netStart (void)
{
    lwip_init ();
    if (! netif_add (& netif, IP4_ADDR_ANY4, IP4_ADDR_ANY4, IP4_ADDR_ANY4, NULL, prepare, ethernet_input)) return;
    netif_set_default (& netif);
    netif_set_hostname (& netif, "linehunt");
    netif_set_up (& netif);
    struct raw_pcb * icmp = raw_new (IP_PROTO_ICMP);
    if (icmp) raw_recv (icmp, takeIcmp, NULL);
}

static void followLink (void)
{
    bool linked = cardIsLinked ();
    if (linked == (netif_is_link_up (& netif) != 0)) return;
    if (linked)
    {
        netif_set_link_up (& netif);
        dhcp_start (& netif);
        return;
    }
    dhcp_release_and_stop (& netif);
    netif_set_link_down (& netif);
    memset (nameservers, 0, sizeof nameservers);
}

static void describe (PortNetwork * network)
{
    network->up = netif_is_link_up (& netif) && dhcp_supplied_address (& netif);
    network->lines [0] = 0;
    if (! network->up) return;
    char text [IP4ADDR_STRLEN_MAX];
    size_t length = (size_t) snprintf (network->lines, sizeof network->lines, "address %s", ip4addr_ntoa_r (netif_ip4_addr (& netif), text, sizeof text));
    for (unsigned i = 0; i < DNS_MAX_SERVERS; i++)
    {
        if (ip_addr_isany (& nameservers [i])) continue;
        ip4addr_ntoa_r (ip_2_ip4 (& nameservers [i]), text, sizeof text);
        length += (size_t) snprintf (network->lines + length, sizeof network->lines - length, "\ndns %s", text);
    }
}

bool portNetwork (PortNetwork * network)
{
    cardReceive (takeFrame);
    followLink ();
    sys_check_timeouts ();
    PortNetwork now = { 0 };
    describe (& now);
    bool changed = now.up != network->up || strcmp (now.lines, network->lines) != 0;
    * network = now;
    return changed;
}

bool portAddress (Endpoint * own)
{
    memcpy (own->address, & netif_ip4_addr (& netif)->addr, sizeof (u32_t));
    return netif_is_link_up (& netif) && dhcp_supplied_address (& netif);
}

int64_t netSoonest (void) { return cpuNow () + sys_timeouts_sleeptime (); }
