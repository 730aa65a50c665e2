/*
 * A device program in the style of SDK 0.5: headers with capital names, IOTA_SetCallback and IOTA_SetCallbackWithTopic with
 * payloads as they came, which the program takes apart by itself, and reports without a context.
 * Compile with -DIOTA_COMPAT=0x0005 -include iota_compat.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "hw_type.h"
#include "iota_init.h"
#include "iota_cfg.h"
#include "LogUtil.h"
#include "JsonUtil.h"
#include "StringUtil.h"
#include "iota_login.h"
#include "iota_datatrans.h"
#include "iota_device_info.h"
#include "iota_error_type.h"

#define WAIT_ROUNDS 3000

static HW_CHAR *deviceId_;
static volatile HW_INT connected_ = 0;
static volatile HW_INT published_ = 0;
static volatile HW_INT commands_ = 0;
static volatile HW_INT sets_ = 0;
static volatile HW_INT gets_ = 0;
static volatile HW_INT messages_ = 0;
static volatile HW_INT events_ = 0;
static volatile HW_INT userMessages_ = 0;
static volatile HW_INT shadows_ = 0;
static volatile HW_INT closed_ = 0;

/* A pointer to a report function: in 0.5 it takes two arguments. */
static HW_INT (*report_)(ST_IOTA_SERVICE_DATA_INFO *, HW_INT) = IOTA_PropertiesReport;

static HW_INT WaitUntil(const char *what, volatile HW_INT *counter, HW_INT wanted)
{
    HW_INT i;
    for (i = 0; i < WAIT_ROUNDS; i++) {
        if (*counter >= wanted) {
            return 0;
        }
        usleep(10 * 1000);
    }
    printf("\n%s: %d instead of %d\n", what, *counter, wanted);
    return -1;
}

static void MyPrintLog(int level, char *format, va_list args)
{
    (void)level;
    vprintf(format, args);
}

/* One whole line of what came, for whoever watches. */
static void Show(const char *what, HW_INT messageId, const HW_CHAR *message, const HW_CHAR *last)
{
    printf("\n%s [%s] %s %s\n", what, last, message, messageId > 0 ? "with id" : "without id");
    fflush(stdout);
}

static HW_VOID HandleConnectSuccess(HW_VOID *context, HW_INT messageId, HW_INT code, HW_CHAR *message)
{
    (void)context;
    (void)message;
    PrintfLog(EN_LOG_LEVEL_INFO, "demo: login success, %d, %d\n", messageId, code);
    connected_ = 1;
}

static HW_VOID HandleConnectFailure(HW_VOID *context, HW_INT messageId, HW_INT code, HW_CHAR *message)
{
    (void)context;
    PrintfLog(EN_LOG_LEVEL_ERROR, "demo: login failed, %d, %d, %s\n", messageId, code, message == NULL ? "-" : message);
}

static HW_VOID HandleDisconnectSuccess(HW_VOID *context, HW_INT messageId, HW_INT code, HW_CHAR *message)
{
    (void)context;
    (void)messageId;
    (void)code;
    (void)message;
    closed_ = 1;
}

static HW_VOID HandlePublishSuccess(HW_VOID *context, HW_INT messageId, HW_INT code, HW_CHAR *message)
{
    (void)message;
    if (context == NULL && messageId > 0 && code == 0) {
        published_++;
    }
}

static HW_VOID HandleMessageDown(HW_VOID *context, HW_INT messageId, HW_INT code, HW_CHAR *message)
{
    (void)context;
    if (code == 0) {
        Show("message", messageId, message, "");
        messages_++;
    }
}

static HW_VOID HandleEventDown(HW_VOID *context, HW_INT messageId, HW_INT code, HW_CHAR *message)
{
    (void)context;
    (void)code;
    Show("event", messageId, message, "");
    events_++;
}

static HW_VOID HandleCommand(HW_VOID *context, HW_INT messageId, HW_INT code, HW_CHAR *message, HW_CHAR *requestId)
{
    JSON *root = JSON_Parse(message);
    JSON *paras = JSON_GetObjectFromObject(root, "paras");
    HW_CHAR answer[64];

    (void)context;
    (void)code;
    Show("command", messageId, message, requestId);
    StrMemSet(answer, 0, sizeof(answer));
    snprintf(answer, sizeof(answer), "{\"state\":%d}", JSON_GetIntFromObject(paras, "on", -1) + 1);
    if (IOTA_CommandResponse(requestId, 0, JSON_GetStringFromObject(root, "command_name", ""), answer) < 0) {
        PrintfLog(EN_LOG_LEVEL_ERROR, "demo: the command was not answered\n");
    }
    JSON_Delete(root);
    commands_++;
}

static HW_VOID HandleSet(HW_VOID *context, HW_INT messageId, HW_INT code, HW_CHAR *message, HW_CHAR *requestId)
{
    (void)context;
    (void)code;
    Show("set", messageId, message, requestId);
    IOTA_PropertiesSetResponse(requestId, 0, "set");
    sets_++;
}

static HW_VOID HandleGet(HW_VOID *context, HW_INT messageId, HW_INT code, HW_CHAR *message, HW_CHAR *requestId)
{
    ST_IOTA_SERVICE_DATA_INFO services[1];

    (void)context;
    (void)code;
    Show("get", messageId, message, requestId);
    services[0].event_time = NULL;
    services[0].service_id = "lamp";
    services[0].properties = "{\"on\":\"yes\"}";
    IOTA_PropertiesGetResponse(requestId, services, 1);
    gets_++;
}

static HW_VOID HandleUserTopic(HW_VOID *context, HW_INT messageId, HW_INT code, HW_CHAR *message, HW_CHAR *topicParas)
{
    (void)context;
    (void)code;
    Show("user", messageId, message, topicParas);
    userMessages_++;
}

static HW_VOID HandleShadow(HW_VOID *context, HW_INT messageId, HW_INT code, HW_CHAR *message, HW_CHAR *requestId)
{
    (void)context;
    (void)code;
    Show("shadow", messageId, message, requestId);
    shadows_++;
}

static HW_VOID SetMyCallbacks(HW_VOID)
{
    IOTA_SetCallback(EN_IOTA_CALLBACK_CONNECT_SUCCESS, HandleConnectSuccess);
    IOTA_SetCallback(EN_IOTA_CALLBACK_CONNECT_FAILURE, HandleConnectFailure);
    IOTA_SetCallback(EN_IOTA_CALLBACK_DISCONNECT_SUCCESS, HandleDisconnectSuccess);
    IOTA_SetCallback(EN_IOTA_CALLBACK_PUBLISH_SUCCESS, HandlePublishSuccess);
    IOTA_SetCallback(EN_IOTA_CALLBACK_MESSAGE_DOWN, HandleMessageDown);
    IOTA_SetCallback(EN_IOTA_CALLBACK_EVENT_DOWN, HandleEventDown);
    IOTA_SetCallbackWithTopic(EN_IOTA_CALLBACK_COMMAND_REQUEST, HandleCommand);
    IOTA_SetCallbackWithTopic(EN_IOTA_CALLBACK_PROPERTIES_SET, HandleSet);
    IOTA_SetCallbackWithTopic(EN_IOTA_CALLBACK_PROPERTIES_GET, HandleGet);
    IOTA_SetCallbackWithTopic(EN_IOTA_CALLBACK_USER_TOPIC, HandleUserTopic);
    IOTA_SetCallbackWithTopic(EN_IOTA_CALLBACK_DEVICE_SHADOW, HandleShadow);
}

static HW_INT Report(HW_VOID)
{
    ST_IOTA_SERVICE_DATA_INFO services[1];
    ST_IOTA_DEVICE_DATA_INFO devices[1];
    HW_INT serviceLenList[1] = {1};
    HW_INT ret;

    services[0].service_id = "lamp";
    services[0].properties = "{\"brightness\":5}";
    services[0].event_time = GetEventTimesStamp();
    ret = report_(services, 1);
    MemFree(&services[0].event_time);

    devices[0].device_id = deviceId_;
    devices[0].services[0].service_id = "climate";
    devices[0].services[0].properties = "{\"temperature\":5.5}";
    devices[0].services[0].event_time = NULL;
    ret += IOTA_BatchPropertiesReport(devices, 1, serviceLenList);

    ret += IOTA_MessageReport(NULL, "data", "5", "hello from 0.5", NULL);
    /* Written in the call, with commas of its own. */
    ret += IOTA_OTAVersionReport((ST_IOTA_OTA_VERSION_INFO){NULL, "sw-0.5", "fw-0.5", NULL});
    return ret;
}

int main(int argc, char **argv)
{
    HW_CHAR *secret = getenv("DEVICE_SECRET");
    HW_INT ret;

    if (argc != 4 || secret == NULL) {
        return 2;
    }
    deviceId_ = argv[3];
    IOTA_SetPrintLogCallback(MyPrintLog);
    if (IOTA_Init(".") > 0) {
        return 1;
    }
    IOTA_ConfigSetStr(EN_IOTA_CFG_MQTT_ADDR, argv[1]);
    IOTA_ConfigSetStr(EN_IOTA_CFG_MQTT_PORT, argv[2]);
    IOTA_ConfigSetStr(EN_IOTA_CFG_DEVICEID, deviceId_);
    IOTA_ConfigSetStr(EN_IOTA_CFG_DEVICESECRET, secret);
    IOTA_ConfigSetUint(EN_IOTA_CFG_AUTH_MODE, EN_IOTA_CFG_AUTH_MODE_SECRET);
    SetMyCallbacks();
    ret = IOTA_Connect();
    if (ret != 0 || WaitUntil("connected", &connected_, 1) != 0) {
        PrintfLog(EN_LOG_LEVEL_ERROR, "demo: no connection, result %d\n", ret);
        return 1;
    }
    if (IOTA_SubscribeUserTopic("line/5") < 0 || Report() < 0 || WaitUntil("published", &published_, 4) != 0) {
        return 1;
    }
    printf("\nready\n");
    fflush(stdout);
    ret = WaitUntil("commands", &commands_, 2);
    ret += WaitUntil("sets", &sets_, 1);
    ret += WaitUntil("gets", &gets_, 1);
    ret += WaitUntil("messages", &messages_, 1);
    ret += WaitUntil("events", &events_, 1);
    ret += WaitUntil("messages of the user topic", &userMessages_, 1);
    ret += IOTA_GetDeviceShadow("shadow-5", NULL, "lamp");
    ret += WaitUntil("shadows", &shadows_, 1);
    IOTA_DisConnect();
    ret += WaitUntil("closed", &closed_, 1);
    IOTA_Destroy();
    printf("\n%s\n", ret == 0 ? "done" : "failed");
    return ret == 0 ? 0 : 1;
}
