/* Mirrors what board/port/esp32 uses of ESP-IDF's esp_driver_gpio/include/driver/gpio.h and hal/include/hal/gpio_types.h. */
#ifndef STUB_DRIVER_GPIO_H
#define STUB_DRIVER_GPIO_H

#include <stdint.h>
#include "esp_err.h"

typedef enum { GPIO_NUM_NC = -1, GPIO_NUM_0 = 0, GPIO_NUM_MAX = 49 } gpio_num_t;
typedef enum { GPIO_MODE_DISABLE, GPIO_MODE_INPUT, GPIO_MODE_OUTPUT, GPIO_MODE_OUTPUT_OD = 6 } gpio_mode_t;
typedef enum { GPIO_PULLUP_ONLY, GPIO_PULLDOWN_ONLY, GPIO_PULLUP_PULLDOWN, GPIO_FLOATING } gpio_pull_mode_t;
typedef enum { GPIO_INTR_DISABLE, GPIO_INTR_POSEDGE, GPIO_INTR_NEGEDGE, GPIO_INTR_ANYEDGE } gpio_int_type_t;
typedef void (* gpio_isr_t) (void * arg);

esp_err_t gpio_reset_pin (gpio_num_t gpio_num);
esp_err_t gpio_set_direction (gpio_num_t gpio_num, gpio_mode_t mode);
esp_err_t gpio_set_pull_mode (gpio_num_t gpio_num, gpio_pull_mode_t pull);
esp_err_t gpio_set_level (gpio_num_t gpio_num, uint32_t level);
int gpio_get_level (gpio_num_t gpio_num);
esp_err_t gpio_set_intr_type (gpio_num_t gpio_num, gpio_int_type_t intr_type);
esp_err_t gpio_install_isr_service (int intr_alloc_flags);
esp_err_t gpio_isr_handler_add (gpio_num_t gpio_num, gpio_isr_t isr_handler, void * args);

#endif
