/* The display: a virtio GPU whose picture of 128 x 64 pixels stays on the other side, as in an SSD1306. One row of pixels is sent at a time; all
 * rows of the resource are backed by the same 512 bytes. Its first row is not shown: QEMU takes a transfer that begins there for one of all rows. */
#include "devices.h"

#include <string.h>
#include "port/port.h"
#include "virtio.h"

enum {
    COLUMNS = FRAME_COLUMNS, ROWS = FRAME_PAGES * 8, HIDDEN_ROWS = 1, FORMAT_BGRX = 2, RESOURCE = 1, LIT = 0x00ffffff,
    CREATE_2D = 0x101, SET_SCANOUT = 0x103, FLUSH = 0x104, TRANSFER = 0x105, ATTACH_BACKING = 0x106, WORDS_MAX = 8
};

typedef struct Head { uint32_t type, flags; uint64_t fence; uint32_t context, ring; } Head;
typedef struct Backing { const void * address; uint32_t high, length, zero; } Backing;

static VirtioDevice device;
static VirtioQueue queue;
static uint32_t row [COLUMNS];
static struct { Head head; uint32_t words [WORDS_MAX]; } request;
static Head answer;

#define BACK { row, 0, sizeof row, 0 }
#define BACK_8 BACK, BACK, BACK, BACK, BACK, BACK, BACK, BACK

static void ask (const void * what, uint32_t length)
{
    queue.descriptors [0] = (VirtioDescriptor) { (uint32_t) (uintptr_t) what, length, VIRTIO_NEXT, 1 };
    queue.descriptors [1] = (VirtioDescriptor) { (uint32_t) (uintptr_t) & answer, sizeof answer, VIRTIO_WRITE, 0 };
    virtioAsk (& device, 0, & queue);
}

static void command (uint32_t type, const uint32_t * words, uint32_t count)
{
    request.head = (Head) { .type = type };
    memcpy (request.words, words, count * sizeof (uint32_t));
    ask (& request, (uint32_t) sizeof (Head) + count * (uint32_t) sizeof (uint32_t));
}

void screenStart (void)
{
    static const struct { Head head; uint32_t resource, count; Backing rows [HIDDEN_ROWS + ROWS]; } backing = {
        { .type = ATTACH_BACKING }, RESOURCE, HIDDEN_ROWS + ROWS, { BACK, BACK_8, BACK_8, BACK_8, BACK_8, BACK_8, BACK_8, BACK_8, BACK_8 }
    };
    if (! virtioFind (& device, VIRTIO_GPU, 0)) return;
    virtioQueue (& device, 0, & queue);
    virtioReady (& device);
    command (CREATE_2D, (uint32_t []) { RESOURCE, FORMAT_BGRX, COLUMNS, HIDDEN_ROWS + ROWS }, 4);
    ask (& backing, sizeof backing);
    command (SET_SCANOUT, (uint32_t []) { 0, HIDDEN_ROWS, COLUMNS, ROWS, 0, RESOURCE }, 6);
}

void portShow (unsigned page, const uint8_t * columns)
{
    if (! device.base) return;
    for (unsigned bit = 0; bit < 8; bit++)
    {
        uint32_t y = HIDDEN_ROWS + page * 8 + bit;
        for (unsigned x = 0; x < COLUMNS; x++) row [x] = columns [x] >> bit & 1 ? LIT : 0;
        command (TRANSFER, (uint32_t []) { 0, y, COLUMNS, 1, y * (uint32_t) sizeof row, 0, RESOURCE, 0 }, 8);
    }
    command (FLUSH, (uint32_t []) { 0, HIDDEN_ROWS + page * 8, COLUMNS, 8, RESOURCE, 0 }, 6);
}
