/* Inside every kind of callback: any function may be called, IOTA_Destroy and a new session included. */
#define SECURITY_AWARENESS_ENABLE

#include "harness.h"

#include "dconncaseone_interface.h"
#include "detect_anomaly.h"
#include "report_anomaly.h"
#include "iota_bridge.h"
#include "iota_defaultCallback.h"
#include "iota_softbus_ext.h"
#include "iota_stats_ext.h"
#include "iota_why_ext.h"
#include "reports.h"
#include "soft_bus_init.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t g_lock = PTHREAD_MUTEX_INITIALIZER;
static void (*g_inside)(void);
static int g_ran;

static void Run(void)
{
    void (*function)(void);

    (void)pthread_mutex_lock(&g_lock);
    function = g_inside;
    g_inside = NULL;
    (void)pthread_mutex_unlock(&g_lock);
    if (function != NULL) {
        function();
        (void)pthread_mutex_lock(&g_lock);
        g_ran++;
        (void)pthread_mutex_unlock(&g_lock);
    }
}

static int Ran(void)
{
    int ran;
    (void)pthread_mutex_lock(&g_lock);
    ran = g_ran;
    (void)pthread_mutex_unlock(&g_lock);
    return ran;
}

static void Arm(void (*function)(void))
{
    (void)pthread_mutex_lock(&g_lock);
    g_inside = function;
    g_ran = 0;
    (void)pthread_mutex_unlock(&g_lock);
}

/* ---- what is called inside ---- */

static void EverySubscription(void)
{
    static int (*const functions[])(int) = {
        SubscribeM2mQos,     SubscribeCommandQos,        SubscribeMessageDownQos, SubscribePropSetQos,     SubscribePropgetQos,
        SubscribePropRespQos, SubscribeSubDeviceEventQos, SubscribeJsonCmdV3Qos,  SubscribeBinaryCmdV3Qos, SubscribeBootstrapQos,
    };

    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        (void)functions[i](1);
    }
    SubscribeAllQos(0);
    (void)SubscribeCustomTopic("from/callback", 1);
}

static void EveryRest(void)
{
    ANOMALY_UNSAFE_FUNCTION function = {"f", "d"};
    ANOMALY_PROTOCOL protocol = {"p", "1", "d"};
    ANOMALY_CVE_VNLNERABILITY cve = {"1", "v", "d"};
    ANOMALY_MALICIOUS_FILE file = {"f", "d"};
    ANOMALY_ABNORMAL_PROCES process = {"1", "c", "d"};
    IOTA_STATISTICS statistics;
    char why[512];
    HW_LONG version;

    (void)IOTA_AnomalyUnsafeFunctionReport(&function, 1);
    (void)IOTA_AnomalyProtocolReport(&protocol, 1);
    (void)IOTA_AnomalyCveValnerabilityReport(&cve, 1);
    (void)IOTA_AnomalyFileReport(&file, 1);
    (void)IOTA_AnomalyAbnormalProcessReport(&process, 1);
    (void)Detect_GetShadowDetectAnomaly();
    Detect_ParseShadowGetOrPropertiesSet("{}");
    (void)SysHalInit();
    (void)SysHalGetCpuUsage();
    (void)SysHalGetMemoryUsed();
    (void)SysHalGetTotalDiskSpace();
    (void)IOTA_EnableDeviceRuleStorage(NULL);
    (void)IOTA_GetStatistics(&statistics);
    (void)IOTA_GetLastError(why, sizeof why);
    (void)IOTA_WhyOffline(why, sizeof why);
    (void)IOTA_SoftBusGetVersion("nobody", &version);
    (void)IOTA_BridgeConnect();
    (void)IOTA_BridgeDisConnect();
    (void)IOTA_DisConnect();
    (void)IOTA_Connect();
}

static void EveryFunction(void)
{
    ST_IOTA_DEVICE_INFO_REPORT info;
    char errorIp[64] = "";

    (void)IOTA_IsConnected();
    (void)IOTA_Init(g_args.workDir);
    (void)IOTA_ConnectConfigSet(g_args.address, g_args.port, g_args.id, g_args.secret);
    (void)IOTA_ConfigSetStr(EN_IOTA_CFG_DEVICESECRET, g_args.secret);
    (void)IOTA_ConfigSetUint(EN_IOTA_CFG_QOS, 1);
    (void)IOTA_Connect();
    (void)Report(NULL);
    memset(&info, 0, sizeof(info));
    info.device_ip = "127.0.0.1";
    (void)IOTA_ReportDeviceInfo(&info, NULL);
    (void)IOTA_PropertiesSetResponse("from-callback", 0, "success", NULL);
    (void)IOTA_GetLatestSoftBusInfo(NULL, NULL, NULL);
    (void)SubscribeUserTopic("from-callback");
    SubscribeAll();
    EveryReport("from-callback", "{}");
    EveryReportOfNothing();
    PrintfLog(EN_LOG_LEVEL_INFO, "inside a callback\n");

    EverySubscription();
    EveryRest();

    CHECK(getSoftBusTotal() != NULL);
    (void)isValidIP("127.0.0.1");
    (void)isValidDeviceID(g_args.id);
    free(getIpAddr(g_args.id));
    free(getAuthKey(g_args.id, g_args.id));
    (void)getDeviceId();
    IOTA_SoftBusFreeSnapshot(IOTA_SoftBusGetSnapshot());
    (void)releaseSoftBusCache();
    (void)GetDConnVersion();
    CallbackParam param = {NULL, NULL, isValidIP, isValidDeviceID, NULL, getDeviceId};
    RegisterCallback(&param);
    (void)InitClientKit("127.0.0.3", errorIp);
    (void)DConnSendData("nobody", "x", 1);
    DestroyKit();
    UnRegisterCallback();
    IOTA_DefaultCallbackInit();
    RecordProtocol();
    for (int kind = 0; kind < PROTOCOL_KINDS; kind++) {
        InsideProtocol((EN_IOTA_CALLBACK_SETTING)kind, Run);
    }
}

static void DestroyAndConnectAgain(void)
{
    CHECK_INT(IOTA_Destroy(), 0);
    CHECK_INT(IOTA_IsConnected(), 0);
    CHECK_INT(InitAndConfigure(), 0);
    CHECK_INT(IOTA_Connect(), 0);
}

static void DestroyOnly(void)
{
    CHECK_INT(IOTA_Destroy(), 0);
    CHECK_INT(IOTA_IsConnected(), 0);
}

static void Block(void)
{
    SleepMs((long)Patience(500));
    (void)Report(NULL); /* accepted or not: IOTA_Destroy may have been called meanwhile */
}

/* ---- kinds of callbacks ---- */

/* SetNAME(on) registers or removes a callback that calls Run. */
#define KIND(name, setter, structure) \
    static void On##name(structure *message) \
    { \
        (void)message; \
        Run(); \
    } \
    static void Set##name(bool on) \
    { \
        setter(on ? On##name : NULL); \
    }
#define EVENT_KIND(name, setter) \
    static void On##name(char *object, EN_IOTA_MQTT_MSG_INFO *info, EN_IOTA_SERVICE_EVENT *event) \
    { \
        (void)object; \
        (void)info; \
        (void)event; \
        Run(); \
    } \
    static void Set##name(bool on) \
    { \
        setter(on ? On##name : NULL); \
    }

KIND(PropSet, IOTA_SetPropSetCallback, EN_IOTA_PROPERTY_SET)
KIND(Event, IOTA_SetEventCallback, EN_IOTA_EVENT)
EVENT_KIND(SoftBus, IOTA_SetEvenSoftBusCallback)
KIND(Command, IOTA_SetCmdCallback, EN_IOTA_COMMAND)
KIND(CommandOfV3, IOTA_SetCmdCallbackV3, EN_IOTA_COMMAND_V3)
KIND(PropertyGet, IOTA_SetPropGetCallback, EN_IOTA_PROPERTY_GET)
KIND(Shadow, IOTA_SetShadowGetCallback, EN_IOTA_DEVICE_SHADOW)
KIND(UserTopic, IOTA_SetUserTopicMsgCallback, EN_IOTA_USER_TOPIC_MESSAGE)
KIND(RawUserTopic, IOTA_SetUserTopicRawMsgCallback, EN_IOTA_USER_TOPIC_RAW_MESSAGE)
KIND(Bootstrap, IOTA_SetBootstrapCallback, EN_IOTA_MQTT_PROTOCOL_RSP)
KIND(M2m, IOTA_SetM2mCallback, EN_IOTA_M2M_MESSAGE)
KIND(BridgeLogin, IOTA_SetBridgesDeviceLoginCallback, EN_IOTA_BRIDGES_LOGIN)
KIND(BridgeLogout, IOTA_SetBridgesDeviceLogoutCallback, EN_IOTA_BRIDGES_LOGOUT)
KIND(BridgeSecret, IOTA_SetBridgesDeviceResetSecretCallback, EN_IOTA_BRIDGES_RESET_SECRET)
KIND(BridgeDisconnect, IOTA_SetBridgesDeviceDisConnCallback, EN_IOTA_BRIDGES_PALLET_DISCONNECT)
KIND(UnknownTopic, IOTA_SetUndefinedMessageCallback, EN_IOTA_UNDEFINED_MESSAGE)
EVENT_KIND(SubDeviceEvent, IOTA_SetEvenSubDeviceCallback)
EVENT_KIND(TimeEvent, IOTA_SetNtpCallback)
EVENT_KIND(LogEvent, IOTA_SetEvenDeviceLogCallback)
EVENT_KIND(TunnelEvent, IOTA_SetEvenTunnelManagerCallback)
EVENT_KIND(FileEvent, IOTA_SetEvenFileManagerCallback)

static void OnMessage(EN_IOTA_MESSAGE *message, void *mqttv5)
{
    (void)message;
    (void)mqttv5;
    Run();
}

static void SetMessage(bool on)
{
    IOTA_SetMessageCallback(on ? OnMessage : NULL);
}

static void OnRawMessage(EN_IOTA_RAW_MESSAGE *message, void *mqttv5)
{
    (void)message;
    (void)mqttv5;
    Run();
}

static void SetRawMessage(bool on)
{
    IOTA_SetRawMessageCallback(on ? OnRawMessage : NULL);
}

static void OnVersionQuery(char *object)
{
    (void)object;
    Run();
}

static void SetVersionQuery(bool on)
{
    IOTA_SetEvenOtaVersionUpCallback(on ? OnVersionQuery : NULL);
}

static void OnUpgrade(char *object, int type, EN_IOTA_OTA_PARAS *paras)
{
    (void)object;
    (void)type;
    (void)paras;
    Run();
}

static void SetUpgrade(bool on)
{
    IOTA_SetEvenOtaUrlResponseCallback(on ? OnUpgrade : NULL);
}

static int OnDeviceConfig(JSON *config, char *description)
{
    (void)config;
    (void)description;
    Run();
    return 0;
}

static void SetDeviceConfig(bool on)
{
    IOTA_SetDeviceConfigCallback(on ? OnDeviceConfig : NULL);
}

static HW_INT OnRule(char *device, char *message)
{
    (void)device;
    (void)message;
    Run();
    return 0;
}

static void SetRule(bool on)
{
    IOTA_SetDeviceRuleSendMsgCallback(on ? OnRule : NULL);
}

/* On whichever thread logs. */
static void SetLog(bool on)
{
    InsideLog(on ? Run : NULL);
}

#define DOWNLINK(name, topic, payload) \
    static void name(void) \
    { \
        CHECK(Ask("publish-to " topic " " payload, g_args.id)); \
    }
#define EVENT(name, payload) DOWNLINK(name, "$oc/devices/%s/sys/events/down", payload)

DOWNLINK(ByPropSet, "$oc/devices/%s/sys/properties/set/request_id=kinds",
         "{\"services\":[{\"service_id\":\"other\",\"properties\":{\"a\":1}}]}")
EVENT(BySoftBus,
      "{\"services\":[{\"service_id\":\"$oh_soft_bus\",\"event_type\":\"soft_bus_config_response\","
      "\"paras\":{\"bus_infos\":[],\"bus_count\":0}}]}")
DOWNLINK(ByMessage, "$oc/devices/%s/sys/messages/down",
         "{\"object_device_id\":\"o\",\"name\":\"n\",\"id\":\"1\",\"content\":\"c\"}")
EVENT(ByVersionQuery, "{\"services\":[{\"service_id\":\"$ota\",\"event_type\":\"version_query\",\"paras\":{}}]}")
EVENT(ByUpgrade, "{\"services\":[{\"service_id\":\"$ota\",\"event_type\":\"firmware_upgrade\","
                 "\"paras\":{\"version\":\"1\",\"url\":\"https://127.0.0.1/x\",\"file_size\":1,\"access_token\":\"t\"}}]}")
EVENT(ByDeviceConfig, "{\"services\":[{\"service_id\":\"$device_config\",\"event_type\":\"config_update\","
                      "\"paras\":{\"config_content\":{\"a\":1}}}]}")
EVENT(ByRule, "{\"services\":[{\"service_id\":\"$device_rule\",\"event_type\":\"device_rule_config_response\",\"paras\":"
              "{\"rulesInfos\":[{\"ruleId\":\"r\",\"ruleName\":\"n\",\"logic\":\"and\",\"status\":\"active\","
              "\"ruleVersionInShadow\":1,\"conditions\":[{\"type\":\"SIMPLE_TIMER\",\"startTime\":\"2024-01-01 00:00:00\","
              "\"repeatInterval\":1,\"repeatCount\":1000000000}],\"actions\":[{\"type\":\"DEVICE_CMD\",\"status\":\"enable\","
              "\"deviceId\":\"other\",\"command\":{\"commandName\":\"c\",\"serviceId\":\"s\",\"commandBody\":{}}}]}]}}]}")
DOWNLINK(ByCommand, "$oc/devices/%s/sys/commands/request_id=k",
         "{\"command_name\":\"c\",\"service_id\":\"s\",\"paras\":{}}")
DOWNLINK(ByCommandOfV3, "/huawei/v1/devices/%s/command/json",
         "{\"msgType\":\"cloudReq\",\"serviceId\":\"s\",\"cmd\":\"c\",\"mid\":1,\"paras\":{}}")
DOWNLINK(ByPropertyGet, "$oc/devices/%s/sys/properties/get/request_id=k",
         "{\"service_id\":\"s\"}")
DOWNLINK(ByShadow, "$oc/devices/%s/sys/shadow/get/response/request_id=k",
         "{\"object_device_id\":\"o\",\"shadow\":[]}")
DOWNLINK(ByUserTopic, "$oc/devices/%s/user/k",
         "{\"object_device_id\":\"o\",\"name\":\"n\",\"id\":\"1\",\"content\":\"c\"}")
DOWNLINK(ByRawUserTopic, "$oc/devices/%s/user/k",
         "raw")
DOWNLINK(ByBootstrap, "$oc/devices/%s/sys/bootstrap/down",
         "{\"address\":\"127.0.0.1:8883\"}")
DOWNLINK(ByM2m, "$oc/m2m/to/%s/from/other/request_id=k",
         "{\"request_id\":\"k\",\"to\":\"t\",\"from\":\"f\",\"content\":\"c\"}")
DOWNLINK(ByBridgeLogin, "$oc/bridges/%s/devices/b/sys/login/response/request_id=k",
         "{\"result_code\":0}")
DOWNLINK(ByBridgeLogout, "$oc/bridges/%s/devices/b/sys/logout/response/request_id=k",
         "{\"result_code\":0}")
DOWNLINK(ByBridgeSecret, "$oc/bridges/%s/devices/b/sys/reset_secret/response/request_id=k",
         "{\"result_code\":0,\"paras\":{\"new_secret\":\"x\"}}")
DOWNLINK(ByBridgeDisconnect, "$oc/bridges/%s/devices/b/sys/disconnect",
         "{}")
DOWNLINK(ByUnknownTopic, "somewhere/else/%s",
         "x")
EVENT(BySubDeviceEvent,
      "{\"services\":[{\"service_id\":\"$sub_device_manager\",\"event_type\":\"add_sub_device_notify\",\"paras\":{\"devices\":[],\"version\":1}}]}")
EVENT(ByTimeEvent,
      "{\"services\":[{\"service_id\":\"$time_sync\",\"event_type\":\"time_sync_response\",\"paras\":{\"device_send_time\":1,\"server_recv_time\":2,\"server_send_time\":3}}]}")
EVENT(ByLogEvent,
      "{\"services\":[{\"service_id\":\"$log\",\"event_type\":\"log_config\",\"paras\":{\"switch\":\"off\",\"end_time\":\"20260101T000000Z\"}}]}")
EVENT(ByTunnelEvent,
      "{\"services\":[{\"service_id\":\"$tunnel_manager\",\"event_type\":\"tunnel_notify\",\"paras\":{\"tunnel_uri\":\"wss://127.0.0.1/x\",\"tunnel_access_token\":\"t\"}}]}")
EVENT(ByFileEvent,
      "{\"services\":[{\"service_id\":\"$file_manager\",\"event_type\":\"get_upload_url_response\",\"paras\":{\"url\":\"https://127.0.0.1/x\",\"object_name\":\"o\"}}]}")

static void ByReport(void)
{
    CHECK_INT(Report(NULL), 0);
}

static void BySubscribe(void)
{
    CHECK(SubscribeUserTopic("kinds") >= 1);
}

static void ByDisconnect(void)
{
    CHECK_INT(IOTA_DisConnect(), 0);
}

static void ByDrop(void)
{
    CHECK(Ask("drop"));
}

/* The report fails with its connection. */
static void ByLostReport(void)
{
    CHECK_INT(IOTA_ConfigSetUint(EN_IOTA_CFG_EXT_FAIL_AT_LOSS, 1), 0);
    CHECK_INT(IOTA_ConfigSetUint(EN_IOTA_CFG_RESET_SECRET_IN_PROGRESS, 0), 0);
    CHECK_INT(IOTA_Connect(), 0);
    CHECK_SOON(Count(EN_IOTA_CALLBACK_CONNECT_SUCCESS) >= 2, 10000);
    CHECK(Ask("withhold-acknowledgements"));
    CHECK_INT(Report(NULL), 0);
    CHECK(Ask("saw-report"));
    CHECK(Ask("drop"));
    CHECK_INT(IOTA_ConfigSetUint(EN_IOTA_CFG_EXT_FAIL_AT_LOSS, 0), 0);
}

static void ByRefusedSubscription(void)
{
    CHECK(Ask("refuse-subscriptions"));
    CHECK(SubscribeUserTopic("kinds") >= 1);
}

static void ByFailure(void)
{
    CHECK_INT(IOTA_Destroy(), 0);
    CHECK_INT(InitAndConfigure(), 0);
    CHECK_INT(IOTA_ConnectConfigSet(Option("refusing-address", NULL), Option("refusing-port", NULL), g_args.id, g_args.secret), 0);
    CHECK_INT(IOTA_Connect(), 0);
}

typedef struct {
    const char *name;
    int protocol; /* EN_IOTA_CALLBACK_SETTING, or -1 */
    void (*set)(bool on);
    void (*trigger)(void);
} Kind;

static const Kind g_kinds[] = {
    {"connect success", EN_IOTA_CALLBACK_CONNECT_SUCCESS, NULL, NULL},
    {"publish success", EN_IOTA_CALLBACK_PUBLISH_SUCCESS, NULL, ByReport},
    {"publish failure", EN_IOTA_CALLBACK_PUBLISH_FAILURE, NULL, ByLostReport},
    {"subscribe success", EN_IOTA_CALLBACK_SUBSCRIBE_SUCCESS, NULL, BySubscribe},
    {"subscribe failure", EN_IOTA_CALLBACK_SUBSCRIBE_FAILURE, NULL, ByRefusedSubscription},
    {"disconnect success", EN_IOTA_CALLBACK_DISCONNECT_SUCCESS, NULL, ByDisconnect},
    {"connection lost", EN_IOTA_CALLBACK_CONNECTION_LOST, NULL, ByDrop},
    {"connect failure", EN_IOTA_CALLBACK_CONNECT_FAILURE, NULL, ByFailure},
    {"property set", -1, SetPropSet, ByPropSet},
    {"event", -1, SetEvent, BySoftBus},
    {"soft bus event", -1, SetSoftBus, BySoftBus},
    {"message", -1, SetMessage, ByMessage},
    {"raw message", -1, SetRawMessage, ByMessage},
    {"version query", -1, SetVersionQuery, ByVersionQuery},
    {"upgrade", -1, SetUpgrade, ByUpgrade},
    {"device configuration", -1, SetDeviceConfig, ByDeviceConfig},
    {"device rule", -1, SetRule, ByRule},
    {"command", -1, SetCommand, ByCommand},
    {"command of V3", -1, SetCommandOfV3, ByCommandOfV3},
    {"property get", -1, SetPropertyGet, ByPropertyGet},
    {"shadow", -1, SetShadow, ByShadow},
    {"user topic", -1, SetUserTopic, ByUserTopic},
    {"raw user topic", -1, SetRawUserTopic, ByRawUserTopic},
    {"bootstrap", -1, SetBootstrap, ByBootstrap},
    {"M2M", -1, SetM2m, ByM2m},
    {"bridge login", -1, SetBridgeLogin, ByBridgeLogin},
    {"bridge logout", -1, SetBridgeLogout, ByBridgeLogout},
    {"bridge secret", -1, SetBridgeSecret, ByBridgeSecret},
    {"bridge disconnect", -1, SetBridgeDisconnect, ByBridgeDisconnect},
    {"unknown topic", -1, SetUnknownTopic, ByUnknownTopic},
    {"sub-device event", -1, SetSubDeviceEvent, BySubDeviceEvent},
    {"time event", -1, SetTimeEvent, ByTimeEvent},
    {"log event", -1, SetLogEvent, ByLogEvent},
    {"tunnel event", -1, SetTunnelEvent, ByTunnelEvent},
    {"file event", -1, SetFileEvent, ByFileEvent},
    {"log line about a message", -1, SetLog, ByMessage},
    {"log line about a loss", -1, SetLog, ByDrop},
};

static void InKind(const Kind *kind, void (*function)(void))
{
    ForgetProtocol();
    Arm(NULL);
    printf("in %s\n", kind->name);
    CHECK_INT(InitAndConfigure(), 0);
    if (kind->protocol >= 0) {
        InsideProtocol((EN_IOTA_CALLBACK_SETTING)kind->protocol, Run);
    }
    if (kind->trigger == NULL) {
        Arm(function);
        CHECK_INT(IOTA_Connect(), 0);
    } else {
        CHECK_INT(IOTA_Connect(), 0);
        CHECK_SOON(Count(EN_IOTA_CALLBACK_CONNECT_SUCCESS) >= 1, 10000);
        Arm(function);
        if (kind->set != NULL) {
            kind->set(true);
        }
        kind->trigger();
    }
    CHECK_SOON(Ran() >= 1, 10000);
    if (kind->set != NULL) {
        kind->set(false);
    }
    for (int i = 0; i < PROTOCOL_KINDS; i++) {
        InsideProtocol((EN_IOTA_CALLBACK_SETTING)i, NULL);
    }
}

static void ReconnectInFailure(void)
{
    static int attempts;

    attempts++;
    if (attempts == 2) {
        CHECK_INT(IOTA_ConnectConfigSet(g_args.address, g_args.port, g_args.id, g_args.secret), 0);
    }
    CHECK_INT(IOTA_Connect(), 0);
}

static void ConnectInFailure(void)
{
    ForgetProtocol();
    InsideProtocol(EN_IOTA_CALLBACK_CONNECT_FAILURE, ReconnectInFailure);
    CHECK_INT(InitAndConfigure(), 0);
    CHECK_INT(IOTA_ConnectConfigSet(Option("refusing-address", NULL), Option("refusing-port", NULL), g_args.id, g_args.secret), 0);
    CHECK_INT(IOTA_Connect(), 0);
    CHECK_SOON(Count(EN_IOTA_CALLBACK_CONNECT_SUCCESS) == 1, 10000);
    CHECK_INT(Count(EN_IOTA_CALLBACK_CONNECT_FAILURE), 2);
    CHECK_INT(IOTA_Destroy(), 0);
}

/* A callback that blocks holds up no call of another thread and no traffic. */
static void WhileBlocked(void)
{
    long long before;

    ForgetProtocol();
    CHECK(ConnectNow());
    CHECK_SOON(Count(EN_IOTA_CALLBACK_CONNECT_SUCCESS) == 1, 2000);
    Arm(Block);
    SetPropSet(true);
    ByPropSet();
    SleepMs(100);
    before = NowMs();
    CHECK_INT(IOTA_IsConnected(), 1);
    CHECK_INT(Report(NULL), 0);
    CHECK(SubscribeUserTopic("blocked") >= 1);
    CHECK_INT(IOTA_Connect(), 0);
    CHECK(NowMs() - before < Patience(250));
    CHECK(Ask("saw-report"));
    CHECK_INT(Ran(), 0); /* the platform has the report while the callback still blocks */
    CHECK_INT(IOTA_Destroy(), 0);
    CHECK_INT(Ran(), 1); /* IOTA_Destroy from outside waits for it */
    SetPropSet(false);
}

int main(int argc, char **argv)
{
    Start(argc, argv);
    RecordProtocol();
    for (size_t i = 0; i < sizeof(g_kinds) / sizeof(g_kinds[0]); i++) {
        InKind(&g_kinds[i], EveryFunction);
        CHECK_INT(IOTA_Destroy(), 0);
        InKind(&g_kinds[i], DestroyOnly);
        CHECK_INT(IOTA_IsConnected(), 0);
        CHECK_INT(IOTA_Destroy(), 0);
        InKind(&g_kinds[i], DestroyAndConnectAgain);
        CHECK_SOON(IOTA_IsConnected() == 1, 10000);
        CHECK_INT(IOTA_Destroy(), 0);
    }
    ConnectInFailure();
    WhileBlocked();
    return Finish();
}
