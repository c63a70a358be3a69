/* A new firmware by HTTP from an address in the same network: `npm run firmware` gives it out, and the line to enter here. The line names its SHA-256, so that nobody
 * on the way can put another one in its place. */
#include "firmware.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "esp32.h"
#include "esp_ota_ops.h"
#include "lwip/sockets.h"
#include "port/port.h"
#include "sha256.h"

enum { PATIENCE_MS = 15 * 1000, CHUNK = 1024, CHUNKS = 4, HEAD_BYTES = 512, PATH_MAX_BYTES = 64, TEXT_MAX = 120, NONE = -1 };

typedef enum State { IDLE, CALLING, READING_HEAD, READING, WRITTEN } State;

static struct {
    State state;
    int socket;
    struct sockaddr_in server;
    char path [PATH_MAX_BYTES];
    char head [HEAD_BYTES];
    size_t headLength;
    uint32_t length, taken;
    const esp_partition_t * place;
    esp_ota_handle_t writing;
    Sha256 hash;
    uint8_t wanted [SHA256_BYTES];
    int64_t until;               /* without a byte by then it is given up */
    void (* print) (const char * text);
} firmware = { .socket = NONE };

/* -- how it ends ------------------------------------------------------------------------------------------------------------------------------ */

static void hangUp (void)
{
    if (firmware.socket != NONE) lwip_close (firmware.socket);
    firmware.socket = NONE;
}

static void fail (const char * why)
{
    char text [TEXT_MAX];
    if (firmware.state == READING) esp_ota_abort (firmware.writing);
    hangUp ();
    firmware.state = IDLE;
    snprintf (text, sizeof text, "firmware: %s; the one that runs stays.", why);
    firmware.print (text);
}

static void finish (void)
{
    uint8_t print [SHA256_BYTES];
    sha256End (& firmware.hash, print);
    if (memcmp (print, firmware.wanted, sizeof print) != 0) return fail ("what came has another SHA-256");
    hangUp ();
    firmware.state = IDLE;
    /* It looks at the image by itself: what is none for this chip is refused. */
    if (esp_ota_end (firmware.writing) != ESP_OK || esp_ota_set_boot_partition (firmware.place) != ESP_OK) return fail ("what came is no firmware for this chip");
    firmware.state = WRITTEN;
    firmware.print ("firmware: written. \"firmware start\" starts it; if it does not run for a minute, the next reset goes back to the one before.");
}

/* -- HTTP ---------------------------------------------------------------------------------------------------------------------------------------- */

static void call (void)
{
    firmware.socket = lwip_socket (AF_INET, SOCK_STREAM, IPPROTO_TCP);
    if (firmware.socket < 0) return firmware.socket = NONE, fail ("there is no socket for it");
    lwip_fcntl (firmware.socket, F_SETFL, O_NONBLOCK);
    if (lwip_connect (firmware.socket, (const struct sockaddr *) & firmware.server, sizeof firmware.server) != 0 && errno != EINPROGRESS) fail ("nobody answers there");
}

static void ask (void)
{
    fd_set writable;
    struct timeval none = { 0 };
    char request [PATH_MAX_BYTES + 64];
    int error = 0;
    socklen_t size = sizeof error;
    FD_ZERO (& writable);
    FD_SET (firmware.socket, & writable);
    if (lwip_select (firmware.socket + 1, NULL, & writable, NULL, & none) <= 0) return;
    if (lwip_getsockopt (firmware.socket, SOL_SOCKET, SO_ERROR, & error, & size) != 0 || error) return fail ("nobody answers there");
    int length = snprintf (request, sizeof request, "GET /%s HTTP/1.0\r\nConnection: close\r\n\r\n", firmware.path);
    if (lwip_send (firmware.socket, request, (size_t) length, 0) != length) return fail ("nobody answers there");
    firmware.state = READING_HEAD;
}

/* The number behind a field's name; 0 when it is not there. Names may be in either case. */
static uint32_t numberOf (const char * head, const char * name)
{
    for (const char * line = strchr (head, '\n'); line; line = strchr (line, '\n'))
    {
        const char * at = name;
        for (line++; * at && (* line | 32) == * at; line++) at++;
        if (! * at && * line == ':') return (uint32_t) strtoul (line + 1, NULL, 10);
    }
    return 0;
}

static void write (const uint8_t * bytes, size_t length)
{
    if (length > firmware.length - firmware.taken) return fail ("more came than was announced");
    if (esp_ota_write (firmware.writing, bytes, length) != ESP_OK) return fail ("what came is no firmware, or the flash cannot be written");
    sha256Add (& firmware.hash, bytes, (uint32_t) length);
    firmware.taken += (uint32_t) length;
    if (firmware.taken == firmware.length) finish ();
}

/* The head ends with an empty line; what came behind it is the beginning of the firmware. */
static void takeHead (const uint8_t * bytes, size_t length)
{
    if (length > sizeof firmware.head - 1 - firmware.headLength) return fail ("the server's answer is too long");
    memcpy (firmware.head + firmware.headLength, bytes, length);
    firmware.headLength += length;
    firmware.head [firmware.headLength] = 0;
    char * end = strstr (firmware.head, "\r\n\r\n");
    if (! end) return;
    size_t rest = firmware.headLength - (size_t) (end + 4 - firmware.head);
    end [2] = 0;
    if (strncmp (firmware.head, "HTTP/1.", 7) != 0 || strncmp (firmware.head + 8, " 200", 4) != 0) return fail ("the server does not have it");
    firmware.length = numberOf (firmware.head, "content-length");
    firmware.place = esp_ota_get_next_update_partition (NULL);
    if (! firmware.place || firmware.length == 0 || firmware.length > firmware.place->size) return fail ("it has no length, or one that does not fit");
    if (esp_ota_begin (firmware.place, OTA_WITH_SEQUENTIAL_WRITES, & firmware.writing) != ESP_OK) return fail ("the flash cannot be written");
    firmware.state = READING;
    firmware.taken = 0;
    sha256Begin (& firmware.hash);
    if (rest > 0) write ((const uint8_t *) end + 4, rest);
}

static void take (void)
{
    uint8_t chunk [CHUNK];
    for (unsigned i = 0; i < CHUNKS && (firmware.state == READING || firmware.state == READING_HEAD); i++)
    {
        /* The head is read in small pieces, as it has little room. */
        size_t room = firmware.state == READING_HEAD ? sizeof firmware.head / 4 : sizeof chunk;
        ssize_t length = lwip_recv (firmware.socket, chunk, room, MSG_DONTWAIT);
        if (length == 0) return fail ("the server has ended before all of it came");
        if (length < 0) return errno == EAGAIN ? (void) 0 : fail ("the connection was lost");
        firmware.until = portNow () + PATIENCE_MS;
        if (firmware.state == READING_HEAD) takeHead (chunk, (size_t) length);
        else write (chunk, (size_t) length);
    }
}

void firmwareFollow (void)
{
    if (firmware.state == IDLE || firmware.state == WRITTEN) return;
    if (portNow () >= firmware.until) return fail ("nothing came for a while");
    if (firmware.state == CALLING) ask ();
    if (firmware.state == READING_HEAD || firmware.state == READING) take ();
}

int firmwareSocket (void) { return firmware.state == READING_HEAD || firmware.state == READING ? firmware.socket : NONE; }

/* -- the console's word ------------------------------------------------------------------------------------------------------------------------------ */

/* ADDRESS:PORT/PATH, without a name, as the shim resolves none. */
static bool readPlace (const char * text)
{
    unsigned address [4], port;
    int used = 0;
    if (sscanf (text, "%3u.%3u.%3u.%3u:%5u/%n", address, address + 1, address + 2, address + 3, & port, & used) != 5 || used == 0) return false;
    size_t length = strcspn (text + used, " ");
    if (length >= sizeof firmware.path || port == 0 || port > UINT16_MAX) return false;
    uint8_t octets [4];
    for (unsigned i = 0; i < 4; i++)
    {
        if (address [i] > UINT8_MAX) return false;
        octets [i] = (uint8_t) address [i];
    }
    firmware.server = (struct sockaddr_in) { .sin_family = AF_INET, .sin_port = htons ((uint16_t) port) };
    memcpy (& firmware.server.sin_addr, octets, sizeof octets);
    memcpy (firmware.path, text + used, length);
    firmware.path [length] = 0;
    return true;
}

static bool readPrint (const char * text)
{
    for (unsigned i = 0; i < SHA256_BYTES; i++, text += 2)
    {
        char pair [3] = { text [0], text [0] ? text [1] : 0, 0 };
        char * end;
        firmware.wanted [i] = (uint8_t) strtoul (pair, & end, 16);
        if (end != pair + 2) return false;
    }
    return * text == 0;
}

static void tell (void)
{
    char text [TEXT_MAX];
    static const char * const states [] = { "none is coming", "calling the server", "calling the server", "coming", "written; \"firmware start\" starts it" };
    if (firmware.state == READING) snprintf (text, sizeof text, "firmware: %lu of %lu bytes", (unsigned long) firmware.taken, (unsigned long) firmware.length);
    else snprintf (text, sizeof text, "firmware: %s", states [firmware.state]);
    firmware.print (text);
}

bool firmwareCommand (const char * line, void (* print) (const char * text))
{
    if (strncmp (line, "firmware", 8) != 0 || (line [8] && line [8] != ' ')) return false;
    firmware.print = print;
    const char * words = line + 8 + strspn (line + 8, " "), * second = strchr (words, ' ');
    if (! * words) return tell (), true;
    if (strcmp (words, "start") == 0 && firmware.state == WRITTEN) portReset (BOOT_COLD);
    if (firmware.state != IDLE && firmware.state != WRITTEN) return print ("firmware: one is coming already."), true;
    if (soundRuns ()) return print ("firmware: not during a call."), true;
    if (! second || ! readPlace (words) || ! readPrint (second + 1)) return print ("Say where from, and its SHA-256: firmware 192.0.2.10:8070/linehunt.bin 0123...; npm run firmware prints the line."), true;
    firmware.state = CALLING;
    firmware.headLength = 0;
    firmware.until = portNow () + PATIENCE_MS;
    call ();
    return true;
}
