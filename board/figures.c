/* Collects the figures of the compiled code and of the board. */
#include "figures.h"

#include "ahead.h"
#include "code.h"
#include "port/port.h"

void figuresPrint (void (* print) (const char * name, uint32_t value))
{
    CodeFigures code = codeFigures ();
    print ("module", portModuleBytes);
    print ("code-budget", portCodeBytes);
    print ("code-used", code.used);
    print ("code-high", code.high);
    print ("code-functions", code.functions);
    print ("code-compiled", code.compiled);
    print ("code-evicted", code.evicted);
    print ("code-wasm", code.wasmBytes);
    AheadFigures ahead = aheadFigures ();
    print ("module-functions", ahead.all);
    print ("flash-functions", ahead.functions);
    print ("flash-bytes", ahead.bytes);
    portFigures (print);
}
