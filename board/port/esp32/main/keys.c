/* The keypad, as a matrix that board/keypad.c scans: a real one, on pins or on an expander, or one that is played for a keyboard. A keyboard's letters mean what a
 * phone's do: j k l are the soft keys, h is the hook. */
#include "esp32.h"

#include <string.h>
#include "driver/gpio.h"
#include "esp_attr.h"
#include "esp_rom_sys.h"
#include "letters.h"
#include "port/port.h"
#include "profile.h"

enum {
    ROWS_MAX = 6, SETTLE_US = 5,
    POLL_MS = 20, STAY_MS = 40, GAP_MS = 30, WAITING_MAX = 8,        /* a press that comes alone is played so long; fingers are faster than that */
    BALL_TURNS = 2, BALL_DIRECTIONS = 4, BALL_BUTTON = 4,            /* edges of the ball for one step */
    SCANNER_CONFIG = 0x01, SCANNER_STATUS = 0x02, SCANNER_COUNT = 0x03, SCANNER_EVENT = 0x04, SCANNER_ROWS = 0x1d, SCANNER_EVENTS_MAX = 10
};

static uint8_t closed [ROWS_MAX];          /* of a matrix that is played: a bit for each column */
static bool moves;

/* -- a matrix on pins ---------------------------------------------------------------------------------------------------------------------------------------- */

static void startMatrix (void)
{
    for (unsigned i = 0; i < MATRIX_SIDE; i++)
    {
        /* Two keys of one column that are pressed at once must not join two outputs. */
        pinOutput (profile.keys.rows [i], PIN_PULLS_LOW, true);
        pinInput (profile.keys.columns [i]);
    }
}

static uint32_t matrixRow (unsigned row)
{
    uint32_t columns = 0;
    gpio_set_level ((gpio_num_t) profile.keys.rows [row], 0);
    esp_rom_delay_us (SETTLE_US);
    for (unsigned i = 0; i < MATRIX_SIDE; i++) if (gpio_get_level ((gpio_num_t) profile.keys.columns [i]) == 0) columns |= 1u << i;
    gpio_set_level ((gpio_num_t) profile.keys.rows [row], 1);
    return columns;
}

static uint32_t expanderRow (unsigned row)
{
    /* Its pins are inputs with a pull-up where a one is written. */
    uint8_t drive = (uint8_t) ~ (1u << row), pins;
    if (! busWrite (profile.keys.address, & drive, 1) || ! busRead (profile.keys.address, NULL, 0, & pins, 1)) return 0;
    return (uint32_t) (~ pins >> MATRIX_SIDE) & 15;
}

/* -- a matrix that is played ------------------------------------------------------------------------------------------------------------------------------------ */

static void set (char key, bool down)
{
    const char * at = key ? strchr (portKeypad.keys, key) : NULL;
    if (! at || key == ' ') return;
    unsigned place = (unsigned) (at - portKeypad.keys), row = place / portKeypad.columns;
    uint8_t bit = (uint8_t) (1u << place % portKeypad.columns);
    closed [row] = down ? closed [row] | bit : closed [row] & (uint8_t) ~ bit;
}

/* Presses that are still to be played, and the one that is. */
static struct { char waiting [WAITING_MAX]; unsigned count; char played; int64_t until; } taps;

static void tap (char key)
{
    if (key && taps.count < WAITING_MAX) taps.waiting [taps.count++] = key;
}

static void playTaps (int64_t now)
{
    if (now < taps.until) return;
    if (taps.played)
    {
        set (taps.played, false);
        taps.played = 0;
        taps.until = now + GAP_MS;
        return;
    }
    if (taps.count == 0) return;
    taps.played = taps.waiting [0];
    memmove (taps.waiting, taps.waiting + 1, --taps.count);
    set (taps.played, true);
    taps.until = now + STAY_MS;
}

/* -- a keyboard of letters, and a ball ---------------------------------------------------------------------------------------------------------------------------- */

static volatile uint8_t turns [BALL_DIRECTIONS];
static uint8_t taken [BALL_DIRECTIONS];
static bool button;
static int64_t pollAt;

static void IRAM_ATTR onTurn (void * which) { turns [(uintptr_t) which]++; }

static void startBall (void)
{
    gpio_install_isr_service (0);
    for (uintptr_t i = 0; i < BALL_PINS; i++)
    {
        gpio_num_t pin = (gpio_num_t) profile.keys.ball [i];
        pinInput (profile.keys.ball [i]);
        if (i == BALL_BUTTON) continue;
        gpio_set_intr_type (pin, GPIO_INTR_ANYEDGE);
        gpio_isr_handler_add (pin, onTurn, (void *) i);
    }
}

static void pollLetters (int64_t now)
{
    static const char directions [BALL_DIRECTIONS] = { 'U', 'D', 'L', 'R' };
    for (unsigned i = 0; i < BALL_DIRECTIONS; i++)
    {
        if ((uint8_t) (turns [i] - taken [i]) < BALL_TURNS) continue;
        taken [i] = turns [i];
        tap (directions [i]);
    }
    bool pressed = gpio_get_level ((gpio_num_t) profile.keys.ball [BALL_BUTTON]) == 0;
    if (pressed != button) set ('O', button = pressed);   /* only when it moves: Enter is the same key */
    uint8_t letter = 0;
    if (now >= pollAt && busRead (profile.keys.address, NULL, 0, & letter, 1)) tap (keyOfLetter ((char) letter));
    if (now >= pollAt) pollAt = now + POLL_MS;
    playTaps (now);
}

/* -- a scanner of contacts ------------------------------------------------------------------------------------------------------------------------------------------ */

static void startScanner (void)
{
    /* 7 rows and 8 columns are keys, the other pins are not used; events are counted and told, with overflow. */
    static const uint8_t setup [] [2] = { { SCANNER_ROWS, 0x7f }, { SCANNER_ROWS + 1, 0xff }, { SCANNER_ROWS + 2, 0x00 }, { SCANNER_CONFIG, 0x09 }, { SCANNER_STATUS, 0x1f } };
    for (unsigned i = 0; i < sizeof setup / sizeof setup [0]; i++) busWrite (profile.keys.address, setup [i], sizeof setup [i]);
}

static void pollScanner (int64_t now)
{
    const uint8_t count = SCANNER_COUNT, first = SCANNER_EVENT;
    uint8_t waiting = 0, event;
    if (now < pollAt) return;
    pollAt = now + POLL_MS / 2;
    if (! busRead (profile.keys.address, & count, 1, & waiting, 1)) return;
    for (waiting &= 15; waiting > 0; waiting--)
    {
        if (! busRead (profile.keys.address, & first, 1, & event, 1) || event == 0) return;
        set (keyOfContact (event & 0x7f), event >> 7);
    }
}

/* -- all --------------------------------------------------------------------------------------------------------------------------------------------------------------- */

void keysStart (void)
{
    switch (profile.keys.kind)
    {
        case KEYS_MATRIX: return startMatrix ();
        case KEYS_LETTERS: return startBall ();
        case KEYS_SCANNER: return startScanner ();
        default: return;
    }
}

static void poll (void)
{
    int64_t now = portNow ();
    if (profile.keys.kind == KEYS_LETTERS) pollLetters (now);
    else pollScanner (now);
}

uint32_t portKeypadRow (unsigned row)
{
    if (row == 0) moves = false;
    if (row == 0 && profile.keys.kind >= KEYS_LETTERS) poll ();
    uint32_t columns = profile.keys.kind == KEYS_MATRIX ? matrixRow (row) : profile.keys.kind == KEYS_EXPANDER ? expanderRow (row) : closed [row];
    moves |= columns != 0;
    return columns;
}

bool keysMove (void) { return moves || taps.count > 0 || taps.played; }
