/*
 * A gateway program in the style of SDK 1.1.5, built with MQTTV5: raw messages, sub-devices, OTA notices with the members of that
 * version, time, shadow, remote configuration and rules that are kept in a file.
 */
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "unistd.h"
#include "iota_init.h"
#include "iota_datatrans.h"
#include "string_util.h"
#include "log_util.h"
#include "json_util.h"
#include "iota_cfg.h"
#include "iota_login.h"
#include "mqttv5_util.h"
#include "subscribe.h"

#define WAIT_ROUNDS 5000

static volatile int g_connected = 0;
static volatile int g_rawMessages = 0;
static volatile int g_userRawMessages = 0;
static volatile int g_userProperties = 0;
static volatile int g_added = 0;
static volatile int g_removed = 0;
static volatile int g_otaNotices = 0;
static volatile int g_times = 0;
static volatile int g_shadows = 0;
static volatile int g_configs = 0;
static volatile int g_m2m = 0;
static char g_subDevice[128];
static char *g_deviceId;

static int WaitUntil(volatile int *counter, int wanted)
{
    for (int i = 0; i < WAIT_ROUNDS; i++) {
        if (*counter >= wanted) {
            return 0;
        }
        usleep(10 * 1000);
    }
    return -1;
}

static void MyPrintLog(int level, char *format, va_list args)
{
    if (level == EN_LOG_LEVEL_ERROR || level == EN_LOG_LEVEL_WARNING) {
        vprintf(format, args);
    }
}

static void OnConnectSuccess(EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    (void)rsp;
    g_connected = 1;
}

static void OnRawMessage(EN_IOTA_RAW_MESSAGE *rsp, void *mqttv5)
{
    MQTTV5_DATA *data = (MQTTV5_DATA *)mqttv5;

    if (rsp->payloadLength != 5 || memcmp(rsp->payload, "bytes", 5) != 0) {
        return;
    }
    if (data != NULL && data->properties != NULL && data->contnt_type != NULL) {
        for (MQTTV5_USER_PRO *pro = data->properties; pro != NULL; pro = (MQTTV5_USER_PRO *)pro->nex) {
            printf("user property %s: %s\n", pro->key, pro->Value);
            g_userProperties++;
        }
    }
    g_rawMessages++;
}

static void OnUserTopicRawMessage(EN_IOTA_USER_TOPIC_RAW_MESSAGE *rsp)
{
    if (StrEndWith(rsp->topicPara, "line/1")) {
        g_userRawMessages++;
    }
}

static void OnM2m(EN_IOTA_M2M_MESSAGE *rsp)
{
    if (strcmp(rsp->from, rsp->to) == 0 && strcmp(rsp->content, "to myself") == 0) {
        g_m2m++;
    }
}

static void OnShadow(EN_IOTA_DEVICE_SHADOW *rsp)
{
    for (int i = 0; i < rsp->shadow_data_count; i++) {
        JSON *reported = JSON_Parse(rsp->shadow[i].reported_properties);
        if (JSON_GetIntFromObject(reported, "level", 0) == 5) {
            g_shadows++;
        }
        JSON_Delete(reported);
    }
}

static int OnDeviceConfig(JSON *cfg, char *description)
{
    char *text = JSON_Print(cfg);
    printf("configuration %s\n", text);
    MemFree(&text);
    strcpy(description, "taken over");
    g_configs++;
    return 0;
}

static HW_INT OnRuleMessage(char *deviceId, char *message)
{
    (void)deviceId;
    (void)message;
    return 0;
}

static void OnSubDeviceEvent(const EN_IOTA_SERVICE_EVENT *event)
{
    if (event->event_type == EN_IOTA_EVENT_ADD_SUB_DEVICE_RESPONSE) {
        if (event->gtw_add_device_paras->successful_devices_count == 1) {
            snprintf(g_subDevice, sizeof(g_subDevice), "%s", event->gtw_add_device_paras->successful_devices[0].device_id);
            g_added++;
        }
        for (int i = 0; i < event->gtw_add_device_paras->failed_devices_count; i++) {
            printf("not added: %s\n", event->gtw_add_device_paras->failed_devices[i].error_msg);
        }
    } else if (event->event_type == EN_IOTA_EVENT_DEL_SUB_DEVICE_RESPONSE) {
        EN_IOTA_DEL_DEVICE_FAILED_REASON *reason = event->gtw_del_device_paras->failed_devices;
        if (event->gtw_del_device_paras->failed_devices_count == 0 || reason == NULL) {
            g_removed++;
        }
    }
}

static void OnEvent(EN_IOTA_EVENT *message)
{
    for (int i = 0; i < message->services_count; i++) {
        EN_IOTA_SERVICE_EVENT *event = &message->services[i];
        if (event->servie_id == EN_IOTA_EVENT_SUB_DEVICE_MANAGER) {
            OnSubDeviceEvent(event);
        } else if (event->servie_id == EN_IOTA_EVENT_TIME_SYNC && event->ntp_paras->device_real_time > 0) {
            g_times++;
        } else if (event->servie_id == EN_IOTA_EVENT_OTA && event->event_type == EN_IOTA_EVENT_FIRMWARE_UPGRADE_V2) {
            char filename[PKGNAME_MAX + 1];
            snprintf(filename, sizeof(filename), "%s", event->ota_paras->file_name);
            if (strcmp(filename, "app.bin") == 0 && strcmp(event->ota_paras->task_id, "T1") == 0 &&
                event->ota_paras->file_size == 10 && event->ota_paras->sub_device_count == 3) {
                ST_IOTA_UPGRADE_STATUS_INFO status = {
                    .event_time = NULL, .result_code = 0, .progress = 100, .description = "done", .version = "v2"};
                IOTA_OTAStatusReport(status, NULL);
                g_otaNotices++;
            }
        }
    }
}

static int Gateway(void)
{
    static ST_IOTA_SUB_DEVICE_INFO subDevices;
    static ST_IOTA_DEL_SUB_DEVICE delSubDevices;
    static ST_IOTA_DEVICE_STATUSES statuses;
    ST_IOTA_DEVICE_INFO info = {.name = "window", .node_id = "thermometer-5", .product_id = "64f1c0a2"};

    subDevices.event_id = "123123";
    subDevices.deviceInfo[0] = info;
    if (IOTA_AddSubDevice(&subDevices, 1, NULL) < 0 || WaitUntil(&g_added, 1) != 0) {
        return -1;
    }
    statuses.event_time = GetEventTimesStamp();
    statuses.device_statuses[0].device_id = g_subDevice;
    statuses.device_statuses[0].status = "ONLINE";
    if (IOTA_UpdateSubDeviceStatus(&statuses, 1, NULL) < 0) {
        return -1;
    }
    MemFree(&statuses.event_time);
    delSubDevices.delSubDevice[0] = g_subDevice;
    if (IOTA_DelSubDevice(&delSubDevices, 1, NULL) < 0) {
        return -1;
    }
    return WaitUntil(&g_removed, 1);
}

static int Report(void)
{
    MQTTV5_DATA mqttv5 = mqttv5_initializer;
    MQTTV5_USER_PRO second = {.key = "line", .Value = "1", .nex = NULL};
    MQTTV5_USER_PRO first = {.key = "shift", .Value = "night", .nex = &second};
    ST_IOTA_SERVICE_DATA_INFO services[1] = {{"tank", NULL, "{\"level\":5}"}};
    ST_IOTA_MESS_REP_INFO message = {NULL, "data", "1", "hello from 1.1.5", NULL};

    mqttv5.properties = &first;
    mqttv5.contnt_type = "application/json";
    if (IOTA_PropertiesReportV5(services, 1, 0, NULL, &mqttv5) < 0 || IOTA_MessageReportV5(message, 0, NULL, &mqttv5) < 0) {
        return -1;
    }
    if (IOTA_M2MSendMsg(g_deviceId, g_deviceId, "to myself", "req-1", NULL) < 0 || IOTA_GetNTPTime(NULL) < 0) {
        return -1;
    }
    return IOTA_GetDeviceShadow("1232", NULL, NULL, NULL) < 0 ? -1 : WaitUntil(&g_shadows, 1);
}

int main(int argc, char **argv)
{
    int failures = 0;

    if (argc != 4 || getenv("DEVICE_SECRET") == NULL) {
        return 2;
    }
    IOTA_SetPrintLogCallback(MyPrintLog);
    if (IOTA_Init(".") < 0) {
        return 1;
    }
    g_deviceId = argv[3];
    IOTA_ConfigSetStr(EN_IOTA_CFG_MQTT_ADDR, argv[1]);
    IOTA_ConfigSetStr(EN_IOTA_CFG_MQTT_PORT, argv[2]);
    IOTA_ConfigSetStr(EN_IOTA_CFG_DEVICEID, g_deviceId);
    IOTA_ConfigSetStr(EN_IOTA_CFG_DEVICESECRET, getenv("DEVICE_SECRET"));
    IOTA_ConfigSetUint(EN_IOTA_CFG_AUTH_MODE, EN_IOTA_CFG_AUTH_MODE_SECRET);
    IOTA_ConfigSetUint(EN_IOTA_CFG_CHECK_STAMP_METHOD, EN_IOTA_CFG_CHECK_STAMP_OFF);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_CONNECT_SUCCESS, OnConnectSuccess);
    IOTA_SetRawMessageCallback(OnRawMessage);
    IOTA_SetUserTopicRawMsgCallback(OnUserTopicRawMessage);
    IOTA_SetM2mCallback(OnM2m);
    IOTA_SetShadowGetCallback(OnShadow);
    IOTA_SetDeviceConfigCallback(OnDeviceConfig);
    IOTA_SetDeviceRuleSendMsgCallback(OnRuleMessage);
    IOTA_SetEventCallback(OnEvent);
    IOTA_EnableDeviceRuleStorage("testdata.txt");
    if (IOTA_Connect() != 0 || WaitUntil(&g_connected, 1) != 0) {
        return 1;
    }
    SubscribeM2m();
    if (SubscribeUserTopic("line/1") < 0) {
        return 1;
    }
    if (Gateway() != 0 || Report() != 0) {
        printf("%d added, %d removed, %d shadows\n", g_added, g_removed, g_shadows);
        return 1;
    }
    printf("ready\n");
    fflush(stdout);
    volatile int *counters[] = {&g_rawMessages, &g_userRawMessages, &g_otaNotices, &g_times, &g_configs, &g_m2m};
    for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
        if (WaitUntil(counters[i], 1) != 0) {
            printf("counter %zu is 0\n", i);
            failures++;
        }
    }
    if (g_userProperties != 2) {
        printf("%d user properties\n", g_userProperties);
        failures++;
    }
    sleep(1); /* the answer to the configuration follows its callback */
    IOTA_DisConnect();
    IOTA_Destroy();
    printf("%s\n", failures == 0 ? "done" : "failed");
    return failures;
}
