/* Keeps the phone alive: gives it its inputs, does what it asks for, and when it stops itself starts it again. */
#ifndef SUPERVISOR_H
#define SUPERVISOR_H

#include "core.h"
#include "slots.h"

/* Loads the module and starts the first instance. */
void supervisorStart (Boot boot);

/* One input and everything that follows from it. Inputs are lost while there is no instance. */
void supervisorGive (const Input * input);

/* To be called when there is no input: another module takes over then. True when one has. */
bool supervisorRest (void);

/* To be called when there is nothing else to be done: a phone that rests compiles a function ahead (board/ahead.h). True when one may follow. */
bool supervisorAhead (void);

/* True when an instance is there to take inputs; a restart that is due is made. */
bool supervisorRuns (void);

/* The module takes the place of the one that runs: at the next rest where their memory is laid out alike, else with a restart as soon as there is no call. */
void supervisorChange (const Module * module);

/* Gives up the module that runs for the one before it. False when it is that of the firmware. */
bool supervisorGoBack (void);

/* The module that runs. */
const Module * supervisorModule (void);

/* The next instant at which supervisorDue has something to give, or a restart is due. */
int64_t supervisorSoonest (void);

/* The deadline of the core, when it has passed. */
bool supervisorDue (Input * input);

#endif
