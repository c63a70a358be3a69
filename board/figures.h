/* What the phone takes of the board. */
#ifndef FIGURES_H
#define FIGURES_H

#include <stdint.h>

/* Prints a name and a number for everything that is measured. */
void figuresPrint (void (* print) (const char * name, uint32_t value));

#endif
