/*
 * A device program in the style of SDK 1.2.1: one call configures the connection, the default callbacks reconnect, each event has a
 * callback of its own. As in many programs of that version the headers of some functions are not included (IOTA_Connect,
 * IOTA_DefaultCallbackInit, sprintf_s, ...): the compiler has to be told to accept that.
 */
#include "stdio.h"
#include "iota_init.h"
#include "iota_datatrans.h"
#include "string_util.h"
#include "log_util.h"
#include "iota_cfg.h"
#include "hmac_sha256.h"
#include "sys_hal.h"
#include "report_anomaly.h"
#include "soft_bus_datatrans.h"
#include "dconncaseone_interface.h"
#include "wss_client.h"

static volatile int g_messages = 0;
static volatile int g_undefined = 0;
static volatile int g_commands = 0;
static volatile int g_sets = 0;
static volatile int g_logs = 0;
static volatile int g_times = 0;
static volatile int g_tunnels = 0;
static volatile int g_uploads = 0;
static volatile int g_softBus = 0;

static int WaitUntil(volatile int *counter, int wanted)
{
    for (int i = 0; i < 5000; i++) {
        if (*counter >= wanted) {
            return 0;
        }
        usleep(10 * 1000);
    }
    return -1;
}

static void TimeToLog(int level, char *format, va_list args)
{
    if (level >= EN_LOG_LEVEL_WARNING) {
        vprintf(format, args);
    }
}

static void HandleMessageDown(EN_IOTA_MESSAGE *rsp, void *mqttv5)
{
    (void)mqttv5;
    PrintfLog(EN_LOG_LEVEL_INFO, "HandleMessageDown, content %s, bridge %s", rsp->content, rsp->bridge_device_id);
    g_messages++;
}

static void HandleUndefined(EN_IOTA_UNDEFINED_MESSAGE *rsp)
{
    (void)rsp;
    g_undefined++;
}

static void HandleCommandRequest(EN_IOTA_COMMAND *command)
{
    char pcCommandRespense[100] = {0};

    sprintf_s(pcCommandRespense, sizeof(pcCommandRespense), "{\"SupWh\":\"%s\"}", "aaa");
    int result = IOTA_CommandResponse(command->request_id, 0, "cmdResponses", pcCommandRespense, NULL);
    if (result < 0) {
        PrintfLog(EN_LOG_LEVEL_ERROR, "IOTA_CommandResponse failed, result %d", result);
    }
    g_commands++;
}

static void HandlePropertiesSet(EN_IOTA_PROPERTY_SET *rsp)
{
    IOTA_PropertiesSetResponse(rsp->request_id, 0, "success", NULL);
    g_sets++;
}

static void HandleDeviceLog(char *objectDeviceId, EN_IOTA_MQTT_MSG_INFO *mqttMsgInfo, EN_IOTA_SERVICE_EVENT *message)
{
    char *timestamp = GetClientTimesStamp();
    (void)objectDeviceId;
    (void)mqttMsgInfo;
    IOTA_ReportDeviceLog("DEVICE_STATUS", message->device_log_paras->log_switch, timestamp, NULL);
    MemFree(&timestamp);
    g_logs++;
}

static void HandleNtp(char *objectDeviceId, EN_IOTA_MQTT_MSG_INFO *mqttMsgInfo, EN_IOTA_SERVICE_EVENT *message)
{
    (void)objectDeviceId;
    (void)mqttMsgInfo;
    printf("time %lld\n", (long long)message->ntp_paras->device_real_time);
    g_times++;
}

static void HandleTunnel(char *objectDeviceId, EN_IOTA_MQTT_MSG_INFO *mqttMsgInfo, EN_IOTA_SERVICE_EVENT *message)
{
    URL_INFO info = {0};

    (void)objectDeviceId;
    (void)mqttMsgInfo;
    if (WssClientSplitUrl(&info, message->tunnel_mgr_paras->tunnel_url, message->tunnel_mgr_paras->tunnel_access_token) == 0) {
        printf("tunnel to %s port %s\n", info.site, info.port);
        g_tunnels++;
    }
    MemFree(&info.site);
    MemFree(&info.port);
    MemFree(&info.path);
    MemFree(&info.token);
}

static void HandleFiles(char *objectDeviceId, EN_IOTA_MQTT_MSG_INFO *mqttMsgInfo, EN_IOTA_SERVICE_EVENT *message)
{
    (void)objectDeviceId;
    (void)mqttMsgInfo;
    if (message->event_type == EN_IOTA_EVENT_GET_UPLOAD_URL_RESPONSE) {
        IOTA_UploadFileResultReport(NULL, "log.txt", 0, 200, "uploaded");
        g_uploads++;
    }
}

static void HandleSoftBus(char *objectDeviceId, EN_IOTA_MQTT_MSG_INFO *mqttMsgInfo, EN_IOTA_SERVICE_EVENT *message)
{
    soft_bus_total *total = getSoftBusTotal();
    (void)objectDeviceId;
    (void)mqttMsgInfo;
    (void)message;
    if (total->count == 1 && total->g_soft_bus_info[0].count == 1 && StringLength(total->g_soft_bus_info[0].bus_key) > 0) {
        g_softBus++;
    }
}

static int OnReceive(const char *deviceId, const char *data, int dataLen)
{
    (void)deviceId;
    (void)data;
    (void)dataLen;
    return 0;
}

static long GetTotalMemory(void)
{
    return 1024;
}

static long GetMemoryUsed(void)
{
    return 512;
}

static int Register(void)
{
    static const TagSysHalOps ops = {.getTotalMemory = GetTotalMemory, .getMemoryUsed = GetMemoryUsed};
    static const TagSysHal sysHal = {"board", &ops};
    CallbackParam param = {0}; /* on the stack: the library copies it */

    param.onReceiveDataCb = (void *)OnReceive;
    RegisterCallback(&param);
    return SysHalInstall(&sysHal) == 0 && SysHalGetMemoryUsed() == 512 ? 0 : -1;
}

static int Report(char *deviceId)
{
    ST_IOTA_MESS_REP_INFO mass = {NULL, "data", "123", "hello from 1.2.1", NULL};
    ST_IOTA_UPLOAD_FILE upload = {"log.txt", "58059181f378062f9b446e884362a526", 1024};
    ANOMALY_MALICIOUS_FILE file = {"/tmp/x", "a bad one"};
    char digest[65];
    char *key = "2024010100";
    char *topic = CombineStrings(3, "$oc/devices/", deviceId, "/user/raw");

    if (EncryptWithHMac("secret", &key, 32, digest, 1) != 0 || StringLength(digest) != 64) {
        return -1;
    }
    if (IOTA_MessageDataReport(mass, NULL) < 0 || IOTA_GetNTPTime(NULL) < 0 || IOTA_GetUploadFileUrl(&upload, NULL) < 0) {
        return -1;
    }
    if (IOTA_RawTopicMessageReport(topic, "raw from 1.2.1", 1, NULL) < 0) {
        return -1;
    }
    MemFree(&topic);
    return IOTA_AnomalyFileReport(&file, 1) < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
    int failures = 0;
    char *secret = getenv("DEVICE_SECRET");

    if (argc != 4 || secret == NULL) {
        return 2;
    }
    IOTA_SetPrintLogCallback(TimeToLog);
    if (IOTA_Init(".") < 0) {
        return 1;
    }
    IOTA_ConnectConfigSet(argv[1], argv[2], argv[3], secret);
    IOTA_ConfigSetUint(EN_IOTA_CFG_AUTH_MODE, EN_IOTA_CFG_AUTH_MODE_SECRET);
    IOTA_DefaultCallbackInit();
    IOTA_SetMessageCallback(HandleMessageDown);
    IOTA_SetUndefinedMessageCallback(HandleUndefined);
    IOTA_SetCmdCallback(HandleCommandRequest);
    IOTA_SetPropSetCallback(HandlePropertiesSet);
    IOTA_SetEvenDeviceLogCallback(HandleDeviceLog);
    IOTA_SetNtpCallback(HandleNtp);
    IOTA_SetEvenTunnelManagerCallback(HandleTunnel);
    IOTA_SetEvenFileManagerCallback(HandleFiles);
    IOTA_SetEvenSoftBusCallback(HandleSoftBus);
    if (Register() != 0 || IOTA_Connect() != 0) {
        PrintfLog(EN_LOG_LEVEL_ERROR, "IOTA_Connect() error");
        return 1;
    }
    for (int i = 0; i < 5000 && !IOTA_IsConnected(); i++) {
        usleep(10 * 1000);
    }
    SubscribeAllQos(1);
    if (!IOTA_IsConnected() || Report(argv[3]) != 0) {
        return 1;
    }
    printf("ready\n");
    fflush(stdout);
    volatile int *counters[] = {&g_messages, &g_undefined, &g_commands, &g_sets, &g_logs, &g_times, &g_tunnels, &g_uploads,
        &g_softBus};
    for (int i = 0; i < (int)(sizeof(counters) / sizeof(counters[0])); i++) {
        if (WaitUntil(counters[i], 1) != 0) {
            printf("counter %d is 0\n", i);
            failures++;
        }
    }
    IOTA_DisConnect();
    IOTA_Destroy();
    printf("%s\n", failures == 0 ? "done" : "failed");
    return failures;
}
