/* Random numbers from a virtio device. Without one the board has none, and says so. */
#include "devices.h"

#include <string.h>
#include "port/port.h"
#include "virtio.h"

static VirtioDevice device;
static VirtioQueue queue;
static uint32_t words [8];
static unsigned left;

void randomStart (void)
{
    if (! virtioFind (& device, VIRTIO_RANDOM, 0)) portFailed ("there is no random number generator");
    virtioQueue (& device, 0, & queue);
    virtioReady (& device);
}

uint32_t devicesRandom (void)
{
    if (left == 0)
    {
        queue.descriptors [0] = (VirtioDescriptor) { (uint32_t) (uintptr_t) words, sizeof words, VIRTIO_WRITE, 0 };
        left = virtioAsk (& device, 0, & queue) / sizeof (uint32_t);
        if (left == 0) portFailed ("the random number generator gives nothing");
    }
    return words [--left];
}

void portEntropy (uint8_t * into, size_t bytes)
{
    for (size_t at = 0; at < bytes; at++) into [at] = (uint8_t) devicesRandom ();
}
