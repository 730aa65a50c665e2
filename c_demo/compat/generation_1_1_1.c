/*
 * A device program in the style of SDK 1.1.1 (and of 1.0.2, the same): logs with their size, MQTT 5 reports, message callbacks
 * without the MQTT 5 argument, raw configuration of everything. Compile with -DMQTTV5 -DIOTA_COMPAT=0x0101 -include iota_compat.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "hw_type.h"
#include "iota_init.h"
#include "iota_cfg.h"
#include "log_util.h"
#include "json_util.h"
#include "string_util.h"
#include "iota_login.h"
#include "iota_datatrans.h"
#include "subscribe.h"
#include "mqttv5_util.h"

static volatile int connected_ = 0;
static volatile int published_ = 0;
static volatile int commands_ = 0;
static volatile int messages_ = 0;
static volatile int times_ = 0;

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
    (void)rsp;
    published_++;
}

static HW_VOID HandleMessageDown(EN_IOTA_MESSAGE *rsp)
{
    printf("\nmessage %s\n", rsp->content);
    messages_++;
}

static void HandleCommandRequest(EN_IOTA_COMMAND *command)
{
    MQTTV5_DATA properties = mqttv5_initializer;
    MQTTV5_USER_PRO *user = malloc(sizeof(MQTTV5_USER_PRO));

    user->key = "by";
    user->Value = "1.1.1";
    user->nex = NULL;
    properties.properties = user;
    IOTA_CommandResponseV5(command->request_id, 0, "done", "{\"state\":\"1.1.1\"}", NULL, &properties);
    if (mqttV5_listFree(user) == 0) {
        commands_++;
    }
}

static void HandleEventsDown(EN_IOTA_EVENT *message)
{
    int i;
    for (i = 0; i < message->services_count; i++) {
        if (message->services[i].servie_id == EN_IOTA_EVENT_TIME_SYNC) {
            times_++;
        }
    }
}

int main(int argc, char **argv)
{
    char *secret = getenv("DEVICE_SECRET");
    char content[] = "five arguments";
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
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_CONNECT_SUCCESS, HandleConnectSuccess);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_PUBLISH_SUCCESS, HandlePublishSuccess);
    IOTA_SetMessageCallback(HandleMessageDown);
    IOTA_SetCmdCallback(HandleCommandRequest);
    IOTA_SetEventCallback(HandleEventsDown);
    if (IOTA_Connect() != 0 || WaitUntil(&connected_, 1) != 0) {
        return 1;
    }
    SubscribeAll();
    ret = IOTA_MessageReport(NULL, "data", "11", "hello from 1.1.1", NULL, 0, NULL);
    ret += IOTA_ReportDeviceLog("DEVICE_STATUS", content, sizeof(content), "2", NULL);
    ret += IOTA_GetNTPTime(NULL);
    if (ret < 0 || WaitUntil(&published_, 3) != 0 || WaitUntil(&times_, 1) != 0) {
        return 1;
    }
    printf("\nready\n");
    fflush(stdout);
    ret = WaitUntil(&commands_, 1);
    ret += WaitUntil(&messages_, 1);
    IOTA_DisConnect();
    IOTA_Destroy();
    printf("\n%s\n", ret == 0 ? "done" : "failed");
    return ret == 0 ? 0 : 1;
}
