/* Mirrors what board/port/esp32 uses of ESP-IDF's esp_netif/include/esp_netif.h, esp_netif_types.h and esp_netif_ip_addr.h. */
#ifndef STUB_ESP_NETIF_H
#define STUB_ESP_NETIF_H

#include <stdint.h>
#include "esp_err.h"
#include "esp_event.h"

typedef struct esp_netif_obj esp_netif_t;
typedef struct { uint32_t addr; } esp_ip4_addr_t;
typedef struct { esp_ip4_addr_t ip, netmask, gw; } esp_netif_ip_info_t;
typedef enum { IP_EVENT_STA_GOT_IP, IP_EVENT_STA_LOST_IP } ip_event_t;

extern esp_event_base_t const IP_EVENT;

esp_err_t esp_netif_set_hostname (esp_netif_t * esp_netif, const char * hostname);
esp_err_t esp_netif_init (void);
esp_netif_t * esp_netif_get_handle_from_ifkey (const char * if_key);
esp_err_t esp_netif_get_ip_info (esp_netif_t * esp_netif, esp_netif_ip_info_t * ip_info);

#endif
