/* Keeps the compiled code of the module within a fixed block of RAM.
 *
 * wasm3 asks for memory in pages (NewCodePage). Each function gets pages of its own here, cut to what it needs, so that a function can be dropped
 * alone. Two fields of a page that wasm3 does not use are ours, in the first page of a function: `usageCount` counts the calls of it that are under
 * way, `sequence` is the time of the last one. Nothing but M3Function.compiled points at a function from outside (board/interpreter.c). */
#include "code.h"

#include <stdlib.h>
#include <string.h>

/* The block is divided into pieces that follow each other; each begins with this. */
typedef struct Piece {
    uint32_t bytes;          /* of the whole piece */
    IM3Function function;    /* what it holds; NULL when it is free */
    M3CodePage page;
} Piece;

enum {
    PIECE_ALIGN = 8,
    PIECE_HEAD = offsetof (Piece, page.code),
    PIECE_LEAST = PIECE_HEAD + 16,
    BRANCH_LINES = 40,       /* of the pages that a function gets for its branches */
    SPARE_LINES = 16
};

static struct {
    uint8_t * start, * end;
    IM3Function compiling;   /* for whom pages are asked for */
    uint32_t firstLines;     /* how large its first page is to be; 0 once it has one */
    uint32_t clock;
    CodeFigures figures;
} code;

static Piece * pieceAfter (Piece * piece) { return (Piece *) ((uint8_t *) piece + piece->bytes); }
static bool isPiece (const Piece * piece) { return (const uint8_t *) piece < code.end; }
static Piece * pieceOf (IM3CodePage page) { return (Piece *) ((uint8_t *) page - offsetof (Piece, page)); }
static IM3CodePage firstPage (IM3Function function) { return (IM3CodePage) ((uint8_t *) function->compiled - offsetof (M3CodePage, code)); }

const char * codeStart (uint32_t bytes)
{
    code.start = malloc (bytes);
    if (! code.start) return "there is no room for compiled code";
    code.end = code.start + (bytes & ~ (PIECE_ALIGN - 1u));
    * (Piece *) code.start = (Piece) { .bytes = (uint32_t) (code.end - code.start) };
    return NULL;
}

/* -- pieces ------------------------------------------------------------------------------------------------------------------------------ */

/* Cuts a piece down; what remains becomes a free one when it is worth it. */
static void cut (Piece * piece, uint32_t bytes)
{
    bytes = (bytes + PIECE_ALIGN - 1) & ~ (PIECE_ALIGN - 1u);
    if (piece->bytes < bytes + PIECE_LEAST) return;
    Piece * rest = (Piece *) ((uint8_t *) piece + bytes);
    * rest = (Piece) { .bytes = piece->bytes - bytes };
    piece->bytes = bytes;
}

/* The first free piece that is large enough; free neighbours become one on the way. */
static Piece * findFree (uint32_t bytes)
{
    for (Piece * piece = (Piece *) code.start; isPiece (piece); piece = pieceAfter (piece))
    {
        if (piece->function) continue;
        for (Piece * next = pieceAfter (piece); isPiece (next) && ! next->function; next = pieceAfter (piece)) piece->bytes += next->bytes;
        if (piece->bytes >= bytes) return piece;
    }
    return NULL;
}

/* -- eviction -------------------------------------------------------------------------------------------------------------------------- */

static void release (Piece * piece)
{
    code.figures.used -= piece->bytes;
    piece->function = NULL;
}

static void drop (IM3Function function)
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
    uint32_t age = 0;
    for (Piece * piece = (Piece *) code.start; isPiece (piece); piece = pieceAfter (piece))
    {
        IM3Function function = piece->function;
        if (! function || function == code.compiling || firstPage (function) != & piece->page || piece->page.info.usageCount > 0) continue;
        uint32_t since = code.clock - piece->page.info.sequence;
        if (found && since <= age) continue;
        found = function;
        age = since;
    }
    return found;
}

void codeFlush (void)
{
    for (IM3Function function = oldest (); function; function = oldest ()) drop (function);
}

/* -- pages for wasm3 --------------------------------------------------------------------------------------------------------------------- */

IM3CodePage NewCodePage (IM3Runtime runtime, u32 lines)
{
    (void) runtime;
    u32 wanted = code.firstLines ? code.firstLines : BRANCH_LINES;
    uint32_t bytes = PIECE_HEAD + (u32) sizeof (code_t) * (wanted > lines ? wanted : lines);
    Piece * piece = findFree (bytes);
    for (IM3Function old = piece ? NULL : oldest (); old && ! piece; old = piece ? NULL : oldest ())
    {
        drop (old);
        code.figures.evicted++;
        piece = findFree (bytes);
    }
    if (! piece) return NULL;
    cut (piece, bytes);
    /* Pages of expressions, which are computed while a module loads, belong to no function and are given back at once. */
    static M3Function nobody;
    piece->function = code.compiling ? code.compiling : & nobody;
    piece->page.info = (M3CodePageHeader) { .numLines = (piece->bytes - PIECE_HEAD) / sizeof (code_t), .sequence = code.clock };
    code.figures.used += piece->bytes;
    if (code.figures.used > code.figures.high) code.figures.high = code.figures.used;
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
            IM3CodePage page = PopCodePage (lists [i]);
            Piece * piece = pieceOf (page);
            uint32_t before = piece->bytes;
            cut (piece, PIECE_HEAD + page->info.lineIndex * (uint32_t) sizeof (code_t));
            code.figures.used -= before - piece->bytes;
            if (page != first) PushCodePage (& others, page);
        }
    }
    first->info.next = others;
}

/* A page is a little larger than the code that goes with so many bytes of wasm, by experience. */
static uint32_t linesFor (IM3Function function) { return (uint32_t) (function->wasmEnd - function->wasm) * 7 / 8 + SPARE_LINES; }

static M3Result compileOne (IM3Function function, uint32_t firstLines)
{
    IM3Runtime runtime = function->module->runtime;
    code.compiling = function;
    code.firstLines = firstLines;
    M3Result result = CompileFunction (function);
    if (result)
    {
        FreeCodePages (& runtime->pagesOpen);
        FreeCodePages (& runtime->pagesFull);
    }
    else collect (runtime, firstPage (function));
    code.compiling = NULL;
    code.firstLines = 0;
    return result;
}

M3Result codeReady (IM3Function function)
{
    code.clock++;
    if (function->compiled)
    {
        firstPage (function)->info.sequence = code.clock;
        return m3Err_none;
    }
    FreeCodePages (& function->module->environment->pagesReleased);
    M3Result result = compileOne (function, linesFor (function));
    if (result)
    {
        /* The free pieces may be too small for a large first page, or the heap for constants: once more with all the room there is. */
        codeFlush ();
        result = compileOne (function, BRANCH_LINES);
    }
    if (result) return result;
    code.figures.functions++;
    code.figures.compiled++;
    code.figures.wasmBytes += (uint32_t) (function->wasmEnd - function->wasm);
    return m3Err_none;
}

M3Result codeCall (IM3Function function, uint32_t count, const void * parameters [])
{
    M3Result result = codeReady (function);
    if (result) return result;
    IM3CodePage page = firstPage (function);
    page->info.usageCount++;
    result = m3_Call (function, count, parameters);
    page->info.usageCount--;
    return result;
}

CodeFigures codeFigures (void) { return code.figures; }
