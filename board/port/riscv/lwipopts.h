/* lwIP without threads and sockets: IPv4, UDP, TCP, DHCP, ICMP by a raw receiver. The pools are for 15 UDP sockets, three streams and short packets. */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_SOCKET 0
#define LWIP_NETCONN 0
#define LWIP_IPV6 0
#define LWIP_TCP 1
#define MEMP_NUM_TCP_PCB 4           /* three streams (stream.c), and one that is being closed */
#define MEMP_NUM_TCP_PCB_LISTEN 1    /* nothing listens, but a pool of none is not allowed for */
#define MEMP_NUM_TCP_SEG 12
#define TCP_MSS 536
#define TCP_WND (4 * TCP_MSS)        /* seven of the pool's 20 buffers below, when it comes in whole segments */
#define TCP_SND_BUF (4 * TCP_MSS)
#define TCP_SND_QUEUELEN 8
#define TCP_OVERSIZE 0
#define TCP_QUEUE_OOSEQ 0            /* what comes out of order is sent again: no memory is kept for it */
#define TCP_SYNMAXRTX 3              /* 9 s; 16 s where the neighbour does not answer ARP either */
#define TCP_MAXRTX 6                 /* a minute */
#define LWIP_HOOK_TCP_ISN(local, localPort, remote, remotePort) devicesRandom ()   /* RFC 9293 3.4.1: not to be guessed */
#define LWIP_UDP 1
#define LWIP_RAW 1
#define LWIP_ARP 1
#define ARP_QUEUEING 1               /* else one packet waits for each neighbour that is not known yet, and the next one replaces it */
#define LWIP_ICMP 1
#define LWIP_DHCP 1
#define LWIP_DNS 1                   /* for the servers in a lease; the resolver is left out, the phone has its own */
#define DNS_MAX_SERVERS 4
#define DHCP_DOES_ARP_CHECK 0        /* a second at start */
#define IP_FRAG 0
#define MEM_ALIGNMENT 4
#define MEM_SIZE (6 * 1024)
#define MEMP_NUM_UDP_PCB 18
#define MEMP_NUM_RAW_PCB 1
#define MEMP_NUM_PBUF 8
#define MEMP_NUM_REASSDATA 3
#define PBUF_POOL_SIZE 20
#define PBUF_POOL_BUFSIZE 512
#define LWIP_STATS 0
#define LWIP_NETIF_HOSTNAME 1
#define LWIP_CHKSUM_ALGORITHM 3

#endif
