/* Mirrors what board/port/esp32 uses of ESP-IDF's esp_driver_spi/include/driver/spi_master.h and spi_common.h. */
#ifndef STUB_DRIVER_SPI_MASTER_H
#define STUB_DRIVER_SPI_MASTER_H

#include <stddef.h>
#include <stdint.h>
#include "esp_err.h"

typedef enum { SPI1_HOST, SPI2_HOST, SPI3_HOST } spi_host_device_t;
typedef enum { SPI_DMA_DISABLED = 0, SPI_DMA_CH_AUTO = 3 } spi_dma_chan_t;
typedef struct spi_device_t * spi_device_handle_t;

typedef struct {
    int mosi_io_num, miso_io_num, sclk_io_num, quadwp_io_num, quadhd_io_num;
    int max_transfer_sz;
    uint32_t flags;
} spi_bus_config_t;

typedef struct {
    uint8_t command_bits, address_bits, dummy_bits, mode;
    int clock_speed_hz, spics_io_num;
    uint32_t flags;
    int queue_size;
} spi_device_interface_config_t;

typedef struct {
    uint32_t flags;
    size_t length, rxlength;
    const void * tx_buffer;
    void * rx_buffer;
} spi_transaction_t;

esp_err_t spi_bus_initialize (spi_host_device_t host_id, const spi_bus_config_t * bus_config, spi_dma_chan_t dma_chan);
esp_err_t spi_bus_add_device (spi_host_device_t host_id, const spi_device_interface_config_t * dev_config, spi_device_handle_t * handle);
esp_err_t spi_device_polling_transmit (spi_device_handle_t handle, spi_transaction_t * trans_desc);

#endif
