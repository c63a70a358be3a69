/* How a Wi-Fi station joins its network, loses it and comes back: a table, without Wi-Fi in it. */
#ifndef JOIN_H
#define JOIN_H

#include <stdbool.h>
#include <stdint.h>

typedef enum JoinState {
    JOIN_OFF,        /* no network is known */
    JOIN_CALLING,    /* associating */
    JOIN_LEASING,    /* associated, without an address */
    JOIN_UP,
    JOIN_WAITING,    /* it failed; the next attempt has its time */
    JOIN_STATES
} JoinState;

typedef enum JoinInput { JOIN_CHANGED, JOIN_ASSOCIATED, JOIN_LOST, JOIN_ADDRESS, JOIN_NO_ADDRESS, JOIN_DUE, JOIN_INPUTS } JoinInput;
typedef enum JoinAction { JOIN_NOTHING, JOIN_CONNECT, JOIN_DISCONNECT } JoinAction;

typedef struct Join {
    JoinState state;
    int64_t due;         /* when JOIN_DUE is to be given; JOIN_NEVER for none */
    unsigned failures;   /* in a row */
    int64_t upSince;
} Join;

#define JOIN_NEVER INT64_MAX

/* Nothing is known yet. */
void joinStart (Join * join);

/* What has happened, and whether a network is known now; what is to be done about it. */
JoinAction joinTake (Join * join, JoinInput input, bool known, int64_t now);

#endif
