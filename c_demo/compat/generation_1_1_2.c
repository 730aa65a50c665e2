/*
 * A device program in the style of SDK 1.1.2: every item configured by itself, all events through one callback, reconnection by
 * the program, JSON_* functions beside cJSON's, securec, and the soft bus table.
 */
#include <stdio.h>
#include <signal.h>
#include <stdbool.h>
#include <pthread.h>
#include <sys/types.h>
#include <unistd.h>
#include <string.h>
#include "hw_type.h"
#include "iota_init.h"
#include "iota_cfg.h"
#include <log_util.h>
#include <json_util.h>
#include <string_util.h>
#include "iota_login.h"
#include "iota_datatrans.h"
#include "cJSON.h"
#include "iota_error_type.h"
#include "mqttv5_util.h"
#include "securec.h"
#include "subscribe.h"
#include "soft_bus_datatrans.h"
#include "dconncaseone_interface.h"

#define WAIT_ROUNDS 5000
#define LOG_FACILITY_LOCAL7 184
#define LOG_LEVEL_INFO 6

static char workPath[] = ".";
static char *serverIp_;
static char *username_;
static char port_[16];
static char password_[64];
static char userTopic[] = "line/1";

static volatile int connected_ = 0;
static volatile int sleepTime_ = 50 * 1000;
static volatile int published_ = 0;
static volatile int commands_ = 0;
static volatile int sets_ = 0;
static volatile int gets_ = 0;
static volatile int messages_ = 0;
static volatile int userMessages_ = 0;
static volatile int buses_ = 0;

static int WaitUntil(volatile int *counter, int wanted)
{
    int i;
    for (i = 0; i < WAIT_ROUNDS; i++) {
        if (*counter >= wanted) {
            return 0;
        }
        usleep(10 * 1000);
    }
    PrintfLog(EN_LOG_LEVEL_ERROR, "WaitUntil(): %d instead of %d \n", *counter, wanted);
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
    PrintfLog(EN_LOG_LEVEL_INFO, "device_demo: HandleConnectSuccess(), login success\n");
    sleepTime_ = 50 * 1000;
    connected_ = 1;
}

static void Reconnect(const char *why, EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    PrintfLog(EN_LOG_LEVEL_ERROR, "device_demo: %s, code %d, %s\n", why, rsp->mqtt_msg_info->code,
        rsp->message == NULL ? "no text" : rsp->message);
    connected_ = 0;
    usleep(sleepTime_);
    sleepTime_ *= 2;
    if (IOTA_Connect() != 0) {
        PrintfLog(EN_LOG_LEVEL_ERROR, "device_demo: connect again failed\n");
    }
}

static void HandleConnectFailure(EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    Reconnect("HandleConnectFailure()", rsp);
}

static void HandleConnectionLost(EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    Reconnect("HandleConnectionLost()", rsp);
}

static void HandlePublishSuccess(EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    (void)rsp;
    published_++;
}

static void HandlePublishFailure(EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    PrintfLog(EN_LOG_LEVEL_ERROR, "device_demo: HandlePublishFailure() messageId %d\n", rsp->mqtt_msg_info->messageId);
}

static void HandleMessageDown(EN_IOTA_MESSAGE *rsp, void *mqttv5)
{
    (void)mqttv5;
    if (rsp == NULL) {
        return;
    }
    PrintfLog(EN_LOG_LEVEL_INFO, "device_demo: HandleMessageDown(), content %s\n", rsp->content);
    messages_++;
}

static void HandleUserTopicMessageDown(EN_IOTA_USER_TOPIC_MESSAGE *rsp)
{
    PrintfLog(EN_LOG_LEVEL_INFO, "device_demo: HandleUserTopicMessageDown(), topic_para %s\n", rsp->topic_para);
    userMessages_++;
}

static void HandleCommandRequest(EN_IOTA_COMMAND *command)
{
    char *state = NULL;
    char *commandRespense;
    JSON *paras = JSON_Parse(command->paras);
    JSON *answer = JSON_CreateObject();

    if (CopyStrValue(&state, JSON_GetIntFromObject(paras, "on", -1) == 1 ? "on" : "off", 3) < 0) {
        return;
    }
    JSON_AddStringToObject(answer, "state", state);
    commandRespense = JSON_Print(answer);
    if (IOTA_CommandResponse(command->request_id, 0, "cmdResponses", commandRespense, NULL) < 0) {
        PrintfLog(EN_LOG_LEVEL_ERROR, "device_demo: IOTA_CommandResponse failed\n");
    }
    MemFree(&state);
    MemFree(&commandRespense);
    JSON_Delete(paras);
    JSON_Delete(answer);
    commands_++;
}

static void HandlePropertiesSet(EN_IOTA_PROPERTY_SET *rsp)
{
    int i = 0;
    while (rsp->services_count > 0) {
        PrintfLog(EN_LOG_LEVEL_INFO, "device_demo: HandlePropertiesSet(), %s\n", rsp->services[i].service_id);
        if (GetSubStrIndex(rsp->services[i].service_id, "oh_soft_bus") < 0) {
            IOTA_PropertiesSetResponse(rsp->request_id, 0, "success", NULL);
            sets_++;
        }
        rsp->services_count--;
        i++;
    }
}

static void HandlePropertiesGet(EN_IOTA_PROPERTY_GET *rsp)
{
    ST_IOTA_SERVICE_DATA_INFO serviceProp[1];
    serviceProp[0].event_time = GetEventTimesStamp();
    serviceProp[0].service_id = "lamp";
    serviceProp[0].properties = "{\"on\":\"yes\"}";
    IOTA_PropertiesGetResponse(rsp->request_id, serviceProp, 1, NULL);
    MemFree(&serviceProp[0].event_time);
    gets_++;
}

static void HandleEventsDown(EN_IOTA_EVENT *message)
{
    int i;
    soft_bus_total *g_soft_bus_total;

    if (message == NULL) {
        return;
    }
    for (i = 0; i < message->services_count; i++) {
        if (message->services[i].servie_id == EN_IOTA_EVENT_SOFT_BUS) {
            g_soft_bus_total = getSoftBusTotal();
            PrintfLog(EN_LOG_LEVEL_INFO, "device_demo: %d soft bus, %d members in the first\n", g_soft_bus_total->count,
                g_soft_bus_total->g_soft_bus_info[0].count);
            if (isValidDeviceID(username_) && isValidIP("192.0.2.12") && g_soft_bus_total->count == 1) {
                buses_++;
            }
        }
    }
}

static void SetAuthConfig(void)
{
    IOTA_ConfigSetStr(EN_IOTA_CFG_MQTT_ADDR, serverIp_);
    IOTA_ConfigSetStr(EN_IOTA_CFG_MQTT_PORT, port_);
    IOTA_ConfigSetStr(EN_IOTA_CFG_DEVICEID, username_);
    IOTA_ConfigSetStr(EN_IOTA_CFG_DEVICESECRET, password_);
    IOTA_ConfigSetUint(EN_IOTA_CFG_AUTH_MODE, EN_IOTA_CFG_AUTH_MODE_SECRET);
    IOTA_ConfigSetUint(EN_IOTA_CFG_CHECK_STAMP_METHOD, EN_IOTA_CFG_CHECK_STAMP_SHA256);
    IOTA_ConfigSetUint(EN_IOTA_CFG_LOG_LOCAL_NUMBER, LOG_FACILITY_LOCAL7);
    IOTA_ConfigSetUint(EN_IOTA_CFG_LOG_LEVEL, LOG_LEVEL_INFO);
    IOTA_ConfigSetUint(EN_IOTA_CFG_KEEP_ALIVE_TIME, 60);
    IOTA_ConfigSetUint(EN_IOTA_CFG_QOS, 1);
}

static void SetMyCallbacks(void)
{
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_CONNECT_SUCCESS, HandleConnectSuccess);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_CONNECT_FAILURE, HandleConnectFailure);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_CONNECTION_LOST, HandleConnectionLost);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_PUBLISH_SUCCESS, HandlePublishSuccess);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_PUBLISH_FAILURE, HandlePublishFailure);
    IOTA_SetMessageCallback(HandleMessageDown);
    IOTA_SetUserTopicMsgCallback(HandleUserTopicMessageDown);
    IOTA_SetCmdCallback(HandleCommandRequest);
    IOTA_SetPropSetCallback(HandlePropertiesSet);
    IOTA_SetPropGetCallback(HandlePropertiesGet);
    IOTA_SetEventCallback(HandleEventsDown);
}

static int Report(void)
{
    int i;
    int serviceNum = 2;
    int serviceLenList[1] = {1};
    ST_IOTA_SERVICE_DATA_INFO services[2];
    ST_IOTA_DEVICE_DATA_INFO devices[1];
    ST_IOTA_DEVICE_INFO_REPORT deviceInfo;
    cJSON *root = cJSON_CreateObject();
    char *text;
    char number[8];

    cJSON_AddNumberToObject(root, "brightness", 40);
    JSON_AddNumberToObject(root, "power", 7.5);
    text = cJSON_PrintUnformatted(root);
    for (i = 0; i < serviceNum; i++) {
        services[i].event_time = GetEventTimesStamp();
        services[i].service_id = i == 0 ? "lamp" : "meter";
        services[i].properties = text;
    }
    i = IOTA_PropertiesReport(services, serviceNum, 0, NULL);
    MemFree(&services[0].event_time);
    MemFree(&services[1].event_time);
    if (i < 0) {
        return i;
    }

    memset_s(devices, sizeof(devices), 0, sizeof(devices));
    devices[0].device_id = username_;
    devices[0].services[0].service_id = "climate";
    devices[0].services[0].properties = "{\"temperature\":21}";
    if (IOTA_BatchPropertiesReport(devices, 1, serviceLenList, 0, NULL) < 0) {
        return -1;
    }
    cJSON_free(text);
    cJSON_Delete(root);

    if (sprintf_s(number, sizeof(number), "%03d", 42) != 3) {
        return -1;
    }
    text = CombineStrings(3, "hello ", "from ", "1.1.2");
    i = IOTA_MessageReport(NULL, "data", number, text, NULL, 0, NULL);
    MemFree(&text);
    if (i < 0) {
        return i;
    }

    memset_s(&deviceInfo, sizeof(deviceInfo), 0, sizeof(deviceInfo));
    deviceInfo.device_sdk_version = SDK_VERSION;
    deviceInfo.device_ip = "192.0.2.12";
    return IOTA_ReportDeviceInfo(&deviceInfo, NULL);
}

int main(int argc, char **argv)
{
    int ret = -1;
    char *secret = getenv("DEVICE_SECRET");

    if (argc != 4 || secret == NULL) {
        return 2;
    }
    serverIp_ = argv[1];
    username_ = argv[3];
    if (strcpy_s(port_, sizeof(port_), argv[2]) != EOK || strcpy_s(password_, sizeof(password_), secret) != EOK) {
        return 2;
    }
    IOTA_SetPrintLogCallback(MyPrintLog);
    if (IOTA_Init(workPath) > 0) {
        PrintfLog(EN_LOG_LEVEL_ERROR, "device_demo: IOTA_Init() error, init failed\n");
        return 1;
    }
    SetAuthConfig();
    SetMyCallbacks();
    ret = IOTA_Connect();
    if (ret != 0) {
        PrintfLog(EN_LOG_LEVEL_ERROR, "device_demo: IOTA_Auth() error, Auth failed, result %d\n", ret);
        return 1;
    }
    if (WaitUntil(&connected_, 1) != 0 || !IOTA_IsConnected()) {
        return 1;
    }
    SubscribeAll();
    ret = IOTA_SubscribeUserTopic(userTopic);
    if (ret < 0 || Report() < 0 || WaitUntil(&published_, 4) != 0) {
        return 1;
    }
    printf("\nready\n");
    fflush(stdout);
    ret = WaitUntil(&commands_, 1);
    ret += WaitUntil(&sets_, 1);
    ret += WaitUntil(&gets_, 1);
    ret += WaitUntil(&messages_, 1);
    ret += WaitUntil(&userMessages_, 1);
    ret += WaitUntil(&buses_, 1);
    IOTA_DisConnect();
    IOTA_Destroy();
    releaseSoftBusCache();
    printf("\n%s\n", ret == 0 ? "done" : "failed");
    return ret == 0 ? 0 : 1;
}
