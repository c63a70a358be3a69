/* The time of day. */
#ifndef CALENDAR_H
#define CALENDAR_H

#include "core.h"

/* True with an input when the core is to be told; when that may be so next. */
bool calendarNext (Input * input);
int64_t calendarSoonest (void);

#endif
