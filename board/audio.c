/* Carries sound between the core and the codec: a frame in, a frame out, while the core wants it. */
#include "audio.h"

#include "port/port.h"

static bool runs;

void audioPerform (uint32_t code, const uint8_t * samples, uint32_t length)
{
    if (code == AUDIO_PLAY && length == AUDIO_SAMPLES * sizeof (int16_t)) portSpeaker ((const int16_t *) samples);
    if (code == AUDIO_PLAY || runs == (code == AUDIO_START)) return;
    runs = code == AUDIO_START;
    portSound (runs);
}

void audioStop (void) { audioPerform (AUDIO_STOP, NULL, 0); }

bool audioNext (Input * input)
{
    if (! runs || ! portMicrophone ((int16_t *) coreRegion (REGION_AUDIO, NULL))) return false;
    * input = (Input) { .kind = INPUT_AUDIO };
    return true;
}
