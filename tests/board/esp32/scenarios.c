/* What is done to a board that is none, by the name of the scenario; tests/board/esp32.test.ts compares what is printed. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "calendar.h"
#include "esp32.h"
#include "fake.h"
#include "firmware.h"
#include "join.h"
#include "keypad.h"
#include "port/port.h"
#include "profile.h"
#include "refusal.h"
#include "streams.h"
#include "resample.h"
#include "sha256.h"
#include "store.h"
#include "wifi.h"

int fakeCommandPin (void) { return profile.screen.command; }
void app_main (void);

/* What the port and the shim around it want of the rest of the shim. */
int boardMain (void) { return 0; }
void consolePrint (const char * format, ...)
{
    va_list arguments;
    va_start (arguments, format);
    vprintf (format, arguments);
    va_end (arguments);
    printf ("\n");
}
static void say (const char * text) { printf ("| %s\n", text); }

/* -- keys ------------------------------------------------------------------------------------------------------------------------------------- */

/* Lets time pass as the board's loop does, and prints what the phone is told. */
static void scan (int64_t ms)
{
    for (int64_t until = fakeNow + ms; fakeNow < until; fakeNow++)
    {
        Input input;
        while (keypadNext (& input)) printf ("%s%c", input.event ? "+" : "-", (char) input.number);
    }
    printf ("\n");
}

static void contact (unsigned row, unsigned column, bool closed)
{
    bool expander = profile.keys.kind == KEYS_EXPANDER;
    fakeContact (expander ? 50 + (int) row : profile.keys.rows [row], expander ? 54 + (int) column : profile.keys.columns [column], closed);
}

static void matrix (void)
{
    keysStart ();
    scan (20);
    for (unsigned place = 0; place < 16; place++)
    {
        contact (place / 4, place % 4, true);
        scan (30);
        contact (place / 4, place % 4, false);
        scan (30);
    }
    /* It bounces: 1 ms on and off, then it stays. */
    for (unsigned i = 0; i < 10; i++, fakeNow++)
    {
        Input input;
        contact (0, 0, i & 1);
        if (keypadNext (& input)) printf ("moved while it bounced ");
    }
    contact (0, 0, true);
    scan (30);
    contact (1, 1, true);
    scan (30);
    contact (0, 0, false), contact (1, 1, false);
    scan (30);
}

static void letters (void)
{
    keysStart ();
    for (const char * typed = "wErsDfzxcaq0\r\b5h jkl?$pmn"; * typed; typed++)
    {
        fakeReads (profile.keys.address, typed, 1);
        scan (100);
    }
    for (unsigned i = 0; i < 4; i++) fakeEdge (profile.keys.ball [i]);
    scan (200);
    for (unsigned i = 0; i < 4; i++) fakeEdge (profile.keys.ball [i]);
    scan (600);
    fakeHold (profile.keys.ball [4], true);
    scan (300);
    fakeHold (profile.keys.ball [4], false);
    scan (100);
}

/* Contact numbers, row by row as the keys are printed: ` 1 2 3 ... */
static void scanner (void)
{
    keysStart ();
    for (unsigned y = 0; y < 4; y++)
    {
        for (unsigned x = 0; x < 14; x++)
        {
            uint8_t number = (uint8_t) (1 + x / 2 * 10 + (x & 1) * 4 + y);
            const char events [] = { (char) (0x80 | number), (char) number };
            fakeReads (profile.keys.address, events, 1);
            for (int64_t until = fakeNow + 40; fakeNow < until; fakeNow++)
            {
                Input input;
                if (keypadNext (& input)) printf ("%c", (char) input.number);
                else if (fakeNow == until - 1) printf (".");
            }
            fakeReads (profile.keys.address, events + 1, 1);
            for (int64_t until = fakeNow + 40; fakeNow < until; fakeNow++)
            {
                Input input;
                keypadNext (& input);
            }
        }
        printf ("\n");
    }
    /* Two at once, and let go in the other order. */
    fakeReads (profile.keys.address, "\x85\x8b\x05\x0b", 4);
    scan (100);
}

/* -- the screen ---------------------------------------------------------------------------------------------------------------------------------- */

/* A picture in which no two rows or columns are alike. */
static void fill (uint8_t * columns, unsigned page)
{
    for (unsigned x = 0; x < FRAME_COLUMNS; x++) columns [x] = (uint8_t) ((x * 37 + page * 101) ^ (x >> 3));
}

static void screen (void)
{
    screenStart ();
    for (unsigned page = 0; page < FRAME_PAGES; page++)
    {
        uint8_t columns [FRAME_COLUMNS];
        fill (columns, page);
        portShow (page, columns);
    }
    if (profile.screen.kind == SCREEN_SSD1306) return;
    printf ("on %d, inverted %d\n", fakeIsOn, fakeIsInverted);
    for (unsigned y = 0; y < profile.screen.height; y++)
    {
        for (unsigned x = 0; x < profile.screen.width; x++) printf ("%c", fakePixel (profile.screen.left + x, profile.screen.top + y) ? '#' : '.');
        printf ("\n");
    }
}

static void small (void)
{
    fakeShowsI2c = true;
    screen ();
}

/* -- sound ------------------------------------------------------------------------------------------------------------------------------------------ */

enum { FRAMES = 50, WORDS = FRAMES * 640 };
static int32_t words [WORDS];

/* Reads numbers, one a line, as what the microphone hears in its left slot; plays what comes of it again, and prints both. */
static void sound (void)
{
    unsigned count = 0;
    for (int value; count < WORDS && scanf ("%d", & value) == 1; count += 2) words [count] = value * 65536, words [count + 1] = 0x7fff0000;
    soundStart ();
    fakeShowsI2c = true;
    portSound (true);
    fakeShowsI2c = false;
    printf ("sounds %d\n", soundRuns ());
    int16_t frame [AUDIO_SAMPLES];
    unsigned frames = 0;
    for (unsigned given = 0; given < count; given += 100)
    {
        fakeHears (words + given, count - given < 100 ? count - given : 100);
        for (; portMicrophone (frame); frames++)
        {
            for (unsigned i = 0; i < AUDIO_SAMPLES; i++) printf ("m %d\n", frame [i]);
            portSpeaker (frame);
        }
    }
    size_t played = fakePlayed (words, WORDS);
    for (size_t i = 0; i < played; i += 2)
    {
        if (words [i] != words [i + 1]) printf ("the slots differ\n");
        printf ("s %d\n", words [i] >> 16);
    }
    fakeShowsI2c = true;
    portSound (false);
    printf ("sounds %d, %u frames, then %d\n", soundRuns (), frames, portMicrophone (frame));
}

/* -- flash --------------------------------------------------------------------------------------------------------------------------------------------- */

/* Writes settings again and again, with the power cut after each possible byte: what is read afterwards is one of the two, and whole. */
static void store (void)
{
    static jmp_buf jump;
    static char text [200], before [200] = "first";
    static volatile unsigned kept, cuts, done;
    flashStart ();
    fakeCutTo (& jump);
    storeWrite (STORED_SETTINGS, (const uint8_t *) before, (uint32_t) strlen (before));
    /* Twice as many writes that end well as there are copies: each is the one that is cut. */
    for (volatile int left = 0; done < 4; left++)
    {
        uint8_t into [256];
        uint32_t length = 0;
        snprintf (text, sizeof text, "number %d, of so many bytes: %.*s", left, left % 90, "..........................................................................................");
        fakeFlashLeft = left;
        if (setjmp (jump) == 0)
        {
            storeWrite (STORED_SETTINGS, (const uint8_t *) text, (uint32_t) strlen (text));
            strcpy (before, text);
            left = -1;
            done++;
        }
        else cuts++;
        fakeFlashLeft = -1;
        if (! storeRead (STORED_SETTINGS, 0, into, sizeof into - 1, & length)) printf ("nothing is whole after %d\n", left);
        into [length] = 0;
        if (strcmp ((char *) into, before) == 0) kept++;
        else printf ("after %d there is %s\n", left, (char *) into);
    }
    printf ("%u writes, %u cut off, %u times the settings were whole\n", done, cuts, kept);
}

static void slots (void)
{
    static const uint8_t word [] = { 1, 2, 3, 4 }, zero [4];
    flashStart ();
    for (unsigned slot = 0; slot < PORT_SLOTS; slot++)
    {
        uint32_t last = portSlotBytes - portSlotSectorBytes;
        for (uint32_t at = 0; at < portSlotBytes; at += portSlotSectorBytes) if (! portSlotErase (slot, at)) printf ("not erased\n");
        printf ("%d", portSlotWrite (slot, last, word, 4) && memcmp (portSlot (slot) + last, word, 4) == 0);
        printf ("%d", portSlotWrite (slot, last, zero, 4) && memcmp (portSlot (slot) + last, zero, 4) == 0);
        printf ("%d", portSlotErase (slot, last) && portSlot (slot) [last] == 0xff);
        printf ("%d\n", portSlotWrite (slot, portSlotBytes, word, 4));
    }
    uint32_t last = portCodeAreaBytes - portCodeAreaSectorBytes;
    printf ("code %d", portCodeAreaErase (0) && portCodeAreaErase (last));
    printf ("%d", portCodeAreaWrite (last, word, 4) && memcmp (portCodeArea () + last, word, 4) == 0);
    printf ("%d", portCodeAreaErase (last) && portCodeArea () [last] == 0xff);
    printf ("%d of %02x%02x\n", portCodeAreaWrite (portCodeAreaBytes, word, 4), portIdentity () [0], portIdentity () [1]);
}

/* -- Wi-Fi ------------------------------------------------------------------------------------------------------------------------------------------------- */

static PortNetwork network;

/* Lets time pass and tells what the phone is told. */
static void pass (int64_t ms)
{
    for (int64_t until = fakeNow + ms; fakeNow < until; fakeNow += 10)
    {
        if (! portNetwork (& network)) continue;
        printf ("%lld %s\n%s%s", (long long) fakeNow, network.up ? "up" : "down", network.lines, network.lines [0] ? "\n" : "");
    }
}

static void command (const char * line)
{
    printf ("> %s\n", line);
    if (! portCommand (line, say)) printf ("not for the board\n");
}

static void wifi (void)
{
    static const uint8_t own [] = { 192, 0, 2, 7 }, dns [4] [4] = { { 192, 0, 2, 53 }, { 198, 51, 100, 53 }, { 203, 0, 113, 53 } };
    wifiStart ();
    netStart ();
    command ("wifi");
    command ("wifi \"Attic 5\" short");
    command ("wifi \"Attic 5\" \"nine lives\"");
    fakeWifi (5, 201);
    pass (30);
    command ("wifi");
    pass (120000);
    printf ("-- it is there, with an address after a while\n");
    for (unsigned i = 0; i < 3; i++) fakeServer (i, dns [i]);
    pass (28100);
    fakeWifi (4, 0);
    pass (50);
    fakeAddress (0, own);
    pass (50);
    command ("wifi");
    pass (40000);
    printf ("-- it is gone for a moment\n");
    fakeWifi (5, 200);
    pass (100);
    fakeWifi (4, 0);
    fakeAddress (0, own);
    pass (1000);
    printf ("-- the lease is lost and never comes again\n");
    fakeAddress (1, NULL);
    pass (35000);
    printf ("-- the call before ends, as the driver says, and the one after it is answered already\n");
    fakeWifi (5, 8);
    fakeWifi (4, 0);
    fakeAddress (0, own);
    pass (25000);
    printf ("-- the access point answers and refuses, again and again\n");
    fakeRefusal = 15;
    fakeWifi (5, 15);
    pass (100000);
    command ("wifi");
    command ("wifi off");
    pass (100000);
    command ("wifi");
    command ("wifi Cellar");
    command ("wifi 123456789012345678901234567890123 abcdefgh");
    command ("wifix");
    command ("dial 600");
}

static void kept (void)
{
    wifiStart ();
    command ("wifi \"Attic 5\" \"nine lives\"");
    wifiStart ();
    command ("wifi");
}

/* -- the network ------------------------------------------------------------------------------------------------------------------------------------------------ */

static void take (size_t room)
{
    static const char * const kinds [] = { "nothing", "a datagram", "a refusal", "one too long" };
    uint8_t into [2048];
    int socket = -1;
    Endpoint peer = { 0 };
    size_t length = 0;
    PortArrival arrival = portReceive (& socket, & peer, into, room, & length);
    printf ("%s", kinds [arrival]);
    if (arrival != ARRIVAL_NONE) printf (" at %u from %u.%u.%u.%u:%u", portBoundPort (socket), peer.address [0], peer.address [1], peer.address [2], peer.address [3], peer.port);
    if (arrival == ARRIVAL_DATAGRAM) printf (": %.*s", (int) length, (const char *) into);
    printf ("\n");
}

/* ICMP for a datagram that was sent from `port` to 198.51.100.2:5060, behind an IP header with options when `options`. */
static size_t icmp (uint8_t * packet, uint8_t type, uint8_t code, uint16_t port, bool options)
{
    size_t head = options ? 24 : 20;
    memset (packet, 0, 64);
    packet [0] = (uint8_t) (0x40 | head / 4), packet [9] = 1;
    uint8_t * inner = packet + head + 8;
    packet [head] = type, packet [head + 1] = code;
    inner [0] = 0x45, inner [9] = 17;
    memcpy (inner + 16, (const uint8_t []) { 198, 51, 100, 2 }, 4);
    inner [20] = (uint8_t) (port >> 8), inner [21] = (uint8_t) port, inner [22] = 5060 >> 8, inner [23] = 5060 & 0xff;
    return head + 8 + 28;
}

static void net (void)
{
    static const uint8_t peer [] = { 198, 51, 100, 2 };
    Endpoint server = { .family = 4, .port = 5060, .address = { 198, 51, 100, 2 } };
    uint8_t packet [64];
    netStart ();
    int sip = portBind (5060), any = portBind (0);
    printf ("bound %u and %u; again %d\n", portBoundPort (sip), portBoundPort (any), portBind (5060));
    printf ("%d\n", portSend (sip, & server, (const uint8_t *) "hello", 5));
    fakeSendError = 12, printf ("no memory: %d\n", portSend (sip, & server, (const uint8_t *) "hello", 5));
    fakeSendError = 118, printf ("no way: %d\n", portSend (sip, & server, (const uint8_t *) "hello", 5));
    take (1500);
    fakePacket (5060, peer, 5060, (const uint8_t *) "one", 3);
    fakePacket (5060, peer, 5061, (const uint8_t *) "two", 3);
    fakePacket (portBoundPort (any), peer, 53, (const uint8_t *) "three", 5);
    /* They take turns, and a refusal goes first. */
    fakePacket (0, peer, 0, packet, icmp (packet, 3, 3, portBoundPort (any), false));
    for (unsigned i = 0; i < 5; i++) take (1500);
    fakePacket (5060, peer, 5060, (const uint8_t *) "0123456789", 10);
    take (9);
    fakePacket (0, peer, 0, packet, icmp (packet, 3, 3, 5060, true));
    take (1500);
    printf ("-- not for us: an echo, another code, another port, cut off\n");
    fakePacket (0, peer, 0, packet, icmp (packet, 0, 0, 5060, false));
    fakePacket (0, peer, 0, packet, icmp (packet, 3, 1, 5060, false));
    fakePacket (0, peer, 0, packet, icmp (packet, 3, 3, 5999, false));
    size_t whole = icmp (packet, 3, 3, 5060, false);
    for (size_t length = 0; length < whole; length++)
    {
        Endpoint refused;
        uint16_t port;
        uint8_t * copy = malloc (length ? length : 1);
        memcpy (copy, packet, length);
        if (refusalRead (copy, length, & port, & refused) != (length >= 52)) printf ("%u bytes are read wrongly\n", (unsigned) length);
        free (copy);
    }
    take (1500);
    portUnbind (sip);
    fakePacket (5060, peer, 5060, (const uint8_t *) "late", 4);
    take (1500);
    printf ("again %u\n", portBoundPort (portBind (5060)));
    unsigned more = 0;
    while (portBind (0) >= 0) more++;
    printf ("%u more\n", more);
}

static void news (size_t room)
{
    static const char * const turns [] = { "nothing", "opened", "bytes", "ended", "refused", "lost" };
    uint8_t into [64];
    PortNews news = portNews (into, room);
    printf ("%lld: %s", (long long) fakeNow, turns [news.turn]);
    if (news.turn == TURN_OPENED) printf (" at %u", news.own.port);
    if (news.turn == TURN_BYTES) printf (" %.*s", (int) news.length, (const char *) into);
    if (news.turn == TURN_LOST) printf (", %d", news.failure);
    printf ("\n");
    fakeNow++;
}

static void watched (void)
{
    fd_set readable, writable;
    FD_ZERO (& readable);
    FD_ZERO (& writable);
    int highest = streamsWatch (& readable, & writable, -1);
    if (highest < 0) printf ("none is waited for\n");
    else printf ("waited for:%s%s\n", FD_ISSET (highest, & readable) ? " bytes" : "", FD_ISSET (highest, & writable) ? " room" : "");
}

static int opened (int error)
{
    Endpoint server = { .family = 4, .port = 5060, .address = { 198, 51, 100, 2 } };
    int place = portConnect (& server);
    printf ("stream %d\n", place);
    watched ();
    news (64);
    fakeNow += 20;
    if (! error) watched ();
    return place;
}

static void stream (void)
{
    static const uint8_t answer [] = "one two three";
    static const uint8_t own [4] = { 192, 0, 2, 15 };
    static uint8_t much [2048];
    memset (much, '.', sizeof much);
    netStart ();
    wifiStart ();
    command ("wifi Attic nine-lives");
    fakeWifi (4, 0);
    fakeAddress (0, own);
    pass (50);
    fakeServes (answer, sizeof answer - 1, 7, true, 0);
    int place = opened (0);
    for (unsigned i = 0; i < 6; i++) news (5);
    printf ("-- half of it goes at once, the rest waits; what does not fit is not taken at all\n");
    fakeTakes = 4;
    printf ("%d\n", portWrite (place, (const uint8_t *) "12345678", 8));
    watched ();
    printf ("%d\n", portWrite (place, much, sizeof much));
    printf ("%d\n", portWrite (place, (const uint8_t *) "9", 1));
    fakeTakes = 3, news (64);
    printf ("-- it is given up, and what was written still goes out\n");
    portDisconnect (place);
    watched ();
    fakeTakes = 100, news (64);
    watched ();
    printf ("-- refused\n");
    fakeServes (answer, 0, 7, false, ECONNRESET);
    place = opened (ECONNRESET), news (64), portDisconnect (place);
    printf ("-- nobody answers\n");
    fakeServes (answer, 0, 7, false, ECONNABORTED);
    place = opened (ECONNABORTED), news (64), portDisconnect (place);
    printf ("-- reset, behind what has come\n");
    fakeServes (answer, 3, 7, false, 0);
    place = opened (0), news (64), news (64), news (64);
    fakeServes (answer, 0, 7, false, ECONNRESET);
    news (64), portDisconnect (place);
    printf ("-- four at once, and what is written when nobody takes it: given up after a while, or for another\n");
    fakeServes (answer, 0, 7, false, 0);
    fakeTakes = 0;
    for (unsigned i = 0; i < 4; i++) place = opened (0), news (64);
    for (int i = 0; i < 3; i++) portWrite (i, (const uint8_t *) "left", 4), portDisconnect (i);
    watched ();
    printf ("in the place of one: ");
    opened (0), portDisconnect (0);
    fakeNow += 20000, news (64);
    watched ();
}

/* -- the time of day ----------------------------------------------------------------------------------------------------------------------------------------------- */

static void times (void)
{
    clockStart ();
    for (; fakeNow < 3 * 3600 * 1000; fakeNow += 500)
    {
        Input input;
        int64_t soonest = calendarSoonest ();
        if (calendarNext (& input)) printf ("%lld: %lld, then at %lld\n", (long long) fakeNow, (long long) input.unixMs, (long long) calendarSoonest ());
        else if (soonest == INT64_MAX && fakeNow < 40000) printf ("%lld: not known\n", (long long) fakeNow);
        if (fakeNow == 34000) fakeClockSec = 1800000000;
    }
}

/* -- a firmware ------------------------------------------------------------------------------------------------------------------------------------------------- */

/* `answer` is served; the board is told to fetch it, with the SHA-256 of `body` bytes of 0xe9 and on. */
static void fetch (const char * story, const char * head, size_t body, size_t served, size_t piece, bool ends, bool isImage)
{
    static uint8_t answer [200000];
    char line [160];
    uint8_t print [SHA256_BYTES];
    Sha256 hash;
    size_t length = (size_t) sprintf ((char *) answer, "%s", head);
    for (size_t i = 0; i < served; i++) answer [length + i] = (uint8_t) (i ? i * 7 : isImage ? 0xe9 : 0x7f);
    sha256Begin (& hash);
    sha256Add (& hash, answer + length, body < served ? body : served);
    sha256End (& hash, print);
    int at = sprintf (line, "firmware 192.0.2.10:8070/linehunt.bin ");
    for (unsigned i = 0; i < sizeof print; i++) at += sprintf (line + at, "%02x", print [i]);
    printf ("-- %s\n", story);
    fakeServes (answer, length + served, piece, ends, 0);
    if (! portCommand (line, say)) printf ("not for the board\n");
    for (unsigned i = 0; i < 20000; i++, fakeNow++) firmwareFollow ();
    portCommand ("firmware", say);
}

static void firmware (void)
{
    static jmp_buf jump;
    fakeCutTo (& jump);
    netStart ();
    say ("");
    portCommand ("firmware", say);
    portCommand ("firmware 192.0.2.10:8070/x.bin", say);
    portCommand ("firmware 192.0.2.10/x.bin 00", say);
    portCommand ("firmware start", say);
    fetch ("it comes in pieces", "HTTP/1.1 200 OK\r\nContent-Type: x\r\ncontent-length: 50000\r\n\r\n", 50000, 50000, 700, true, true);
    fetch ("in pieces of one byte, and the server does not end", "HTTP/1.0 200 OK\r\nContent-Length: 1500\r\n\r\n", 1500, 1500, 1, false, true);
    fetch ("another SHA-256", "HTTP/1.0 200 OK\r\nContent-Length: 5000\r\n\r\n", 4999, 5000, 700, true, true);
    fetch ("the server does not have it", "HTTP/1.0 404 Not Found\r\nContent-Length: 5\r\n\r\n", 5, 5, 700, true, true);
    fetch ("it is cut off", "HTTP/1.0 200 OK\r\nContent-Length: 5000\r\n\r\n", 5000, 3000, 700, true, true);
    fetch ("it stops coming", "HTTP/1.0 200 OK\r\nContent-Length: 5000\r\n\r\n", 5000, 3000, 700, false, true);
    fetch ("more than was announced", "HTTP/1.0 200 OK\r\nContent-Length: 5000\r\n\r\n", 5000, 5001, 1400, true, true);
    fetch ("too large", "HTTP/1.0 200 OK\r\nContent-Length: 100001\r\n\r\n", 5000, 5000, 700, true, true);
    fetch ("no length", "HTTP/1.0 200 OK\r\n\r\n", 5000, 5000, 700, true, true);
    fetch ("no HTTP", "SSH-2.0-x\r\n\r\n", 5000, 5000, 700, true, true);
    fetch ("a head without end", "HTTP/1.0 200 OK\r\nX: ", 5000, 5000, 100, true, true);
    fetch ("no image", "HTTP/1.0 200 OK\r\nContent-Length: 5000\r\n\r\n", 5000, 5000, 700, true, false);
    fetch ("an image that its check refuses", "HTTP/1.0 200 OK\r\nContent-Length: 900\r\n\r\n", 900, 900, 700, true, true);
    printf ("-- nobody there\n");
    fakeServes (NULL, 0, 0, true, 111);
    portCommand ("firmware 192.0.2.10:8070/ 0000000000000000000000000000000000000000000000000000000000000000", say);
    for (unsigned i = 0; i < 100; i++, fakeNow++) firmwareFollow ();
    fetch ("at last", "HTTP/1.0 200 OK\r\nContent-Length: 5000\r\n\r\n", 5000, 5000, 1400, true, true);
    if (setjmp (jump) == 0) portCommand ("firmware start", say);
    else printf ("reset\n");
}

/* -- the board ------------------------------------------------------------------------------------------------------------------------------------------------------ */

static void figure (const char * name, uint32_t value) { printf ("%s %u\n", name, (unsigned) value); }

static void start (void)
{
    static jmp_buf jump;
    static const char * const names [] = { "cold", "trap", "watchdog", "power" };
    fakeCutTo (& jump);
    uint8_t random [8];
    portEntropy (random, sizeof random);
    app_main ();
    portStart ();
    portEntropy (random, sizeof random);
    printf ("boot %s\n", names [portBoot ()]);
    for (volatile int reason = 1; reason <= 9; reason++)
    {
        fakeReset (reason);
        if (reason == 3 && setjmp (jump) == 0) portReset (BOOT_TRAP);
        fakeIsQuiet = true;
        portStart ();
        fakeIsQuiet = false;
        printf ("reset %d: %s\n", reason, names [portBoot ()]);
    }
    memset (portRetained (1200), 1, 1200);
    printf ("more than there is: %d\n", portRetained (1201) != NULL);
    portFigures (figure);
    portFeedWatchdog ();
    fakeNow = 61000;
    portFeedWatchdog ();
    portFeedWatchdog ();
    portSleep (fakeNow + 1000), printf ("sleeps %lld\n", (long long) fakeWaited);
    portSleep (fakeNow + 3), printf ("sleeps %lld\n", (long long) fakeWaited);
    portSound (true);
    portSleep (fakeNow + 1000), printf ("sleeps %lld\n", (long long) fakeWaited);
}

static void console (void)
{
    serialStart ();
    portConsoleWrite ("hello\n", 6);
    printf ("reads %d\n", portConsoleRead ());
    fakeSerial (0);
    int64_t before = fakeNow;
    for (unsigned i = 0; i < 100; i++) portConsoleWrite ("nobody listens\n", 15);
    printf ("waited %lld ms for 100 lines\n", (long long) (fakeNow - before));
}

int main (int count, char ** arguments)
{
    static const struct { const char * name; void (* run) (void); } scenarios [] = {
        { "matrix", matrix }, { "letters", letters }, { "scanner", scanner }, { "screen", screen }, { "small", small }, { "sound", sound }, { "store", store }, { "slots", slots },
        { "wifi", wifi }, { "kept", kept }, { "net", net }, { "stream", stream }, { "times", times }, { "firmware", firmware }, { "start", start }, { "console", console },
    };
    for (int i = 2; i < count; i++) fakeAnswers ((uint8_t) strtoul (arguments [i], NULL, 16));
    for (unsigned i = 0; i < sizeof scenarios / sizeof scenarios [0]; i++)
    {
        if (count < 2 || strcmp (arguments [1], scenarios [i].name) != 0) continue;
        busStart ();
        scenarios [i].run ();
        return 0;
    }
    return 2;
}
