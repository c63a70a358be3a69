/* The partitions of the flash: two sectors for the settings, two slots for modules and the code area, which are read where they lie. */
#include "esp32.h"

#include <string.h>
#include "esp_app_desc.h"
#include "esp_partition.h"
#include "port/port.h"

/* Of the types that are free for applications; the same in partitions-*.csv. */
enum { SUBTYPE_SETTINGS = 0x40, SUBTYPE_SLOT = 0x41, SUBTYPE_CODE = 0x42, SECTOR_BYTES = 4096, HEAD_BYTES = 256 };

const uint32_t portSlotBytes = 256 * 1024;
const uint32_t portSlotSectorBytes = SECTOR_BYTES;
const uint32_t portCodeAreaBytes = 512 * 1024;
const uint32_t portCodeAreaSectorBytes = SECTOR_BYTES;

typedef struct Mapped { const esp_partition_t * partition; const void * at; } Mapped;

static const esp_partition_t * settings;
static Mapped slots [PORT_SLOTS], code;
static uint8_t erased [HEAD_BYTES];   /* what a slot that is not there begins with */

/* A board whose table of partitions came with an older firmware has not all of them. */
static Mapped mapped (const char * name, unsigned subtype, uint32_t bytes)
{
    esp_partition_mmap_handle_t handle;
    Mapped found = { .partition = esp_partition_find_first (ESP_PARTITION_TYPE_DATA, (esp_partition_subtype_t) subtype, name) };
    if (! found.partition || found.partition->size < bytes) return (Mapped) { 0 };
    return esp_partition_mmap (found.partition, 0, bytes, ESP_PARTITION_MMAP_DATA, & found.at, & handle) == ESP_OK ? found : (Mapped) { 0 };
}

void flashStart (void)
{
    memset (erased, 0xff, sizeof erased);
    settings = esp_partition_find_first (ESP_PARTITION_TYPE_DATA, (esp_partition_subtype_t) SUBTYPE_SETTINGS, "settings");
    slots [0] = mapped ("module_a", SUBTYPE_SLOT, portSlotBytes);
    slots [1] = mapped ("module_b", SUBTYPE_SLOT, portSlotBytes);
    code = mapped ("code", SUBTYPE_CODE, portCodeAreaBytes);
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

/* -- slots and the code area: writing through the partition also renews what the cache holds of it ---------------------------------------------------- */

static bool erase (Mapped place, uint32_t at) { return place.partition && esp_partition_erase_range (place.partition, at, SECTOR_BYTES) == ESP_OK; }

static bool write (Mapped place, uint32_t at, const void * bytes, size_t length)
{
    return place.partition && esp_partition_write (place.partition, at, bytes, length) == ESP_OK;
}

const uint8_t * portSlot (unsigned slot) { return slots [slot].partition ? slots [slot].at : erased; }
bool portSlotErase (unsigned slot, uint32_t at) { return erase (slots [slot], at); }
bool portSlotWrite (unsigned slot, uint32_t at, const void * bytes, size_t length) { return write (slots [slot], at, bytes, length); }

const uint8_t * portCodeArea (void) { return code.at; }
bool portCodeAreaErase (uint32_t at) { return erase (code, at); }
bool portCodeAreaWrite (uint32_t at, const void * bytes, size_t length) { return write (code, at, bytes, length); }

const uint8_t * portIdentity (void) { return esp_app_get_description ()->app_elf_sha256; }
