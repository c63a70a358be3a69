/* TCP by lwIP without threads: streams by number. What comes in stays in lwIP's buffers until the phone takes it, and keeps the peer's window closed for
 * as long; what is written lies in lwIP's heap until the peer has it, of which all streams together have a half. */
#include <string.h>
#include "lwip/priv/tcp_priv.h"
#include "lwip/tcp.h"
#include "port/port.h"

/* WRITTEN_MAX: with heads that is 4 KB of lwIP's 6: room for a datagram is always left. */
enum { STREAMS = 3, WRITTEN_MAX = 3216 };

typedef enum Phase { FREE, CONNECTING, CONNECTED, OPEN, ENDED } Phase;

typedef struct Stream {
    struct tcp_pcb * pcb;        /* NULL when it is lost */
    struct pbuf * received;
    uint8_t phase;               /* Phase; CONNECTED until that has been told */
    uint8_t failure;
    bool isRefused, ends;        /* ends: the peer writes no more, which is told behind what has come */
} Stream;

static Stream streams [STREAMS];
static unsigned next;            /* the stream that is asked first: none may starve another */

/* -- what lwIP tells --------------------------------------------------------------------------------------------------------------------------- */

static err_t connected (void * of, struct tcp_pcb * pcb, err_t error)
{
    (void) pcb; (void) error;
    ((Stream *) of)->phase = CONNECTED;
    return ERR_OK;
}

static err_t received (void * of, struct tcp_pcb * pcb, struct pbuf * packet, err_t error)
{
    Stream * stream = of;
    (void) pcb; (void) error;
    if (! packet) stream->ends = true;
    else if (stream->received) pbuf_cat (stream->received, packet);
    else stream->received = packet;
    return ERR_OK;
}

/* lwIP has freed the pcb. It gives up what is not answered, and, when our address goes, everything. */
static void lost (void * of, err_t error)
{
    Stream * stream = of;
    Endpoint own;
    stream->pcb = NULL;
    stream->isRefused = error == ERR_RST && stream->phase == CONNECTING;
    stream->failure = error == ERR_RST ? FAILURE_RESET : error != ERR_ABRT ? FAILURE_OTHER : portAddress (& own) ? FAILURE_TIMED_OUT : FAILURE_UNREACHABLE;
}

/* -- opening and closing ----------------------------------------------------------------------------------------------------------------------- */

int portConnect (const Endpoint * peer)
{
    int place = 0;
    while (place < STREAMS && streams [place].phase != FREE) place++;
    struct tcp_pcb * pcb = place < STREAMS ? tcp_new () : NULL;
    if (! pcb) return - FAILURE_NO_ROOM;
    ip_addr_t to;
    memcpy (& to.addr, peer->address, sizeof to.addr);
    streams [place] = (Stream) { .pcb = pcb, .phase = CONNECTING };
    tcp_arg (pcb, & streams [place]);
    tcp_recv (pcb, received);
    tcp_err (pcb, lost);
    tcp_nagle_disable (pcb);
    err_t error = tcp_connect (pcb, & to, peer->port, connected);
    if (error == ERR_OK) return place;
    streams [place] = (Stream) { 0 };
    tcp_arg (pcb, NULL);
    tcp_err (pcb, NULL);
    tcp_abort (pcb);
    return error == ERR_RTE ? - FAILURE_UNREACHABLE : - FAILURE_NO_ROOM;
}

/* lwIP goes on with it for a while, by itself: it has no argument then, and makes room for any other. */
void portDisconnect (int place)
{
    struct tcp_pcb * pcb = streams [place].pcb;
    struct pbuf * rest = streams [place].received;
    streams [place] = (Stream) { 0 };
    if (pcb)
    {
        /* What has not been taken counts as taken, else lwIP would reset the stream and drop what was written. */
        if (rest) tcp_recved (pcb, rest->tot_len);
        tcp_arg (pcb, NULL);
        tcp_recv (pcb, NULL);
        tcp_err (pcb, NULL);
        tcp_setprio (pcb, TCP_PRIO_MIN);
        if (tcp_close (pcb) != ERR_OK) tcp_abort (pcb);
    }
    if (rest) pbuf_free (rest);
}

/* -- bytes --------------------------------------------------------------------------------------------------------------------------------------- */

/* How many bytes lie in lwIP's heap because their peers do not have them. */
static uint32_t written (void)
{
    uint32_t all = 0;
    for (struct tcp_pcb * pcb = tcp_active_pcbs; pcb; pcb = pcb->next) all += TCP_SND_BUF - tcp_sndbuf (pcb);
    return all;
}

/* Gives up a stream that nobody has any more and whose peer does not take what was written last. */
static bool giveUpOne (void)
{
    struct tcp_pcb * pcb = tcp_active_pcbs;
    while (pcb && pcb->callback_arg) pcb = pcb->next;
    if (pcb) tcp_abort (pcb);
    return pcb != NULL;
}

int portWrite (int place, const uint8_t * bytes, size_t length)
{
    struct tcp_pcb * pcb = streams [place].pcb;
    /* It is lost, which is about to be told. */
    if (! pcb) return 0;
    if (length > tcp_sndbuf (pcb)) return FAILURE_NO_ROOM;
    for (;;)
    {
        if (written () + length <= WRITTEN_MAX && tcp_write (pcb, bytes, (u16_t) length, TCP_WRITE_FLAG_COPY) == ERR_OK) break;
        if (! giveUpOne ()) return FAILURE_NO_ROOM;
    }
    tcp_output (pcb);
    return 0;
}

static size_t take (Stream * stream, uint8_t * into, size_t room)
{
    u16_t length = pbuf_copy_partial (stream->received, into, (u16_t) room, 0);
    stream->received = pbuf_free_header (stream->received, length);
    if (stream->pcb) tcp_recved (stream->pcb, length);
    return length;
}

static PortTurn turnOf (Stream * stream, PortNews * news, uint8_t * into, size_t room)
{
    if (stream->phase == FREE) return TURN_NONE;
    if (stream->phase == CONNECTED && stream->pcb)
    {
        stream->phase = OPEN;
        news->own = (Endpoint) { .family = 4, .port = stream->pcb->local_port };
        memcpy (news->own.address, & stream->pcb->local_ip.addr, sizeof stream->pcb->local_ip.addr);
        return TURN_OPENED;
    }
    if (stream->received && stream->phase == OPEN)
    {
        news->length = take (stream, into, room);
        return TURN_BYTES;
    }
    news->failure = stream->failure;
    if (! stream->pcb) return stream->isRefused ? TURN_REFUSED : TURN_LOST;
    if (! stream->ends || stream->phase == ENDED) return TURN_NONE;
    stream->phase = ENDED;
    return TURN_ENDED;
}

PortNews portNews (uint8_t * into, size_t room)
{
    PortNews news = { .turn = TURN_NONE };
    for (unsigned i = 0; i < STREAMS && news.turn == TURN_NONE; i++)
    {
        news.stream = (int) ((next + i) % STREAMS);
        news.turn = turnOf (& streams [news.stream], & news, into, room);
    }
    if (news.turn != TURN_NONE) next = (unsigned) news.stream + 1;
    return news;
}
