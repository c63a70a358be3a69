/* Mirrors what board/port/esp32 uses of ESP-IDF's lwip/lwip/src/include/lwip/sockets.h; the names without lwip_ are inline functions there as well. */
#ifndef STUB_LWIP_SOCKETS_H
#define STUB_LWIP_SOCKETS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/select.h>
#include <sys/types.h>

typedef uint32_t socklen_t;
struct in_addr { uint32_t s_addr; };
struct sockaddr { uint8_t sa_len, sa_family; char sa_data [14]; };
struct sockaddr_in { uint8_t sin_len, sin_family; uint16_t sin_port; struct in_addr sin_addr; char sin_zero [8]; };
struct iovec { void * iov_base; size_t iov_len; };
struct msghdr { void * msg_name; socklen_t msg_namelen; struct iovec * msg_iov; int msg_iovlen; void * msg_control; socklen_t msg_controllen; int msg_flags; };

#define AF_INET      2
#define SOCK_STREAM  1
#define SOCK_DGRAM   2
#define SOCK_RAW     3
#define IPPROTO_ICMP 1
#define IPPROTO_TCP  6
#define IPPROTO_UDP  17
#define MSG_TRUNC    0x04
#define MSG_DONTWAIT 0x08
#define F_SETFL      4
#ifndef O_NONBLOCK
#define O_NONBLOCK   0x4000
#endif
#define SOL_SOCKET   0xfff
#define SO_ERROR     0x1007
#define TCP_NODELAY  0x01

#define htons(x) ((uint16_t) ((uint16_t) (x) << 8 | (uint16_t) (x) >> 8))
#define ntohs(x) htons (x)

int lwip_socket (int domain, int type, int protocol);
int lwip_bind (int s, const struct sockaddr * name, socklen_t namelen);
int lwip_getsockname (int s, struct sockaddr * name, socklen_t * namelen);
int lwip_close (int s);
int lwip_connect (int s, const struct sockaddr * name, socklen_t namelen);
int lwip_fcntl (int s, int cmd, int val);
int lwip_getsockopt (int s, int level, int optname, void * optval, socklen_t * optlen);
int lwip_setsockopt (int s, int level, int optname, const void * optval, socklen_t optlen);
ssize_t lwip_send (int s, const void * dataptr, size_t size, int flags);
ssize_t lwip_sendto (int s, const void * dataptr, size_t size, int flags, const struct sockaddr * to, socklen_t tolen);
ssize_t lwip_recv (int s, void * mem, size_t len, int flags);
ssize_t lwip_recvmsg (int s, struct msghdr * message, int flags);
int lwip_select (int maxfdp1, fd_set * readset, fd_set * writeset, fd_set * exceptset, struct timeval * timeout);

#endif
