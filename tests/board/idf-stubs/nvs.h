/* Mirrors what board/port/esp32 uses of ESP-IDF's nvs_flash/include/nvs.h. */
#ifndef STUB_NVS_H
#define STUB_NVS_H

#include <stddef.h>
#include <stdint.h>
#include "esp_err.h"

#define ESP_ERR_NVS_NOT_FOUND         0x1102
#define ESP_ERR_NVS_NO_FREE_PAGES     0x110d
#define ESP_ERR_NVS_NEW_VERSION_FOUND 0x1110

typedef uint32_t nvs_handle_t;
typedef enum { NVS_READONLY, NVS_READWRITE } nvs_open_mode_t;

esp_err_t nvs_open (const char * namespace_name, nvs_open_mode_t open_mode, nvs_handle_t * out_handle);
esp_err_t nvs_get_str (nvs_handle_t handle, const char * key, char * out_value, size_t * length);
esp_err_t nvs_set_str (nvs_handle_t handle, const char * key, const char * value);
esp_err_t nvs_commit (nvs_handle_t handle);
void nvs_close (nvs_handle_t handle);

#endif
