/* A record is a byte for its kind, the u32 length of what follows, and that: fields in their order in the structures below, then bytes. */
#include "trace.h"

#include <string.h>
#include "port/port.h"

static void record (uint8_t kind, const void * head, uint32_t headLength, const void * bytes, uint32_t length)
{
    if (! portTraces ()) return;
    uint32_t total = headLength + length;
    uint8_t prefix [5] = { kind };
    memcpy (prefix + 1, & total, sizeof total);
    portTraceWrite (prefix, sizeof prefix);
    portTraceWrite (head, headLength);
    if (length > 0) portTraceWrite (bytes, length);
}

/* The SHA-256 of the module; zeros for that of the firmware. */
static void namePrint (const Module * module, uint8_t print [SHA256_BYTES])
{
    memset (print, 0, SHA256_BYTES);
    if (module->slot != SLOT_FIRMWARE) memcpy (print, module->print, SHA256_BYTES);
}

void traceStart (const Module * module, Boot boot, bool withKeep)
{
    TraceStart head = { boot, withKeep, { 0 } };
    uint32_t size;
    const uint8_t * keep = coreRegion (REGION_KEEP, & size);
    namePrint (module, head.print);
    record (TRACE_START, & head, sizeof head, keep, size);
}

void traceExchange (const Module * module)
{
    uint8_t print [SHA256_BYTES];
    namePrint (module, print);
    record (TRACE_EXCHANGE, print, sizeof print, NULL, 0);
}

Region traceRegion (InputKind kind)
{
    return kind == INPUT_OPEN ? REGION_CONFIG : kind == INPUT_AUDIO ? REGION_AUDIO : REGION_RX;
}

void traceCall (const Input * input, int64_t now)
{
    TraceCall head = { now, input->unixMs, input->kind, input->number, input->event, input->code, input->endpoint, 0 };
    uint32_t size, length = input->length;
    const uint8_t * bytes = coreRegion (traceRegion (input->kind), & size);
    if (input->kind == INPUT_AUDIO) length = size;
    record (TRACE_CALL, & head, sizeof head, bytes, length);
}

void traceOutput (const Output * output)
{
    struct { uint32_t kind; Io io; } head = { output->kind, * output->io };
    uint32_t length = output->bytes ? output->io->length : 0;
    if (output->kind == OUTPUT_OPEN || output->kind == OUTPUT_CLOSE) length = 0;
    if (output->kind != OUTPUT_DISPLAY) return record (TRACE_OUTPUT, & head, sizeof head, output->bytes, length);
    /* The text of the screen goes with the picture. */
    uint8_t picture [FRAME_PAGES * FRAME_COLUMNS + SCREEN_BYTES];
    memcpy (picture, coreRegion (REGION_FRAME, NULL), FRAME_PAGES * FRAME_COLUMNS);
    memcpy (picture + FRAME_PAGES * FRAME_COLUMNS, coreRegion (REGION_SCREEN, NULL), SCREEN_BYTES);
    record (TRACE_OUTPUT, & head, sizeof head, picture, sizeof picture);
}

void traceDone (int32_t result, int64_t deadline, uint32_t work)
{
    struct { int64_t deadline; int32_t result; uint32_t line, work, zero; } head = { deadline, result, 0, work, 0 };
    const Io * io = (const Io *) coreRegion (REGION_IO, NULL);
    const uint8_t * sentence = result == REFUSED_SETTINGS ? coreBytes (io->at, io->length) : NULL;
    if (sentence) head.line = io->code;
    record (TRACE_DONE, & head, sizeof head, sentence, sentence ? io->length : 0);
}

void traceTrap (const char * error) { record (TRACE_TRAP, error, (uint32_t) strlen (error), NULL, 0); }
