/* A chip that is none; fake.h. */
#include "fake.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bootloader_random.h"
#include "driver/gpio.h"
#include "driver/i2c_master.h"
#include "driver/i2s_std.h"
#include "driver/spi_master.h"
#include "driver/uart.h"
#include "driver/usb_serial_jtag.h"
#include "esp_heap_caps.h"
#include "esp_netif_sntp.h"
#include "esp_ota_ops.h"
#include "esp_app_desc.h"
#include "esp_partition.h"
#include "esp_random.h"
#include "esp_rom_sys.h"
#include "esp_system.h"
#include "esp_task_wdt.h"
#include "esp_timer.h"
#include "esp_wifi.h"
#include "freertos/queue.h"
#include <sys/time.h>
#include "lwip/dns.h"
#include "lwip/sockets.h"
#include "nvs_flash.h"

int64_t fakeNow;
bool fakeIsQuiet;
static jmp_buf * cut;

int64_t esp_timer_get_time (void) { return fakeNow * 1000; }
void vTaskDelay (TickType_t ticks) { fakeNow += ticks; }
void esp_rom_delay_us (uint32_t us) { (void) us; }

/* -- GPIO ---------------------------------------------------------------------------------------------------------------------------------------- */

enum { PINS = 64 };
static struct { gpio_mode_t mode; int level; bool taken, held, pulled; gpio_isr_t edge; void * argument; } pins [PINS];
static bool contacts [PINS] [PINS];

void fakeContact (int one, int other, bool closed) { contacts [one] [other] = contacts [other] [one] = closed; }
void fakeHold (int pin, bool low) { pins [pin].held = low; }
void fakeEdge (int pin) { if (pins [pin].edge) pins [pin].edge (pins [pin].argument); }

esp_err_t gpio_reset_pin (gpio_num_t pin) { pins [pin].taken = true; return ESP_OK; }

esp_err_t gpio_set_direction (gpio_num_t pin, gpio_mode_t mode)
{
    if (! pins [pin].taken) printf ("pin %d belongs to something else\n", pin);
    pins [pin].mode = mode;
    return ESP_OK;
}

esp_err_t gpio_set_pull_mode (gpio_num_t pin, gpio_pull_mode_t pull) { pins [pin].pulled = pull == GPIO_PULLUP_ONLY; return ESP_OK; }
esp_err_t gpio_set_intr_type (gpio_num_t pin, gpio_int_type_t type) { (void) pin; return type == GPIO_INTR_ANYEDGE ? ESP_OK : ESP_FAIL; }
esp_err_t gpio_install_isr_service (int flags) { (void) flags; return ESP_OK; }
esp_err_t gpio_set_level (gpio_num_t pin, uint32_t level) { pins [pin].level = (int) level; return ESP_OK; }

esp_err_t gpio_isr_handler_add (gpio_num_t pin, gpio_isr_t handler, void * argument)
{
    pins [pin].edge = handler;
    pins [pin].argument = argument;
    return ESP_OK;
}

static bool reached [PINS];

/* Whether a low output is joined to the pin, over other contacts too: so ghosts appear in a matrix without diodes. */
static bool isLow (int pin)
{
    if (reached [pin]) return false;
    reached [pin] = true;
    bool drives = (pins [pin].mode == GPIO_MODE_OUTPUT || pins [pin].mode == GPIO_MODE_OUTPUT_OD) && pins [pin].level == 0;
    if (pins [pin].held || drives) return true;
    for (int other = 0; other < PINS; other++) if (contacts [pin] [other] && isLow (other)) return true;
    return false;
}

int gpio_get_level (gpio_num_t pin)
{
    memset (reached, 0, sizeof reached);
    if (! pins [pin].pulled || pins [pin].mode != GPIO_MODE_INPUT) printf ("pin %d is read, and is no input with a pull-up\n", pin);
    return ! isLow (pin);
}

/* -- I2C --------------------------------------------------------------------------------------------------------------------------------------------- */

enum { ADDRESSES = 128, READS_MAX = 256 };
static bool answers [ADDRESSES];
static struct { uint8_t bytes [READS_MAX]; size_t count; } reads [ADDRESSES];
bool fakeShowsI2c;

void fakeAnswers (uint8_t address) { answers [address] = true; }

void fakeReads (uint8_t address, const char * bytes, size_t length)
{
    memcpy (reads [address].bytes + reads [address].count, bytes, length);
    reads [address].count += length;
}

esp_err_t i2c_new_master_bus (const i2c_master_bus_config_t * config, i2c_master_bus_handle_t * bus)
{
    if (! fakeIsQuiet) printf ("i2c on %d and %d\n", config->sda_io_num, config->scl_io_num);
    * bus = (i2c_master_bus_handle_t) 1;
    return ESP_OK;
}

esp_err_t i2c_master_bus_add_device (i2c_master_bus_handle_t bus, const i2c_device_config_t * config, i2c_master_dev_handle_t * device)
{
    (void) bus;
    * device = (i2c_master_dev_handle_t) (uintptr_t) config->device_address;
    return ESP_OK;
}

esp_err_t i2c_master_probe (i2c_master_bus_handle_t bus, uint16_t address, int timeout)
{
    (void) bus; (void) timeout;
    return answers [address] ? ESP_OK : ESP_ERR_NOT_FOUND;
}

esp_err_t i2c_master_transmit (i2c_master_dev_handle_t device, const uint8_t * bytes, size_t length, int timeout)
{
    uintptr_t address = (uintptr_t) device;
    (void) timeout;
    if (! answers [address]) return ESP_ERR_INVALID_STATE;
    if (fakeShowsI2c) printf ("%02x:", (unsigned) address);
    for (size_t i = 0; fakeShowsI2c && i < length; i++) printf (" %02x", bytes [i]);
    if (fakeShowsI2c) printf ("\n");
    /* What an expander of pins is told decides what it reads: its lower half drives rows of contacts on pins 50 to 53, columns are 54 to 57. */
    if (address != 0x20) return ESP_OK;
    for (int i = 0; i < 4; i++) pins [50 + i].mode = GPIO_MODE_OUTPUT_OD, pins [50 + i].level = bytes [0] >> i & 1;
    return ESP_OK;
}

static uint8_t expander (void)
{
    uint8_t byte = 0x0f;
    for (int i = 0; i < 4; i++)
    {
        pins [54 + i].mode = GPIO_MODE_INPUT;
        pins [54 + i].pulled = true;
        byte |= (uint8_t) (gpio_get_level ((gpio_num_t) (54 + i)) << (4 + i));
    }
    return byte;
}

esp_err_t i2c_master_receive (i2c_master_dev_handle_t device, uint8_t * into, size_t length, int timeout)
{
    uintptr_t address = (uintptr_t) device;
    (void) timeout;
    if (! answers [address]) return ESP_ERR_INVALID_STATE;
    if (address == 0x20) return * into = expander (), ESP_OK;
    memset (into, 0, length);
    if (reads [address].count < length) return ESP_OK;
    memcpy (into, reads [address].bytes, length);
    memmove (reads [address].bytes, reads [address].bytes + length, reads [address].count -= length);
    return ESP_OK;
}

/* A register of a TCA8418: how many events wait, or the next one. */
esp_err_t i2c_master_transmit_receive (i2c_master_dev_handle_t device, const uint8_t * command, size_t count, uint8_t * into, size_t length, int timeout)
{
    uintptr_t address = (uintptr_t) device;
    (void) count;
    if (command [0] != 0x03) return i2c_master_receive (device, into, length, timeout);
    * into = (uint8_t) (0x10 | reads [address].count);
    return ESP_OK;
}

/* -- SPI ------------------------------------------------------------------------------------------------------------------------------------------------- */

enum { GLASS = 320 };
static uint16_t glass [GLASS] [GLASS];
static struct { uint8_t command, bytes [4]; unsigned count, from [2], to [2], x, y; int select; } lcd;
static int commandPin = -1;
bool fakeIsOn, fakeIsInverted;

bool fakePixel (unsigned x, unsigned y) { return glass [y] [x] != 0; }

esp_err_t spi_bus_initialize (spi_host_device_t host, const spi_bus_config_t * config, spi_dma_chan_t channel)
{
    (void) host; (void) channel;
    printf ("spi on %d and %d\n", config->sclk_io_num, config->mosi_io_num);
    return ESP_OK;
}

esp_err_t spi_bus_add_device (spi_host_device_t host, const spi_device_interface_config_t * config, spi_device_handle_t * device)
{
    extern int fakeCommandPin (void);
    (void) host;
    commandPin = fakeCommandPin ();
    printf ("select is %d\n", config->spics_io_num);
    * device = (spi_device_handle_t) 1;
    return ESP_OK;
}

static void takePicture (const uint8_t * bytes, size_t length)
{
    for (size_t i = 0; i + 1 < length; i += 2)
    {
        glass [lcd.y] [lcd.x] = (uint16_t) (bytes [i] << 8 | bytes [i + 1]);
        if (++lcd.x > lcd.to [0]) lcd.x = lcd.from [0], lcd.y++;
    }
}

static void takeCommand (uint8_t command)
{
    lcd.command = command;
    lcd.count = 0;
    if (command == 0x2c) lcd.x = lcd.from [0], lcd.y = lcd.from [1];
    if (command == 0x29) fakeIsOn = true;
    if (command == 0x20 || command == 0x21) fakeIsInverted = command & 1;
    if (command != 0x2a && command != 0x2b && command != 0x2c) printf ("lcd %02x\n", command);
}

esp_err_t spi_device_polling_transmit (spi_device_handle_t device, spi_transaction_t * transaction)
{
    const uint8_t * bytes = transaction->tx_buffer;
    size_t length = transaction->length / 8;
    (void) device;
    if (! pins [commandPin].level) return takeCommand (bytes [0]), ESP_OK;
    if (lcd.command == 0x2c) return takePicture (bytes, length), ESP_OK;
    if (lcd.command != 0x2a && lcd.command != 0x2b) return printf ("lcd %02x <- %02x\n", lcd.command, bytes [0]), ESP_OK;
    unsigned axis = lcd.command - 0x2a;
    lcd.from [axis] = (unsigned) (bytes [0] << 8 | bytes [1]);
    lcd.to [axis] = (unsigned) (bytes [2] << 8 | bytes [3]);
    return ESP_OK;
}

/* -- I2S ---------------------------------------------------------------------------------------------------------------------------------------------------- */

enum { WORDS_MAX = 1 << 17 };
static int32_t heard [WORDS_MAX], spoken [WORDS_MAX];
static size_t heardCount, heardTaken, spokenCount;
static bool enabled [64];
static uintptr_t channels;

void fakeHears (const int32_t * words, size_t count)
{
    memcpy (heard + heardCount, words, count * sizeof * words);
    heardCount += count;
}

size_t fakePlayed (int32_t * words, size_t room)
{
    size_t count = spokenCount < room ? spokenCount : room;
    memcpy (words, spoken, count * sizeof * words);
    return count;
}

esp_err_t i2s_new_channel (const i2s_chan_config_t * config, i2s_chan_handle_t * tx, i2s_chan_handle_t * rx)
{
    if (! fakeIsQuiet) printf ("i2s %d: %u pieces of %u%s\n", config->id, (unsigned) config->dma_desc_num, (unsigned) config->dma_frame_num, config->auto_clear ? ", then silence" : "");
    if (tx) * tx = (i2s_chan_handle_t) ++channels;
    if (rx) * rx = (i2s_chan_handle_t) ++channels;
    return ESP_OK;
}

esp_err_t i2s_channel_init_std_mode (i2s_chan_handle_t channel, const i2s_std_config_t * config)
{
    const i2s_std_gpio_config_t * gpio = & config->gpio_cfg;
    if (! fakeIsQuiet) printf ("channel %d: %u Hz, %d slots of %d bits, clock %d word %d out %d in %d master %d\n", (int) (uintptr_t) channel, (unsigned) config->clk_cfg.sample_rate_hz,
        config->slot_cfg.slot_mode, config->slot_cfg.data_bit_width, gpio->bclk, gpio->ws, gpio->dout, gpio->din, gpio->mclk);
    return ESP_OK;
}

esp_err_t i2s_channel_enable (i2s_chan_handle_t channel) { enabled [(uintptr_t) channel] = true; return ESP_OK; }
esp_err_t i2s_channel_disable (i2s_chan_handle_t channel) { enabled [(uintptr_t) channel] = false; return ESP_OK; }

esp_err_t i2s_channel_write (i2s_chan_handle_t channel, const void * from, size_t size, size_t * written, uint32_t timeout)
{
    if (! enabled [(uintptr_t) channel] || timeout != 0) return ESP_ERR_INVALID_STATE;
    memcpy (spoken + spokenCount, from, size);
    spokenCount += size / sizeof (int32_t);
    * written = size;
    return ESP_OK;
}

/* Gives what there is, also a part of what was asked for. */
esp_err_t i2s_channel_read (i2s_chan_handle_t channel, void * into, size_t size, size_t * came, uint32_t timeout)
{
    if (! enabled [(uintptr_t) channel] || timeout != 0) return ESP_ERR_INVALID_STATE;
    size_t left = (heardCount - heardTaken) * sizeof (int32_t);
    * came = size < left ? size : left;
    memcpy (into, heard + heardTaken, * came);
    heardTaken += * came / sizeof (int32_t);
    return * came == size ? ESP_OK : ESP_ERR_TIMEOUT;
}

/* -- flash ------------------------------------------------------------------------------------------------------------------------------------------------------ */

enum { SECTOR = 4096, SETTINGS_BYTES = 4 * SECTOR, SLOT_BYTES = 256 * 1024, CODE_BYTES = 512 * 1024 };
static uint8_t settings [SETTINGS_BYTES], slots [2] [SLOT_BYTES], code [CODE_BYTES];
static const esp_partition_t partitions [] = {
    { NULL, ESP_PARTITION_TYPE_DATA, (esp_partition_subtype_t) 0x40, 0x12000, SETTINGS_BYTES, SECTOR, "settings", false, false },
    { NULL, ESP_PARTITION_TYPE_DATA, (esp_partition_subtype_t) 0x41, 0x300000, SLOT_BYTES, SECTOR, "module_a", false, false },
    { NULL, ESP_PARTITION_TYPE_DATA, (esp_partition_subtype_t) 0x41, 0x340000, SLOT_BYTES, SECTOR, "module_b", false, false },
    { NULL, ESP_PARTITION_TYPE_DATA, (esp_partition_subtype_t) 0x42, 0x380000, CODE_BYTES, SECTOR, "code", false, false },
};
int fakeFlashLeft = -1;

void fakeCutTo (void * jump) { cut = jump; }

static uint8_t * memoryOf (const esp_partition_t * partition)
{
    uint8_t * const all [] = { settings, slots [0], slots [1], code };
    return all [partition - partitions];
}

/* Of a build whose ELF file has this SHA-256. */
const esp_app_desc_t * esp_app_get_description (void)
{
    static const esp_app_desc_t description = { { 0xab, 0xcd } };
    return & description;
}

static void spend (void)
{
    if (fakeFlashLeft < 0 || fakeFlashLeft-- > 0) return;
    longjmp (* cut, 1);
}

const esp_partition_t * esp_partition_find_first (esp_partition_type_t type, esp_partition_subtype_t subtype, const char * label)
{
    for (unsigned i = 0; i < sizeof partitions / sizeof partitions [0]; i++)
    {
        if (partitions [i].type == type && partitions [i].subtype == subtype && strcmp (partitions [i].label, label) == 0) return partitions + i;
    }
    return NULL;
}

esp_err_t esp_partition_read (const esp_partition_t * partition, size_t at, void * into, size_t size)
{
    if (at + size > partition->size) return ESP_ERR_INVALID_ARG;
    memcpy (into, memoryOf (partition) + at, size);
    return ESP_OK;
}

/* As flash does it: ones become zeros, byte by byte, until the power goes. */
esp_err_t esp_partition_write (const esp_partition_t * partition, size_t at, const void * from, size_t size)
{
    if (at + size > partition->size) return ESP_ERR_INVALID_ARG;
    for (size_t i = 0; i < size; i++)
    {
        spend ();
        memoryOf (partition) [at + i] &= ((const uint8_t *) from) [i];
    }
    return ESP_OK;
}

esp_err_t esp_partition_erase_range (const esp_partition_t * partition, size_t at, size_t size)
{
    if (at % SECTOR || size % SECTOR || at + size > partition->size) return ESP_ERR_INVALID_ARG;
    /* Half of it may be erased when the power goes. */
    memset (memoryOf (partition) + at, 0xff, size / 2);
    spend ();
    memset (memoryOf (partition) + at, 0xff, size);
    return ESP_OK;
}

esp_err_t esp_partition_mmap (const esp_partition_t * partition, size_t at, size_t size, esp_partition_mmap_memory_t memory, const void ** out,
    esp_partition_mmap_handle_t * handle)
{
    if (memory != ESP_PARTITION_MMAP_DATA || at + size > partition->size) return ESP_ERR_INVALID_ARG;
    * out = memoryOf (partition) + at;
    * handle = 1;
    return ESP_OK;
}

static const esp_partition_t other = { NULL, ESP_PARTITION_TYPE_APP, (esp_partition_subtype_t) 0x11, 0x1c0000, 100000, SECTOR, "ota_1", false, false };
static size_t otaBytes;
static bool otaIsOpen;

const esp_partition_t * esp_ota_get_next_update_partition (const esp_partition_t * from) { return from ? NULL : & other; }
esp_err_t esp_ota_begin (const esp_partition_t * partition, size_t size, esp_ota_handle_t * handle)
{
    if (otaIsOpen || partition != & other || size != OTA_WITH_SEQUENTIAL_WRITES) return ESP_ERR_INVALID_STATE;
    * handle = 7;
    otaIsOpen = true;
    otaBytes = 0;
    return ESP_OK;
}
/* An image begins with 0xe9. */
esp_err_t esp_ota_write (esp_ota_handle_t handle, const void * bytes, size_t size)
{
    if (handle != 7 || ! otaIsOpen || (otaBytes == 0 && * (const uint8_t *) bytes != 0xe9)) return ESP_FAIL;
    otaBytes += size;
    return ESP_OK;
}
esp_err_t esp_ota_end (esp_ota_handle_t handle) { return otaIsOpen = false, handle == 7 && otaBytes > 1000 ? ESP_OK : ESP_FAIL; }
esp_err_t esp_ota_abort (esp_ota_handle_t handle) { return otaIsOpen = false, printf ("given up after %u bytes\n", (unsigned) otaBytes), handle == 7 ? ESP_OK : ESP_FAIL; }
esp_err_t esp_ota_set_boot_partition (const esp_partition_t * partition) { return printf ("starts from %s\n", partition->label), ESP_OK; }
esp_err_t esp_ota_mark_app_valid_cancel_rollback (void) { return printf ("firmware is good\n"), ESP_OK; }

/* -- NVS --------------------------------------------------------------------------------------------------------------------------------------------------------- */

static struct { char key [16], value [80]; } kept [4];

esp_err_t nvs_flash_init (void) { return ESP_OK; }
esp_err_t nvs_flash_erase (void) { return ESP_OK; }
esp_err_t nvs_open (const char * space, nvs_open_mode_t mode, nvs_handle_t * handle)
{
    * handle = 1;
    return strcmp (space, "wifi") == 0 && (mode == NVS_READWRITE || kept [0].key [0]) ? ESP_OK : ESP_ERR_NVS_NOT_FOUND;
}
esp_err_t nvs_commit (nvs_handle_t handle) { return handle == 1 ? ESP_OK : ESP_FAIL; }
void nvs_close (nvs_handle_t handle) { (void) handle; }

esp_err_t nvs_set_str (nvs_handle_t handle, const char * key, const char * value)
{
    unsigned i = 0;
    (void) handle;
    while (kept [i].key [0] && strcmp (kept [i].key, key) != 0) i++;
    snprintf (kept [i].key, sizeof kept [i].key, "%s", key);
    snprintf (kept [i].value, sizeof kept [i].value, "%s", value);
    return ESP_OK;
}

esp_err_t nvs_get_str (nvs_handle_t handle, const char * key, char * into, size_t * room)
{
    (void) handle;
    for (unsigned i = 0; i < 4; i++)
    {
        if (strcmp (kept [i].key, key) != 0 || strlen (kept [i].value) >= * room) continue;
        strcpy (into, kept [i].value);
        return ESP_OK;
    }
    return ESP_ERR_NVS_NOT_FOUND;
}

/* -- FreeRTOS ------------------------------------------------------------------------------------------------------------------------------------------------------ */

static struct { uint8_t items [8] [16]; unsigned at, count, size; } queue;

QueueHandle_t xQueueCreate (UBaseType_t length, UBaseType_t size) { queue.size = size; return length == 8 ? (QueueHandle_t) & queue : NULL; }

BaseType_t xQueueSend (QueueHandle_t handle, const void * item, TickType_t ticks)
{
    if (! handle || ticks != 0 || queue.count == 8) return 0;
    memcpy (queue.items [(queue.at + queue.count++) % 8], item, queue.size);
    return pdTRUE;
}

BaseType_t xQueueReceive (QueueHandle_t handle, void * into, TickType_t ticks)
{
    if (! handle || ticks != 0 || queue.count == 0) return 0;
    memcpy (into, queue.items [queue.at], queue.size);
    queue.at = (queue.at + 1) % 8;
    queue.count--;
    return pdTRUE;
}

BaseType_t xTaskCreatePinnedToCore (TaskFunction_t code, const char * name, uint32_t stack, void * parameter, UBaseType_t priority, TaskHandle_t * task, BaseType_t core)
{
    (void) code; (void) parameter;
    * task = (TaskHandle_t) 1;
    printf ("task %s: stack of %u, priority %u, core %d\n", name, (unsigned) stack, (unsigned) priority, core);
    return pdTRUE;
}
void vTaskDelete (TaskHandle_t task) { (void) task; }
UBaseType_t uxTaskGetStackHighWaterMark (TaskHandle_t task) { return task ? 6000 : 0; }

/* -- Wi-Fi ------------------------------------------------------------------------------------------------------------------------------------------------------------ */

esp_event_base_t const WIFI_EVENT = "WIFI", IP_EVENT = "IP";
static esp_event_handler_t onWifi, onAddress;
static uint32_t own;
static ip_addr_t servers [DNS_MAX_SERVERS];

void fakeWifi (int32_t event, uint8_t reason)
{
    wifi_event_sta_disconnected_t told = { .reason = reason };
    onWifi (NULL, WIFI_EVENT, event, & told);
}

void fakeAddress (int32_t event, const uint8_t * address)
{
    own = 0;
    if (address) memcpy (& own, address, sizeof own);
    onAddress (NULL, IP_EVENT, event, NULL);
}

void fakeServer (unsigned index, const uint8_t * address) { memcpy (& servers [index].u_addr.ip4.addr, address, 4); }
const ip_addr_t * dns_getserver (uint8_t index) { return & servers [index]; }

esp_err_t esp_event_loop_create_default (void) { return ESP_OK; }
esp_err_t esp_event_handler_register (esp_event_base_t base, int32_t id, esp_event_handler_t handler, void * argument)
{
    (void) id; (void) argument;
    * (base == WIFI_EVENT ? & onWifi : & onAddress) = handler;
    return ESP_OK;
}
esp_err_t esp_netif_init (void) { return ESP_OK; }
esp_err_t esp_netif_set_hostname (esp_netif_t * station, const char * name) { return station && name [0] ? ESP_OK : ESP_FAIL; }
esp_netif_t * esp_netif_create_default_wifi_sta (void) { return (esp_netif_t *) 1; }
esp_netif_t * esp_netif_get_handle_from_ifkey (const char * key) { return strcmp (key, "WIFI_STA_DEF") == 0 ? (esp_netif_t *) 1 : NULL; }
esp_err_t esp_netif_get_ip_info (esp_netif_t * station, esp_netif_ip_info_t * info) { (void) station; info->ip.addr = own; return ESP_OK; }
esp_err_t esp_netif_sntp_init (const esp_sntp_config_t * config) { return config->server_from_dhcp && ! config->start ? ESP_OK : ESP_FAIL; }
esp_err_t esp_netif_sntp_start (void) { return printf ("%lld asks for the time\n", (long long) fakeNow), ESP_OK; }
esp_err_t esp_wifi_init (const wifi_init_config_t * config) { return config->magic == 0x1f2f3f4f ? ESP_OK : ESP_FAIL; }
esp_err_t esp_wifi_set_storage (wifi_storage_t storage) { return storage == WIFI_STORAGE_RAM ? ESP_OK : ESP_FAIL; }
esp_err_t esp_wifi_set_mode (wifi_mode_t mode) { return mode == WIFI_MODE_STA ? ESP_OK : ESP_FAIL; }
esp_err_t esp_wifi_set_ps (wifi_ps_type_t type) { return type == WIFI_PS_NONE ? ESP_OK : ESP_FAIL; }
esp_err_t esp_wifi_start (void) { return ESP_OK; }
esp_err_t esp_wifi_disconnect (void) { return printf ("%lld disconnects\n", (long long) fakeNow), ESP_OK; }
esp_err_t esp_wifi_sta_get_ap_info (wifi_ap_record_t * record) { record->rssi = -61; return ESP_OK; }

static wifi_config_t station;
uint8_t fakeRefusal;
esp_err_t esp_wifi_set_config (wifi_interface_t interface, wifi_config_t * config) { (void) interface; station = * config; return ESP_OK; }
esp_err_t esp_wifi_connect (void)
{
    printf ("%lld connects to %.32s with \"%.64s\", at least security %d\n", (long long) fakeNow, (const char *) station.sta.ssid, (const char *) station.sta.password,
        station.sta.threshold.authmode);
    if (fakeRefusal) fakeWifi (WIFI_EVENT_STA_DISCONNECTED, fakeRefusal);
    return ESP_OK;
}

/* -- sockets ------------------------------------------------------------------------------------------------------------------------------------------------------------- */

enum { SOCKETS = 16, FIRST = 48, PACKETS = 8 };
static struct { bool open, raw, stream; uint16_t port; struct { uint8_t bytes [2048]; size_t length; struct sockaddr_in from; } packets [PACKETS]; unsigned count; } sockets [SOCKETS];
int fakeSendError;
size_t fakeTakes;
int64_t fakeWaited;

void fakePacket (uint16_t port, const uint8_t * from, uint16_t fromPort, const uint8_t * bytes, size_t length)
{
    for (int i = 0; i < SOCKETS; i++)
    {
        if (! sockets [i].open || sockets [i].raw != (port == 0) || sockets [i].port != port || sockets [i].count == PACKETS) continue;
        unsigned at = sockets [i].count++;
        memcpy (sockets [i].packets [at].bytes, bytes, length);
        sockets [i].packets [at].length = length;
        sockets [i].packets [at].from = (struct sockaddr_in) { .sin_family = AF_INET, .sin_port = htons (fromPort) };
        memcpy (& sockets [i].packets [at].from.sin_addr, from, 4);
    }
}

int lwip_socket (int domain, int type, int protocol)
{
    for (int i = 0; i < SOCKETS; i++)
    {
        if (sockets [i].open) continue;
        memset (& sockets [i], 0, sizeof sockets [i]);
        sockets [i].open = domain == AF_INET;
        sockets [i].raw = type == SOCK_RAW && protocol == IPPROTO_ICMP;
        sockets [i].stream = type == SOCK_STREAM && protocol == IPPROTO_TCP;
        return FIRST + i;
    }
    errno = ENOBUFS;
    return -1;
}

int lwip_bind (int s, const struct sockaddr * name, socklen_t length)
{
    static uint16_t ephemeral = 49152;
    uint16_t port = ntohs (((const struct sockaddr_in *) name)->sin_port);
    (void) length;
    for (int i = 0; port && i < SOCKETS; i++) if (sockets [i].open && sockets [i].port == port) return -1;
    sockets [s - FIRST].port = port ? port : ephemeral++;
    return 0;
}

int lwip_getsockname (int s, struct sockaddr * name, socklen_t * length)
{
    (void) length;
    ((struct sockaddr_in *) name)->sin_port = htons (sockets [s - FIRST].port);
    return 0;
}

int lwip_close (int s) { sockets [s - FIRST].open = false; return 0; }

ssize_t lwip_sendto (int s, const void * bytes, size_t size, int flags, const struct sockaddr * to, socklen_t length)
{
    const struct sockaddr_in * peer = (const struct sockaddr_in *) to;
    const uint8_t * address = (const uint8_t *) & peer->sin_addr;
    (void) length; (void) flags;
    errno = fakeSendError;
    if (fakeSendError) return -1;
    printf ("sent from %u to %u.%u.%u.%u:%u: %.*s\n", sockets [s - FIRST].port, address [0], address [1], address [2], address [3], ntohs (peer->sin_port), (int) size, (const char *) bytes);
    return (ssize_t) size;
}

static ssize_t take (int s, void * into, size_t room, struct sockaddr_in * from, size_t * whole)
{
    if (sockets [s - FIRST].count == 0) return errno = EAGAIN, -1;
    size_t length = sockets [s - FIRST].packets [0].length, size = length < room ? length : room;
    memcpy (into, sockets [s - FIRST].packets [0].bytes, size);
    * whole = length;
    if (from) * from = sockets [s - FIRST].packets [0].from;
    memmove (sockets [s - FIRST].packets, sockets [s - FIRST].packets + 1, --sockets [s - FIRST].count * sizeof sockets [0].packets [0]);
    return (ssize_t) size;
}

/* -- one server, which gives its answer in pieces -- */

static struct { const uint8_t * bytes; size_t length, piece, given; int64_t after; int error; bool ends; } server;

void fakeServes (const uint8_t * bytes, size_t length, size_t piece, bool ends, int error)
{
    server.bytes = bytes, server.length = length, server.piece = piece, server.given = 0, server.ends = ends, server.error = error;
    server.after = INT64_MAX;
}

ssize_t lwip_recv (int s, void * into, size_t room, int flags)
{
    size_t whole, left = server.length - server.given, size = left < server.piece ? left : server.piece;
    if (! sockets [s - FIRST].stream) return flags == MSG_DONTWAIT ? take (s, into, room, NULL, & whole) : -1;
    if (left == 0 && server.error) return errno = server.error, -1;
    if (left == 0 && server.ends) return 0;
    if (left == 0 || fakeNow == server.after) return errno = EAGAIN, -1;
    if (size > room) size = room;
    memcpy (into, server.bytes + server.given, size);
    server.given += size;
    server.after = fakeNow;
    return (ssize_t) size;
}

ssize_t lwip_recvmsg (int s, struct msghdr * message, int flags)
{
    size_t whole = 0;
    ssize_t size = flags == MSG_DONTWAIT ? take (s, message->msg_iov->iov_base, message->msg_iov->iov_len, message->msg_name, & whole) : -1;
    message->msg_flags = size >= 0 && whole > (size_t) size ? MSG_TRUNC : 0;
    return size;
}

int lwip_fcntl (int s, int command, int value) { return s >= FIRST && command == F_SETFL && value == O_NONBLOCK ? 0 : -1; }
int lwip_connect (int s, const struct sockaddr * name, socklen_t length)
{
    const struct sockaddr_in * peer = (const struct sockaddr_in *) name;
    const uint8_t * address = (const uint8_t *) & peer->sin_addr;
    (void) length;
    printf ("calls %u.%u.%u.%u:%u\n", address [0], address [1], address [2], address [3], ntohs (peer->sin_port));
    server.after = fakeNow + 20;
    sockets [s - FIRST].port = 50000;
    return errno = EINPROGRESS, -1;
}
int lwip_setsockopt (int s, int level, int name, const void * value, socklen_t length)
{
    (void) s; (void) length;
    if (level == IPPROTO_TCP && name == TCP_NODELAY) printf ("every write goes out at once: %d\n", * (const int *) value);
    return 0;
}
int lwip_getsockopt (int s, int level, int name, void * value, socklen_t * length)
{
    (void) s; (void) length;
    * (int *) value = server.error;
    return level == SOL_SOCKET && name == SO_ERROR ? 0 : -1;
}
ssize_t lwip_send (int s, const void * bytes, size_t size, int flags)
{
    const char * end = memchr (bytes, '\n', size);
    (void) s;
    if (flags == MSG_DONTWAIT && fakeTakes < size) size = fakeTakes;
    if (flags == MSG_DONTWAIT) fakeTakes -= size;
    if (size == 0) return errno = EAGAIN, -1;
    if (flags == MSG_DONTWAIT) printf ("writes %.*s\n", (int) size, (const char *) bytes);
    else printf ("asks %.*s", (int) (end - (const char *) bytes) + 1, (const char *) bytes);
    return (ssize_t) size;
}

int lwip_select (int most, fd_set * readable, fd_set * writable, fd_set * failing, struct timeval * time)
{
    int ready = 0;
    (void) failing;
    for (int i = 0; i < SOCKETS && FIRST + i < most; i++)
    {
        if (readable && FD_ISSET (FIRST + i, readable) && sockets [i].count > 0) ready++;
        if (writable && FD_ISSET (FIRST + i, writable) && fakeNow >= server.after) ready++;
    }
    if (! readable) return ready;
    fakeWaited = time->tv_sec * 1000 + time->tv_usec / 1000;
    if (! ready) fakeNow += fakeWaited;
    return ready;
}

int64_t fakeClockSec;
int gettimeofday (struct timeval * restrict time, void * restrict zone)
{
    (void) zone;
    * time = (struct timeval) { .tv_sec = fakeClockSec ? fakeClockSec + fakeNow / 1000 : fakeNow / 1000, .tv_usec = fakeNow % 1000 * 1000 };
    return 0;
}

/* -- the rest ---------------------------------------------------------------------------------------------------------------------------------------------------------------- */

static esp_reset_reason_t resetReason = ESP_RST_POWERON;
static bool noise;

void fakeReset (int reason) { resetReason = (esp_reset_reason_t) reason; }
esp_reset_reason_t esp_reset_reason (void) { return resetReason; }
_Noreturn void esp_restart (void) { longjmp (* cut, 1); }
esp_err_t esp_task_wdt_add (TaskHandle_t task) { return task ? ESP_FAIL : ESP_OK; }
esp_err_t esp_task_wdt_reset (void) { return ESP_OK; }
void bootloader_random_enable (void) { noise = true; }
void bootloader_random_disable (void) { noise = false; }
void esp_fill_random (void * into, size_t length)
{
    extern bool wifiIsOn (void);
    if (! noise && ! wifiIsOn ()) printf ("nothing makes noise\n");
    memset (into, 4, length);
}
size_t heap_caps_get_free_size (uint32_t caps) { return caps; }
size_t heap_caps_get_minimum_free_size (uint32_t caps) { return caps; }
size_t heap_caps_get_largest_free_block (uint32_t caps) { return caps; }

static uint32_t serialRoom = UINT32_MAX;
esp_err_t uart_driver_install (uart_port_t port, int rx, int tx, int size, QueueHandle_t * events, int flags)
{
    (void) rx; (void) tx; (void) size; (void) events; (void) flags;
    return port == UART_NUM_0 ? ESP_OK : ESP_FAIL;
}
int uart_read_bytes (uart_port_t port, void * into, uint32_t length, TickType_t ticks) { (void) port; (void) into; (void) length; return ticks ? -1 : 0; }
int uart_write_bytes (uart_port_t port, const void * bytes, size_t length) { (void) port; return (int) fwrite (bytes, 1, length, stdout); }
esp_err_t usb_serial_jtag_driver_install (usb_serial_jtag_driver_config_t * config) { return config->rx_buffer_size ? ESP_OK : ESP_FAIL; }
int usb_serial_jtag_read_bytes (void * into, uint32_t length, uint32_t ticks) { (void) into; (void) length; return ticks ? -1 : 0; }
int usb_serial_jtag_write_bytes (const void * bytes, size_t length, uint32_t ticks)
{
    (void) bytes;
    if (length <= serialRoom) return (int) length;
    fakeNow += ticks;
    return 0;
}
void fakeSerial (uint32_t room) { serialRoom = room; }
