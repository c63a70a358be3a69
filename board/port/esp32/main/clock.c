/* The calendar: from the time servers that DHCP names, where it does. Until then the phone has none, and does without. */
#include "esp32.h"

#include <sys/time.h>
#include "esp_netif_sntp.h"
#include "port/port.h"

/* A clock that shows an earlier day was never set. */
static const int64_t EARLIEST_SEC = 1735689600;   /* 2025-01-01 */

void clockStart (void)
{
    esp_sntp_config_t config = ESP_NETIF_SNTP_DEFAULT_CONFIG_MULTIPLE (0, { });
    config.start = false;
    config.server_from_dhcp = true;
    esp_netif_sntp_init (& config);
}

void clockNetworkIsUp (void) { esp_netif_sntp_start (); }

bool portCalendar (int64_t * unixMs, int32_t * zoneMin)
{
    struct timeval now;
    if (gettimeofday (& now, NULL) != 0 || now.tv_sec < EARLIEST_SEC) return false;
    * unixMs = (int64_t) now.tv_sec * 1000 + now.tv_usec / 1000;
    * zoneMin = 0;
    return true;
}
