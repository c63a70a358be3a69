/* A half-band filter of 47 taps (a Kaiser window, beta 6), of which every second one is 0: up to 3.4 kHz flat within 0.1 dB, and what would fold into the telephone's
 * band, from 4.6 kHz on, 45 dB down. Delays by 1.4 ms. */
#include "resample.h"

#include <string.h>

enum { UNIT_BITS = 15, MIDDLE = 1 << (UNIT_BITS - 1) };

static const int16_t sides [RESAMPLE_HALF] = { 10377, -3318, 1830, -1150, 750, -489, 311, -189, 107, -55, 23, -7 };

static int16_t clip (int32_t sum, int bits)
{
    int32_t value = (sum + (1 << (bits - 1))) >> bits;
    return value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : (int16_t) value;
}

/* Sample `at` of what came before and of what comes now, in one row. */
static int32_t sampleAt (const int16_t * before, size_t span, const int16_t * in, size_t at) { return at < span ? before [at] : in [at - span]; }

static void remember (int16_t * before, size_t span, const int16_t * in, size_t count)
{
    size_t kept = count < span ? span - count : 0, taken = span - kept;
    memmove (before, before + (span - kept), kept * sizeof * before);
    memcpy (before + kept, in + (count - taken), taken * sizeof * before);
}

void resampleDown (Resample * state, const int16_t * in, int16_t * out, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        size_t middle = 2 * i + RESAMPLE_SIDE;
        int32_t sum = MIDDLE * sampleAt (state->before, RESAMPLE_SPAN, in, middle);
        for (size_t k = 0; k < RESAMPLE_HALF; k++)
        {
            size_t far = 2 * k + 1;
            sum += sides [k] * (sampleAt (state->before, RESAMPLE_SPAN, in, middle - far) + sampleAt (state->before, RESAMPLE_SPAN, in, middle + far));
        }
        out [i] = clip (sum, UNIT_BITS);
    }
    remember (state->before, RESAMPLE_SPAN, in, 2 * count);
}

void resampleUp (Resample * state, const int16_t * in, int16_t * out, size_t count)
{
    /* Of the samples in between, which are 0, nothing is computed. */
    enum { SPAN = 2 * RESAMPLE_HALF - 1 };
    for (size_t i = 0; i < count; i++)
    {
        int32_t sum = 0;
        for (size_t k = 0; k < RESAMPLE_HALF; k++)
        {
            sum += sides [k] * (sampleAt (state->before, SPAN, in, i + RESAMPLE_HALF - 1 - k) + sampleAt (state->before, SPAN, in, i + RESAMPLE_HALF + k));
        }
        out [2 * i] = (int16_t) sampleAt (state->before, SPAN, in, i + RESAMPLE_HALF - 1);
        out [2 * i + 1] = clip (sum, UNIT_BITS - 1);
    }
    remember (state->before, SPAN, in, count);
}
