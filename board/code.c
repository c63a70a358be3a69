/* Keeps the compiled code of the module within a fixed block of RAM. This file takes the place of wasm3's m3_code.c.
 *
 * wasm3 asks for memory in pages (NewCodePage) and fills them with units (compact.h). Each function gets pages of its own here, cut to what it needs, so that a function can be dropped
 * alone. Two fields of a page that wasm3 does not use are ours, in the first page of a function: `usageCount` counts the calls of it that are under
 * way, `sequence` is when the last one was, counted in compilations. Nothing but M3Function.compiled points at a function from outside (board/interpreter.c). */
#include "code.h"

#include <stdlib.h>
#include <string.h>
#include "ahead.h"
#include "m3_exec_defs.h"

/* The block is divided into pieces that follow each other; each begins with this. */
typedef struct Piece {
    uint16_t steps;          /* size of the whole piece, in steps of 8 bytes */
    uint16_t owner;          /* 1 + the number of the function that it holds code of; 0 when it is free */
    M3CodePage page;
} Piece;

enum {
    STEP = 8,
    PIECE_HEAD = offsetof (Piece, page.code),
    PIECE_LEAST = PIECE_HEAD,
    NOBODY = 0xffff,         /* owns the pages of expressions, which are computed while a module loads */
    BRANCH_LINES = 48,       /* of the pages that a function gets for its branches: so many or a part of its own size */
    BRANCH_PART = 4,
    SPARE_LINES = 24,
    LINES_MAX = 0xffff,
    UNIT_MAX = 0xffff,
    BLOCK_MAX = 64 * 1024,   /* as far as a unit reaches that stands for a place */
    MARKS_IN_BYTE = 8
};

static struct {
    uint8_t * start, * end;
    IM3Function compiling;   /* for whom pages are asked for */
    uint32_t firstLines;     /* how large its first page is to be; 0 once it has one */
    uint32_t branchLines;    /* and each one after */
    uint16_t clock;          /* counts compilations */
    uint8_t * marks;         /* a bit for each unit of the block: it stands for a place; NULL while nobody wants to know */
    bool fixed;              /* a pointer has been written that is good for this run of the phone only */
    CodeFigures figures;
} code;

struct M3Function * codeFunctions;
/* Says that a function has its name already, so that wasm3 keeps none. */
M3FunctionNames m3Nameless = { .numNames = 1 };
static uint32_t functionCount;

const uint8_t * codeBlock;
uint32_t codeBlockBytes;
uint16_t codeUncounted;

static uint32_t bytesOf (const Piece * piece) { return piece->steps * (uint32_t) STEP; }
static Piece * pieceAfter (Piece * piece) { return (Piece *) ((uint8_t *) piece + bytesOf (piece)); }
static bool isPiece (const Piece * piece) { return (const uint8_t *) piece < code.end; }
static Piece * pieceOf (IM3CodePage page) { return (Piece *) ((uint8_t *) page - offsetof (Piece, page)); }
static IM3Function functionOf (const Piece * piece) { return piece->owner && piece->owner != NOBODY ? codeFunctions + piece->owner - 1 : NULL; }
static IM3CodePage firstPage (IM3Function function) { return (IM3CodePage) ((uint8_t *) function->compiled - offsetof (M3CodePage, code)); }

const char * codeStart (uint32_t bytes)
{
    if (code.start) return NULL;
    if (bytes > BLOCK_MAX) bytes = BLOCK_MAX;
    code.start = malloc (bytes);
    if (! code.start) return "there is no room for compiled code";
    code.end = code.start + (bytes & ~ (STEP - 1u));
    codeBlock = code.start;
    codeBlockBytes = (uint32_t) (code.end - code.start);
    * (Piece *) code.start = (Piece) { .steps = (uint16_t) (bytes / STEP) };
    return NULL;
}

void codeBind (IM3Module module)
{
    codeFunctions = module->functions;
    functionCount = module->numFunctions;
}

/* -- units ----------------------------------------------------------------------------------------------------------------------------- */

void EmitUnit (IM3CodePage page, u32 unit) { page->code [page->info.lineIndex++] = (code_t) unit; }

void EmitWord32 (IM3CodePage page, const u32 word)
{
    EmitUnit (page, word & UNIT_MAX);
    EmitUnit (page, word >> 16);
}

void EmitWord64 (IM3CodePage page, const u64 word)
{
    EmitWord32 (page, (u32) word);
    EmitWord32 (page, (u32) (word >> 32));
}

/* The bit that says of a unit whether it stands for a place. */
static uint8_t * markOf (const code_t * unit, uint8_t * bit)
{
    uint32_t number = (uint32_t) (unit - (const code_t *) code.start);
    * bit = (uint8_t) (1u << number % MARKS_IN_BYTE);
    return code.marks + number / MARKS_IN_BYTE;
}

static uint32_t marksBytes (void) { return codeBlockBytes / sizeof (code_t) / MARKS_IN_BYTE + 1; }

void codePatch (const void * at, pc_t place)
{
    code_t * unit = (code_t *) (uintptr_t) at;
    uint8_t bit;
    * unit = (code_t) (place - unit);
    if (code.marks) * markOf (unit, & bit) |= bit;
}

/* Whatever wasm3 writes as a pointer: a place in the code, a function, an operation; anything else as it is. */
void EmitWord_impl (IM3CodePage page, void * word)
{
    const uint8_t * at = word;
    intptr_t distance = at - (const uint8_t *) codeOrigin;
    if (! word) EmitUnit (page, 0);
    else if (at >= code.start && at < code.end) codePatch (& page->code [page->info.lineIndex++], word);
    else if ((IM3Function) word >= codeFunctions && (IM3Function) word < codeFunctions + functionCount) EmitUnit (page, (u32) ((IM3Function) word - codeFunctions));
    else if (distance / 2 == (int16_t) (distance / 2)) EmitUnit (page, codeOf ((IM3Operation) word));
    else
    {
        code.fixed = true;
        EmitWord32 (page, (u32) (uintptr_t) word);
    }
}

u32 NumFreeLines (IM3CodePage page) { return page->info.numLines - page->info.lineIndex; }
pc_t GetPagePC (IM3CodePage page) { return page ? & page->code [page->info.lineIndex] : NULL; }

void PushCodePage (IM3CodePage * list, IM3CodePage page)
{
    page->info.next = * list;
    * list = page;
}

static IM3CodePage pop (IM3CodePage * list)
{
    IM3CodePage page = * list;
    * list = page->info.next;
    return page;
}

/* -- pieces ------------------------------------------------------------------------------------------------------------------------------ */

/* Cuts a piece down; what remains becomes a free one when it is worth it. */
static void cut (Piece * piece, uint32_t bytes)
{
    uint32_t steps = (bytes + STEP - 1) / STEP;
    if (bytesOf (piece) < steps * STEP + PIECE_LEAST) return;
    uint16_t rest = (uint16_t) (piece->steps - steps);
    piece->steps = (uint16_t) steps;
    pieceAfter (piece)->owner = 0;
    pieceAfter (piece)->steps = rest;
}

/* The first free piece of `bytes`, else the largest of at least `least`; free neighbours become one on the way. */
static Piece * findFree (uint32_t bytes, uint32_t least)
{
    Piece * largest = NULL;
    for (Piece * piece = (Piece *) code.start; isPiece (piece); piece = pieceAfter (piece))
    {
        if (piece->owner) continue;
        for (Piece * next = pieceAfter (piece); isPiece (next) && ! next->owner; next = pieceAfter (piece)) piece->steps += next->steps;
        if (bytesOf (piece) >= bytes) return piece;
        if (bytesOf (piece) >= least && (! largest || piece->steps > largest->steps)) largest = piece;
    }
    return largest;
}

/* -- eviction -------------------------------------------------------------------------------------------------------------------------- */

static void release (Piece * piece)
{
    code.figures.used -= bytesOf (piece);
    piece->owner = 0;
}

void codeDrop (IM3Function function)
{
    IM3CodePage page = firstPage (function);
    while (page)
    {
        IM3CodePage next = page->info.next;
        release (pieceOf (page));
        page = next;
    }
    m3_Free (function->constants);
    function->constants = NULL;
    function->numConstantBytes = 0;
    function->compiled = NULL;
    code.figures.functions--;
}

/* The compiled function that was called longest ago and is not being executed; NULL when there is none. */
static IM3Function oldest (void)
{
    IM3Function found = NULL;
    uint16_t age = 0;
    for (Piece * piece = (Piece *) code.start; isPiece (piece); piece = pieceAfter (piece))
    {
        IM3Function function = functionOf (piece);
        if (! function || function == code.compiling || firstPage (function) != & piece->page || piece->page.info.usageCount > 0) continue;
        uint16_t since = (uint16_t) (code.clock - piece->page.info.sequence);
        if (found && since <= age) continue;
        found = function;
        age = since;
    }
    return found;
}

void codeFlush (void)
{
    for (IM3Function function = oldest (); function; function = oldest ()) codeDrop (function);
}

/* -- pages for wasm3 --------------------------------------------------------------------------------------------------------------------- */

static uint32_t bytesFor (u32 lines) { return PIECE_HEAD + lines * (uint32_t) sizeof (code_t); }

/* Room for so many bytes, or at least for the fewest that will do; old functions make way. NULL when there is none. */
static Piece * take (uint32_t bytes, uint32_t leastBytes, uint16_t owner)
{
    Piece * piece = findFree (bytes, leastBytes);
    for (IM3Function old = piece ? NULL : oldest (); old && ! piece; old = piece ? NULL : oldest ())
    {
        codeDrop (old);
        code.figures.evicted++;
        piece = findFree (bytes, leastBytes);
    }
    if (! piece) return NULL;
    cut (piece, bytes);
    piece->owner = owner;
    code.figures.used += bytesOf (piece);
    if (code.figures.used > code.figures.high) code.figures.high = code.figures.used;
    return piece;
}

IM3CodePage NewCodePage (IM3Runtime runtime, u32 lines)
{
    (void) runtime;
    u32 wanted = code.firstLines ? code.firstLines : code.branchLines ? code.branchLines : BRANCH_LINES, least = wanted < BRANCH_LINES ? wanted : BRANCH_LINES;
    uint16_t owner = code.compiling ? (uint16_t) (code.compiling - codeFunctions + 1) : NOBODY;
    Piece * piece = take (bytesFor (wanted > lines ? wanted : lines), bytesFor (least > lines ? least : lines), owner);
    if (! piece) return NULL;
    uint32_t room = (bytesOf (piece) - PIECE_HEAD) / sizeof (code_t);
    piece->page.info = (M3CodePageHeader) { .numLines = room < LINES_MAX ? (u16) room : LINES_MAX, .sequence = code.clock };
    code.firstLines = 0;
    return & piece->page;
}

void FreeCodePages (IM3CodePage * list)
{
    for (IM3CodePage page = * list; page; )
    {
        IM3CodePage next = page->info.next;
        release (pieceOf (page));
        page = next;
    }
    * list = NULL;
}

/* -- compiling ------------------------------------------------------------------------------------------------------------------------- */

/* Takes the pages that the function has filled out of the runtime's lists, each cut to what is in it; `first` leads them. */
static void collect (IM3Runtime runtime, IM3CodePage first)
{
    IM3CodePage * lists [] = { & runtime->pagesOpen, & runtime->pagesFull };
    IM3CodePage others = NULL;
    for (unsigned i = 0; i < 2; i++)
    {
        while (* lists [i])
        {
            IM3CodePage page = pop (lists [i]);
            Piece * piece = pieceOf (page);
            uint32_t before = bytesOf (piece);
            cut (piece, bytesFor (page->info.lineIndex));
            code.figures.used -= before - bytesOf (piece);
            if (page != first) PushCodePage (& others, page);
        }
    }
    first->info.next = others;
}

/* A page is a little larger than the code that goes with so many bytes of wasm, by experience: 0.85 units for a byte. */
static uint32_t linesFor (IM3Function function) { return (uint32_t) (function->wasmEnd - function->wasm) * 7 / 8 + SPARE_LINES; }

static M3Result compileOne (IM3Function function, uint32_t firstLines)
{
    IM3Runtime runtime = function->module->runtime;
    code.compiling = function;
    code.firstLines = firstLines;
    code.branchLines = firstLines / BRANCH_PART < BRANCH_LINES ? BRANCH_LINES : firstLines / BRANCH_PART;
    if (code.marks) memset (code.marks, 0, marksBytes ());
    code.fixed = false;
    M3Result result = CompileFunction (function);
    if (result)
    {
        FreeCodePages (& runtime->pagesOpen);
        FreeCodePages (& runtime->pagesFull);
    }
    else collect (runtime, firstPage (function));
    code.compiling = NULL;
    code.firstLines = code.branchLines = 0;
    return result;
}

/* Compiles a function into the block. */
static M3Result compileHere (IM3Function function)
{
    code.clock++;
    FreeCodePages (& function->module->environment->pagesReleased);
    M3Result result = compileOne (function, linesFor (function));
    if (result)
    {
        /* The free pieces may be too small for a large first page, or the heap for constants: once more with all the room there is. */
        codeFlush ();
        result = compileOne (function, BRANCH_LINES);
    }
    if (! result) code.figures.functions++;
    return result;
}

M3Result codeReady (IM3Function function)
{
    if (function->compiled)
    {
        if (codeIsInBlock (function->compiled)) firstPage (function)->info.sequence = code.clock;
        return m3Err_none;
    }
    if (aheadOpen (function)) return m3Err_none;
    M3Result result = compileHere (function);
    if (result) return result;
    code.figures.compiled++;
    code.figures.wasmBytes += (uint32_t) (function->wasmEnd - function->wasm);
    return m3Err_none;
}

M3Result codeCall (IM3Function function, uint32_t count, const void * parameters [])
{
    M3Result result = codeReady (function);
    if (result) return result;
    uint16_t * uses = codeUses (function);
    (* uses)++;
    result = m3_Call (function, count, parameters);
    (* uses)--;
    return result;
}

/* -- code that is to lie elsewhere ------------------------------------------------------------------------------------------------------------- */

/* Where a place is when the pages of a function lie one behind the other, in units; -1 when it is in none of them. */
static int32_t lineOf (IM3CodePage page, pc_t place)
{
    for (int32_t before = 0; page; before += page->info.lineIndex, page = page->info.next)
    {
        if (place >= page->code && place <= page->code + page->info.lineIndex) return before + (int32_t) (place - page->code);
    }
    return -1;
}

/* Moves all places of a function to where they are then. */
static M3Result straighten (IM3CodePage first)
{
    int32_t line = 0;
    for (IM3CodePage page = first; page; page = page->info.next)
    {
        for (unsigned i = 0; i < page->info.lineIndex; i++, line++)
        {
            uint8_t bit, * mark = markOf (& page->code [i], & bit);
            if (! (* mark & bit)) continue;
            int32_t place = lineOf (first, codePlace (& page->code [i])), distance = place - line;
            if (place < 0 || distance != (int16_t) distance) return "a place is too far away";
            page->code [i] = (code_t) distance;
        }
    }
    return m3Err_none;
}

M3Result codeStraight (IM3Function function, IM3CodePage * first)
{
    if (function->compiled) codeDrop (function);
    Piece * marks = take (PIECE_HEAD + marksBytes (), PIECE_HEAD + marksBytes (), NOBODY);
    if (! marks) return m3Err_mallocFailedCodePage;
    code.marks = (uint8_t *) marks->page.code;
    M3Result result = compileHere (function);
    if (! result)
    {
        * first = firstPage (function);
        result = code.fixed ? "its code has a pointer" : straighten (* first);
        if (result) codeDrop (function);
    }
    code.marks = NULL;
    release (marks);
    return result;
}

CodeFigures codeFigures (void) { return code.figures; }
