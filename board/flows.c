/* Keeps the table of flows. All datagram flows on one local port share one socket; a flow that is connected has the datagrams and refusals of its peer. A
 * TCP flow has a stream of its own. What opening and sending brings about waits in a queue, as the core takes inputs only at rest. What is SIP and what
 * is DNS is not known here. */
#include "flows.h"

#include <string.h>
#include "kept.h"
#include "port/port.h"

enum { FLOWS_MAX = 24, EVENTS_MAX = 32, NO_SOCKET = -1 };

typedef struct Flow {
    uint32_t number;         /* 0 for none */
    int socket;              /* of the port; for a stream, its number there */
    bool isStream, isOpen;   /* isOpen: of a stream, what is written goes to its peer */
    Endpoint peer;           /* family 0: receives from everyone */
} Flow;

static Flow flows [FLOWS_MAX];
static Input events [EVENTS_MAX];
static unsigned eventsAt, eventsCount;

static Flow * flowOf (uint32_t number)
{
    for (Flow * flow = flows; flow < flows + FLOWS_MAX; flow++) if (flow->number == number) return flow;
    return NULL;
}

static void tell (uint32_t number, int32_t event, uint32_t why, const Endpoint * endpoint)
{
    if (eventsCount == EVENTS_MAX) return;
    Input * input = & events [(eventsAt + eventsCount++) % EVENTS_MAX];
    * input = (Input) { .kind = INPUT_FLOW, .number = (int32_t) number, .event = event, .code = why };
    if (endpoint) input->endpoint = * endpoint;
}

static bool isSame (const Endpoint * one, const Endpoint * other)
{
    return one->family == other->family && one->port == other->port && memcmp (one->address, other->address, sizeof one->address) == 0;
}

/* -- opening and closing ------------------------------------------------------------------------------------------------------------------ */

/* The socket of another flow on the same port, or a new one; minus a FAILURE when there is none. A port is shared only by flows with peers and one
 * that receives from everyone. */
static int socketFor (uint16_t port, bool connected)
{
    for (Flow * flow = flows; port != 0 && flow < flows + FLOWS_MAX; flow++)
    {
        if (flow->number == 0 || flow->isStream || portBoundPort (flow->socket) != port) continue;
        return connected || flow->peer.family != 0 ? flow->socket : - FAILURE_BUSY_PORT;
    }
    if (connected || port != 0) return portBind (port);
    /* What "any port" was last: a restarted phone is to be found there again. */
    uint16_t * chosen = keptPort ();
    int socket = * chosen ? portBind (* chosen) : -1;
    if (socket < 0) socket = portBind (0);
    if (socket >= 0) * chosen = portBoundPort (socket);
    return socket;
}

static uint32_t whyNot (uint32_t protocol, const Endpoint * peer, Endpoint * own)
{
    /* No stream waits for somebody to connect, and TLS is not carried. */
    bool isStream = protocol == PROTOCOL_TCP && peer->family != 0;
    if (protocol != PROTOCOL_UDP && ! isStream) return FAILURE_NOT_CARRIED;
    bool hasAddress = portAddress (own);
    if (peer->family == 0) return 0;
    return peer->family == 4 && hasAddress ? 0 : FAILURE_UNREACHABLE;
}

void flowsOpen (uint32_t number, uint32_t protocol, const Endpoint * local, const Endpoint * peer)
{
    flowsClose (number);
    Endpoint own = { .family = 4 };
    uint32_t why = whyNot (protocol, peer, & own);
    Flow * flow = flowOf (0);
    if (why || ! flow) return tell (number, FLOW_FAILED, why ? why : FAILURE_OTHER, NULL);
    bool isStream = protocol == PROTOCOL_TCP;
    int socket = isStream ? portConnect (peer) : socketFor (local->port, peer->family != 0);
    if (socket < 0) return tell (number, FLOW_FAILED, (uint32_t) - socket, NULL);
    * flow = (Flow) { .number = number, .socket = socket, .isStream = isStream, .peer = * peer };
    /* The port says when it is connected. */
    if (isStream) return;
    if (peer->family == 0) memset (own.address, 0, sizeof own.address);
    own.port = portBoundPort (socket);
    tell (number, FLOW_OPENED, 0, & own);
}

void flowsClose (uint32_t number)
{
    Flow * flow = number ? flowOf (number) : NULL;
    if (! flow) return;
    Flow was = * flow;
    * flow = (Flow) { .socket = NO_SOCKET };
    if (was.isStream) return portDisconnect (was.socket);
    for (Flow * other = flows; other < flows + FLOWS_MAX; other++) if (other->number && ! other->isStream && other->socket == was.socket) return;
    portUnbind (was.socket);
}

void flowsCloseAll (void)
{
    for (Flow * flow = flows; flow < flows + FLOWS_MAX; flow++) flowsClose (flow->number);
    eventsCount = 0;
}

/* -- datagrams -------------------------------------------------------------------------------------------------------------------------------- */

void flowsSend (uint32_t number, const Endpoint * peer, const uint8_t * bytes, uint32_t length)
{
    Flow * flow = number ? flowOf (number) : NULL;
    if (! flow || flow->isStream) return;
    int why = peer->family == 4 ? portSend (flow->socket, flow->peer.family ? & flow->peer : peer, bytes, length) : FAILURE_UNREACHABLE;
    if (why) tell (number, FLOW_FAILED, (uint32_t) why, NULL);
}

/* The flow that is connected to this peer, else the one that receives from everyone. */
static Flow * flowFor (int socket, const Endpoint * peer)
{
    Flow * listening = NULL;
    for (Flow * flow = flows; flow < flows + FLOWS_MAX; flow++)
    {
        if (flow->number == 0 || flow->isStream || flow->socket != socket) continue;
        if (flow->peer.family == 0) listening = flow;
        else if (isSame (& flow->peer, peer)) return flow;
    }
    return listening;
}

static bool arrived (Input * input)
{
    uint32_t room;
    uint8_t * into = coreRegion (REGION_RX, & room);
    int socket;
    size_t length = 0;
    Endpoint peer;
    PortArrival arrival = portReceive (& socket, & peer, into, room, & length);
    if (arrival == ARRIVAL_NONE) return false;
    Flow * flow = flowFor (socket, & peer);
    * input = (Input) { .kind = INPUT_NONE };
    if (! flow || arrival == ARRIVAL_TOO_LONG) return true;
    * input = (Input) { .kind = INPUT_DATAGRAM, .length = (uint32_t) length, .number = (int32_t) flow->number, .endpoint = peer };
    if (arrival == ARRIVAL_DATAGRAM) return true;
    /* At a flow that receives from everyone a refusal cannot be laid at anybody's door. */
    if (flow->peer.family) * input = (Input) { .kind = INPUT_FLOW, .number = (int32_t) flow->number, .event = FLOW_REFUSED, .endpoint = peer };
    else input->kind = INPUT_NONE;
    return true;
}

/* -- streams ---------------------------------------------------------------------------------------------------------------------------------- */

void flowsWrite (uint32_t number, const uint8_t * bytes, uint32_t length)
{
    Flow * flow = number ? flowOf (number) : NULL;
    if (! flow || ! flow->isOpen) return;
    int why = portWrite (flow->socket, bytes, length);
    if (why) tell (number, FLOW_FAILED, (uint32_t) why, NULL);
}

void flowsWithhold (uint32_t number)
{
    Flow * flow = number ? flowOf (number) : NULL;
    if (! flow || ! flow->isStream) return;
    flowsClose (number);
    tell (number, FLOW_FAILED, FAILURE_OTHER, NULL);
}

static Flow * streamOf (int stream)
{
    for (Flow * flow = flows; flow < flows + FLOWS_MAX; flow++) if (flow->number && flow->isStream && flow->socket == stream) return flow;
    return NULL;
}

/* What has become of a stream, as an input. One that is refused or lost is over. */
static void becomes (Flow * flow, const PortNews * news, Input * input)
{
    * input = (Input) { .kind = INPUT_FLOW, .number = (int32_t) flow->number, .endpoint = flow->peer };
    switch (news->turn)
    {
        case TURN_OPENED: input->event = FLOW_OPENED, input->endpoint = news->own, flow->isOpen = true; return;
        case TURN_BYTES: input->kind = INPUT_DATAGRAM, input->length = (uint32_t) news->length; return;
        case TURN_ENDED: input->event = FLOW_CLOSED; return;
        case TURN_REFUSED: input->event = FLOW_REFUSED; break;
        default: input->event = FLOW_FAILED, input->code = (uint32_t) news->failure; break;
    }
    flowsClose (flow->number);
}

static bool streamed (Input * input)
{
    uint32_t room;
    uint8_t * into = coreRegion (REGION_RX, & room);
    PortNews news = portNews (into, room < STREAM_PIECE ? room : STREAM_PIECE);
    if (news.turn == TURN_NONE) return false;
    Flow * flow = streamOf (news.stream);
    if (flow) becomes (flow, & news, input);
    else * input = (Input) { .kind = INPUT_NONE };
    return true;
}

bool flowsNext (Input * input)
{
    static bool streamsFirst;
    /* They take turns: neither a flood of datagrams nor a stream without end may starve the other. */
    streamsFirst = ! streamsFirst;
    if (eventsCount == 0) return streamsFirst ? streamed (input) || arrived (input) : arrived (input) || streamed (input);
    * input = events [eventsAt];
    eventsAt = (eventsAt + 1) % EVENTS_MAX;
    eventsCount--;
    return true;
}
