/* The console: a UART, or the USB port of the chip where the board has nothing else. Nobody may be listening there: what cannot be written is lost, and the
 * phone does not wait for it. */
#include "esp32.h"

#include "port/port.h"
#include "freertos/FreeRTOS.h"
#include "sdkconfig.h"

#if CONFIG_ESP_CONSOLE_USB_SERIAL_JTAG

#include "driver/usb_serial_jtag.h"

enum { BUFFER_BYTES = 2048, PATIENCE_MS = 20, DEAF_MS = 1000 };

static int64_t deafUntil;

void serialStart (void)
{
    usb_serial_jtag_driver_config_t config = { .tx_buffer_size = BUFFER_BYTES, .rx_buffer_size = BUFFER_BYTES };
    usb_serial_jtag_driver_install (& config);
}

int portConsoleRead (void)
{
    uint8_t byte;
    return usb_serial_jtag_read_bytes (& byte, 1, 0) == 1 ? byte : -1;
}

void portConsoleWrite (const char * bytes, size_t length)
{
    bool isDeaf = portNow () < deafUntil;
    int written = usb_serial_jtag_write_bytes (bytes, length, isDeaf ? 0 : pdMS_TO_TICKS (PATIENCE_MS));
    deafUntil = written == (int) length ? 0 : isDeaf ? deafUntil : portNow () + DEAF_MS;
}

#else

#include "driver/uart.h"

enum { BUFFER_BYTES = 2048 };

void serialStart (void) { uart_driver_install ((uart_port_t) CONFIG_ESP_CONSOLE_UART_NUM, BUFFER_BYTES, BUFFER_BYTES, 0, NULL, 0); }

int portConsoleRead (void)
{
    uint8_t byte;
    return uart_read_bytes ((uart_port_t) CONFIG_ESP_CONSOLE_UART_NUM, & byte, 1, 0) == 1 ? byte : -1;
}

void portConsoleWrite (const char * bytes, size_t length) { uart_write_bytes ((uart_port_t) CONFIG_ESP_CONSOLE_UART_NUM, bytes, length); }

#endif
