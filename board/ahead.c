/* A function that has code in flash has its record as `constants` until its first call: then the record is looked at as a whole, and the function runs where it lies. */
#include "ahead.h"

#include "area.h"
#include "code.h"
#include "console.h"

typedef enum Work { WORK_NONE, WORK_RENEW, WORK_FILL } Work;

static struct {
    IM3Module module;
    Work work;
    uint32_t next;           /* functions before it are in flash, or cannot be */
    uint32_t functions;
    bool damaged, renewed;   /* something in the area is not what was written; it has been begun anew for that, since the start */
} ahead;

static bool isKept (const M3Function * function) { return areaHas (function->compiled ? (const void *) function->compiled : function->constants); }

static void release (void)
{
    for (uint32_t i = 0; i < ahead.module->numFunctions; i++)
    {
        IM3Function function = & ahead.module->functions [i];
        if (! isKept (function)) continue;
        function->compiled = NULL;
        function->constants = NULL;
        function->numConstantBytes = 0;
    }
    ahead.next = ahead.functions = 0;
}

static void giveUpDamaged (void)
{
    release ();
    ahead.damaged = false;
    ahead.work = ahead.renewed ? WORK_NONE : WORK_RENEW;
    ahead.renewed = true;
    consolePrint ("The compiled code in flash is damaged: %s.", ahead.work == WORK_NONE ? "it is left alone" : "it is made anew");
}

void aheadUnbind (void)
{
    if (! ahead.module) return;
    release ();
    ahead.module = NULL;
    ahead.work = WORK_NONE;
    ahead.damaged = false;
}

static void use (IM3Function function, const AreaRecord * record)
{
    const AreaFunction * kept = & record->function;
    const uint8_t * constants = (const uint8_t *) (record + 1);
    function->maxStackSlots = kept->stackSlots;
    function->numRetAndArgSlots = kept->ioSlots;
    function->numLocalBytes = kept->localBytes;
    function->numConstantBytes = kept->constantBytes;
    function->constants = kept->constantBytes > 0 ? (void *) (uintptr_t) constants : NULL;
    function->compiled = (pc_t) (const void *) (constants + kept->constantBytes);
}

/* -- filling ------------------------------------------------------------------------------------------------------------------------------------- */

static uint32_t unitsOf (IM3CodePage page)
{
    uint32_t units = 0;
    for (; page; page = page->info.next) units += page->info.lineIndex;
    return units;
}

static const AreaRecord * write (IM3Function function, IM3CodePage first)
{
    AreaFunction kept = {
        .number = (uint16_t) (function - ahead.module->functions), .units = (uint16_t) unitsOf (first), .stackSlots = function->maxStackSlots,
        .ioSlots = function->numRetAndArgSlots, .localBytes = function->numLocalBytes, .constantBytes = function->numConstantBytes,
    };
    bool written = areaBegin (& kept) && areaAdd (function->constants, kept.constantBytes);
    for (IM3CodePage page = first; written && page; page = page->info.next) written = areaAdd (page->code, page->info.lineIndex * (uint32_t) sizeof (code_t));
    return written ? areaEnd () : NULL;
}

/* One whose code has no place in flash is left to the block. False when the flash takes no more. */
static bool keep (IM3Function function)
{
    IM3CodePage first;
    if (codeStraight (function, & first)) return true;
    const AreaRecord * record = write (function, first);
    codeDrop (function);
    if (! record) return false;
    use (function, record);
    ahead.functions++;
    return true;
}

bool aheadOpen (IM3Function function)
{
    const AreaRecord * record = function->constants;
    if (! areaHas (record))
    {
        if (ahead.work == WORK_FILL && ! ahead.damaged && ! keep (function)) ahead.work = WORK_NONE;
        return function->compiled != NULL;
    }
    function->constants = NULL;
    if (areaIsWhole (record)) return use (function, record), true;
    ahead.damaged = true;
    return false;
}

static bool fill (void)
{
    while (ahead.next < ahead.module->numFunctions && isKept (& ahead.module->functions [ahead.next])) ahead.next++;
    return ahead.next < ahead.module->numFunctions && keep (& ahead.module->functions [ahead.next++]);
}

static bool renew (void)
{
    AreaStep step = areaRenew ();
    if (step == AREA_DONE) ahead.work = WORK_FILL;
    return step != AREA_FAILS;
}

/* -- a module ----------------------------------------------------------------------------------------------------------------------------------- */

void aheadBind (IM3Module module, const uint8_t print [SHA256_BYTES])
{
    static const Work works [] = { [AREA_NONE] = WORK_NONE, [AREA_OTHER] = WORK_RENEW, [AREA_DAMAGED] = WORK_NONE, [AREA_GOOD] = WORK_FILL };
    AreaState state = areaOpen (print);
    ahead.module = module;
    ahead.work = works [state];
    ahead.next = ahead.functions = 0;
    ahead.damaged = state == AREA_DAMAGED;
    /* Flash is erased only at rest: an area that is in use otherwise has to wait for that. */
    bool ready = ahead.work == WORK_RENEW && areaIsBlank ();
    while (ready && ahead.work == WORK_RENEW) if (! renew ()) ahead.work = WORK_NONE;
    if (state != AREA_GOOD) return;
    for (const AreaRecord * record = areaNext (NULL); record; record = areaNext (record))
    {
        if (record->function.number >= module->numFunctions) continue;
        IM3Function function = & module->functions [record->function.number];
        ahead.functions += ! isKept (function);
        function->constants = (void *) (uintptr_t) record;
    }
}

bool aheadWants (void) { return ahead.work != WORK_NONE || ahead.damaged; }

bool aheadStep (void)
{
    if (ahead.damaged) giveUpDamaged ();
    if (ahead.work == WORK_NONE || ! (ahead.work == WORK_RENEW ? renew () : fill ())) ahead.work = WORK_NONE;
    return ahead.work != WORK_NONE;
}

AheadFigures aheadFigures (void)
{
    return (AheadFigures) { ahead.functions, areaUsed (), ahead.module ? ahead.module->numFunctions : 0 };
}
