/* A virtio network card: four frames to come, two to go. */
#include "card.h"

#include <stddef.h>
#include <string.h>
#include "machine.h"
#include "virtio.h"

enum {
    IN = 0, OUT = 1, OUT_FRAMES = 2, HEAD_BYTES = 12, FRAME_BYTES = 1514, BUFFER_BYTES = 1528, FEATURE_MAC = 1 << 5, FEATURE_STATUS = 1 << 16,
    AT_ADDRESS = 0x100, AT_STATUS = 0x106, STATUS_LINKED = 1
};

typedef uint8_t Buffer [BUFFER_BYTES] __attribute__ ((aligned (4)));

static VirtioDevice device;
static VirtioQueue in, out;
static Buffer coming [VIRTIO_SLOTS], going [OUT_FRAMES];
static bool isGoing [OUT_FRAMES];

bool cardStart (uint8_t address [CARD_ADDRESS_BYTES])
{
    if (! virtioFind (& device, VIRTIO_NET, FEATURE_MAC | FEATURE_STATUS)) return false;
    for (unsigned i = 0; i < CARD_ADDRESS_BYTES; i++) address [i] = REGISTER8 (device.base + AT_ADDRESS + i);
    virtioQueue (& device, IN, & in);
    virtioQueue (& device, OUT, & out);
    virtioReady (& device);
    for (uint16_t i = 0; i < VIRTIO_SLOTS; i++)
    {
        in.descriptors [i] = (VirtioDescriptor) { (uint32_t) (uintptr_t) coming [i], BUFFER_BYTES, VIRTIO_WRITE, 0 };
        virtioGive (& device, IN, & in, i);
    }
    return true;
}

bool cardIsLinked (void) { return device.base && (REGISTER8 (device.base + AT_STATUS) & STATUS_LINKED); }

void cardReceive (void (* take) (const uint8_t * frame, uint32_t length))
{
    if (! device.base) return;
    virtioAcknowledge (& device);
    uint32_t length;
    for (int id = virtioTake (& in, & length); id >= 0; id = virtioTake (& in, & length))
    {
        if (length > HEAD_BYTES) take (coming [id] + HEAD_BYTES, length - HEAD_BYTES);
        virtioGive (& device, IN, & in, (uint16_t) id);
    }
}

uint8_t * cardPlace (void)
{
    for (int id = virtioTake (& out, NULL); id >= 0; id = virtioTake (& out, NULL)) isGoing [id] = false;
    for (unsigned i = 0; i < OUT_FRAMES; i++)
    {
        if (isGoing [i]) continue;
        memset (going [i], 0, HEAD_BYTES);
        return going [i] + HEAD_BYTES;
    }
    return NULL;
}

void cardSend (uint8_t * place, uint32_t length)
{
    uint8_t * buffer = place - HEAD_BYTES;
    uint16_t id = (uint16_t) ((Buffer *) buffer - going);
    isGoing [id] = true;
    out.descriptors [id] = (VirtioDescriptor) { (uint32_t) (uintptr_t) buffer, HEAD_BYTES + length, 0, 0 };
    virtioGive (& device, OUT, & out, id);
}
