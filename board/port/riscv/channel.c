/* The second serial channel, a virtio console: the trace goes out there in pieces, sound comes in. */
#include "devices.h"

#include <string.h>
#include "port/port.h"
#include "virtio.h"

enum { IN = 0, OUT = 1, BUFFER_BYTES = 512, IN_BYTES = 320 };

static VirtioDevice device;
static VirtioQueue in, out;
static uint8_t buffer [BUFFER_BYTES];
static uint32_t gathered;
static uint8_t coming [IN_BYTES];   /* what the device fills; then it waits here until it is taken */
static uint32_t came, taken;
static uint8_t part [IN_BYTES];     /* a frame of which not all has come yet */
static uint32_t parts;

static void expect (void)
{
    in.descriptors [0] = (VirtioDescriptor) { (uint32_t) (uintptr_t) coming, IN_BYTES, VIRTIO_WRITE, 0 };
    virtioGive (& device, IN, & in, 0);
}

void channelStart (void)
{
    if (! virtioFind (& device, VIRTIO_CONSOLE, 0)) return;
    virtioQueue (& device, IN, & in);
    virtioQueue (& device, OUT, & out);
    virtioReady (& device);
    expect ();
}

bool portTraces (void) { return device.base != 0; }

void channelFlush (void)
{
    if (gathered == 0) return;
    out.descriptors [0] = (VirtioDescriptor) { (uint32_t) (uintptr_t) buffer, gathered, 0, 0 };
    virtioAsk (& device, OUT, & out);
    gathered = 0;
}

void portTraceWrite (const void * bytes, size_t length)
{
    for (const uint8_t * at = bytes; length > 0; )
    {
        uint32_t part = BUFFER_BYTES - gathered < length ? BUFFER_BYTES - gathered : (uint32_t) length;
        memcpy (buffer + gathered, at, part);
        gathered += part;
        at += part;
        length -= part;
        if (gathered == BUFFER_BYTES) channelFlush ();
    }
}

bool channelTake (void * into, uint32_t length)
{
    while (device.base && parts < length)
    {
        if (taken == came)
        {
            if (came > 0) expect ();
            came = taken = 0;
            if (virtioTake (& in, & came) < 0) return false;
            virtioAcknowledge (& device);
        }
        uint32_t now = came - taken < length - parts ? came - taken : length - parts;
        memcpy (part + parts, coming + taken, now);
        parts += now;
        taken += now;
    }
    if (parts < length) return false;
    memcpy (into, part, length);
    parts = 0;
    return true;
}
