/* M5Stack Cardputer ADV. Pins: github.com/m5stack/M5Unified (board_M5CardputerADV) and M5GFX; the keyboard's matrix: github.com/m5stack/M5Cardputer-UserDemo,
 * main/hal/keyboard. The codec has no master clock on the board and makes it from the bit clock; 13 is on the expansion header only. */
#include "port/port.h"
#include "profile.h"

const PortKeypad portKeypad = { 6, 4, "123a" "456b" "789c" "*0#H" "UDLR" "OB  " };

const Profile profile = {
    .name = "cardputer-adv",
    .high = { NO_PIN, NO_PIN, NO_PIN, NO_PIN },
    .sda = 8, .scl = 9,
    .screen = {
        .kind = SCREEN_ST7789, .clock = 36, .data = 35, .select = 37, .command = 34, .reset = 33, .light = 38,
        .width = 240, .height = 135, .left = 40, .top = 53, .turn = 0x60, .inverted = true,
        .widths = { 1, 2, 2, 2, 2, 2 }, .tall = 2,
    },
    .keys = { .kind = KEYS_SCANNER, .address = 0x34 },
    .sound = { .kind = SOUND_TOGETHER, .pins = { .clock = 41, .word = 43, .out = 42, .in = 46, .master = 13 } },
};
