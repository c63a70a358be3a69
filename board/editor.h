/* The line that a person types at a serial terminal. */
#ifndef EDITOR_H
#define EDITOR_H

#include <stdint.h>

/* Takes a byte from the terminal; the line when it is finished, valid until the next byte, else NULL. */
const char * editorTake (uint8_t byte);

/* Takes the line off the screen, and draws it again with its prompt. */
void editorHide (void);
void editorDraw (void);

#endif
