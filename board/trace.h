/* Streams every call and output of the core to whoever listens at the second serial channel; build/board turns it into a trace of docs/abi.md. */
#ifndef TRACE_H
#define TRACE_H

#include "core.h"
#include "slots.h"

/* What a record is of. */
enum { TRACE_START = 'S', TRACE_CALL = 'C', TRACE_OUTPUT = 'O', TRACE_DONE = 'D', TRACE_TRAP = 'T', TRACE_EXCHANGE = 'X' };

/* Where the record of a start and of a call begin; KEEP and the bytes of the input follow. */
typedef struct TraceStart { uint32_t boot, withKeep; uint8_t print [SHA256_BYTES]; } TraceStart;
typedef struct TraceCall { int64_t now, unixMs; uint32_t kind; int32_t number, event; uint32_t code; Endpoint endpoint; uint32_t zero; } TraceCall;

/* Where the bytes of an input are. */
Region traceRegion (InputKind kind);

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
