/* Inside every kind of callback: any function may be called, IOTA_Destroy and a new session included. */
#include "harness.h"

#include "dconncaseone_interface.h"
#include "iota_defaultCallback.h"
#include "iota_softbus_ext.h"
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

static void OnPropSet(EN_IOTA_PROPERTY_SET *set)
{
    (void)set;
    Run();
}

static void OnEvent(EN_IOTA_EVENT *event)
{
    (void)event;
    Run();
}

static void OnSoftBus(char *object, EN_IOTA_MQTT_MSG_INFO *info, EN_IOTA_SERVICE_EVENT *event)
{
    (void)object;
    (void)info;
    (void)event;
    Run();
}

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

static void ByPropSet(void)
{
    CHECK(Ask("publish properties/set/request_id=kinds {\"services\":[{\"service_id\":\"other\",\"properties\":{\"a\":1}}]}"));
}

static void BySoftBus(void)
{
    CHECK(Ask("publish events/down {\"services\":[{\"service_id\":\"$oh_soft_bus\",\"event_type\":\"soft_bus_config_response\","
              "\"paras\":{\"bus_infos\":[],\"bus_count\":0}}]}"));
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
    int setter;   /* 0 none, 1 property set, 2 event, 3 soft bus event */
    void (*trigger)(void);
} Kind;

static const Kind g_kinds[] = {
    {"connect success", EN_IOTA_CALLBACK_CONNECT_SUCCESS, 0, NULL},
    {"publish success", EN_IOTA_CALLBACK_PUBLISH_SUCCESS, 0, ByReport},
    {"subscribe success", EN_IOTA_CALLBACK_SUBSCRIBE_SUCCESS, 0, BySubscribe},
    {"disconnect success", EN_IOTA_CALLBACK_DISCONNECT_SUCCESS, 0, ByDisconnect},
    {"connection lost", EN_IOTA_CALLBACK_CONNECTION_LOST, 0, ByDrop},
    {"connect failure", EN_IOTA_CALLBACK_CONNECT_FAILURE, 0, ByFailure},
    {"property set", -1, 1, ByPropSet},
    {"event", -1, 2, BySoftBus},
    {"soft bus event", -1, 3, BySoftBus},
};

static void InKind(const Kind *kind, void (*function)(void))
{
    ForgetProtocol();
    Arm(function);
    IOTA_SetPropSetCallback(kind->setter == 1 ? OnPropSet : NULL);
    IOTA_SetEventCallback(kind->setter == 2 ? OnEvent : NULL);
    IOTA_SetEvenSoftBusCallback(kind->setter == 3 ? OnSoftBus : NULL);
    if (kind->protocol >= 0) {
        InsideProtocol((EN_IOTA_CALLBACK_SETTING)kind->protocol, Run);
    }
    printf("in %s\n", kind->name);
    CHECK_INT(InitAndConfigure(), 0);
    CHECK_INT(IOTA_Connect(), 0);
    if (kind->trigger != NULL) {
        CHECK_SOON(Count(EN_IOTA_CALLBACK_CONNECT_SUCCESS) >= 1, 10000);
        kind->trigger();
    }
    CHECK_SOON(Ran() >= 1, 10000);
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
    IOTA_SetPropSetCallback(OnPropSet);
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
    IOTA_SetPropSetCallback(NULL);
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
    IOTA_SetPropSetCallback(NULL);
    IOTA_SetEventCallback(NULL);
    IOTA_SetEvenSoftBusCallback(NULL);
    ConnectInFailure();
    WhileBlocked();
    return Finish();
}
