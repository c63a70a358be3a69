/* Mirrors what board/port/esp32 uses of ESP-IDF's freertos/FreeRTOS-Kernel/include/freertos/task.h and idf_additions.h. */
#ifndef STUB_FREERTOS_TASK_H
#define STUB_FREERTOS_TASK_H

#include "freertos/FreeRTOS.h"

typedef struct tskTaskControlBlock * TaskHandle_t;
typedef void (* TaskFunction_t) (void *);

BaseType_t xTaskCreatePinnedToCore (TaskFunction_t pxTaskCode, const char * pcName, uint32_t ulStackDepth, void * pvParameters, UBaseType_t uxPriority,
    TaskHandle_t * pxCreatedTask, BaseType_t xCoreID);
void vTaskDelete (TaskHandle_t xTaskToDelete);
void vTaskDelay (TickType_t xTicksToDelay);
UBaseType_t uxTaskGetStackHighWaterMark (TaskHandle_t xTask);

#endif
