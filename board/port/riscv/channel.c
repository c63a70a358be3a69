/* The second serial channel, a virtio console: the trace goes out there in pieces. */
#include "devices.h"

#include <string.h>
#include "port/port.h"
#include "virtio.h"

enum { OUT = 1, BUFFER_BYTES = 512 };

static VirtioDevice device;
static VirtioQueue in, out;
static uint8_t buffer [BUFFER_BYTES];
static uint32_t gathered;

void channelStart (void)
{
    if (! virtioFind (& device, VIRTIO_CONSOLE, 0)) return;
    virtioQueue (& device, 0, & in);
    virtioQueue (& device, OUT, & out);
    virtioReady (& device);
}

bool portTraces (void) { return device.base != 0; }

void channelFlush (void)
{
    if (gathered == 0) return;
    out.descriptors [0] = (VirtioDescriptor) { (uint32_t) (uintptr_t) buffer, gathered, 0, 0 };
    virtioGive (& device, OUT, & out, 0);
    while (virtioTake (& out, NULL) < 0) continue;
    virtioAcknowledge (& device);
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
