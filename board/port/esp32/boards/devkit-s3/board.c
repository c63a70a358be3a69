/* An ESP32-S3 DevKitC-1 on a breadboard: docs/flash.md has the wires. Not used: 0, 3, 45, 46 (they decide how the chip starts), 19 and 20 (USB), 26 to 37
 * (flash, and PSRAM where there is some), 43 and 44 (console). Source: "ESP32-S3-DevKitC-1 User Guide", pin layout. */
#include "port/port.h"
#include "profile.h"

const PortKeypad portKeypad = { 4, 4, "123a" "456b" "789c" "*0#H" };

const Profile profile = {
    .name = "devkit-s3",
    .high = { NO_PIN, NO_PIN, NO_PIN, NO_PIN },
    .sda = 8, .scl = 9,
    .screen = { .kind = SCREEN_SSD1306 },
    .keys = { .kind = KEYS_MATRIX, .rows = { 4, 5, 6, 7 }, .columns = { 15, 16, 17, 18 } },
    .sound = { .kind = SOUND_TOGETHER, .pins = { .clock = 12, .word = 13, .out = 11, .in = 10, .master = 14 }, .gain = 4 },
};
