/* Sound: the microphone is what comes in on the second serial channel, silence while nothing does; a clock of 20 ms is the board's own. What the speaker
 * plays is in the trace, as every output is. */
#include "devices.h"

#include <string.h>
#include "cpu.h"
#include "port/port.h"

enum { FRAME_MS = 20, FRAME_BYTES = AUDIO_SAMPLES * 2 };

static int64_t nextAt = INT64_MAX;

void portSound (bool on) { nextAt = on ? cpuNow () : INT64_MAX; }
int64_t soundSoonest (void) { return nextAt; }
void portSpeaker (const int16_t * samples) { (void) samples; }

bool portMicrophone (int16_t * samples)
{
    if (cpuNow () < nextAt) return false;
    nextAt += FRAME_MS;
    /* After a stall the frames of the time before are gone: nobody waits for them. */
    if (nextAt < cpuNow () - 5 * FRAME_MS) nextAt = cpuNow ();
    if (! channelTake (samples, FRAME_BYTES)) memset (samples, 0, FRAME_BYTES);
    return true;
}
