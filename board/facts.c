/* Reads a module by itself, as wasm3 keeps only what it needs and checks only what it compiles. */
#include "facts.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum {
    SECTION_TYPES = 1, SECTION_IMPORTS, SECTION_FUNCTIONS, SECTION_TABLES, SECTION_MEMORIES, SECTION_GLOBALS, SECTION_EXPORTS, SECTION_START, SECTION_ELEMENTS,
    SECTION_CODE, SECTION_DATA, SECTIONS, SECTION_CUSTOM = 0, SECTION_DATA_COUNT = 12,
    EXPORT_FUNCTION = 0, EXPORT_MEMORY = 2, EXPORT_GLOBAL = 3,
    TYPE_I32 = 0x7f, TYPE_F64 = 0x7c, FUNCTION_TYPE = 0x60, BLOCK_EMPTY = 0x40,
    I32_CONST = 0x41, END = 0x0b, HAS_MAXIMUM = 1, PAGE_BYTES = 0x10000, FUNCTIONS_MAX = 0x8000, GLOBALS_MAX = 256, LEB_BYTES = 10
};

/* Where the module is read. A reader that has found something wrong gives zeros and stays so. */
typedef struct Reader {
    const uint8_t * at, * end;
    const char * wrong;
} Reader;

static const char * const broken = "it is not a whole WebAssembly module";
static const char * const floating = "it counts with floating point";

static void refuse (Reader * reader, const char * why)
{
    if (! reader->wrong) reader->wrong = why;
    reader->at = reader->end;
}

static uint8_t byteOf (Reader * reader)
{
    if (reader->at < reader->end) return * reader->at++;
    refuse (reader, broken);
    return 0;
}

/* A number in LEB128; of a signed one the low 32 bits, its sign taken on. */
static uint32_t number (Reader * reader, bool isSigned)
{
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t byte = 0x80;
    for (unsigned i = 0; i < LEB_BYTES && (byte & 0x80); i++, shift += 7)
    {
        byte = byteOf (reader);
        if (shift < 64) value |= (uint64_t) (byte & 0x7f) << shift;
    }
    if (byte & 0x80) refuse (reader, broken);
    if (isSigned && shift < 64 && (byte & 0x40)) value |= ~ (uint64_t) 0 << shift;
    return (uint32_t) value;
}

static uint32_t count (Reader * reader) { return number (reader, false); }

static const uint8_t * bytes (Reader * reader, uint32_t length)
{
    const uint8_t * at = reader->at;
    if (length > (size_t) (reader->end - at)) refuse (reader, broken);
    else reader->at += length;
    return at;
}

static void valueType (Reader * reader)
{
    uint8_t type = byteOf (reader);
    if (reader->wrong) return;
    if (type == TYPE_F64 || type == TYPE_F64 + 1) refuse (reader, floating);
    else if (type > TYPE_I32 || type < TYPE_F64) refuse (reader, broken);
}

/* -- instructions ------------------------------------------------------------------------------------------------------------------------------ */

/* What follows each instruction: nothing, one or two numbers, a block's type, a list of branches, a list of types; or what is not allowed. */
enum { NOTHING = 'n', ONE = '1', TWO = '2', BLOCK = 'b', BRANCHES = 't', TYPES = 'y', FLOAT = 'f', GROW = 'g' };

static const char operands [] =
    "nnbbbn?????n11tn" "12????????nny???" "1111111?22ff2222" "22222222ff222221"
    "g11ffnnnnnnnnnnn" "nnnnnnnnnnnfffff" "fffffffnnnnnnnnn" "nnnnnnnnnnnnnnnn"
    "nnnnnnnnnnnfffff" "ffffffffffffffff" "fffffffnffffnnff" "ffffffffffffffff" "nnnnn";

static const char prefixed [] = "ffffffff212121" "2111";
enum { PREFIX = 0xfc };

static void blockType (Reader * reader)
{
    uint8_t type = reader->at < reader->end ? * reader->at : 0;
    if (type == TYPE_F64 || type == TYPE_F64 + 1) refuse (reader, floating);
    number (reader, true);
}

static void instruction (Reader * reader)
{
    uint32_t opcode = byteOf (reader);
    char operand = '?';
    if (opcode == PREFIX)
    {
        uint32_t second = count (reader);
        if (second < sizeof prefixed - 1) operand = prefixed [second];
    }
    else if (opcode < sizeof operands - 1) operand = operands [opcode];
    switch (operand)
    {
        case NOTHING: return;
        case TWO: number (reader, true); /* fall through */
        case ONE: number (reader, true); return;
        case BLOCK: return blockType (reader);
        case BRANCHES: for (uint32_t left = count (reader); left > 0 && ! reader->wrong; left--) count (reader); count (reader); return;
        case TYPES: for (uint32_t left = count (reader); left > 0 && ! reader->wrong; left--) valueType (reader); return;
        case FLOAT: return refuse (reader, floating);
        case GROW: return refuse (reader, "it lets its memory grow");
        default: return refuse (reader, "it has an instruction that is not known here");
    }
}

static void codeSection (Reader * reader)
{
    for (uint32_t left = count (reader); left > 0 && ! reader->wrong; left--)
    {
        uint32_t size = count (reader);
        Reader body = { .at = bytes (reader, size), .wrong = reader->wrong };
        body.end = body.at + (body.wrong ? 0 : size);
        for (uint32_t groups = count (& body); groups > 0 && ! body.wrong; groups--)
        {
            count (& body);
            valueType (& body);
        }
        while (body.at < body.end) instruction (& body);
        if (! body.wrong && (size == 0 || body.end [-1] != END)) body.wrong = broken;
        if (body.wrong) refuse (reader, body.wrong);
    }
}

/* -- the other sections ------------------------------------------------------------------------------------------------------------------------- */

typedef struct Section { const uint8_t * at, * end; } Section;

/* Finds every section. They are in the order of their numbers, each once; those that a tool has added are passed over. */
static const char * findSections (const uint8_t * wasm, uint32_t length, Section sections [SECTIONS])
{
    static const uint8_t head [8] = { 0, 'a', 's', 'm', 1, 0, 0, 0 };
    memset (sections, 0, SECTIONS * sizeof (Section));
    if (length < sizeof head || memcmp (wasm, head, sizeof head) != 0) return broken;
    Reader reader = { wasm + sizeof head, wasm + length, NULL };
    for (uint8_t last = 0; reader.at < reader.end; )
    {
        uint8_t id = byteOf (& reader);
        uint32_t size = count (& reader);
        const uint8_t * at = bytes (& reader, size);
        if (reader.wrong) return reader.wrong;
        if (id == SECTION_CUSTOM || id == SECTION_DATA_COUNT) continue;
        if (id >= SECTIONS || id <= last) return broken;
        sections [id] = (Section) { at, at + size };
        last = id;
    }
    return NULL;
}

static Reader readerOf (const Section * section) { return (Reader) { section->at, section->end, NULL }; }

/* The value of each global that is a constant of 32 bits. */
static const char * readGlobals (const Section * section, int32_t values [GLOBALS_MAX], uint32_t * total)
{
    Reader reader = readerOf (section);
    * total = section->at ? count (& reader) : 0;
    if (* total > GLOBALS_MAX) return "it has too many globals";
    for (uint32_t i = 0; i < * total && ! reader.wrong; i++)
    {
        uint8_t type = byteOf (& reader), changes = byteOf (& reader), opcode = byteOf (& reader);
        if (changes) return "it has a global that changes: what changes belongs into memory";
        if (type != TYPE_I32 || opcode != I32_CONST) return "it has a global that is no constant of 32 bits";
        values [i] = (int32_t) number (& reader, true);
        if (byteOf (& reader) != END) refuse (& reader, broken);
    }
    return reader.wrong;
}

static bool isNamed (const char * first, const char * second, const uint8_t * at, uint32_t length)
{
    size_t head = strlen (first), tail = strlen (second);
    return length == head + tail && memcmp (at, first, head) == 0 && memcmp (at + head, second, tail) == 0;
}

typedef struct Found { uint32_t version; bool hasVersion, hasLayout, hasMemory, call [CALL_COUNT], at [REGION_COUNT], size [REGION_COUNT]; } Found;

static bool noteGlobal (const uint8_t * name, uint32_t length, uint32_t value, Facts * facts, Found * found)
{
    if (isNamed ("ABI_VERSION", "", name, length)) return found->version = value, found->hasVersion = true;
    if (isNamed ("LAYOUT", "", name, length)) return facts->layout = value, found->hasLayout = true;
    for (unsigned i = 0; i < REGION_COUNT; i++)
    {
        if (isNamed (abiRegionNames [i], "_AT", name, length)) return facts->at [i] = value, found->at [i] = true;
        if (isNamed (abiRegionNames [i], "_SIZE", name, length)) return facts->size [i] = value, found->size [i] = true;
    }
    return false;
}

static bool noteFunction (const uint8_t * name, uint32_t length, uint32_t index, Facts * facts, Found * found)
{
    for (unsigned i = INPUT_ENTROPY; i < CALL_COUNT; i++)
    {
        if (isNamed (abiCallNames [i], "", name, length)) return facts->calls [i] = index, found->call [i] = true;
    }
    return false;
}

static const char * readExports (const Section sections [SECTIONS], Facts * facts, Found * found)
{
    int32_t values [GLOBALS_MAX];
    uint32_t globals, functions = 0;
    const char * error = readGlobals (& sections [SECTION_GLOBALS], values, & globals);
    if (error) return error;
    Reader reader = readerOf (& sections [SECTION_FUNCTIONS]);
    if (reader.at) functions = count (& reader);
    reader = readerOf (& sections [SECTION_EXPORTS]);
    for (uint32_t left = reader.at ? count (& reader) : 0; left > 0 && ! reader.wrong; left--)
    {
        uint32_t length = count (& reader);
        const uint8_t * name = bytes (& reader, length);
        uint8_t kind = byteOf (& reader);
        uint32_t index = count (& reader);
        if (reader.wrong) break;
        bool known = false;
        if (kind == EXPORT_MEMORY && isNamed ("memory", "", name, length)) known = found->hasMemory = true;
        else if (kind == EXPORT_GLOBAL && index < globals) known = noteGlobal (name, length, (uint32_t) values [index], facts, found);
        else if (kind == EXPORT_FUNCTION && index < functions) known = noteFunction (name, length, index, facts, found);
        if (! known) return "it exports what docs/abi.md does not have";
    }
    return reader.wrong;
}

static const char * complete (const Found * found)
{
    if (! found->hasVersion) return "it is not the phone";
    if (found->version != ABI_VERSION) return "it speaks another version of the interface than this board";
    bool all = found->hasLayout && found->hasMemory;
    for (unsigned i = INPUT_ENTROPY; i < CALL_COUNT; i++) all = all && found->call [i];
    for (unsigned i = 0; i < REGION_COUNT; i++) all = all && found->at [i] && found->size [i];
    return all ? NULL : "it lacks an export of docs/abi.md";
}

/* The regions are in the page and not over one another; FRAME and CONFIG are parts of others. */
static const char * checkRegions (Facts * facts)
{
    facts->constants = 0;
    for (unsigned i = 0; i < REGION_COUNT; i++)
    {
        if (facts->size [i] == 0 || facts->at [i] > PAGE_BYTES || facts->size [i] > PAGE_BYTES - facts->at [i]) return "a region is not in its page of memory";
        uint32_t end = facts->at [i] + facts->size [i];
        if (end > facts->constants) facts->constants = end;
        for (unsigned other = 0; other < i; other++)
        {
            bool isPart = (i == REGION_CONFIG && other == REGION_RX) || (i == REGION_TX && other == REGION_FRAME);
            if (! isPart && facts->at [i] < facts->at [other] + facts->size [other] && facts->at [other] < end) return "a region lies over another";
        }
    }
    return facts->size [REGION_IO] < sizeof (Io) ? "its IO record is too short" : NULL;
}

static const char * read (const Section sections [SECTIONS], Facts * facts)
{
    Found found = { 0 };
    * facts = (Facts) { 0 };
    const char * error = readExports (sections, facts, & found);
    if (! error) error = complete (& found);
    return error ? error : checkRegions (facts);
}

const char * factsRead (const uint8_t * wasm, uint32_t length, Facts * facts)
{
    Section sections [SECTIONS];
    const char * error = findSections (wasm, length, sections);
    return error ? error : read (sections, facts);
}

/* -- everything ----------------------------------------------------------------------------------------------------------------------------------- */

/* Whether a section is there and lists something. */
static bool lists (const Section * section)
{
    Reader reader = readerOf (section);
    return section->at && count (& reader) > 0;
}

static const char * checkMemory (const Section * section)
{
    Reader reader = readerOf (section);
    bool isOne = section->at && count (& reader) == 1 && byteOf (& reader) == HAS_MAXIMUM && count (& reader) == 1 && count (& reader) == 1;
    return isOne ? reader.wrong : "its memory is not one page that never grows";
}

static const char * checkTypes (const Section * section)
{
    Reader reader = readerOf (section);
    for (uint32_t left = section->at ? count (& reader) : 0; left > 0 && ! reader.wrong; left--)
    {
        if (byteOf (& reader) != FUNCTION_TYPE) refuse (& reader, broken);
        for (unsigned list = 0; list < 2; list++)
        {
            for (uint32_t types = count (& reader); types > 0 && ! reader.wrong; types--) valueType (& reader);
        }
    }
    return reader.wrong;
}

/* Each piece of data lies behind all regions: what is exchanged with the module is nothing that changes. */
static const char * checkData (const Section * section, uint32_t constants)
{
    Reader reader = readerOf (section);
    for (uint32_t left = section->at ? count (& reader) : 0; left > 0 && ! reader.wrong; left--)
    {
        bool isPlaced = count (& reader) == 0 && byteOf (& reader) == I32_CONST;
        uint32_t at = number (& reader, true);
        isPlaced = isPlaced && byteOf (& reader) == END;
        uint32_t length = count (& reader);
        bytes (& reader, length);
        if (reader.wrong) break;
        if (! isPlaced || at < constants || at > PAGE_BYTES || length > PAGE_BYTES - at) return "its constants are not behind its regions, within the page";
    }
    return reader.wrong;
}

static const char * checkFunctions (const Section sections [SECTIONS])
{
    Reader functions = readerOf (& sections [SECTION_FUNCTIONS]), bodies = readerOf (& sections [SECTION_CODE]);
    uint32_t total = functions.at ? count (& functions) : 0;
    if (total > FUNCTIONS_MAX || total != (bodies.at ? count (& bodies) : 0)) return broken;
    Reader code = readerOf (& sections [SECTION_CODE]);
    if (code.at) codeSection (& code);
    return code.wrong;
}

const char * factsCheck (const uint8_t * wasm, uint32_t length, Facts * facts)
{
    Section sections [SECTIONS];
    const char * error = findSections (wasm, length, sections);
    if (! error) error = read (sections, facts);
    if (error) return error;
    if (lists (& sections [SECTION_IMPORTS])) return "it imports something";
    if (lists (& sections [SECTION_TABLES]) || lists (& sections [SECTION_ELEMENTS])) return "it has a table of functions, whose code could not be dropped";
    if (sections [SECTION_START].at) return "it has a start function";
    error = checkMemory (& sections [SECTION_MEMORIES]);
    if (! error) error = checkTypes (& sections [SECTION_TYPES]);
    if (! error) error = checkData (& sections [SECTION_DATA], facts->constants);
    return error ? error : checkFunctions (sections);
}
