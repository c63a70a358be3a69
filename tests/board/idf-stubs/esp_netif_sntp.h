/* Mirrors what board/port/esp32 uses of ESP-IDF's esp_netif/include/esp_netif_sntp.h. */
#ifndef STUB_ESP_NETIF_SNTP_H
#define STUB_ESP_NETIF_SNTP_H

#include <stdbool.h>
#include <stddef.h>
#include "esp_err.h"
#include "esp_netif.h"

struct timeval;
typedef void (* esp_sntp_time_cb_t) (struct timeval * tv);

typedef struct {
    bool smooth_sync, server_from_dhcp, wait_for_sync, start;
    esp_sntp_time_cb_t sync_cb;
    bool renew_servers_after_new_IP;
    ip_event_t ip_event_to_renew;
    size_t index_of_first_server, num_of_servers;
    const char * servers [1];
} esp_sntp_config_t;

#define ESP_NETIF_SNTP_DEFAULT_CONFIG_MULTIPLE(servers_in_list, list_of_servers) { \
    .smooth_sync = false, .server_from_dhcp = false, .wait_for_sync = true, .start = true, .sync_cb = NULL, .renew_servers_after_new_IP = false, \
    .ip_event_to_renew = IP_EVENT_STA_GOT_IP, .index_of_first_server = 0, .num_of_servers = (servers_in_list), .servers = list_of_servers, \
}

esp_err_t esp_netif_sntp_init (const esp_sntp_config_t * config);
esp_err_t esp_netif_sntp_start (void);

#endif
