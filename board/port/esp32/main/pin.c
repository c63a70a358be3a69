/* Pins as inputs and outputs. Some belong to something else when the chip starts, such as its debugger: so each is taken first. */
#include "driver/gpio.h"
#include "esp32.h"
#include "profile.h"

void pinOutput (int8_t pin, PinDrive drive, bool level)
{
    if (pin == NO_PIN) return;
    gpio_reset_pin ((gpio_num_t) pin);
    gpio_set_level ((gpio_num_t) pin, level);
    gpio_set_direction ((gpio_num_t) pin, drive == PIN_PULLS_LOW ? GPIO_MODE_OUTPUT_OD : GPIO_MODE_OUTPUT);
}

void pinInput (int8_t pin)
{
    if (pin == NO_PIN) return;
    gpio_reset_pin ((gpio_num_t) pin);
    gpio_set_direction ((gpio_num_t) pin, GPIO_MODE_INPUT);
    gpio_set_pull_mode ((gpio_num_t) pin, GPIO_PULLUP_ONLY);
}
