/* Sound in frames of 20 ms. */
#ifndef AUDIO_H
#define AUDIO_H

#include "core.h"

/* What an AUDIO output asks for. */
void audioPerform (uint32_t code, const uint8_t * samples, uint32_t length);
void audioStop (void);

/* True with an input when the microphone has filled a frame; it is in AUDIO. */
bool audioNext (Input * input);

#endif
