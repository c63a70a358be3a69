/* The network of the board: lwIP over a virtio network card. */
#ifndef NET_H
#define NET_H

#include <stdint.h>

void netStart (void);

/* When lwIP wants to be called again. */
int64_t netSoonest (void);

#endif
