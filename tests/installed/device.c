/* A whole device for an installed library, as C and as C++: connects, reports, answers one command. ADDRESS PORT DEVICE_ID. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#ifdef BY_NAME
#include <HWMQTT/iota_cfg.h>
#include <HWMQTT/iota_datatrans.h>
#include <HWMQTT/iota_init.h>
#include <HWMQTT/iota_login.h>
#include <HWMQTT/soft_bus_datatrans.h>
#include <HWMQTT/subscribe.h>
#else
#include "iota_cfg.h"
#include "iota_datatrans.h"
#include "iota_init.h"
#include "iota_login.h"
#include "soft_bus_datatrans.h"
#include "subscribe.h"
#endif
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static volatile int connected, published, answered;

static void on_connected(EN_IOTA_MQTT_PROTOCOL_RSP *response)
{
    (void)response;
    connected = 1;
}

static void on_published(EN_IOTA_MQTT_PROTOCOL_RSP *response)
{
    (void)response;
    published = published + 1;
}

static void on_command(EN_IOTA_COMMAND *command)
{
    static char name[] = "done", body[] = "{\"installed\":true}";
    answered = IOTA_CommandResponse(command->request_id, 0, name, body, NULL) == 0;
}

static int until(volatile int *what, int wanted)
{
    time_t end = time(NULL) + 20;
    while (*what < wanted && time(NULL) < end) {
        struct timespec pause = {0, 5000000};
        nanosleep(&pause, NULL);
    }
    return *what >= wanted;
}

int main(int argc, char **argv)
{
    static char directory[] = ".", service[] = "lamp", properties[] = "{\"on\":true}";
    ST_IOTA_SERVICE_DATA_INFO report = {service, NULL, properties};

    if (argc != 4 || getSoftBusTotal() == NULL || IOTA_Init(directory) != 0) {
        return 2;
    }
    IOTA_ConfigSetStr(EN_IOTA_CFG_MQTT_ADDR, argv[1]);
    IOTA_ConfigSetStr(EN_IOTA_CFG_MQTT_PORT, argv[2]);
    IOTA_ConfigSetStr(EN_IOTA_CFG_DEVICEID, argv[3]);
    IOTA_ConfigSetStr(EN_IOTA_CFG_DEVICESECRET, getenv("DEVICE_SECRET"));
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_CONNECT_SUCCESS, on_connected);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_PUBLISH_SUCCESS, on_published);
    IOTA_SetCmdCallback(on_command);
    if (IOTA_Connect() != 0 || !until(&connected, 1)) {
        return 1;
    }
    SubscribeAll();
    if (IOTA_PropertiesReport(&report, 1, 0, NULL) != 0 || !until(&published, 1)) {
        return 1;
    }
    printf("ready\n");
    fflush(stdout);
    if (!until(&answered, 1) || !until(&published, 2)) {
        return 1;
    }
    IOTA_DisConnect();
    IOTA_Destroy();
    printf("done\n");
    return 0;
}
