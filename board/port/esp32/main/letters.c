/* The keys of two keyboards. */
#include "letters.h"

#include <stddef.h>
#include <string.h>

enum { CONTACTS_IN_ROW = 10, KEY_ROWS = 4, KEY_COLUMNS = 14 };

/* Digits lie under w e r s d f z x c, * under a, # under q and 0 beside the space bar (github.com/Xinyuan-LilyGO/T-Deck, Keyboard_ESP32C3). h is the hook, j k l
 * are the soft keys as in a terminal, p is up, m is down, n and dollar are left and right; all can be had from the ball as well. */
char keyOfLetter (char letter)
{
    static const char letters [] = "wersdfzxc" "aq" "hjkl" "pmn$" "\r\b ";
    static const char keys []    = "123456789" "*#" "Habc" "UDLR" "OB0";
    static const char plain []   = "0123456789*#";
    if (letter >= 'A' && letter <= 'Z') letter = (char) (letter - 'A' + 'a');
    if (! letter) return 0;
    const char * at = strchr (letters, letter);
    if (at) return keys [at - letters];
    return strchr (plain, letter) ? letter : 0;
}

/* Row by row as they are printed: digits; Esc (`) is back, del too; - and = are * and #; the arrows are printed on ; , . / and Enter is ok (github.com/m5stack/
 * M5Cardputer-UserDemo, main/hal/keyboard). h j k l as on the T-Deck. */
char keyOfContact (uint8_t number)
{
    static const char keys [KEY_ROWS * KEY_COLUMNS + 1] =
        "B1234567890*#B"
        "              "
        "       HabcU O"
        "          LDR ";
    if (number == 0) return 0;
    unsigned row = (number - 1u) / CONTACTS_IN_ROW, column = (number - 1u) % CONTACTS_IN_ROW;
    /* The scanner's rows are pairs of columns of the keyboard, and its columns are rows twice. */
    unsigned x = row * 2 + (column > 3), y = column % KEY_ROWS;
    if (x >= KEY_COLUMNS || column > 7) return 0;
    char key = keys [y * KEY_COLUMNS + x];
    return key == ' ' ? 0 : key;
}
