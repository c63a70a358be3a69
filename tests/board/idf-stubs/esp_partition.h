/* Mirrors what board/port/esp32 uses of ESP-IDF's esp_partition/include/esp_partition.h. */
#ifndef STUB_ESP_PARTITION_H
#define STUB_ESP_PARTITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "esp_err.h"

typedef enum { ESP_PARTITION_TYPE_APP = 0, ESP_PARTITION_TYPE_DATA = 1, ESP_PARTITION_TYPE_ANY = 0xff } esp_partition_type_t;
typedef enum { ESP_PARTITION_SUBTYPE_DATA_OTA = 0, ESP_PARTITION_SUBTYPE_DATA_NVS = 2, ESP_PARTITION_SUBTYPE_ANY = 0xff } esp_partition_subtype_t;
typedef enum { ESP_PARTITION_MMAP_DATA, ESP_PARTITION_MMAP_INST } esp_partition_mmap_memory_t;
typedef uint32_t esp_partition_mmap_handle_t;

typedef struct {
    void * flash_chip;
    esp_partition_type_t type;
    esp_partition_subtype_t subtype;
    uint32_t address, size, erase_size;
    char label [17];
    bool encrypted, readonly;
} esp_partition_t;

const esp_partition_t * esp_partition_find_first (esp_partition_type_t type, esp_partition_subtype_t subtype, const char * label);
esp_err_t esp_partition_read (const esp_partition_t * partition, size_t src_offset, void * dst, size_t size);
esp_err_t esp_partition_write (const esp_partition_t * partition, size_t dst_offset, const void * src, size_t size);
esp_err_t esp_partition_erase_range (const esp_partition_t * partition, size_t offset, size_t size);
esp_err_t esp_partition_mmap (const esp_partition_t * partition, size_t offset, size_t size, esp_partition_mmap_memory_t memory,
    const void ** out_ptr, esp_partition_mmap_handle_t * out_handle);

#endif
