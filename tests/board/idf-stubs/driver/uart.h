/* Mirrors what board/port/esp32 uses of ESP-IDF's esp_driver_uart/include/driver/uart.h. */
#ifndef STUB_DRIVER_UART_H
#define STUB_DRIVER_UART_H

#include <stddef.h>
#include <stdint.h>
#include "esp_err.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"

typedef enum { UART_NUM_0, UART_NUM_1 } uart_port_t;

esp_err_t uart_driver_install (uart_port_t uart_num, int rx_buffer_size, int tx_buffer_size, int queue_size, QueueHandle_t * uart_queue, int intr_alloc_flags);
int uart_read_bytes (uart_port_t uart_num, void * buf, uint32_t length, TickType_t ticks_to_wait);
int uart_write_bytes (uart_port_t uart_num, const void * src, size_t size);

#endif
