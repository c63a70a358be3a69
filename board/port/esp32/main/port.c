/* An ESP32, ESP32-S3 or ESP32-C3 under ESP-IDF: puts its parts together, and starts the phone in a task of its own. */
#include "port/port.h"

#include <stdlib.h>
#include "bootloader_random.h"
#include "esp_attr.h"
#include "esp_heap_caps.h"
#include "esp_ota_ops.h"
#include "esp_random.h"
#include "esp_system.h"
#include "esp_task_wdt.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "esp32.h"
#include "firmware.h"
#include "profile.h"
#include "wifi.h"

/* Until all that is compiled lies in flash (board/ahead.c); docs/flash.md, Memory, says what each chip has left. */
const uint32_t portCodeBytes = 48 * 1024;

enum {
    STACK_BYTES = 16 * 1024,         /* of the phone's task; build/board/xtensa.json says what of */
    PAGE_BYTES = 64 * 1024 + 64,     /* the module's memory with wasm3's head */
    TASK_PRIORITY = 5,               /* below Wi-Fi (23) and TCP/IP (18), above everything that is idle */
    RETAINED_BYTES = 1200,
    WATCHED_MS = 60 * 1000,          /* a firmware that ran so long is good */
    SLEEP_MS = 10, BUSY_MS = 4, RESET_MAGIC = 0x52455354
};

const uint32_t portStackBytes = 3 * 1024;

int boardMain (void);

/* What a reset leaves as it is, also one by a watchdog: why it was asked for, and what the phone keeps. */
static RTC_NOINIT_ATTR struct { uint32_t magic, why; } reset;
static RTC_NOINIT_ATTR uint8_t retained [RETAINED_BYTES] __attribute__ ((aligned (8)));
static Boot boot;
static bool isGood;
static TaskHandle_t task;

static Boot bootOf (esp_reset_reason_t reason)
{
    bool wasAsked = reset.magic == RESET_MAGIC;
    reset.magic = 0;
    switch (reason)
    {
        case ESP_RST_SW: return wasAsked ? (Boot) reset.why : BOOT_COLD;
        case ESP_RST_PANIC: case ESP_RST_INT_WDT: case ESP_RST_TASK_WDT: case ESP_RST_WDT: return BOOT_WATCHDOG;
        case ESP_RST_BROWNOUT: return BOOT_POWER;
        default: return BOOT_COLD;
    }
}

/* -- the board --------------------------------------------------------------------------------------------------------------------------------- */

void portStart (void)
{
    boot = bootOf (esp_reset_reason ());
    /* Wi-Fi cuts the heap into pieces: the two large blocks are held free while it starts. */
    void * code = malloc (portCodeBytes), * page = malloc (PAGE_BYTES);
    for (unsigned i = 0; i < HIGH_MAX; i++) pinOutput (profile.high [i], PIN_PUSHES, true);
    serialStart ();
    flashStart ();
    busStart ();
    screenStart ();
    keysStart ();
    soundStart ();
    wifiStart ();
    netStart ();
    clockStart ();
    free (page);
    free (code);
    esp_task_wdt_add (NULL);
}

Boot portBoot (void) { return boot; }

_Noreturn void portReset (Boot why)
{
    reset.magic = RESET_MAGIC;
    reset.why = why;
    esp_restart ();
}

void portFeedWatchdog (void)
{
    esp_task_wdt_reset ();
    /* A firmware that came by OTA goes back to the one before at the next reset, unless it says that it works. */
    if (isGood || portNow () < WATCHED_MS) return;
    isGood = true;
    esp_ota_mark_app_valid_cancel_rollback ();
}

void * portRetained (size_t bytes) { return bytes <= sizeof retained ? retained : NULL; }

bool portCommand (const char * line, void (* print) (const char * text)) { return wifiCommand (line, print) || firmwareCommand (line, print); }

uint32_t portWork (void) { return 0; }
bool portTraces (void) { return false; }
void portTraceWrite (const void * bytes, size_t length) { (void) bytes; (void) length; }

void portFigures (void (* print) (const char * name, uint32_t value))
{
    print ("heap-free", (uint32_t) heap_caps_get_free_size (MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT));
    print ("heap-least", (uint32_t) heap_caps_get_minimum_free_size (MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT));
    print ("heap-largest", (uint32_t) heap_caps_get_largest_free_block (MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT));
    print ("stack-high", STACK_BYTES - (uint32_t) uxTaskGetStackHighWaterMark (task));
}

/* -- time and chance ------------------------------------------------------------------------------------------------------------------------------- */

int64_t portNow (void) { return esp_timer_get_time () / 1000; }

void portSleep (int64_t untilMs)
{
    int64_t most = soundRuns () || keysMove () ? BUSY_MS : SLEEP_MS, left = untilMs - portNow ();
    if (left > 0) netWait (left < most ? left : most);
}

/* The generator draws from the radio's noise; without the radio, from that of the ADC. */
void portEntropy (uint8_t * into, size_t bytes)
{
    bool quiet = ! wifiIsOn ();
    if (quiet) bootloader_random_enable ();
    esp_fill_random (into, bytes);
    if (quiet) bootloader_random_disable ();
}

/* -- the task ---------------------------------------------------------------------------------------------------------------------------------------- */

static void run (void * nothing)
{
    (void) nothing;
    boardMain ();
    vTaskDelete (NULL);
}

/* In internal RAM: a task that writes to flash must not have its stack in PSRAM. */
void app_main (void)
{
    xTaskCreatePinnedToCore (run, "phone", STACK_BYTES, NULL, TASK_PRIORITY, & task, portNUM_PROCESSORS - 1);
}
