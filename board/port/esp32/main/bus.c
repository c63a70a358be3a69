/* The I2C bus: devices are made when they are first spoken to. */
#include "esp32.h"

#include "driver/i2c_master.h"
#include "profile.h"

enum { DEVICES = 6, TIMEOUT_MS = 20, SPEED_HZ = 400 * 1000, SLOW_HZ = 100 * 1000 };

static i2c_master_bus_handle_t bus;
static struct { uint8_t address; i2c_master_dev_handle_t device; } devices [DEVICES];

void busStart (void)
{
    i2c_master_bus_config_t config = {
        .i2c_port = -1, .sda_io_num = (gpio_num_t) profile.sda, .scl_io_num = (gpio_num_t) profile.scl, .clk_source = I2C_CLK_SRC_DEFAULT,
        .glitch_ignore_cnt = 7, .flags.enable_internal_pullup = true,
    };
    if (i2c_new_master_bus (& config, & bus) != ESP_OK) bus = NULL;
}

bool busAnswers (uint8_t address) { return bus && i2c_master_probe (bus, address, TIMEOUT_MS) == ESP_OK; }

static i2c_master_dev_handle_t deviceAt (uint8_t address)
{
    for (unsigned i = 0; bus && i < DEVICES; i++)
    {
        if (devices [i].address == address) return devices [i].device;
        if (devices [i].address != 0) continue;
        /* The keyboard of a T-Deck is a program that answers slowly. */
        bool slow = profile.keys.kind == KEYS_LETTERS && address == profile.keys.address;
        i2c_device_config_t config = { .dev_addr_length = I2C_ADDR_BIT_LEN_7, .device_address = address, .scl_speed_hz = slow ? SLOW_HZ : SPEED_HZ };
        if (i2c_master_bus_add_device (bus, & config, & devices [i].device) != ESP_OK) return NULL;
        devices [i].address = address;
        return devices [i].device;
    }
    return NULL;
}

bool busWrite (uint8_t address, const uint8_t * bytes, size_t length)
{
    i2c_master_dev_handle_t device = deviceAt (address);
    return device && i2c_master_transmit (device, bytes, length, TIMEOUT_MS) == ESP_OK;
}

bool busRead (uint8_t address, const uint8_t * command, size_t commandLength, uint8_t * into, size_t length)
{
    i2c_master_dev_handle_t device = deviceAt (address);
    if (! device) return false;
    if (commandLength == 0) return i2c_master_receive (device, into, length, TIMEOUT_MS) == ESP_OK;
    return i2c_master_transmit_receive (device, command, commandLength, into, length, TIMEOUT_MS) == ESP_OK;
}
