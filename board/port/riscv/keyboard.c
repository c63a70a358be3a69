/* The keypad: a virtio keyboard that plays a key matrix of six rows and four columns. A contact that has moved stays until it was looked at several times, as
 * fingers are slower than a program that sends keys, and slower than a phone that is busy. */
#include "devices.h"

#include "cpu.h"
#include "port/port.h"
#include "virtio.h"

enum { ROWS = 6, COLUMNS = 4, STAY_SCANS = 4, SCAN_MS = 5, EVENT_KEY = 1, WAITING_MAX = 32 };

/* Linux input event codes, in the order of `keys`; tests and build/board press the keys that have these codes. */
static const uint8_t codes [ROWS] [COLUMNS] = {
    { 2, 3, 4, 59 },        /* 1 2 3 F1 */
    { 5, 6, 7, 60 },        /* 4 5 6 F2 */
    { 8, 9, 10, 61 },       /* 7 8 9 F3 */
    { 55, 11, 53, 35 },     /* * 0 / H */
    { 103, 108, 105, 106 }, /* arrows */
    { 28, 14, 0, 0 },       /* Enter Backspace */
};
const PortKeypad portKeypad = { ROWS, COLUMNS, "123a" "456b" "789c" "*0#H" "UDLR" "OB  " };

typedef struct Event { uint16_t type, code; uint32_t value; } Event;
typedef struct Key { uint8_t code; bool down; } Key;

static VirtioDevice device;
static VirtioQueue queue;
static Event events [VIRTIO_SLOTS];
static uint8_t closed [ROWS];
static unsigned stays;                     /* for so many more scans nothing moves */
static Key waiting [WAITING_MAX];          /* the device loses what it has no room for: its few events are fetched at once */
static unsigned first, count;

void keyboardStart (void)
{
    if (! virtioFind (& device, VIRTIO_INPUT, 0)) return;
    virtioQueue (& device, 0, & queue);
    virtioReady (& device);
    for (uint16_t i = 0; i < VIRTIO_SLOTS; i++)
    {
        queue.descriptors [i] = (VirtioDescriptor) { (uint32_t) (uintptr_t) & events [i], sizeof (Event), VIRTIO_WRITE, 0 };
        virtioGive (& device, 0, & queue, i);
    }
}

void keyboardAcknowledge (void) { virtioAcknowledge (& device); }

int64_t keyboardSoonest (void)
{
    bool moves = device.base && (count > 0 || queue.taken != queue.used.index);
    return moves ? cpuNow () + SCAN_MS : INT64_MAX;
}

static void fetch (void)
{
    for (int id; count < WAITING_MAX && (id = virtioTake (& queue, NULL)) >= 0; virtioGive (& device, 0, & queue, (uint16_t) id))
    {
        const Event * event = & events [id];
        if (event->type == EVENT_KEY && event->code <= UINT8_MAX) waiting [(first + count++) % WAITING_MAX] = (Key) { (uint8_t) event->code, event->value != 0 };
    }
}

static void move (Key key)
{
    for (unsigned row = 0; row < ROWS; row++)
    {
        for (unsigned column = 0; column < COLUMNS; column++)
        {
            if (key.code == 0 || codes [row] [column] != key.code) continue;
            uint8_t bit = (uint8_t) (1u << column);
            closed [row] = key.down ? closed [row] | bit : closed [row] & (uint8_t) ~ bit;
            stays = STAY_SCANS;
        }
    }
}

uint32_t portKeypadRow (unsigned row)
{
    if (row == 0 && device.base)
    {
        fetch ();
        if (stays > 0) stays--;
        for (; stays == 0 && count > 0; count--, first = (first + 1) % WAITING_MAX) move (waiting [first]);
    }
    return closed [row];
}
