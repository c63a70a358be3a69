/* One input, drain, next: the only file that calls the core. A core that stops itself is reported, the input that did it is hidden for a while, and a
 * fresh instance goes on with what the old one kept. */
#include "supervisor.h"

#include <string.h>
#include "audio.h"
#include "console.h"
#include "display.h"
#include "flows.h"
#include "network.h"
#include "port/port.h"
#include "store.h"
#include "trace.h"

enum {
    HIDE_MS = 64 * 500,      /* RFC 3261 17.1.2.2: for so long an unanswered request is sent again */
    HIDDEN_MAX = 8,
    PAUSES = 8,
    WELL_MS = 5 * 60 * 1000, /* an instance that lived so long was well: the next trap is a first one again */
    OUTPUTS_MAX = 10000,     /* no core has so many after one input */
    SEED_BYTES = 64,
    SHOWN_MAX = 256,         /* bytes of the input that stopped it */
    KEEP_MAX = 1024,
    KEEP_MAGIC = 0x4b454550
};

static const int32_t pausesMs [PAUSES] = { 0, 1000, 2000, 4000, 8000, 16000, 32000, 60000 };

/* What outlives a reset of the processor. */
typedef struct Kept { uint32_t magic, check, length; uint8_t bytes [KEEP_MAX]; } Kept;

static struct {
    bool runs;
    int64_t deadline, startedAt, restartAt;
    uint32_t traps, trapsInRow;
    Boot nextBoot;
    Kept * kept;
    uint8_t shown [SHOWN_MAX];   /* how the input began: the core may write over it */
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

static void reportPanic (void)
{
    uint32_t record [3], room;
    memcpy (record, coreRegion (REGION_PANIC, & room), sizeof record);
    const uint8_t * text = record [0] == 1 ? coreBytes (record [1], record [2]) : NULL;
    if (text) consoleLine ("it expected: ", text, record [2]);
}

/* The ring of lines, oldest first; each is a byte for its level, text, a newline. The oldest is usually cut. */
static void reportLog (void)
{
    enum { HEAD = 16, LINE_MAX = 160 };
    uint32_t size, written;
    const uint8_t * log = coreRegion (REGION_LOG, & size);
    memcpy (& written, log, sizeof written);
    uint32_t ring = size - HEAD, from = written > ring ? written - ring : 0, length = 0;
    uint8_t line [LINE_MAX];
    for (uint32_t at = from; at < written; at++)
    {
        uint8_t byte = log [HEAD + at % ring];
        if (byte != '\n' && length < LINE_MAX) line [length++] = byte;
        if (byte != '\n') continue;
        if (length > 1) consoleLine ("  log: ", line + 1, length - 1);
        length = 0;
    }
}

static void reportInput (const Input * input)
{
    static const char * const names [INPUT_KINDS] = {
        "nothing", "random bytes", "its settings", "close", "the network", "a datagram", "news of a flow", "a key", "a command", "the calendar",
        "a timeout", "sound",
    };
    consolePrint ("It was given, at %lld ms: %s of %u bytes", (long long) portNow (), names [input->kind], (unsigned) input->length);
    /* A command may hold a password. */
    if (input->kind == INPUT_DATAGRAM) consoleEscaped (supervisor.shown, input->length < SHOWN_MAX ? input->length : SHOWN_MAX);
}

static void keep (void)
{
    uint32_t size;
    const uint8_t * from = coreRegion (REGION_KEEP, & size);
    Kept * kept = supervisor.kept;
    if (size > KEEP_MAX || (kept->magic == KEEP_MAGIC && kept->length == size && memcmp (kept->bytes, from, size) == 0)) return;
    kept->magic = 0;
    kept->length = size;
    memcpy (kept->bytes, from, size);
    kept->check = (uint32_t) hash (KEEP_MAGIC, kept->bytes, size);
    kept->magic = KEEP_MAGIC;
}

static bool isKept (void)
{
    const Kept * kept = supervisor.kept;
    uint32_t size;
    coreRegion (REGION_KEEP, & size);
    return kept->magic == KEEP_MAGIC && kept->length == size && kept->check == (uint32_t) hash (KEEP_MAGIC, kept->bytes, size);
}

static void trapped (const Input * input, uint64_t print, const char * error)
{
    int64_t now = portNow ();
    supervisor.runs = false;
    supervisor.traps++;
    traceTrap (error);
    flowsCloseAll ();
    audioStop ();
    consolePrint ("The phone stopped itself: %s.", error);
    reportPanic ();
    reportInput (input);
    reportLog ();
    hide (print);
    keep ();
    if (now - supervisor.startedAt >= WELL_MS) supervisor.trapsInRow = 0;
    unsigned row = supervisor.trapsInRow++;
    supervisor.nextBoot = BOOT_TRAP;
    supervisor.restartAt = now + pausesMs [row < PAUSES ? row : PAUSES - 1];
}

/* -- what the core wants done ----------------------------------------------------------------------------------------------------------------- */

static void perform (const Output * output)
{
    const Io * io = output->io;
    const char * text = (const char *) output->bytes;
    switch (output->kind)
    {
        case OUTPUT_SEND: return flowsSend (io->flow, & io->peer, output->bytes, io->length);
        case OUTPUT_OPEN: return flowsOpen (io->flow, io->protocol, & io->local, & io->peer);
        case OUTPUT_CLOSE: return flowsClose (io->flow);
        case OUTPUT_DISPLAY: return displayShow (coreRegion (REGION_FRAME, NULL));
        case OUTPUT_AUDIO: return audioPerform (io->code, output->bytes, io->length);
        case OUTPUT_STORE: return storeWrite (output->bytes, io->length);
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
    uint64_t print = printOf (input);
    if (input->kind == INPUT_NONE || isHidden (print, now)) return 0;
    portFeedWatchdog ();
    memcpy (supervisor.shown, coreRegion (REGION_RX, NULL), SHOWN_MAX);
    traceCall (input, now);
    uint32_t before = portWork ();
    const char * error = coreGive (input, now, & result);
    if (! error) error = drain ();
    if (! error) error = coreDeadline (& supervisor.deadline);
    if (error) trapped (input, print, error);
    else
    {
        traceDone (result, supervisor.deadline, portWork () - before);
        keep ();
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

/* Opens with the settings that are kept or, when the core refuses them, with those before, and at last with none. */
static void openWithSettings (Boot boot)
{
    for (unsigned age = 0; supervisor.runs && age <= STORE_COPIES; age++)
    {
        uint32_t room, length = 0;
        uint8_t * into = coreRegion (REGION_CONFIG, & room);
        if (age < STORE_COPIES && ! storeRead (age, into, room, & length)) continue;
        int32_t result = give (& (Input) { .kind = INPUT_OPEN, .length = length, .number = boot });
        if (result == 0) return;
        const Io * io = (const Io *) coreRegion (REGION_IO, NULL);
        const uint8_t * sentence = coreBytes (io->at, io->length);
        if (result == REFUSED_SETTINGS && sentence) consoleLine ("The kept settings are refused: ", sentence, io->length);
    }
}

static void start (Boot boot, bool withKeep)
{
    flowsCloseAll ();
    audioStop ();
    supervisor.startedAt = portNow ();
    supervisor.restartAt = -1;
    const char * error = coreReset (withKeep ? supervisor.kept->bytes : NULL);
    if (error)
    {
        consolePrint ("The module cannot start: %s.", error);
        supervisor.restartAt = portNow () + pausesMs [PAUSES - 1];
        return;
    }
    supervisor.runs = true;
    traceStart (boot, withKeep);
    seed ();
    openWithSettings (boot);
    Input calendar = { .kind = INPUT_WALLCLOCK };
    if (supervisor.runs && portCalendar (& calendar.unixMs, & calendar.number)) give (& calendar);
    networkTell ();
}

void supervisorStart (Boot boot)
{
    static Kept kept;
    supervisor.kept = portRetained (sizeof (Kept));
    if (! supervisor.kept) supervisor.kept = & kept;
    const char * error = coreLoad ();
    if (error)
    {
        consolePrint ("The module cannot be used: %s.", error);
        supervisor.restartAt = INT64_MAX;
        return;
    }
    bool withKeep = boot == BOOT_WATCHDOG && isKept ();
    start (withKeep ? boot : BOOT_COLD, withKeep);
}

bool supervisorRuns (void)
{
    if (! supervisor.runs && portNow () >= supervisor.restartAt) start (supervisor.nextBoot, supervisor.nextBoot != BOOT_COLD);
    return supervisor.runs;
}

int64_t supervisorSoonest (void) { return supervisor.runs ? supervisor.deadline : supervisor.restartAt; }

bool supervisorDue (Input * input)
{
    if (! supervisor.runs || portNow () < supervisor.deadline) return false;
    * input = (Input) { .kind = INPUT_TIMEOUT };
    return true;
}
