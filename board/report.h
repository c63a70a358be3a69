/* Tells on the console why the phone has stopped itself. */
#ifndef REPORT_H
#define REPORT_H

#include "kept.h"

/* The instance that is loaded has trapped with `error` in the work of last; it can still be read. */
void reportTrap (const char * error, const Work * work);

/* The processor was reset in the middle of it. */
void reportReset (const Work * work);

#endif
