/* Mirrors what board/port/esp32 uses of ESP-IDF's esp_rom/include/esp_rom_sys.h. */
#ifndef STUB_ESP_ROM_SYS_H
#define STUB_ESP_ROM_SYS_H

#include <stdint.h>

void esp_rom_delay_us (uint32_t us);

#endif
