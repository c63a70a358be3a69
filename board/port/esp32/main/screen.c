/* The display: an SSD1306, which takes the phone's pages as they are, or an ST7789, for which each of its pixels becomes a few. */
#include "esp32.h"

#include <string.h>
#include "driver/gpio.h"
#include "driver/spi_master.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "port/port.h"
#include "profile.h"

enum {
    COLUMNS = FRAME_COLUMNS, PAGES = FRAME_PAGES, ROWS_IN_PAGE = 8, WIDTH_MAX = 320, PIXEL_BYTES = 2,
    SSD1306 = 0x3c, COMMANDS = 0x00, PICTURE = 0x40,
    SPI_HZ = 40 * 1000 * 1000, RESET_MS = 10, WAKE_MS = 150, CELL = 6,
    ST7789_RESET = 0x01, ST7789_WAKE = 0x11, ST7789_PLAIN = 0x20, ST7789_INVERTED = 0x21, ST7789_ON = 0x29, ST7789_COLUMNS = 0x2a, ST7789_ROWS = 0x2b,
    ST7789_PIXELS = 0x2c, ST7789_TURN = 0x36, ST7789_FORMAT = 0x3a, FORMAT_565 = 0x55, LIT = 0xff
};

/* -- SSD1306 -------------------------------------------------------------------------------------------------------------------------------------------- */

static void startSmall (void)
{
    /* As its data sheet's flow chart has it: off, clock, 64 rows, no offset, charge pump, page addressing, right way round, contrast, on. */
    static const uint8_t setup [] = {
        COMMANDS, 0xae, 0xd5, 0x80, 0xa8, 0x3f, 0xd3, 0x00, 0x40, 0x8d, 0x14, 0x20, 0x02, 0xa1, 0xc8, 0xda, 0x12, 0x81, 0x7f, 0xd9, 0xf1, 0xdb, 0x40,
        0xa4, 0xa6, 0xaf,
    };
    busWrite (SSD1306, setup, sizeof setup);
}

static void showSmall (unsigned page, const uint8_t * columns)
{
    const uint8_t place [] = { COMMANDS, (uint8_t) (0xb0 | page), 0x00, 0x10 };
    uint8_t picture [1 + COLUMNS] = { PICTURE };
    memcpy (picture + 1, columns, COLUMNS);
    if (busWrite (SSD1306, place, sizeof place)) busWrite (SSD1306, picture, sizeof picture);
}

/* -- ST7789 ------------------------------------------------------------------------------------------------------------------------------------------------ */

static spi_device_handle_t wide;
static uint8_t line [WIDTH_MAX * PIXEL_BYTES] __attribute__ ((aligned (4)));

static void put (bool isPicture, const void * bytes, size_t length)
{
    spi_transaction_t transaction = { .length = length * 8, .tx_buffer = bytes };
    gpio_set_level ((gpio_num_t) profile.screen.command, isPicture);
    if (wide) spi_device_polling_transmit (wide, & transaction);
}

static void command (uint8_t which, const uint8_t * parameters, size_t count)
{
    /* What is sent must lie in RAM. */
    uint8_t bytes [4];
    put (false, & which, 1);
    if (count == 0) return;
    memcpy (bytes, parameters, count);
    put (true, bytes, count);
}

static void range (uint8_t which, unsigned from, unsigned count)
{
    unsigned last = from + count - 1;
    command (which, (const uint8_t []) { (uint8_t) (from >> 8), (uint8_t) from, (uint8_t) (last >> 8), (uint8_t) last }, 4);
}

/* What is put next goes there, row by row. */
static void window (unsigned x, unsigned y, unsigned width, unsigned height)
{
    range (ST7789_COLUMNS, profile.screen.left + x, width);
    range (ST7789_ROWS, profile.screen.top + y, height);
    command (ST7789_PIXELS, NULL, 0);
}

static unsigned pictureWidth (void)
{
    unsigned width = 0;
    for (unsigned x = 0; x < COLUMNS; x++) width += profile.screen.widths [x % CELL];
    return width;
}

static bool openBus (void)
{
    spi_bus_config_t bus = {
        .mosi_io_num = profile.screen.data, .miso_io_num = NO_PIN, .sclk_io_num = profile.screen.clock, .quadwp_io_num = NO_PIN, .quadhd_io_num = NO_PIN,
        .max_transfer_sz = sizeof line,
    };
    spi_device_interface_config_t device = { .clock_speed_hz = SPI_HZ, .mode = 0, .spics_io_num = profile.screen.select, .queue_size = 1 };
    return spi_bus_initialize (SPI2_HOST, & bus, SPI_DMA_CH_AUTO) == ESP_OK && spi_bus_add_device (SPI2_HOST, & device, & wide) == ESP_OK;
}

static void startWide (void)
{
    pinOutput (profile.screen.light, PIN_PUSHES, false);
    pinOutput (profile.screen.command, PIN_PUSHES, false);
    pinOutput (profile.screen.reset, PIN_PUSHES, false);
    vTaskDelay (pdMS_TO_TICKS (RESET_MS));
    if (profile.screen.reset != NO_PIN) gpio_set_level ((gpio_num_t) profile.screen.reset, 1);
    if (! openBus ())
    {
        wide = NULL;
        return;
    }
    command (ST7789_RESET, NULL, 0);
    vTaskDelay (pdMS_TO_TICKS (WAKE_MS));
    command (ST7789_WAKE, NULL, 0);
    vTaskDelay (pdMS_TO_TICKS (WAKE_MS));
    command (ST7789_FORMAT, (const uint8_t []) { FORMAT_565 }, 1);
    command (ST7789_TURN, & profile.screen.turn, 1);
    command (profile.screen.inverted ? ST7789_INVERTED : ST7789_PLAIN, NULL, 0);
    window (0, 0, profile.screen.width, profile.screen.height);
    for (unsigned y = 0; y < profile.screen.height; y++) put (true, line, profile.screen.width * PIXEL_BYTES);
    command (ST7789_ON, NULL, 0);
    if (profile.screen.light != NO_PIN) gpio_set_level ((gpio_num_t) profile.screen.light, 1);
}

/* One row of a page, stretched, into `line`. */
static void stretch (const uint8_t * columns, unsigned bit)
{
    uint8_t * at = line;
    for (unsigned x = 0; x < COLUMNS; x++)
    {
        size_t bytes = (size_t) profile.screen.widths [x % CELL] * PIXEL_BYTES;
        memset (at, columns [x] >> bit & 1 ? LIT : 0, bytes);
        at += bytes;
    }
}

static void showWide (unsigned page, const uint8_t * columns)
{
    unsigned width = pictureWidth (), tall = profile.screen.tall, height = ROWS_IN_PAGE * tall;
    window ((profile.screen.width - width) / 2, (profile.screen.height - PAGES * height) / 2 + page * height, width, height);
    for (unsigned bit = 0; bit < ROWS_IN_PAGE; bit++)
    {
        stretch (columns, bit);
        for (unsigned i = 0; i < tall; i++) put (true, line, width * PIXEL_BYTES);
    }
}

/* -- either ------------------------------------------------------------------------------------------------------------------------------------------------- */

void screenStart (void)
{
    if (profile.screen.kind == SCREEN_SSD1306) startSmall ();
    else startWide ();
}

void portShow (unsigned page, const uint8_t * columns)
{
    if (profile.screen.kind == SCREEN_SSD1306) showSmall (page, columns);
    else showWide (page, columns);
}
