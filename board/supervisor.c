/* One input, drain, next: the only file that calls the core. A core that stops itself is reported, the input that did it is hidden for a while, and a
 * fresh instance goes on with what the old one kept. Here one module also gives way to another. */
#include "supervisor.h"

#include <string.h>
#include "ahead.h"
#include "audio.h"
#include "console.h"
#include "display.h"
#include "flows.h"
#include "kept.h"
#include "network.h"
#include "port/port.h"
#include "report.h"
#include "store.h"
#include "trace.h"

enum {
    HIDE_MS = 64 * 500,      /* RFC 3261 17.1.2.2: for so long an unanswered request is sent again */
    HIDDEN_MAX = 8,
    PAUSES = 8,
    WELL_MS = 5 * 60 * 1000, /* an instance that lived so long was well: the next trap is a first one again */
    OUTPUTS_MAX = 10000,     /* no core has so many after one input */
    SEED_BYTES = 64,
    QUIET_MS = 1000,         /* after so long without an input the phone is at rest */
    SOON_MS = 100            /* and when nothing is due within so long: the flash is not to hold anything up */
};

static const int32_t pausesMs [PAUSES] = { 0, 1000, 2000, 4000, 8000, 16000, 32000, 60000 };

static struct {
    bool runs;
    int64_t deadline, startedAt, restartAt, restsAt;
    uint32_t trapsInRow;
    Boot nextBoot;
    Module module, next;         /* the one that runs, and the one that is to take its place */
    bool hasNext, waits;         /* waits: it has been said that it does so for the end of a call */
    struct { uint64_t print; int64_t until; } hidden [HIDDEN_MAX];
} supervisor;

/* -- what must not come again ------------------------------------------------------------------------------------------------------------------ */

static uint64_t hash (uint64_t print, const void * bytes, size_t length)
{
    for (const uint8_t * at = bytes; length-- > 0; at++) print = (print ^ * at) * 0x100000001b3u;
    return print;
}

/* The same bytes from the same source, whatever the flow is called now. 0 for what is no input from outside. */
static uint64_t printOf (const Input * input)
{
    if (input->kind != INPUT_DATAGRAM && input->kind != INPUT_COMMAND) return 0;
    uint64_t print = hash (0xcbf29ce484222325u + input->kind, coreRegion (REGION_RX, NULL), input->length);
    return hash (print, & input->endpoint, sizeof input->endpoint) | 1;
}

static void hide (uint64_t print)
{
    unsigned oldest = 0;
    for (unsigned i = 0; i < HIDDEN_MAX; i++) if (supervisor.hidden [i].until < supervisor.hidden [oldest].until) oldest = i;
    if (! print) return;
    supervisor.hidden [oldest].print = print;
    supervisor.hidden [oldest].until = portNow () + HIDE_MS;
}

static bool isHidden (uint64_t print, int64_t now)
{
    for (unsigned i = 0; i < HIDDEN_MAX; i++) if (print && supervisor.hidden [i].print == print && supervisor.hidden [i].until > now) return true;
    return false;
}

/* -- traps ----------------------------------------------------------------------------------------------------------------------------------- */

/* Three times within a minute: a module that came by an update is given up for the one before it. */
static void fall (bool reset)
{
    if (keptFall (reset) && supervisorGoBack ()) consolePrint ("That was the third time within a minute: the phone goes back to the module before.");
}

static void trapped (const Work * work, const char * error)
{
    int64_t now = portNow ();
    supervisor.runs = false;
    traceTrap (error);
    flowsCloseAll ();
    audioStop ();
    reportTrap (error, work);
    hide (work->print);
    keptTake ();
    keptRest ();
    if (now - supervisor.startedAt >= WELL_MS) supervisor.trapsInRow = 0;
    unsigned row = supervisor.trapsInRow++;
    supervisor.nextBoot = BOOT_TRAP;
    supervisor.restartAt = now + pausesMs [row < PAUSES ? row : PAUSES - 1];
    fall (false);
}

/* -- what the core wants done ----------------------------------------------------------------------------------------------------------------- */

static void perform (const Output * output)
{
    const Io * io = output->io;
    const char * text = (const char *) output->bytes;
    switch (output->kind)
    {
        case OUTPUT_SEND: return flowsSend (io->flow, & io->peer, output->bytes, io->length);
        case OUTPUT_WRITE: return flowsWrite (io->flow, output->bytes, io->length);
        case OUTPUT_OPEN: return flowsOpen (io->flow, io->protocol, & io->local, & io->peer);
        case OUTPUT_CLOSE: return flowsClose (io->flow);
        case OUTPUT_DISPLAY: return displayShow (coreRegion (REGION_FRAME, NULL));
        case OUTPUT_AUDIO: return audioPerform (io->code, output->bytes, io->length);
        case OUTPUT_STORE:
            if (io->code < STORED_KINDS) storeWrite ((Stored) io->code, output->bytes, io->length);
            return;
        case OUTPUT_LOG: return consoleLine (io->code == LEVEL_WARNING ? "warning: " : "", output->bytes, io->length);
        case OUTPUT_REPLY: return consoleReply (output->bytes, io->length, (io->flags & FLAG_LAST) != 0);
        case OUTPUT_EVENT:
            consolePrint ("%s %.*s", abiEventName (io->code), (int) io->length, text);
            if (io->code == EVENT_REBOOT) supervisor.nextBoot = BOOT_COLD, supervisor.restartAt = portNow ();
            return;
        default: return;
    }
}

/* Every output of the core in its order. NULL, or the trap. */
static const char * drain (void)
{
    for (unsigned count = 0; count < OUTPUTS_MAX; count++)
    {
        Output output;
        const char * error = corePoll (& output);
        if (error) return error;
        if (output.kind == OUTPUT_REST) return NULL;
        traceOutput (& output);
        perform (& output);
    }
    return "it does not come to rest";
}

static int32_t give (const Input * input)
{
    int64_t now = portNow ();
    int32_t result = 0;
    supervisor.restsAt = now + QUIET_MS;
    uint64_t print = printOf (input);
    if (input->kind == INPUT_NONE) return 0;
    if (isHidden (print, now))
    {
        if (input->kind == INPUT_DATAGRAM) flowsWithhold ((uint32_t) input->number);
        return 0;
    }
    portFeedWatchdog ();
    Work * work = keptWork ();
    work->print = print;
    work->kind = input->kind;
    work->length = input->length;
    memcpy (work->shown, coreRegion (REGION_RX, NULL), SHOWN_MAX);
    traceCall (input, now);
    uint32_t before = portWork ();
    const char * error = coreGive (input, now, & result);
    if (! error) error = drain ();
    if (! error) error = coreDeadline (& supervisor.deadline);
    if (error) trapped (work, error);
    else
    {
        traceDone (result, supervisor.deadline, portWork () - before);
        keptTake ();
        keptRest ();
    }
    return result;
}

void supervisorGive (const Input * input)
{
    if (! supervisor.runs) return;
    int32_t result = give (input);
    if (result < 0) consolePrint ("The phone does not take this input: %d.", (int) result);
    if (supervisor.runs && supervisor.restartAt >= 0) supervisor.runs = false;
}

/* -- starting ----------------------------------------------------------------------------------------------------------------------------------- */

static void seed (void)
{
    portEntropy (coreRegion (REGION_RX, NULL), SEED_BYTES);
    give (& (Input) { .kind = INPUT_ENTROPY, .length = SEED_BYTES });
}

/* Appends the notes of the phone to its settings, where there is room for them; how many bytes. */
static uint32_t notes (uint8_t * into, uint32_t room)
{
    uint32_t length = 0;
    if (room == 0 || ! storeRead (STORED_NOTES, 0, into + 1, room - 1, & length)) return 0;
    * into = '\n';
    return 1 + length;
}

/* Opens with the settings that are kept or, when the core refuses them, with those before, and at last with none. */
static void openWithSettings (Boot boot)
{
    unsigned damaged = storeDamaged ();
    if (damaged == STORE_COPIES) consolePrint ("No copy of the settings in flash is whole: the phone starts without.");
    else if (damaged > 0) consolePrint ("A copy of the settings in flash is not whole: the phone starts with the other, if there is one.");
    for (unsigned age = 0; supervisor.runs && age <= STORE_COPIES; age++)
    {
        uint32_t room, length = 0;
        uint8_t * into = coreRegion (REGION_CONFIG, & room);
        if (age < STORE_COPIES && ! storeRead (STORED_SETTINGS, age, into, room, & length)) continue;
        length += notes (into + length, room - length);
        int32_t result = give (& (Input) { .kind = INPUT_OPEN, .length = length, .number = boot });
        if (result == 0) return;
        const Io * io = (const Io *) coreRegion (REGION_IO, NULL);
        const uint8_t * sentence = coreBytes (io->at, io->length);
        if (result == REFUSED_SETTINGS && sentence) consoleLine ("The kept settings are refused: ", sentence, io->length);
    }
}

static void start (Boot boot, bool withKeep)
{
    if (! coreIsLoaded ())
    {
        supervisor.restartAt = INT64_MAX;
        return;
    }
    flowsCloseAll ();
    audioStop ();
    const uint8_t * keep = withKeep ? keptKeep () : NULL;
    supervisor.startedAt = portNow ();
    supervisor.restartAt = -1;
    const char * error = coreReset (keep);
    if (error)
    {
        consolePrint ("The module cannot start: %s.", error);
        supervisor.restartAt = portNow () + pausesMs [PAUSES - 1];
        /* It never will: one that came by an update is given up at once. */
        supervisorGoBack ();
        return;
    }
    supervisor.runs = true;
    traceStart (& supervisor.module, boot, keep != NULL);
    seed ();
    openWithSettings (boot);
    Input calendar = { .kind = INPUT_WALLCLOCK };
    if (supervisor.runs && portCalendar (& calendar.unixMs, & calendar.number)) give (& calendar);
    networkTell ();
}

/* Loads the module that was chosen; where it cannot be, the one before, at last that of the firmware. False when not even that can. */
static bool load (void)
{
    Module * module = & supervisor.module;
    for (;;)
    {
        const char * error = coreLoad (module);
        if (! error) return true;
        consolePrint ("The module %s cannot be used: %s.", module->slot == SLOT_FIRMWARE ? "of the firmware" : "of the update", error);
        if (module->slot == SLOT_FIRMWARE)
        {
            supervisor.restartAt = INT64_MAX;
            return false;
        }
        if (slotsGiveUp (module)) slotsChoose (module);
        else slotsFirmware (module);
    }
}

/* -- another module -------------------------------------------------------------------------------------------------------------------------------- */

/* With what the one before kept. */
static void replace (void)
{
    supervisor.runs = false;
    if (! load ()) return;
    consolePrint ("The phone starts with the module of %s.", supervisor.module.slot == SLOT_FIRMWARE ? "the firmware" : "an update");
    start (BOOT_TRAP, true);
}

/* With the memory of the one before, sockets open and calls under way. */
static void exchange (void)
{
    Module before = supervisor.module;
    const char * error = coreLoad (& supervisor.next);
    if (error)
    {
        consolePrint ("The new module cannot be used: %s. The phone goes on with the one before.", error);
        slotsGiveUp (& supervisor.next);
        error = coreLoad (& before);
    }
    else supervisor.module = supervisor.next;
    if (error) return replace ();
    traceExchange (& supervisor.module);
    give (& (Input) { .kind = INPUT_RESUME });
    if (supervisor.runs && supervisor.module.slot == supervisor.next.slot) consolePrint ("The phone goes on with the new module.");
}

/* At rest, between two inputs. */
static void changeModule (void)
{
    bool idle = true;
    if (supervisor.runs && supervisor.next.layout == supervisor.module.layout)
    {
        supervisor.hasNext = false;
        return exchange ();
    }
    if (supervisor.runs) coreIdle (& idle);
    if (! idle && ! supervisor.waits) consolePrint ("The new module lays out its memory in another way: it waits for the end of the call.");
    supervisor.waits = ! idle;
    if (! idle) return;
    supervisor.hasNext = false;
    supervisor.module = supervisor.next;
    replace ();
}

void supervisorChange (const Module * module)
{
    supervisor.next = * module;
    supervisor.hasNext = true;
    supervisor.waits = false;
    keptForgetFalls ();
}

bool supervisorGoBack (void)
{
    if (supervisor.module.slot == SLOT_FIRMWARE) return false;
    Module before;
    if (slotsGiveUp (& supervisor.module)) slotsChoose (& before);
    else slotsFirmware (& before);
    supervisor.trapsInRow = 0;
    supervisorChange (& before);
    return true;
}

const Module * supervisorModule (void) { return & supervisor.module; }

/* -- the loop --------------------------------------------------------------------------------------------------------------------------------------- */

/* The processor has been reset by a fault or by the watchdog. What it was working on is hidden. The third time within a minute in the firmware's own module the
 * phone pauses, so that a board that cannot start is no endless loop of resets. */
static void startAgain (void)
{
    const Work * work = keptWorkBefore ();
    if (work) reportReset (work);
    if (work) hide (work->print);
    fall (true);
    if (supervisor.hasNext) supervisor.module = supervisor.next;
    else if (keptResets ()) supervisor.restartAt = portNow () + pausesMs [PAUSES - 1];
    supervisor.hasNext = false;
}

void supervisorStart (Boot boot)
{
    bool fell = boot == BOOT_WATCHDOG;
    keptStart (fell);
    slotsChoose (& supervisor.module);
    if (fell) startAgain ();
    if (! load ()) return;
    supervisor.nextBoot = fell && keptKeep () ? BOOT_WATCHDOG : BOOT_COLD;
    if (portNow () < supervisor.restartAt) consolePrint ("That was the third time within a minute: the phone waits before it starts again.");
    else start (supervisor.nextBoot, fell);
}

bool supervisorRest (void)
{
    if (! supervisor.hasNext) return false;
    changeModule ();
    return ! supervisor.hasNext;
}

bool supervisorRuns (void)
{
    if (supervisor.hasNext && ! supervisor.runs) changeModule ();
    if (! supervisor.runs && portNow () >= supervisor.restartAt) start (supervisor.nextBoot, supervisor.nextBoot != BOOT_COLD);
    return supervisor.runs;
}

bool supervisorAhead (void)
{
    int64_t now = portNow ();
    bool idle = false;
    if (! supervisor.runs || ! aheadWants () || now < supervisor.restsAt || supervisor.deadline < now + SOON_MS) return false;
    return ! coreIdle (& idle) && idle && aheadStep ();
}

int64_t supervisorSoonest (void)
{
    if (! supervisor.runs) return supervisor.restartAt;
    bool waits = aheadWants () && portNow () < supervisor.restsAt && supervisor.restsAt < supervisor.deadline;
    return waits ? supervisor.restsAt : supervisor.deadline;
}

bool supervisorDue (Input * input)
{
    if (! supervisor.runs || portNow () < supervisor.deadline) return false;
    * input = (Input) { .kind = INPUT_TIMEOUT };
    return true;
}
