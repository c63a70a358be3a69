/* Keeps the phone alive: gives it its inputs, does what it asks for, and when it stops itself starts it again. */
#ifndef SUPERVISOR_H
#define SUPERVISOR_H

#include "core.h"

/* Loads the module and starts the first instance. */
void supervisorStart (Boot boot);

/* One input and everything that follows from it. Inputs are lost while there is no instance. */
void supervisorGive (const Input * input);

/* True when an instance is there to take inputs; a restart that is due is made. */
bool supervisorRuns (void);

/* The next instant at which supervisorDue has something to give, or a restart is due. */
int64_t supervisorSoonest (void);

/* The deadline of the core, when it has passed. */
bool supervisorDue (Input * input);

#endif
