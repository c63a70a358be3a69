/* Mirrors what board/port/esp32 uses of ESP-IDF's esp_hw_support/include/esp_random.h. */
#ifndef STUB_ESP_RANDOM_H
#define STUB_ESP_RANDOM_H

#include <stddef.h>

void esp_fill_random (void * buf, size_t len);

#endif
