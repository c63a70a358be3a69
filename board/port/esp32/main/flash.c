/* The partitions of the flash: two sectors for the settings, and two slots for modules, which are read where they lie. */
#include "esp32.h"

#include <string.h>
#include "esp_partition.h"
#include "port/port.h"

/* Of the types that are free for applications; the same in partitions-*.csv. */
enum { SUBTYPE_SETTINGS = 0x40, SUBTYPE_SLOT = 0x41, SECTOR_BYTES = 4096, HEAD_BYTES = 256 };

const uint32_t portSlotBytes = 256 * 1024;
const uint32_t portSlotSectorBytes = SECTOR_BYTES;

static const esp_partition_t * settings;
static struct { const esp_partition_t * partition; const void * at; } slots [PORT_SLOTS];
static uint8_t erased [HEAD_BYTES];   /* what a slot that is not there begins with */

void flashStart (void)
{
    static const char * const names [PORT_SLOTS] = { "module_a", "module_b" };
    memset (erased, 0xff, sizeof erased);
    settings = esp_partition_find_first (ESP_PARTITION_TYPE_DATA, (esp_partition_subtype_t) SUBTYPE_SETTINGS, "settings");
    for (unsigned i = 0; i < PORT_SLOTS; i++)
    {
        esp_partition_mmap_handle_t handle;
        const esp_partition_t * partition = esp_partition_find_first (ESP_PARTITION_TYPE_DATA, (esp_partition_subtype_t) SUBTYPE_SLOT, names [i]);
        if (! partition || partition->size < portSlotBytes) continue;
        if (esp_partition_mmap (partition, 0, portSlotBytes, ESP_PARTITION_MMAP_DATA, & slots [i].at, & handle) == ESP_OK) slots [i].partition = partition;
    }
}

/* -- settings ------------------------------------------------------------------------------------------------------------------------------------ */

void portStoreRead (unsigned copy, uint32_t at, void * into, size_t length)
{
    if (! settings || esp_partition_read (settings, copy * PORT_STORE_BYTES + at, into, length) != ESP_OK) memset (into, 0xff, length);
}

bool portStoreErase (unsigned copy)
{
    return settings && esp_partition_erase_range (settings, copy * PORT_STORE_BYTES, PORT_STORE_BYTES) == ESP_OK;
}

bool portStoreWrite (unsigned copy, uint32_t at, const void * bytes, size_t length)
{
    return settings && esp_partition_write (settings, copy * PORT_STORE_BYTES + at, bytes, length) == ESP_OK;
}

/* -- slots: writing through the partition also renews what the cache holds of it --------------------------------------------------------------------- */

const uint8_t * portSlot (unsigned slot) { return slots [slot].partition ? slots [slot].at : erased; }

bool portSlotErase (unsigned slot, uint32_t at)
{
    return slots [slot].partition && esp_partition_erase_range (slots [slot].partition, at, SECTOR_BYTES) == ESP_OK;
}

bool portSlotWrite (unsigned slot, uint32_t at, const void * bytes, size_t length)
{
    return slots [slot].partition && esp_partition_write (slots [slot].partition, at, bytes, length) == ESP_OK;
}
