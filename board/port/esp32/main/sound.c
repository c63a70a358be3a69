/* Microphone and speaker on I2S: 16,000 samples a second in pairs of 32 bits, as an ES8311 without a master clock and an INMP441 both need it. The phone's 8,000 are
 * made from them and for them (resample.c). The microphone's clock is the phone's: a frame of 20 ms is there when so many samples have come. */
#include "esp32.h"

#include <string.h>
#include "codec.h"
#include "driver/i2s_std.h"
#include "port/port.h"
#include "profile.h"
#include "resample.h"

enum {
    RATE_HZ = 16000, WIRE_SAMPLES = 2 * AUDIO_SAMPLES, SLOTS = 2, TOP_BITS = 16,
    PIECES = 4, PIECE_SAMPLES = 160,   /* of the buffers that are filled and emptied by themselves: 40 ms each way */
    CHUNK = 32                         /* samples that are taken from them or put there at once */
};

static i2s_chan_handle_t speaker, microphone;
static Codec codec;
static bool runs;
static struct {
    int32_t wire [CHUNK * SLOTS];
    size_t filled;                     /* bytes of `wire` that have come from the microphone */
    int16_t row [WIRE_SAMPLES];
    unsigned count;                    /* samples of `row` */
    Resample in, out;
} sound;

static gpio_num_t pin (int8_t number) { return number == NO_PIN ? I2S_GPIO_UNUSED : (gpio_num_t) number; }

static i2s_std_config_t configOf (const I2sPins * pins)
{
    return (i2s_std_config_t) {
        .clk_cfg = I2S_STD_CLK_DEFAULT_CONFIG (RATE_HZ),
        .slot_cfg = I2S_STD_PHILIPS_SLOT_DEFAULT_CONFIG (I2S_DATA_BIT_WIDTH_32BIT, I2S_SLOT_MODE_STEREO),
        .gpio_cfg = { .mclk = pin (pins->master), .bclk = pin (pins->clock), .ws = pin (pins->word), .dout = pin (pins->out), .din = pin (pins->in) },
    };
}

static i2s_chan_config_t channelOf (i2s_port_t port)
{
    i2s_chan_config_t config = I2S_CHANNEL_DEFAULT_CONFIG (port, I2S_ROLE_MASTER);
    config.dma_desc_num = PIECES;
    config.dma_frame_num = PIECE_SAMPLES;
    config.auto_clear = true;          /* silence, and not the last piece again, when the phone is late */
    return config;
}

static bool open (void)
{
    i2s_chan_config_t first = channelOf (I2S_NUM_0);
    i2s_std_config_t pins = configOf (& profile.sound.pins);
    if (profile.sound.kind == SOUND_TOGETHER)
    {
        return i2s_new_channel (& first, & speaker, & microphone) == ESP_OK
            && i2s_channel_init_std_mode (speaker, & pins) == ESP_OK && i2s_channel_init_std_mode (microphone, & pins) == ESP_OK;
    }
    /* Only where a chip has two ports: the profiles with SOUND_APART are for an ESP32-S3. */
    i2s_chan_config_t second = channelOf ((i2s_port_t) (I2S_NUM_0 + 1));
    i2s_std_config_t others = configOf (& profile.sound.microphone);
    return i2s_new_channel (& first, & speaker, NULL) == ESP_OK && i2s_channel_init_std_mode (speaker, & pins) == ESP_OK
        && i2s_new_channel (& second, NULL, & microphone) == ESP_OK && i2s_channel_init_std_mode (microphone, & others) == ESP_OK;
}

void soundStart (void)
{
    codec = codecFind ();
    if (! open ()) speaker = microphone = NULL;
}

bool soundRuns (void) { return runs; }

void portSound (bool on)
{
    if (! speaker || ! microphone || on == runs) return;
    runs = on;
    if (! on)
    {
        codecStop (codec);
        i2s_channel_disable (speaker);
        i2s_channel_disable (microphone);
        return;
    }
    memset (& sound, 0, sizeof sound);
    i2s_channel_enable (speaker);
    i2s_channel_enable (microphone);
    codecStart (codec);
}

/* An INMP441 is on the left and quiet; a codec has its gain before the converter. */
static int16_t narrow (int32_t word)
{
    int64_t value = (int64_t) word * (1 << (codec == CODEC_NONE ? profile.sound.gain : 0)) / (1 << TOP_BITS);
    return value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : (int16_t) value;
}

bool portMicrophone (int16_t * samples)
{
    while (runs && sound.count < WIRE_SAMPLES)
    {
        size_t came = 0;
        i2s_channel_read (microphone, (uint8_t *) sound.wire + sound.filled, sizeof sound.wire - sound.filled, & came, 0);
        sound.filled += came;
        if (sound.filled < sizeof sound.wire) return false;
        sound.filled = 0;
        for (unsigned i = 0; i < CHUNK; i++) sound.row [sound.count++] = narrow (sound.wire [i * SLOTS]);
    }
    if (! runs) return false;
    sound.count = 0;
    resampleDown (& sound.in, sound.row, samples, AUDIO_SAMPLES);
    return true;
}

/* Both slots: an amplifier that is wired for the mean of them, or for either, plays the same. What does not fit any more is late and is left out. */
void portSpeaker (const int16_t * samples)
{
    int16_t row [WIRE_SAMPLES];
    int32_t wire [CHUNK * SLOTS];
    if (! runs) return;
    resampleUp (& sound.out, samples, row, AUDIO_SAMPLES);
    for (unsigned at = 0; at < WIRE_SAMPLES; at += CHUNK)
    {
        size_t went = 0;
        for (unsigned i = 0; i < CHUNK * SLOTS; i++) wire [i] = (int32_t) row [at + i / SLOTS] * (1 << TOP_BITS);
        i2s_channel_write (speaker, wire, sizeof wire, & went, 0);
        if (went < sizeof wire) return;
    }
}
