/* Between the 8,000 samples a second of the phone and the 16,000 on the wires. */
#ifndef RESAMPLE_H
#define RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

enum { RESAMPLE_SIDE = 23, RESAMPLE_SPAN = 2 * RESAMPLE_SIDE, RESAMPLE_HALF = (RESAMPLE_SIDE + 1) / 2 };

/* What of the samples before is still needed. All zero at first. */
typedef struct Resample { int16_t before [RESAMPLE_SPAN]; } Resample;

/* `count` samples out of twice as many. */
void resampleDown (Resample * state, const int16_t * in, int16_t * out, size_t count);

/* Twice `count` samples out of so many. */
void resampleUp (Resample * state, const int16_t * in, int16_t * out, size_t count);

#endif
