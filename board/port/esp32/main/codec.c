/* Registers of an ES8311 (microphone and speaker) and of an ES7210 (microphones), as Espressif's own drivers set them (github.com/espressif/esp-bsp, components/es8311
 * and components/es7210): slaves on the I2S, 16 kHz, 32 bits. */
#include "codec.h"

#include <stddef.h>
#include "esp32.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "profile.h"

enum { ES8311 = 0x18, ES7210 = 0x40, RESET_MS = 20, WAIT = 0xff, ES7210_MICROPHONE_GAIN = 0x1a };

typedef struct Write { uint8_t at, value; } Write;

/* Its clock is made from the bit clock of 1.024 MHz, times four: boards need not wire a master clock. WAIT is a pause. */
static const Write es8311 [] = {
    { 0x00, 0x1f }, { WAIT, 0 }, { 0x00, 0x00 }, { 0x00, 0x80 },                                      /* reset, then power on as a slave */
    { 0x01, 0xbf }, { 0x02, 0x10 }, { 0x03, 0x10 }, { 0x04, 0x10 }, { 0x05, 0x00 }, { 0x06, 0x03 },   /* clocks: the row for 1.024 MHz and 16 kHz */
    { 0x07, 0x00 }, { 0x08, 0xff },
    { 0x09, 0x10 }, { 0x0a, 0x10 },                                                                   /* I2S, 32 bits, in and out */
    { 0x0d, 0x01 }, { 0x0e, 0x02 }, { 0x12, 0x00 }, { 0x13, 0x10 },                                   /* analogue parts, ADC, DAC, output */
    { 0x1c, 0x6a }, { 0x37, 0x08 },                                                                   /* no equalizers, no direct current */
    { 0x17, 0xc8 }, { 0x14, 0x1a }, { 0x32, 0xbf },                                                   /* microphone +4.5 dB and 30 dB before it, speaker 0 dB */
};
static const Write es8311Off [] = { { 0x32, 0x00 }, { 0x17, 0x00 }, { 0x0e, 0xff }, { 0x12, 0x02 }, { 0x14, 0x00 }, { 0x0d, 0xfa } };

static const Write es7210 [] = {
    { 0x00, 0xff }, { 0x00, 0x32 }, { 0x09, 0x30 }, { 0x0a, 0x30 },
    { 0x23, 0x2a }, { 0x22, 0x0a }, { 0x21, 0x2a }, { 0x20, 0x0a },                                   /* high-pass filters */
    { 0x11, 0x80 }, { 0x12, 0x00 },                                                                   /* I2S, 32 bits, two channels */
    { 0x40, 0xc3 }, { 0x41, 0x70 }, { 0x42, 0x70 },                                                   /* analogue power, bias of 2.87 V */
    { 0x43, ES7210_MICROPHONE_GAIN }, { 0x44, ES7210_MICROPHONE_GAIN }, { 0x45, ES7210_MICROPHONE_GAIN }, { 0x46, ES7210_MICROPHONE_GAIN },
    { 0x47, 0x08 }, { 0x48, 0x08 }, { 0x49, 0x08 }, { 0x4a, 0x08 },
    { 0x07, 0x20 }, { 0x02, 0xc1 }, { 0x04, 0x01 }, { 0x05, 0x00 },                                   /* clocks: the row for 4.096 MHz and 16 kHz */
    { 0x06, 0x04 }, { 0x4b, 0x0f }, { 0x4c, 0x0f }, { 0x00, 0x71 }, { 0x00, 0x41 },
};
static const Write es7210Off [] = { { 0x4b, 0xff }, { 0x4c, 0xff }, { 0x06, 0x07 } };

static bool writeAll (uint8_t address, const Write * writes, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        if (writes [i].at == WAIT) vTaskDelay (pdMS_TO_TICKS (RESET_MS));
        else if (! busWrite (address, & writes [i].at, sizeof (Write))) return false;
    }
    return true;
}

#define WRITE(ADDRESS, WRITES) writeAll (ADDRESS, WRITES, sizeof WRITES / sizeof WRITES [0])

Codec codecFind (void)
{
    if (profile.sound.kind == SOUND_APART) return busAnswers (ES7210) ? CODEC_ES7210 : CODEC_NONE;
    return busAnswers (ES8311) ? CODEC_ES8311 : CODEC_NONE;
}

bool codecStart (Codec codec)
{
    switch (codec)
    {
        case CODEC_ES8311: return WRITE (ES8311, es8311);
        case CODEC_ES7210: return WRITE (ES7210, es7210);
        default: return true;
    }
}

void codecStop (Codec codec)
{
    if (codec == CODEC_ES8311) WRITE (ES8311, es8311Off);
    if (codec == CODEC_ES7210) WRITE (ES7210, es7210Off);
}
