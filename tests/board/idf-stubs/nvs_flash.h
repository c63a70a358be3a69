/* Mirrors what board/port/esp32 uses of ESP-IDF's nvs_flash/include/nvs_flash.h. */
#ifndef STUB_NVS_FLASH_H
#define STUB_NVS_FLASH_H

#include "esp_err.h"
#include "nvs.h"

esp_err_t nvs_flash_init (void);
esp_err_t nvs_flash_erase (void);

#endif
