/* What a board is made of: one table for each in boards/<name>/board.c. */
#ifndef PROFILE_H
#define PROFILE_H

#include <stdbool.h>
#include <stdint.h>

enum { NO_PIN = -1, MATRIX_SIDE = 4, HIGH_MAX = 4, BALL_PINS = 5 };

typedef enum ScreenKind {
    SCREEN_SSD1306,      /* 128 x 64, on the I2C bus */
    SCREEN_ST7789        /* colours, on an SPI bus of its own */
} ScreenKind;

typedef enum KeysKind {
    KEYS_MATRIX,         /* 4 x 4 contacts on pins: rows are driven low one at a time, columns are read */
    KEYS_EXPANDER,       /* the same on a PCF8574: rows are its pins 0 to 3, columns 4 to 7 */
    KEYS_LETTERS,        /* a keyboard that gives one character for each press over I2C, and a track ball */
    KEYS_SCANNER         /* a TCA8418, which tells of every contact that closes and opens */
} KeysKind;

typedef enum SoundKind {
    SOUND_TOGETHER,      /* one I2S port for both directions: an ES8311 when one answers, else a MAX98357 and an INMP441 */
    SOUND_APART          /* a MAX98357 on one port and an ES7210 with its microphones on another */
} SoundKind;

typedef struct I2sPins { int8_t clock, word, out, in, master; } I2sPins;

typedef struct Profile {
    const char * name;
    int8_t high [HIGH_MAX];          /* pins that are set high before anything else: power, and chips on the screen's bus that must stay silent */
    int8_t sda, scl;                 /* the I2C bus */
    struct {
        ScreenKind kind;
        int8_t clock, data, select, command, reset, light;
        uint16_t width, height;      /* pixels as they are seen */
        uint16_t left, top;          /* where the glass begins in the controller's memory */
        uint8_t turn;                /* its register MADCTL */
        uint8_t widths [6], tall;    /* pixels for each of six columns, which are a cell with its gap first, and for each row */
        bool inverted;
    } screen;
    struct {
        KeysKind kind;
        uint8_t address;             /* on the I2C bus */
        int8_t rows [MATRIX_SIDE], columns [MATRIX_SIDE];
        int8_t ball [BALL_PINS];     /* up, down, left, right, and its button */
    } keys;
    struct {
        SoundKind kind;
        I2sPins pins;
        I2sPins microphone;          /* with SOUND_APART */
        uint8_t gain;                /* how many bits the samples of an INMP441 are shifted up: it is quiet */
    } sound;
} Profile;

extern const Profile profile;

#endif
