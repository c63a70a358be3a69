/* The Wi-Fi station: its driver, its credentials in NVS, and the console's word for it. What to do when is decided in join.c. */
#include "wifi.h"

#include <stdio.h>
#include <string.h>
#include "esp32.h"
#include "esp_event.h"
#include "esp_netif.h"
#include "esp_wifi.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"
#include "join.h"
#include "nvs.h"
#include "nvs_flash.h"
#include "port/port.h"

enum { EVENTS = 8, NAME_MAX = 32, PASSWORD_MAX = 64, TEXT_MAX = 120 };

typedef struct Event { JoinInput input; uint8_t reason; } Event;

static QueueHandle_t events;
static bool isOn;
static Join join;
static char name [NAME_MAX + 1], password [PASSWORD_MAX + 1];
static uint8_t reason;   /* why it was lost last, as the driver numbers it */

/* -- credentials ----------------------------------------------------------------------------------------------------------------------------------- */

static void readCredentials (void)
{
    nvs_handle_t store;
    size_t nameRoom = sizeof name, passwordRoom = sizeof password;
    name [0] = password [0] = 0;
    if (nvs_open ("wifi", NVS_READONLY, & store) != ESP_OK) return;
    if (nvs_get_str (store, "name", name, & nameRoom) != ESP_OK) name [0] = 0;
    if (nvs_get_str (store, "password", password, & passwordRoom) != ESP_OK) password [0] = 0;
    nvs_close (store);
}

static bool keepCredentials (void)
{
    nvs_handle_t store;
    if (nvs_open ("wifi", NVS_READWRITE, & store) != ESP_OK) return false;
    bool kept = nvs_set_str (store, "name", name) == ESP_OK && nvs_set_str (store, "password", password) == ESP_OK && nvs_commit (store) == ESP_OK;
    nvs_close (store);
    return kept;
}

/* -- the driver: its handlers run in a task of the system, and only put into the queue ------------------------------------------------------------------ */

static void note (JoinInput input, uint8_t why)
{
    Event event = { input, why };
    xQueueSend (events, & event, 0);
}

static void onWifi (void * nothing, esp_event_base_t base, int32_t id, void * told)
{
    (void) nothing; (void) base;
    if (id == WIFI_EVENT_STA_CONNECTED) note (JOIN_ASSOCIATED, 0);
    if (id == WIFI_EVENT_STA_DISCONNECTED) note (JOIN_LOST, ((const wifi_event_sta_disconnected_t *) told)->reason);
}

static void onAddress (void * nothing, esp_event_base_t base, int32_t id, void * told)
{
    (void) nothing; (void) base; (void) told;
    if (id == IP_EVENT_STA_GOT_IP) note (JOIN_ADDRESS, 0);
    if (id == IP_EVENT_STA_LOST_IP) note (JOIN_NO_ADDRESS, 0);
}

static bool startDriver (void)
{
    wifi_init_config_t config = WIFI_INIT_CONFIG_DEFAULT ();
    esp_netif_t * station = esp_netif_init () == ESP_OK && esp_event_loop_create_default () == ESP_OK ? esp_netif_create_default_wifi_sta () : NULL;
    return station && esp_netif_set_hostname (station, "linehunt") == ESP_OK && esp_wifi_init (& config) == ESP_OK && esp_wifi_set_storage (WIFI_STORAGE_RAM) == ESP_OK
        && esp_event_handler_register (WIFI_EVENT, ESP_EVENT_ANY_ID, onWifi, NULL) == ESP_OK
        && esp_event_handler_register (IP_EVENT, ESP_EVENT_ANY_ID, onAddress, NULL) == ESP_OK
        && esp_wifi_set_mode (WIFI_MODE_STA) == ESP_OK && esp_wifi_start () == ESP_OK
        /* A station that sleeps gets its sound in lumps of 100 ms. */
        && esp_wifi_set_ps (WIFI_PS_NONE) == ESP_OK;
}

static void act (JoinAction action)
{
    if (action == JOIN_DISCONNECT) esp_wifi_disconnect ();
    if (action != JOIN_CONNECT) return;
    wifi_config_t config = { 0 };
    memcpy (config.sta.ssid, name, strlen (name));
    memcpy (config.sta.password, password, strlen (password));
    config.sta.threshold.authmode = password [0] ? WIFI_AUTH_WPA_PSK : WIFI_AUTH_OPEN;
    config.sta.scan_method = WIFI_ALL_CHANNEL_SCAN;
    config.sta.sort_method = WIFI_CONNECT_AP_BY_SIGNAL;
    esp_wifi_set_config (WIFI_IF_STA, & config);
    esp_wifi_connect ();
}

void wifiStart (void)
{
    joinStart (& join);
    events = xQueueCreate (EVENTS, sizeof (Event));
    esp_err_t error = nvs_flash_init ();
    if (error == ESP_ERR_NVS_NO_FREE_PAGES || error == ESP_ERR_NVS_NEW_VERSION_FOUND)
    {
        nvs_flash_erase ();
        nvs_flash_init ();
    }
    readCredentials ();
    isOn = events && startDriver ();
    if (isOn) act (joinTake (& join, JOIN_CHANGED, name [0] != 0, portNow ()));
}

bool wifiIsOn (void) { return isOn; }
bool wifiIsUp (void) { return join.state == JOIN_UP; }

void wifiFollow (void)
{
    Event event;
    while (isOn && xQueueReceive (events, & event, 0))
    {
        if (event.input == JOIN_LOST) reason = event.reason;
        act (joinTake (& join, event.input, name [0] != 0, portNow ()));
    }
    if (isOn && portNow () >= join.due) act (joinTake (& join, JOIN_DUE, name [0] != 0, portNow ()));
}

/* -- the console's word ------------------------------------------------------------------------------------------------------------------------------- */

static const char * reasonText (void)
{
    switch (reason)
    {
        case WIFI_REASON_NO_AP_FOUND: return "no such network is in reach";
        case WIFI_REASON_AUTH_FAIL: case WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT: case WIFI_REASON_HANDSHAKE_TIMEOUT: return "the password is probably wrong";
        case WIFI_REASON_BEACON_TIMEOUT: return "its signal was lost";
        default: return "it ended the connection";
    }
}

static void tell (void (* print) (const char * text))
{
    static const char * const states [JOIN_STATES] = { "not set", "connecting", "waiting for an address", "connected", "not connected" };
    char text [TEXT_MAX];
    snprintf (text, sizeof text, "wifi: %s%s%s", isOn ? states [join.state] : "the radio could not be started", name [0] ? ": " : "", name);
    print (text);
    wifi_ap_record_t record;
    if (join.state == JOIN_UP && esp_wifi_sta_get_ap_info (& record) == ESP_OK)
    {
        snprintf (text, sizeof text, "signal: %d dBm", record.rssi);
        print (text);
    }
    if (join.state == JOIN_WAITING && reason)
    {
        snprintf (text, sizeof text, "reason: %s (%u)", reasonText (), (unsigned) reason);
        print (text);
    }
    if (join.state == JOIN_OFF) print ("Set it: wifi NAME PASSWORD; \"wifi off\" forgets it. A name with blanks stands in quotes.");
}

/* The next word, which may stand in quotes; NULL when it is too long. */
static const char * takeWord (const char * at, char * into, size_t room)
{
    while (* at == ' ') at++;
    char end = ' ';
    if (* at == '"') end = * at++;
    size_t length = 0;
    for (; * at && * at != end; at++)
    {
        if (length == room - 1) return NULL;
        into [length++] = * at;
    }
    into [length] = 0;
    return * at ? at + 1 : at;
}

bool wifiCommand (const char * line, void (* print) (const char * text))
{
    char newName [NAME_MAX + 1], newPassword [PASSWORD_MAX + 1];
    if (strncmp (line, "wifi", 4) != 0 || (line [4] && line [4] != ' ')) return false;
    const char * at = takeWord (line + 4, newName, sizeof newName);
    if (at) at = takeWord (at, newPassword, sizeof newPassword);
    if (! at) print ("A name has 32 characters at most, and a password 64.");
    else if (! newName [0]) tell (print);
    else if (newPassword [0] && strlen (newPassword) < 8) print ("A password of Wi-Fi has 8 characters at least.");
    else
    {
        bool off = strcmp (newName, "off") == 0 && ! newPassword [0];
        strcpy (name, off ? "" : newName);
        strcpy (password, newPassword);
        print (keepCredentials () ? off ? "wifi: forgotten" : "wifi: kept" : "wifi: used now, but it could not be kept in flash");
        if (isOn) act (joinTake (& join, JOIN_CHANGED, name [0] != 0, portNow ()));
    }
    return true;
}
