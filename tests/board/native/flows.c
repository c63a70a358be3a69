/* A network by chance under board/flows.c: sockets and streams that do whatever those of a board may do, and a core that opens, writes and closes by chance. What
 * the board asks of the port, and what it tells the core, is held against what each of them was. */
#include "flows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kept.h"
#include "native.h"
#include "port/port.h"

enum { SOCKETS = 15, STREAMS = 3, NUMBERS = 400, LAST = 30, SERVERS = 4 };

/* What a stream is to the port, and what a flow is to the core. */
typedef enum State { NOWHERE, CONNECTING, OPEN, ENDED, OVER } State;

static struct { bool bound; uint16_t port; } sockets [SOCKETS];
static struct { State state; uint8_t next; } streams [STREAMS];
static struct { State state; bool isStream, tells; uint8_t next; } known [NUMBERS];   /* tells: what was queued before it closed may still come */
static uint16_t kept;
static uint32_t newest = 1;      /* a core does not use a number again soon */
static unsigned opened, bytes, ended, refused, lost, full, datagrams;

static void hold (bool holds, const char * what)
{
    if (holds) return;
    fprintf (stderr, "%s, after seed %u\n", what, (unsigned) nativeSeed);
    exit (1);
}

uint16_t * keptPort (void) { return & kept; }

/* -- the port ------------------------------------------------------------------------------------------------------------------------------------- */

bool portAddress (Endpoint * own)
{
    memcpy (own->address, (const uint8_t []) { 192, 0, 2, 15 }, 4);
    return nativeRandom () % 16 != 0;
}

int portBind (uint16_t port)
{
    static uint16_t ephemeral = 49152;
    for (int i = 0; port && i < SOCKETS; i++) if (sockets [i].bound && sockets [i].port == port) return - FAILURE_BUSY_PORT;
    for (int i = 0; i < SOCKETS; i++)
    {
        if (sockets [i].bound) continue;
        sockets [i].bound = true;
        sockets [i].port = port ? port : ephemeral++;
        return i;
    }
    return - FAILURE_OTHER;
}

static void bound (int socket) { hold (socket >= 0 && socket < SOCKETS && sockets [socket].bound, "a socket is used that is none"); }
uint16_t portBoundPort (int socket) { return bound (socket), sockets [socket].port; }
void portUnbind (int socket) { bound (socket), sockets [socket].bound = false; }

int portSend (int socket, const Endpoint * peer, const uint8_t * from, size_t length)
{
    bound (socket);
    hold (peer->family == 4 && from [length - 1] == 'x', "something else is sent");
    return nativeRandom () % 8 ? 0 : FAILURE_UNREACHABLE;
}

static Endpoint server (void) { return (Endpoint) { .family = 4, .port = 5060, .address = { 198, 51, 100, (uint8_t) (nativeRandom () % SERVERS) } }; }

PortArrival portReceive (int * socket, Endpoint * peer, uint8_t * into, size_t room, size_t * length)
{
    * socket = (int) (nativeRandom () % SOCKETS);
    * peer = server ();
    * length = 1 + nativeRandom () % 20;
    hold (* length <= room, "there is no room for a datagram");
    memset (into, 'd', * length);
    PortArrival arrival = (PortArrival) (nativeRandom () % 4);
    return sockets [* socket].bound ? arrival : ARRIVAL_NONE;
}

int portConnect (const Endpoint * peer)
{
    hold (peer->family == 4, "a stream goes nowhere");
    if (nativeRandom () % 16 == 0) return - FAILURE_UNREACHABLE;
    for (int i = 0; i < STREAMS; i++)
    {
        if (streams [i].state != NOWHERE) continue;
        streams [i].state = CONNECTING;
        streams [i].next = 0;
        return i;
    }
    return - FAILURE_NO_ROOM;
}

int portWrite (int stream, const uint8_t * from, size_t length)
{
    hold (streams [stream].state == OPEN || streams [stream].state == ENDED, "a stream is written to that has not opened");
    hold (from [length - 1] == 'x', "something else is written");
    return nativeRandom () % 3 ? 0 : FAILURE_NO_ROOM;
}

void portDisconnect (int stream)
{
    hold (streams [stream].state != NOWHERE, "a stream is disconnected twice");
    streams [stream].state = NOWHERE;
}

/* Bytes of a stream count up, so that nothing can be missing. */
PortNews portNews (uint8_t * into, size_t room)
{
    PortNews news = { .turn = TURN_NONE, .stream = (int) (nativeRandom () % STREAMS), .failure = FAILURE_RESET, .own = { .family = 4, .port = 1 } };
    State * state = & streams [news.stream].state;
    unsigned chance = nativeRandom () % 8;
    hold (room == STREAM_PIECE, "the room for a piece is another");
    if (* state == CONNECTING) news.turn = chance < 4 ? TURN_OPENED : chance == 4 ? TURN_REFUSED : chance == 5 ? TURN_LOST : TURN_NONE;
    else if (* state == OPEN) news.turn = chance < 5 ? TURN_BYTES : chance == 5 ? TURN_ENDED : chance == 6 ? TURN_LOST : TURN_NONE;
    else if (* state == ENDED) news.turn = chance == 0 ? TURN_LOST : TURN_NONE;
    if (news.turn == TURN_OPENED) * state = OPEN;
    if (news.turn == TURN_ENDED) * state = ENDED;
    if (news.turn == TURN_REFUSED || news.turn == TURN_LOST) * state = OVER;
    if (news.turn != TURN_BYTES) return news;
    news.length = 1 + nativeRandom () % room;
    for (size_t i = 0; i < news.length; i++) into [i] = streams [news.stream].next++;
    return news;
}

/* -- the core ------------------------------------------------------------------------------------------------------------------------------------- */

static void take (const Input * input)
{
    int32_t number = input->number;
    if (input->kind == INPUT_NONE) return;
    hold (number > 0 && number < NUMBERS, "a flow has no number");
    State * state = & known [number].state;
    bool isNews = input->kind == INPUT_FLOW;
    /* What waited when it was closed. */
    if (* state == NOWHERE) return hold (isNews && input->event != FLOW_CLOSED && known [number].tells, "a flow is told of that is closed");
    if (! known [number].isStream)
    {
        datagrams++;
        if (isNews && input->event == FLOW_OPENED) hold (* state == CONNECTING, "a flow opens twice"), * state = OPEN;
        else if (isNews && input->event == FLOW_FAILED && * state == CONNECTING) * state = NOWHERE;
        return;
    }
    if (! isNews)
    {
        uint8_t * piece = coreRegion (REGION_RX, NULL);
        hold (* state == OPEN && input->endpoint.family == 4 && input->length > 0 && input->length <= STREAM_PIECE, "bytes come when there can be none");
        for (uint32_t i = 0; i < input->length; i++) hold (piece [i] == known [number].next++, "bytes are missing");
        bytes += input->length;
        if (nativeRandom () % 64 == 0) flowsWithhold ((uint32_t) number);
        return;
    }
    if (input->event == FLOW_OPENED) hold (* state == CONNECTING && input->endpoint.port == 1, "a stream opens twice"), * state = OPEN, opened++;
    else if (input->event == FLOW_CLOSED) hold (* state == OPEN, "a stream ends that is not open"), * state = ENDED, ended++;
    else if (input->event == FLOW_REFUSED) hold (* state == CONNECTING, "a stream is refused that was open"), * state = NOWHERE, refused++;
    else if (input->code == FAILURE_NO_ROOM && * state != CONNECTING) full++;
    else * state = NOWHERE, lost++;
    if (* state == NOWHERE) known [number].tells = false;
}

static void act (void)
{
    uint32_t chance = nativeRandom () % 8, number = 1 + (newest + NUMBERS - 2 - nativeRandom () % LAST) % (NUMBERS - 1);
    if (chance < 2 || chance == 7) number = newest = 1 + newest % (NUMBERS - 1);
    Endpoint anywhere = { .family = 0 }, local = { .family = 4, .port = nativeRandom () % 2 ? 5060 : 0 }, peer = server ();
    static const uint8_t something [] = "............x";
    if (chance < 2)
    {
        flowsClose (number);
        known [number].isStream = nativeRandom () % 2;
        known [number].state = CONNECTING;
        known [number].tells = true;
        known [number].next = 0;
        flowsOpen (number, known [number].isStream ? PROTOCOL_TCP : PROTOCOL_UDP, & local, known [number].isStream || nativeRandom () % 2 ? & peer : & anywhere);
    }
    else if (chance == 2)
    {
        known [number].state = NOWHERE;
        flowsClose (number);
    }
    else if (chance < 5) flowsWrite (number, something, sizeof something - 1);
    else if (chance < 7) flowsSend (number, & peer, something, sizeof something - 1);
    else
    {
        known [number].state = NOWHERE;
        known [number].tells = true;
        flowsOpen (number, PROTOCOL_TLS, & local, & peer);
    }
}

static void drain (void)
{
    Input input;
    /* The network never rests. */
    for (unsigned i = 0; i < 200 && flowsNext (& input); i++) take (& input);
}

void nativeFlows (unsigned rounds)
{
    for (unsigned round = 0; round < rounds; round++)
    {
        for (unsigned acts = nativeRandom () % 4; acts > 0; acts--) act ();
        drain ();
        if (nativeRandom () % 100) continue;
        flowsCloseAll ();
        memset (known, 0, sizeof known);
        for (unsigned i = 0; i < SOCKETS; i++) hold (! sockets [i].bound, "a socket is left behind");
        for (unsigned i = 0; i < STREAMS; i++) hold (streams [i].state == NOWHERE, "a stream is left behind");
    }
    bool all = opened && bytes && ended && refused && lost && full && datagrams;
    printf ("%s happened: streams opened, gave bytes, ended, were refused, lost and full, among datagrams\n", all ? "everything" : "not everything");
}
