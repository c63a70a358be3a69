/* virtio-mmio as section 4.2 of the virtio specification 1.1 has it. */
#include "virtio.h"

#include <string.h>
#include "cpu.h"
#include "machine.h"

enum {
    DEVICES = 8, STRIDE = 0x1000, MAGIC = 0x74726976, VERSION = 2, IRQ_FIRST = 1,
    ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8,
    AT_VERSION = 0x04, AT_KIND = 0x08, AT_OFFERED = 0x10, AT_OFFERED_WORD = 0x14, AT_ACCEPTED = 0x20, AT_ACCEPTED_WORD = 0x24,
    AT_QUEUE = 0x30, AT_QUEUE_SIZE = 0x38, AT_QUEUE_READY = 0x44, AT_NOTIFY = 0x50, AT_IRQ = 0x60, AT_IRQ_ACK = 0x64, AT_STATUS = 0x70,
    AT_DESCRIPTORS = 0x80, AT_AVAILABLE = 0x90, AT_USED = 0xa0
};

static volatile uint32_t * at (const VirtioDevice * device, uint32_t offset) { return & REGISTER32 (device->base + offset); }

static void accept (const VirtioDevice * device, uint32_t features)
{
    * at (device, AT_STATUS) = 0;
    * at (device, AT_STATUS) = ACKNOWLEDGE | DRIVER;
    * at (device, AT_OFFERED_WORD) = 0;
    features &= * at (device, AT_OFFERED);
    * at (device, AT_ACCEPTED_WORD) = 0;
    * at (device, AT_ACCEPTED) = features;
    * at (device, AT_ACCEPTED_WORD) = 1;
    * at (device, AT_ACCEPTED) = 1;   /* VIRTIO_F_VERSION_1 is bit 32 */
    * at (device, AT_STATUS) = ACKNOWLEDGE | DRIVER | FEATURES_OK;
}

bool virtioFind (VirtioDevice * device, uint32_t kind, uint32_t features)
{
    for (unsigned i = 0; i < DEVICES; i++)
    {
        device->base = MACHINE_VIRTIO + STRIDE * i;
        if (* at (device, 0) != MAGIC || * at (device, AT_VERSION) != VERSION || * at (device, AT_KIND) != kind) continue;
        accept (device, features);
        return true;
    }
    device->base = 0;
    return false;
}

void virtioQueue (const VirtioDevice * device, unsigned number, VirtioQueue * queue)
{
    memset (queue, 0, sizeof * queue);
    * at (device, AT_QUEUE) = number;
    * at (device, AT_QUEUE_SIZE) = VIRTIO_SLOTS;
    const void * parts [] = { queue->descriptors, & queue->available, & queue->used };
    const uint32_t places [] = { AT_DESCRIPTORS, AT_AVAILABLE, AT_USED };
    for (unsigned i = 0; i < 3; i++)
    {
        * at (device, places [i]) = (uint32_t) (uintptr_t) parts [i];
        * at (device, places [i] + 4) = 0;
    }
    * at (device, AT_QUEUE_READY) = 1;
}

void virtioReady (const VirtioDevice * device)
{
    * at (device, AT_STATUS) = ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK;
    cpuEnableIrq (IRQ_FIRST + (device->base - MACHINE_VIRTIO) / STRIDE);
}

void virtioGive (const VirtioDevice * device, unsigned number, VirtioQueue * queue, uint16_t descriptor)
{
    queue->available.ring [queue->available.index % VIRTIO_SLOTS] = descriptor;
    machineFence ();
    queue->available.index++;
    machineFence ();
    * at (device, AT_NOTIFY) = number;
}

int virtioTake (VirtioQueue * queue, uint32_t * length)
{
    machineFence ();
    if (queue->taken == queue->used.index) return -1;
    const VirtioUsed * used = & queue->used.ring [queue->taken++ % VIRTIO_SLOTS];
    if (length) * length = used->length;
    return (int) used->id;
}

void virtioAcknowledge (const VirtioDevice * device)
{
    if (device->base) * at (device, AT_IRQ_ACK) = * at (device, AT_IRQ);
}

uint32_t virtioAsk (const VirtioDevice * device, unsigned number, VirtioQueue * queue)
{
    uint32_t length = 0;
    virtioGive (device, number, queue, 0);
    cpuPause ();
    while (virtioTake (queue, & length) < 0) continue;
    virtioAcknowledge (device);
    cpuResume ();
    return length;
}
