/* Mirrors what board/port/esp32 uses of ESP-IDF's freertos/FreeRTOS-Kernel/include/freertos/FreeRTOS.h. */
#ifndef STUB_FREERTOS_FREERTOS_H
#define STUB_FREERTOS_FREERTOS_H

#include <stdint.h>
#include "sdkconfig.h"

typedef int BaseType_t;
typedef unsigned UBaseType_t;
typedef uint32_t TickType_t;

#define pdTRUE 1
#define configTICK_RATE_HZ 1000
#define pdMS_TO_TICKS(ms) ((TickType_t) (((uint64_t) (ms) * configTICK_RATE_HZ) / 1000))
#if CONFIG_IDF_TARGET_ESP32C3
#define portNUM_PROCESSORS 1
#else
#define portNUM_PROCESSORS 2
#endif

#endif
