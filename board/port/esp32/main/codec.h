/* The codecs on the I2C bus. */
#ifndef CODEC_H
#define CODEC_H

#include <stdbool.h>

typedef enum Codec { CODEC_NONE, CODEC_ES8311, CODEC_ES7210 } Codec;

/* The codec that answers; CODEC_NONE where microphone and speaker need none. */
Codec codecFind (void);

/* Sets it up for 16,000 samples a second in words of 32 bits; its clock must run already. */
bool codecStart (Codec codec);
void codecStop (Codec codec);

#endif
