/* Mirrors what board/port/esp32 uses of ESP-IDF's sdkconfig.h, which its build makes of sdkconfig.defaults; a test names the chip and the console. */
#ifndef STUB_SDKCONFIG_H
#define STUB_SDKCONFIG_H

#ifndef CONFIG_ESP_CONSOLE_USB_SERIAL_JTAG
#define CONFIG_ESP_CONSOLE_UART_NUM 0
#endif

#endif
