/* LILYGO T-Deck. Pins: github.com/Xinyuan-LilyGO/T-Deck, examples/UnitTest/utilities.h; the ball's directions as its users have them. Its keyboard is an ESP32-C3 of
 * its own at 0x55, which gives one character for each press (examples/Keyboard_ESP32C3). The radio and the card share the screen's bus: their selects stay high. */
#include "port/port.h"
#include "profile.h"

const PortKeypad portKeypad = { 6, 4, "123a" "456b" "789c" "*0#H" "UDLR" "OB  " };

const Profile profile = {
    .name = "t-deck",
    .high = { 10 /* BOARD_POWERON */, 9 /* RADIO_CS */, 39 /* SDCARD_CS */, NO_PIN },
    .sda = 18, .scl = 8,
    .screen = {
        .kind = SCREEN_ST7789, .clock = 40, .data = 41, .select = 12, .command = 11, .reset = NO_PIN, .light = 42,
        .width = 320, .height = 240, .turn = 0x60, .inverted = true, .widths = { 2, 3, 2, 3, 2, 3 }, .tall = 3,
    },
    .keys = { .kind = KEYS_LETTERS, .address = 0x55, .ball = { 3 /* G01 */, 15 /* G03 */, 1 /* G04 */, 2 /* G02 */, 0 /* BOOT */ } },
    .sound = {
        .kind = SOUND_APART,
        .pins = { .clock = 7, .word = 5, .out = 6, .in = NO_PIN, .master = NO_PIN },
        .microphone = { .clock = 47, .word = 21, .out = NO_PIN, .in = 14, .master = 48 },
    },
};
