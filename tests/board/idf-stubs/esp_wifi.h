/* Mirrors what board/port/esp32 uses of ESP-IDF's esp_wifi/include/esp_wifi.h, esp_wifi_types_generic.h and esp_wifi_default.h. */
#ifndef STUB_ESP_WIFI_H
#define STUB_ESP_WIFI_H

#include <stdbool.h>
#include <stdint.h>
#include "esp_err.h"
#include "esp_event.h"
#include "esp_netif.h"

typedef enum { WIFI_MODE_NULL, WIFI_MODE_STA, WIFI_MODE_AP } wifi_mode_t;
typedef enum { WIFI_IF_STA, WIFI_IF_AP } wifi_interface_t;
typedef enum { WIFI_PS_NONE, WIFI_PS_MIN_MODEM, WIFI_PS_MAX_MODEM } wifi_ps_type_t;
typedef enum { WIFI_STORAGE_FLASH, WIFI_STORAGE_RAM } wifi_storage_t;
typedef enum { WIFI_AUTH_OPEN, WIFI_AUTH_WEP, WIFI_AUTH_WPA_PSK, WIFI_AUTH_WPA2_PSK } wifi_auth_mode_t;
typedef enum { WIFI_FAST_SCAN, WIFI_ALL_CHANNEL_SCAN } wifi_scan_method_t;
typedef enum { WIFI_CONNECT_AP_BY_SIGNAL, WIFI_CONNECT_AP_BY_SECURITY } wifi_sort_method_t;
typedef enum { WIFI_EVENT_STA_START = 2, WIFI_EVENT_STA_STOP, WIFI_EVENT_STA_CONNECTED, WIFI_EVENT_STA_DISCONNECTED } wifi_event_t;

enum {
    WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT = 15, WIFI_REASON_BEACON_TIMEOUT = 200, WIFI_REASON_NO_AP_FOUND = 201, WIFI_REASON_AUTH_FAIL = 202,
    WIFI_REASON_HANDSHAKE_TIMEOUT = 204
};

typedef struct { int magic; } wifi_init_config_t;
#define WIFI_INIT_CONFIG_DEFAULT() { .magic = 0x1f2f3f4f }

typedef struct { int8_t rssi; wifi_auth_mode_t authmode; } wifi_scan_threshold_t;
typedef struct {
    uint8_t ssid [32], password [64];
    wifi_scan_method_t scan_method;
    wifi_sort_method_t sort_method;
    wifi_scan_threshold_t threshold;
} wifi_sta_config_t;
typedef union { wifi_sta_config_t sta; } wifi_config_t;
typedef struct { uint8_t ssid [32], ssid_len, bssid [6], reason; int8_t rssi; } wifi_event_sta_disconnected_t;
typedef struct { uint8_t bssid [6], ssid [33], primary; int8_t rssi; } wifi_ap_record_t;

extern esp_event_base_t const WIFI_EVENT;

esp_netif_t * esp_netif_create_default_wifi_sta (void);
esp_err_t esp_wifi_init (const wifi_init_config_t * config);
esp_err_t esp_wifi_set_storage (wifi_storage_t storage);
esp_err_t esp_wifi_set_mode (wifi_mode_t mode);
esp_err_t esp_wifi_set_ps (wifi_ps_type_t type);
esp_err_t esp_wifi_set_config (wifi_interface_t interface, wifi_config_t * conf);
esp_err_t esp_wifi_start (void);
esp_err_t esp_wifi_connect (void);
esp_err_t esp_wifi_disconnect (void);
esp_err_t esp_wifi_sta_get_ap_info (wifi_ap_record_t * ap_info);

#endif
