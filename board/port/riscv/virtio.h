/* Devices of QEMU by virtio-mmio, version 2, polled. */
#ifndef VIRTIO_H
#define VIRTIO_H

#include <stdbool.h>
#include <stdint.h>

enum { VIRTIO_NET = 1, VIRTIO_CONSOLE = 3, VIRTIO_RANDOM = 4, VIRTIO_GPU = 16, VIRTIO_INPUT = 18 };
enum { VIRTIO_SLOTS = 4, VIRTIO_NEXT = 1, VIRTIO_WRITE = 2 };   /* VIRTIO_WRITE: the device writes */

typedef struct VirtioDescriptor { uint64_t address; uint32_t length; uint16_t flags, next; } VirtioDescriptor;
typedef struct VirtioUsed { uint32_t id, length; } VirtioUsed;

/* A queue of four descriptors, with the rings that the device reads and writes. */
typedef struct VirtioQueue {
    VirtioDescriptor descriptors [VIRTIO_SLOTS] __attribute__ ((aligned (16)));
    struct { uint16_t flags, index, ring [VIRTIO_SLOTS], event; } available;
    struct { uint16_t flags; volatile uint16_t index; VirtioUsed ring [VIRTIO_SLOTS]; uint16_t event; } used __attribute__ ((aligned (4)));
    uint16_t taken;
} VirtioQueue;

typedef struct VirtioDevice { uint32_t base; } VirtioDevice;

/* Finds a device and agrees on its features; false when it is not there. Then its queues, then virtioReady. */
bool virtioFind (VirtioDevice * device, uint32_t kind, uint32_t features);
void virtioQueue (const VirtioDevice * device, unsigned number, VirtioQueue * queue);
void virtioReady (const VirtioDevice * device);

/* Hands a descriptor (and those that follow it) to the device, and tells the device. */
void virtioGive (const VirtioDevice * device, unsigned number, VirtioQueue * queue, uint16_t descriptor);

/* A descriptor that the device is done with; -1 for none. */
int virtioTake (VirtioQueue * queue, uint32_t * length);

/* Interrupts have been seen. */
void virtioAcknowledge (const VirtioDevice * device);

/* Hands descriptor 0 (and those that follow it) to the device and waits until it is done; how many bytes the device has written. */
uint32_t virtioAsk (const VirtioDevice * device, unsigned number, VirtioQueue * queue);

#endif
