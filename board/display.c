/* Sends the pages of the frame that have changed to the display: over I2C a whole frame takes 25 ms. */
#include "display.h"

#include <stdbool.h>
#include <string.h>
#include "port/port.h"

static uint8_t shown [FRAME_PAGES] [FRAME_COLUMNS];
static bool isShown;

void displayShow (const uint8_t * frame)
{
    for (unsigned page = 0; page < FRAME_PAGES; page++, frame += FRAME_COLUMNS)
    {
        if (isShown && memcmp (shown [page], frame, FRAME_COLUMNS) == 0) continue;
        memcpy (shown [page], frame, FRAME_COLUMNS);
        portShow (page, shown [page]);
    }
    isShown = true;
}
