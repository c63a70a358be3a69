/* What the keys of a keyboard mean to a phone. 0 for nothing. */
#ifndef LETTERS_H
#define LETTERS_H

#include <stdint.h>

/* A T-Deck's: a letter means the digit that is printed on its key, if there is one. */
char keyOfLetter (char letter);

/* A Cardputer's: contact number of its scanner, counted from 1, ten to a row. */
char keyOfContact (uint8_t number);

#endif
