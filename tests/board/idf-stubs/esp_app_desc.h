/* Mirrors what board/port/esp32 uses of ESP-IDF's esp_app_format/include/esp_app_desc.h. */
#ifndef STUB_ESP_APP_DESC_H
#define STUB_ESP_APP_DESC_H

#include <stdint.h>

typedef struct {
    uint8_t app_elf_sha256 [32];
} esp_app_desc_t;

const esp_app_desc_t * esp_app_get_description (void);

#endif
