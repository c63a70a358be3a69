/* TCP by lwIP's sockets, none of which ever waits. What lwIP does not take at once of what is written waits here, and after a stream has been given up
 * by the phone too, for a while. */
#include "streams.h"

#include <errno.h>
#include <string.h>
#include "port/port.h"

/* LEAVING_MS: as long as lwIP itself waits for the end of a stream that has been closed. */
enum { STREAMS = 3, REST_BYTES = 2048, LEAVING_MS = 20 * 1000, NONE = -1 };

typedef enum Phase { FREE, CONNECTING, OPEN, ENDED, LEAVING } Phase;

typedef struct Stream {
    Phase phase;
    int descriptor;
    int64_t until;               /* LEAVING: when it is given up */
    size_t restLength;
    uint8_t rest [REST_BYTES];
} Stream;

static Stream streams [STREAMS];
static unsigned next;            /* the stream that is asked first: none may starve another */

static void shut (Stream * stream)
{
    lwip_close (stream->descriptor);
    stream->phase = FREE;
}

/* lwIP says ECONNABORTED for what nobody has answered, and for everything when the address goes. */
static int failureOf (int error)
{
    Endpoint own;
    if (error == ECONNRESET) return FAILURE_RESET;
    if (error == ENETUNREACH || error == EHOSTUNREACH || ! portAddress (& own)) return FAILURE_UNREACHABLE;
    return error == ETIMEDOUT || error == ECONNABORTED ? FAILURE_TIMED_OUT : FAILURE_OTHER;
}

/* -- writing ------------------------------------------------------------------------------------------------------------------------------------ */

/* As much of it as lwIP takes now. What goes wrong is told by the next read. */
static size_t offer (Stream * stream, const uint8_t * bytes, size_t length)
{
    ssize_t sent = length > 0 ? lwip_send (stream->descriptor, bytes, length, MSG_DONTWAIT) : 0;
    return sent > 0 ? (size_t) sent : 0;
}

static void flush (Stream * stream)
{
    size_t sent = offer (stream, stream->rest, stream->restLength);
    memmove (stream->rest, stream->rest + sent, stream->restLength -= sent);
    if (stream->phase == LEAVING && (stream->restLength == 0 || portNow () >= stream->until)) shut (stream);
}

int portWrite (int place, const uint8_t * bytes, size_t length)
{
    Stream * stream = & streams [place];
    if (length > REST_BYTES - stream->restLength) return FAILURE_NO_ROOM;
    flush (stream);
    size_t sent = stream->restLength == 0 ? offer (stream, bytes, length) : 0;
    memcpy (stream->rest + stream->restLength, bytes + sent, length - sent);
    stream->restLength += length - sent;
    return 0;
}

/* -- opening and closing ------------------------------------------------------------------------------------------------------------------------ */

/* A free place, or that of a stream that the phone has given up. */
static int placeFor (void)
{
    for (int i = 0; i < STREAMS; i++) if (streams [i].phase == FREE) return i;
    for (int i = 0; i < STREAMS; i++)
    {
        if (streams [i].phase != LEAVING) continue;
        shut (& streams [i]);
        return i;
    }
    return NONE;
}

int portConnect (const Endpoint * peer)
{
    int place = placeFor (), descriptor = place == NONE ? NONE : lwip_socket (AF_INET, SOCK_STREAM, IPPROTO_TCP), yes = 1;
    if (descriptor < 0) return - FAILURE_NO_ROOM;
    struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons (peer->port) };
    memcpy (& name.sin_addr, peer->address, sizeof name.sin_addr);
    lwip_fcntl (descriptor, F_SETFL, O_NONBLOCK);
    lwip_setsockopt (descriptor, IPPROTO_TCP, TCP_NODELAY, & yes, sizeof yes);
    if (lwip_connect (descriptor, (const struct sockaddr *) & name, sizeof name) != 0 && errno != EINPROGRESS)
    {
        int failure = failureOf (errno);
        lwip_close (descriptor);
        return - failure;
    }
    streams [place].phase = CONNECTING;
    streams [place].descriptor = descriptor;
    streams [place].restLength = 0;
    return place;
}

void portDisconnect (int place)
{
    Stream * stream = & streams [place];
    if (stream->phase == CONNECTING) stream->restLength = 0;
    stream->phase = LEAVING;
    stream->until = portNow () + LEAVING_MS;
    flush (stream);
}

/* -- what comes of it ----------------------------------------------------------------------------------------------------------------------------- */

static PortTurn lost (PortNews * news, int error)
{
    news->failure = failureOf (error);
    return TURN_LOST;
}

/* A socket that has connected can be written to, and so can one that has failed to. */
static PortTurn connecting (Stream * stream, PortNews * news)
{
    fd_set writable;
    struct timeval none = { 0 };
    struct sockaddr_in name = { 0 };
    socklen_t length = sizeof name, size = sizeof (int);
    int error = 0;
    FD_ZERO (& writable);
    FD_SET (stream->descriptor, & writable);
    if (lwip_select (stream->descriptor + 1, NULL, & writable, NULL, & none) <= 0) return TURN_NONE;
    if (lwip_getsockopt (stream->descriptor, SOL_SOCKET, SO_ERROR, & error, & size) != 0) error = errno;
    /* lwIP does not tell a refusal from a reset. */
    if (error == ECONNRESET || error == ECONNREFUSED) return TURN_REFUSED;
    if (error == 0 && lwip_getsockname (stream->descriptor, (struct sockaddr *) & name, & length) != 0) error = errno;
    if (error) return lost (news, error);
    stream->phase = OPEN;
    news->own = (Endpoint) { .family = 4, .port = ntohs (name.sin_port) };
    memcpy (news->own.address, & name.sin_addr, sizeof name.sin_addr);
    return TURN_OPENED;
}

/* One whose peer writes no more may still be reset: that shows when it is written to. */
static PortTurn reading (Stream * stream, PortNews * news, uint8_t * into, size_t room)
{
    ssize_t length = stream->phase == ENDED ? -1 : lwip_recv (stream->descriptor, into, room, MSG_DONTWAIT);
    int error = stream->phase == ENDED ? EAGAIN : errno;
    socklen_t size = sizeof error;
    news->length = length > 0 ? (size_t) length : 0;
    if (length > 0) return TURN_BYTES;
    if (length < 0 && error != EAGAIN) return lost (news, error);
    if (length == 0)
    {
        stream->phase = ENDED;
        return TURN_ENDED;
    }
    if (stream->phase != ENDED) return TURN_NONE;
    return lwip_getsockopt (stream->descriptor, SOL_SOCKET, SO_ERROR, & error, & size) == 0 && error ? lost (news, error) : TURN_NONE;
}

PortNews portNews (uint8_t * into, size_t room)
{
    PortNews news = { .turn = TURN_NONE };
    for (unsigned i = 0; i < STREAMS && news.turn == TURN_NONE; i++)
    {
        news.stream = (int) ((next + i) % STREAMS);
        Stream * stream = & streams [news.stream];
        if (stream->restLength > 0 || stream->phase == LEAVING) flush (stream);
        if (stream->phase == CONNECTING) news.turn = connecting (stream, & news);
        else if (stream->phase == OPEN || stream->phase == ENDED) news.turn = reading (stream, & news, into, room);
    }
    if (news.turn != TURN_NONE) next = (unsigned) news.stream + 1;
    return news;
}

int streamsWatch (fd_set * readable, fd_set * writable, int highest)
{
    for (const Stream * stream = streams; stream < streams + STREAMS; stream++)
    {
        if (stream->phase == FREE) continue;
        if (stream->phase == OPEN) FD_SET (stream->descriptor, readable);
        if (stream->phase == CONNECTING || stream->restLength > 0) FD_SET (stream->descriptor, writable);
        if (stream->descriptor > highest) highest = stream->descriptor;
    }
    return highest;
}
