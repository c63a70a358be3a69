/* Mirrors what board/port/esp32 uses of ESP-IDF's freertos/FreeRTOS-Kernel/include/freertos/queue.h; there xQueueSend and xQueueCreate are macros. */
#ifndef STUB_FREERTOS_QUEUE_H
#define STUB_FREERTOS_QUEUE_H

#include "freertos/FreeRTOS.h"

typedef struct QueueDefinition * QueueHandle_t;

QueueHandle_t xQueueCreate (UBaseType_t uxQueueLength, UBaseType_t uxItemSize);
BaseType_t xQueueSend (QueueHandle_t xQueue, const void * pvItemToQueue, TickType_t xTicksToWait);
BaseType_t xQueueReceive (QueueHandle_t xQueue, void * pvBuffer, TickType_t xTicksToWait);

#endif
