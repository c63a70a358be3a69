/* An ESP32 DevKitC (WROOM-32) on a breadboard: docs/flash.md has the wires. Not used: 6 to 11 (flash), 0, 2, 5, 12, 15 (they decide how the chip starts), 1 and
 * 3 (console). 34 can only be read. Source: "ESP32-DevKitC V4 Getting Started Guide", pin layout. */
#include "port/port.h"
#include "profile.h"

const PortKeypad portKeypad = { 4, 4, "123a" "456b" "789c" "*0#H" };

const Profile profile = {
    .name = "devkit",
    .high = { NO_PIN, NO_PIN, NO_PIN, NO_PIN },
    .sda = 21, .scl = 22,
    .screen = { .kind = SCREEN_SSD1306 },
    .keys = { .kind = KEYS_MATRIX, .rows = { 13, 14, 27, 26 }, .columns = { 25, 33, 32, 4 } },
    .sound = { .kind = SOUND_TOGETHER, .pins = { .clock = 18, .word = 19, .out = 23, .in = 34, .master = NO_PIN }, .gain = 4 },
};
