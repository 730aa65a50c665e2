/* Bad arguments: NULL, empty, over-long, not UTF-8, unknown items. The documented code and a log line, never a crash. */
#include "harness.h"

#include "dconncaseone_interface.h"
#include "iota_defaultCallback.h"
#include "reports.h"
#include "soft_bus_init.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOT_UTF8 "bad\xff\xfe\x80text"
#define LONG_SIZE 100000

static char *g_long;

/* The call gives the code and says in the log why. */
#define CHECK_REFUSED(expression, code) \
    do { \
        int linesBefore = LogLines(); \
        CHECK_INT((expression), (code)); \
        Check(LogLines() > linesBefore, __FILE__, __LINE__, "a log line for %s", #expression); \
    } while (0)

#define CHECK_NEGATIVE(expression) \
    do { \
        int negativeResult = (int)(expression); \
        Check(negativeResult < 0, __FILE__, __LINE__, "%s gives %d", #expression, negativeResult); \
    } while (0)

static void Configuration(void)
{
    for (int item = -3; item <= 30; item++) {
        CHECK_REFUSED(IOTA_ConfigSetStr(item, NULL), IOTA_PARAMETER_EMPTY);
    }
    CHECK_REFUSED(IOTA_ConfigSetStr(-1, "1"), IOTA_RESOURCE_NOT_AVAILABLE);
    CHECK_REFUSED(IOTA_ConfigSetStr(18, "1"), IOTA_RESOURCE_NOT_AVAILABLE);
    CHECK_REFUSED(IOTA_ConfigSetStr(99, "1"), IOTA_RESOURCE_NOT_AVAILABLE);
    CHECK_REFUSED(IOTA_ConfigSetUint(2147483647, 1), IOTA_RESOURCE_NOT_AVAILABLE);
    CHECK_REFUSED(IOTA_ConfigSetUint(-2147483647 - 1, 1), IOTA_RESOURCE_NOT_AVAILABLE);
    CHECK_REFUSED(IOTA_ConfigSetUint(EN_IOTA_CFG_QOS, 3), IOTA_PARAMETER_ERROR);
    CHECK_REFUSED(IOTA_ConfigSetUint(EN_IOTA_CFG_QOS, 4294967295u), IOTA_PARAMETER_ERROR);
    CHECK_INT(IOTA_ConfigSetUint(EN_IOTA_CFG_QOS, 1), 0);
    CHECK_REFUSED(IOTA_ConfigSetUint(EN_IOTA_CFG_EXT_MQTT_VERSION, 7), IOTA_PARAMETER_ERROR);
    CHECK_REFUSED(IOTA_ConfigSetUint(EN_IOTA_CFG_EXT_QUEUE_MESSAGES, 0), IOTA_PARAMETER_ERROR);
    CHECK_REFUSED(IOTA_ConfigSetUint(EN_IOTA_CFG_EXT_WINDOW, 4294967295u), IOTA_PARAMETER_ERROR);
    CHECK_REFUSED(IOTA_ConfigSetUint(199, 1), IOTA_RESOURCE_NOT_AVAILABLE);
    for (int item = 0; item <= 17; item++) {
        if (item != EN_IOTA_CFG_QOS) {
            CHECK_INT(IOTA_ConfigSetStr(item, ""), 0);
            CHECK_INT(IOTA_ConfigSetStr(item, "12abc"), 0);
            CHECK_INT(IOTA_ConfigSetStr(item, NOT_UTF8), 0);
            CHECK_INT(IOTA_ConfigSetStr(item, g_long), 0);
            CHECK_INT(IOTA_ConfigSetUint(item, 0), 0);
            CHECK_INT(IOTA_ConfigSetUint(item, 4294967295u), 0);
        }
    }
    /* items that survive IOTA_Init get their defaults back */
    CHECK_INT(IOTA_ConfigSetUint(EN_IOTA_CFG_KEEP_ALIVE_TIME, 120), 0);
    CHECK_INT(IOTA_ConfigSetUint(EN_IOTA_CFG_CONNECT_TIMEOUT, 30), 0);
    CHECK_INT(IOTA_ConfigSetUint(EN_IOTA_CFG_RETRY_INTERVAL, 10), 0);
    CHECK_INT(IOTA_ConfigSetUint(EN_IOTA_CFG_CHECK_STAMP_METHOD, 0), 0);
    CHECK_REFUSED(IOTA_ConnectConfigSet(NULL, "1883", "id", "secret"), IOTA_PARAMETER_EMPTY);
    CHECK_REFUSED(IOTA_ConnectConfigSet("a", NULL, "id", "secret"), IOTA_PARAMETER_EMPTY);
    CHECK_REFUSED(IOTA_ConnectConfigSet("a", "1883", NULL, "secret"), IOTA_PARAMETER_EMPTY);
    CHECK_INT(IOTA_ConnectConfigSet("a", "1883", "id", NULL), 0);
}

static void Callback(EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    (void)rsp;
}

static void Setters(void)
{
    int before = LogLines();

    IOTA_SetProtocolCallback((EN_IOTA_CALLBACK_SETTING)9, Callback);
    CHECK(LogLines() > before);
    before = LogLines();
    IOTA_SetProtocolCallback((EN_IOTA_CALLBACK_SETTING)-1, Callback);
    CHECK(LogLines() > before);
    for (int kind = 0; kind < PROTOCOL_KINDS; kind++) {
        IOTA_SetProtocolCallback((EN_IOTA_CALLBACK_SETTING)kind, NULL);
    }
    IOTA_SetEventCallback(NULL);
    IOTA_SetCmdCallback(NULL);
    IOTA_SetCmdCallbackV3(NULL);
    IOTA_SetMessageCallback(NULL);
    IOTA_SetRawMessageCallback(NULL);
    IOTA_SetPropSetCallback(NULL);
    IOTA_SetPropGetCallback(NULL);
    IOTA_SetShadowGetCallback(NULL);
    IOTA_SetUserTopicMsgCallback(NULL);
    IOTA_SetUserTopicRawMsgCallback(NULL);
    IOTA_SetBootstrapCallback(NULL);
    IOTA_SetDeviceRuleSendMsgCallback(NULL);
    IOTA_SetM2mCallback(NULL);
    IOTA_SetBridgesDeviceLoginCallback(NULL);
    IOTA_SetBridgesDeviceLogoutCallback(NULL);
    IOTA_SetBridgesDeviceResetSecretCallback(NULL);
    IOTA_SetBridgesDeviceDisConnCallback(NULL);
    IOTA_SetUndefinedMessageCallback(NULL);
    IOTA_SetEvenSubDeviceCallback(NULL);
    IOTA_SetNtpCallback(NULL);
    IOTA_SetEvenDeviceLogCallback(NULL);
    IOTA_SetEvenSoftBusCallback(NULL);
    IOTA_SetEvenTunnelManagerCallback(NULL);
    IOTA_SetEvenFileManagerCallback(NULL);
    IOTA_SetEvenOtaVersionUpCallback(NULL);
    IOTA_SetEvenOtaUrlResponseCallback(NULL);
    IOTA_SetDeviceConfigCallback(NULL);
    RecordProtocol();
}

static void LookUps(void)
{
    char errorIp[64];

    CHECK(!isValidIP(NULL));
    CHECK(!isValidIP(""));
    CHECK(!isValidIP(g_long));
    CHECK(!isValidIP(NOT_UTF8));
    CHECK(!isValidDeviceID(NULL));
    CHECK(!isValidDeviceID(""));
    CHECK(!isValidDeviceID(g_long));
    CHECK(!isValidDeviceID(NOT_UTF8));
    CHECK(getIpAddr(NULL) == NULL);
    CHECK(getIpAddr("") == NULL);
    CHECK(getIpAddr(g_long) == NULL);
    CHECK(getIpAddr(NOT_UTF8) == NULL);
    CHECK(getAuthKey(NULL, NULL) == NULL);
    CHECK(getAuthKey(NULL, "x") == NULL);
    CHECK(getAuthKey("x", NULL) == NULL);
    CHECK(getAuthKey("", "") == NULL);
    CHECK(getAuthKey(g_long, g_long) == NULL);
    CHECK(getAuthKey(NOT_UTF8, NOT_UTF8) == NULL);
    CHECK_INT(softBusParasToTotal(NULL), -1);
    CHECK(getSoftBusTotal() != NULL);
    CHECK_INT(getSoftBusTotal()->count, 0);
    CHECK_INT(releaseSoftBusCache(), 0);

    memset(errorIp, 'x', sizeof(errorIp));
    CHECK_INT(InitServerKit(NULL, errorIp), -1);
    CHECK_INT(errorIp[0], 'x');
    CHECK_INT(InitClientKit(NULL, NULL), -1);
    CHECK(InitDConnCaseOne(7, "127.0.0.1", errorIp) != DC_SUCCESS);
    CHECK(InitDConnCaseOne(INIT_CLIENT, NULL, NULL) != DC_SUCCESS);
    CHECK(InitDConnCaseOne(INIT_CLIENT, g_long, errorIp) != DC_SUCCESS);
    CHECK(InitDConnCaseOne(INIT_CLIENT, NOT_UTF8, errorIp) != DC_SUCCESS);
    CHECK(InitDConnCaseOne(INIT_SERVICE, "", NULL) != DC_SUCCESS);
    CHECK(DConnSendData(NULL, "x", 1) != DC_SUCCESS);
    CHECK(DConnSendData("x", NULL, 1) != DC_SUCCESS);
    CHECK(DConnSendData("x", "x", 0) != DC_SUCCESS);
    CHECK(DConnSendData(g_long, g_long, LONG_SIZE) != DC_SUCCESS);
    RegisterCallback(NULL);
    UnRegisterCallback();
    UnRegisterCallback();
    CloseDConnCaseOne();
    DestroyKit();
    PrintfLog(EN_LOG_LEVEL_INFO, NULL);
    PrintfLog(EN_LOG_LEVEL_INFO, "%s %d\n", "a line", 1);
    CHECK(LogHas("INFO a line 1"));
    PrintfLog(-5, "odd level\n");
    PrintfLog(99, "odd level\n");
}

static void Reports(void)
{
    ST_IOTA_SERVICE_DATA_INFO service = {"basic", NULL, "{\"level\":1}"};
    ST_IOTA_SERVICE_DATA_INFO broken = {NULL, NULL, NULL};
    ST_IOTA_DEVICE_INFO_REPORT info;

    memset(&info, 0, sizeof(info));
    CHECK_REFUSED(IOTA_ReportDeviceInfo(NULL, NULL), IOTA_FAILURE);
    CHECK_INT(IOTA_ReportDeviceInfo(&info, NULL), 0);
    info.device_ip = NOT_UTF8;
    (void)IOTA_ReportDeviceInfo(&info, NULL);
    info.device_ip = g_long;
    (void)IOTA_ReportDeviceInfo(&info, NULL);

    CHECK_REFUSED(IOTA_PropertiesSetResponse(NULL, 0, "success", NULL), IOTA_PARAMETER_EMPTY);
    CHECK_INT(IOTA_PropertiesSetResponse("1", 0, NULL, NULL), 0);
    CHECK_INT(IOTA_PropertiesSetResponse("", 0, NULL, NULL), 0);
    CHECK_NEGATIVE(IOTA_PropertiesSetResponse(NOT_UTF8, 0, NULL, NULL));
    CHECK_NEGATIVE(IOTA_PropertiesSetResponse(g_long, 0, NULL, NULL));
    (void)IOTA_PropertiesSetResponse("1", 0, NOT_UTF8, NULL);

    CHECK_INT(IOTA_GetLatestSoftBusInfo(NULL, NULL, NULL), 0);
    CHECK_INT(IOTA_GetLatestSoftBusInfo("", "", NULL), 0);
    (void)IOTA_GetLatestSoftBusInfo(NOT_UTF8, NOT_UTF8, NULL);
    (void)IOTA_GetLatestSoftBusInfo(g_long, g_long, NULL);

    CHECK_REFUSED(IOTA_RawTopicMessageReport(NULL, "x", 1, NULL), IOTA_PARAMETER_EMPTY);
    CHECK_REFUSED(IOTA_RawTopicMessageReport("a/b", NULL, 1, NULL), IOTA_PARAMETER_EMPTY);
    CHECK_REFUSED(IOTA_RawTopicMessageReport("", "x", 1, NULL), IOTA_FAILURE);
    CHECK_REFUSED(IOTA_RawTopicMessageReport("a/b", "x", 2, NULL), IOTA_FAILURE);
    CHECK_REFUSED(IOTA_RawTopicMessageReport("a/b", "x", -1, NULL), IOTA_FAILURE);
    CHECK_REFUSED(IOTA_RawTopicMessageReport(NOT_UTF8, "x", 1, NULL), IOTA_FAILURE);
    CHECK_REFUSED(IOTA_RawTopicMessageReport(g_long, "x", 1, NULL), IOTA_FAILURE);

    (void)IOTA_PropertiesReport(NULL, 1, 0, NULL);
    (void)IOTA_PropertiesReport(&service, 0, 0, NULL);
    (void)IOTA_PropertiesReport(&service, -1, 0, NULL);
    (void)IOTA_PropertiesReport(&broken, 1, 0, NULL);
    service.properties = "this is not JSON {";
    (void)IOTA_PropertiesReport(&service, 1, 0, NULL);
    service.properties = NOT_UTF8;
    (void)IOTA_PropertiesReport(&service, 1, 0, NULL);

    CHECK_REFUSED(SubscribeUserTopic(NULL), IOTA_FAILURE);
    CHECK_REFUSED(SubscribeUserTopicQos(NULL, 1), IOTA_FAILURE);
    CHECK_REFUSED(SubscribeUserTopicQos("x", 2), IOTA_FAILURE);
    CHECK_REFUSED(SubscribeUserTopicQos("x", -1), IOTA_FAILURE);
    CHECK_REFUSED(SubscribeCustomTopic(NULL, 1), IOTA_FAILURE);
    CHECK_REFUSED(SubscribeCustomTopic("", 1), IOTA_FAILURE);
    CHECK_REFUSED(SubscribeCustomTopic(NOT_UTF8, 1), IOTA_FAILURE);
    CHECK_REFUSED(SubscribeCustomTopic(g_long, 1), IOTA_FAILURE);
    CHECK_REFUSED(SubscribeCommandQos(7), IOTA_FAILURE);
    SubscribeAllQos(9);
}

static void BadLogins(void)
{
    CHECK_INT(InitAndConfigure(), 0);
    CHECK_INT(IOTA_ConfigSetStr(EN_IOTA_CFG_MQTT_ADDR, "no.such.host.invalid"), 0);
    CHECK_INT(IOTA_Connect(), 0);
    CHECK_SOON(Count(EN_IOTA_CALLBACK_CONNECT_FAILURE) == 1, 40000);
    CHECK_INT(LastCode(EN_IOTA_CALLBACK_CONNECT_FAILURE), -1);
    CHECK(LastMessageIs(EN_IOTA_CALLBACK_CONNECT_FAILURE, NULL));
    CHECK_INT(IOTA_Destroy(), 0);

    /* an id too long for MQTT is refused at once or by the failure callback, never by a crash */
    ForgetProtocol();
    CHECK_INT(InitAndConfigure(), 0);
    CHECK_INT(IOTA_ConfigSetStr(EN_IOTA_CFG_DEVICEID, g_long), 0);
    if (IOTA_Connect() == 0) {
        CHECK_SOON(Count(EN_IOTA_CALLBACK_CONNECT_FAILURE) == 1, 10000);
    }
    CHECK_INT(IOTA_IsConnected(), 0);
    CHECK_INT(IOTA_Destroy(), 0);
}

int main(int argc, char **argv)
{
    Start(argc, argv);
    LogPrint(false); /* over-long arguments would fill the output; the logged lines are still counted */
    g_long = malloc(LONG_SIZE + 1);
    if (g_long == NULL) {
        return 3;
    }
    memset(g_long, 'a', LONG_SIZE);
    g_long[LONG_SIZE] = '\0';

    RecordProtocol();
    CHECK_INT(IOTA_Init(g_args.workDir), 0);
    Configuration();
    Setters();
    LookUps();
    EveryReport("text", "{}");
    EveryReportOfNothing();
    CHECK_INT(IOTA_Destroy(), 0);
    EveryReport("text", "{}");
    BadLogins();
    ForgetProtocol();
    LogForget();
    if (ConnectNow()) {
        Reports();
        EveryReport(NULL, NULL);
        EveryReport("", "");
        EveryReport("text", "{\"a\":1}");
        EveryReport("text", "no JSON {");
        EveryReport(NOT_UTF8, NOT_UTF8);
        EveryReport(g_long, g_long);
        EveryReportOfNothing();
        SleepMs(200);
        CHECK_INT(IOTA_IsConnected(), 1); /* nothing of that ended the session */
        CHECK_INT(Count(EN_IOTA_CALLBACK_CONNECTION_LOST), 0);
    }
    CHECK_INT(IOTA_Destroy(), 0);
    free(g_long);
    return Finish();
}
