/* An ESP32-C3 DevKitM-1 on a breadboard: docs/flash.md has the wires. It has too few pins for a matrix besides the rest, so the keypad is on a PCF8574. Not
 * used: 2, 8, 9 (they decide how the chip starts), 12 to 17 (flash), 18 and 19 (USB), 20 and 21 (console). Source: "ESP32-C3-DevKitM-1 User Guide". */
#include "port/port.h"
#include "profile.h"

const PortKeypad portKeypad = { 4, 4, "123a" "456b" "789c" "*0#H" };

const Profile profile = {
    .name = "devkit-c3",
    .high = { NO_PIN, NO_PIN, NO_PIN, NO_PIN },
    .sda = 5, .scl = 6,
    .screen = { .kind = SCREEN_SSD1306 },
    .keys = { .kind = KEYS_EXPANDER, .address = 0x20 },
    .sound = { .kind = SOUND_TOGETHER, .pins = { .clock = 4, .word = 7, .out = 10, .in = 3, .master = 1 }, .gain = 4 },
};
