/* TCP on this port: what waiting for the network has to know of it. */
#ifndef STREAMS_H
#define STREAMS_H

#include "lwip/sockets.h"

/* Adds the sockets of streams to those that are waited for; the highest of all. */
int streamsWatch (fd_set * readable, fd_set * writable, int highest);

#endif
