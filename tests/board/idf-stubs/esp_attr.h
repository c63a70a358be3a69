/* Mirrors what board/port/esp32 uses of ESP-IDF's esp_common/include/esp_attr.h. */
#ifndef STUB_ESP_ATTR_H
#define STUB_ESP_ATTR_H

#define IRAM_ATTR
#define RTC_NOINIT_ATTR

#endif
