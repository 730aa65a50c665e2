/*
 * A gateway program in the style of SDK 0.9: its sub-devices' states and properties, products and scans, upgrades, and
 * reconnection by the program. Compile with -include iota_compat.h.
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
#include "cJSON.h"
#include "iota_error_type.h"

static volatile int connected_ = 0;
static volatile int published_ = 0;
static volatile int commands_ = 0;
static volatile int sets_ = 0;
static volatile int events_ = 0;

static int WaitUntil(volatile int *counter, int wanted)
{
    int i;
    for (i = 0; i < 3000; i++) {
        if (*counter >= wanted) {
            return 0;
        }
        usleep(10 * 1000);
    }
    PrintfLog(EN_LOG_LEVEL_ERROR, "gateway: %d instead of %d\n", *counter, wanted);
    return -1;
}

static void MyPrintLog(int level, char *format, va_list args)
{
    (void)level;
    vprintf(format, args);
}

static void OnConnected(HW_VOID *context, HW_INT messageId, HW_INT code, HW_CHAR *message)
{
    (void)context;
    (void)messageId;
    (void)code;
    (void)message;
    connected_++;
}

static void OnLost(HW_VOID *context, HW_INT messageId, HW_INT code, HW_CHAR *message)
{
    (void)context;
    (void)messageId;
    PrintfLog(EN_LOG_LEVEL_WARNING, "gateway: lost, code %d, %s\n", code, message == NULL ? "no text" : message);
    IOTA_Connect();
}

static void OnPublished(HW_VOID *context, HW_INT messageId, HW_INT code, HW_CHAR *message)
{
    (void)context;
    (void)messageId;
    (void)code;
    (void)message;
    published_++;
}

static void OnEvent(HW_VOID *context, HW_INT messageId, HW_INT code, HW_CHAR *message)
{
    cJSON *root = cJSON_Parse(message);
    cJSON *services = cJSON_GetObjectItem(root, "services");

    (void)context;
    (void)messageId;
    (void)code;
    if (cJSON_GetArraySize(services) == 1) {
        char *type = cJSON_GetObjectItem(cJSON_GetArrayItem(services, 0), "event_type")->valuestring;
        printf("\nevent %s\n", type);
        fflush(stdout);
        events_ += strcmp(type, "version_query") == 0;
    }
    cJSON_Delete(root);
}

static void OnCommand(HW_VOID *context, HW_INT messageId, HW_INT code, HW_CHAR *message, HW_CHAR *requestId)
{
    (void)context;
    (void)messageId;
    (void)code;
    printf("\ncommand [%s] %s\n", requestId, message);
    IOTA_CommandResponse(requestId, 0, "done", "{\"result\":\"ok\"}");
    commands_++;
}

static void OnSet(HW_VOID *context, HW_INT messageId, HW_INT code, HW_CHAR *message, HW_CHAR *requestId)
{
    (void)context;
    (void)messageId;
    (void)code;
    (void)message;
    IOTA_PropertiesSetResponse(requestId, 0, "success");
    sets_++;
}

static int Report(char *id)
{
    ST_IOTA_SERVICE_DATA_INFO services[2];
    ST_IOTA_DEVICE_STATUSES statuses;
    ST_IOTA_UPGRADE_STATUS_INFO upgrade;
    cJSON *products = cJSON_CreateArray();
    cJSON *scanned = cJSON_CreateArray();
    int ret = 0;
    int i;

    for (i = 0; i < 2; i++) {
        services[i].event_time = GetEventTimesStamp();
        services[i].service_id = i == 0 ? "lamp" : "meter";
        services[i].properties = "{\"level\":9}";
    }
    ret += IOTA_PropertiesReport(services, 2);
    for (i = 0; i < 2; i++) {
        MemFree(&services[i].event_time);
    }

    statuses.event_time = NULL;
    statuses.device_statuses[0].device_id = "child-9";
    statuses.device_statuses[0].status = "ONLINE";
    ret += IOTA_UpdateSubDeviceStatus(&statuses, 1);

    cJSON_AddItemToArray(products, cJSON_CreateString("product-9"));
    cJSON_AddItemToArray(scanned, cJSON_CreateString("scanned-9"));
    ret += IOTA_SubDeviceProductGetReport(products);
    ret += IOTA_SubDeviceScanReport(scanned);
    ret += IOTA_SubDeviceVersionReport("list-9");
    ret += IOTA_ReportSubDeviceInfo("{\"as\":\"it is, 0.9\"}");

    upgrade.event_time = NULL;
    upgrade.result_code = 0;
    upgrade.progress = 90;
    upgrade.description = "nearly";
    upgrade.object_device_id = id;
    upgrade.version = "v9";
    ret += IOTA_OTAStatusReport(upgrade);
    return ret;
}

int main(int argc, char **argv)
{
    char *secret = getenv("DEVICE_SECRET");
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
    IOTA_SetCallback(EN_IOTA_CALLBACK_CONNECT_SUCCESS, OnConnected);
    IOTA_SetCallback(EN_IOTA_CALLBACK_CONNECTION_LOST, OnLost);
    IOTA_SetCallback(EN_IOTA_CALLBACK_PUBLISH_SUCCESS, OnPublished);
    IOTA_SetCallback(EN_IOTA_CALLBACK_EVENT_DOWN, OnEvent);
    IOTA_SetCallbackWithTopic(EN_IOTA_CALLBACK_COMMAND_REQUEST, OnCommand);
    IOTA_SetCallbackWithTopic(EN_IOTA_CALLBACK_PROPERTIES_SET, OnSet);
    if (IOTA_Connect() != 0 || WaitUntil(&connected_, 1) != 0) {
        return 1;
    }
    if (Report(argv[3]) < 0 || WaitUntil(&published_, 7) != 0) {
        return 1;
    }
    printf("\nready\n");
    fflush(stdout);
    ret = WaitUntil(&commands_, 1);
    ret += WaitUntil(&sets_, 1);
    ret += WaitUntil(&events_, 1);
    IOTA_DisConnect();
    IOTA_Destroy();
    printf("\n%s\n", ret == 0 ? "done" : "failed");
    return ret == 0 ? 0 : 1;
}
