/*
 * A device program in the style of SDK 1.0: a callback per kind of message, structures instead of payloads, provisioning
 * without an argument, message callbacks without MQTT 5, and calls of functions whose header it does not include.
 * Compile with -include iota_compat.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "hw_type.h"
#include "iota_init.h"
#include "iota_cfg.h"
#include "log_util.h"
#include "string_util.h"
#include "iota_datatrans.h"

static volatile int connected_ = 0;
static volatile int published_ = 0;
static volatile int commands_ = 0;
static volatile int messages_ = 0;
static volatile int bootstraps_ = 0;
static char address_[128];

static int WaitUntil(volatile int *counter, int wanted)
{
    int i;
    for (i = 0; i < 3000; i++) {
        if (*counter >= wanted) {
            return 0;
        }
        usleep(10 * 1000);
    }
    PrintfLog(EN_LOG_LEVEL_ERROR, "device_demo: %d instead of %d\n", *counter, wanted);
    return -1;
}

static void MyPrintLog(int level, char *format, va_list args)
{
    (void)level;
    vprintf(format, args);
}

static void HandleConnectSuccess(EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    (void)rsp;
    connected_++;
}

static void HandlePublishSuccess(EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    if (rsp->mqtt_msg_info->context == &published_) {
        published_++;
    }
}

static void HandleBootstrap(EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    snprintf(address_, sizeof(address_), "%s", rsp->message);
    bootstraps_++;
}

static void HandleMessageDown(EN_IOTA_MESSAGE *rsp)
{
    printf("\nmessage %s\n", rsp->content);
    messages_++;
}

static void HandleCommandRequest(EN_IOTA_COMMAND *command)
{
    printf("\ncommand %s %s %s\n", command->service_id, command->command_name, command->request_id);
    IOTA_CommandResponse(command->request_id, 0, "done", "{\"state\":\"1.0\"}", NULL);
    commands_++;
}

int main(int argc, char **argv)
{
    char *secret = getenv("DEVICE_SECRET");
    ST_IOTA_SERVICE_DATA_INFO services[1];
    int ret;

    if (argc != 4 || secret == NULL) {
        return 2;
    }
    IOTA_SetPrintLogCallback(MyPrintLog);
    if (IOTA_Init(".") > 0) {
        return 1;
    }
    IOTA_ConfigSetStr(EN_IOTA_CFG_MQTT_ADDR, argv[1]);
    IOTA_ConfigSetStr(EN_IOTA_CFG_MQTT_PORT, argv[2]);
    IOTA_ConfigSetStr(EN_IOTA_CFG_DEVICEID, argv[3]);
    IOTA_ConfigSetStr(EN_IOTA_CFG_DEVICESECRET, secret);
    IOTA_ConfigSetUint(EN_IOTA_CFG_PRIVATE_KEY_PASSWORD, secret); /* as programs of that time have it */
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_CONNECT_SUCCESS, HandleConnectSuccess);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_PUBLISH_SUCCESS, HandlePublishSuccess);
    IOTA_SetBootstrapCallback(HandleBootstrap);
    IOTA_SetMessageCallback(HandleMessageDown);
    IOTA_SetCmdCallback(HandleCommandRequest);
    ret = IOTA_Connect();
    if (ret != 0 || WaitUntil(&connected_, 1) != 0) {
        return 1;
    }
    if (IOTA_SubscribeBoostrap() < 0 || IOTA_Bootstrap() < 0 || WaitUntil(&bootstraps_, 1) != 0) {
        return 1;
    }
    SubscribeAll();
    if (SubsribeTopic("$oc/devices/other/line", 1) < 0) {
        return 1;
    }
    services[0].event_time = NULL;
    services[0].service_id = "lamp";
    services[0].properties = "{\"level\":10}";
    ret = IOTA_PropertiesReport(services, 1, 1, (void *)&published_);
    ret += IOTA_MessageReport(NULL, "data", "10", "hello from 1.0", NULL, 0, (void *)&published_);
    ret += IOTA_ReportDeviceLog("DEVICE_STATUS", "four arguments", "1", (void *)&published_);
    if (ret != 0 || WaitUntil(&published_, 3) != 0) {
        return 1;
    }
    printf("\nprovisioned at %s, %d characters\nready\n", address_, (int)ConstStringLength(address_));
    fflush(stdout);
    ret = WaitUntil(&commands_, 1);
    ret += WaitUntil(&messages_, 1);
    IOTA_DisConnect();
    IOTA_Destroy();
    printf("\n%s\n", ret == 0 ? "done" : "failed");
    return ret == 0 ? 0 : 1;
}
