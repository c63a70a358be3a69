/* Streams every call and output of the core to whoever listens at the second serial channel; build/board turns it into a trace of docs/abi.md. */
#ifndef TRACE_H
#define TRACE_H

#include "core.h"
#include "slots.h"

/* A fresh instance of a module. */
void traceStart (const Module * module, Boot boot, bool withKeep);
/* Another module goes on with the memory of the one before. */
void traceExchange (const Module * module);
void traceCall (const Input * input, int64_t now);
void traceOutput (const Output * output);
/* `work` is what the call and everything that followed has cost; port.h portWork. */
void traceDone (int32_t result, int64_t deadline, uint32_t work);
void traceTrap (const char * error);

#endif
