/* The state table of a connection: every call in every state, and every wrong order of calls. */
#include "harness.h"

#include "iota_defaultCallback.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUCCESS EN_IOTA_CALLBACK_CONNECT_SUCCESS
#define FAILURE EN_IOTA_CALLBACK_CONNECT_FAILURE
#define LOST EN_IOTA_CALLBACK_CONNECTION_LOST
#define PUBLISHED EN_IOTA_CALLBACK_PUBLISH_SUCCESS
#define UNPUBLISHED EN_IOTA_CALLBACK_PUBLISH_FAILURE
#define DISCONNECTED EN_IOTA_CALLBACK_DISCONNECT_SUCCESS

static void Uninitialised(void)
{
    CHECK_INT(IOTA_IsConnected(), 0);
    CHECK_INT(IOTA_DisConnect(), IOTA_MQTT_DISCONNECT_FAILED);
    CHECK_INT(IOTA_Connect(), IOTA_FAILURE);
    CHECK_INT(IOTA_ConfigSetStr(EN_IOTA_CFG_DEVICEID, "early"), 0);
    CHECK_INT(Report(NULL), IOTA_FAILURE);
    CHECK_INT(SubscribeCommand(), IOTA_FAILURE);
    CHECK_INT(IOTA_Destroy(), 0);
    CHECK_INT(IOTA_Destroy(), 0);
    CHECK_INT(IOTA_Init(NULL), IOTA_PARAMETER_EMPTY);
    CHECK_INT(IOTA_Init(""), IOTA_RESOURCE_NOT_AVAILABLE);
    CHECK_INT(IOTA_Init("/no/such/directory"), IOTA_RESOURCE_NOT_AVAILABLE);
    CHECK_INT(IOTA_Connect(), IOTA_FAILURE);
}

static void Initialised(void)
{
    CHECK_INT(IOTA_Init(g_args.workDir), 0);
    CHECK_INT(IOTA_Init(g_args.workDir), IOTA_INITIALIZATION_REPEATED);
    CHECK_INT(IOTA_Init(NULL), IOTA_INITIALIZATION_REPEATED);
    CHECK_INT(IOTA_Init("/no/such/directory"), IOTA_INITIALIZATION_REPEATED);
    CHECK_INT(IOTA_IsConnected(), 0);
    CHECK_INT(IOTA_DisConnect(), IOTA_MQTT_DISCONNECT_FAILED);
    CHECK_INT(Report(NULL), IOTA_FAILURE);
    CHECK_INT(SubscribeCommand(), IOTA_FAILURE);
    CHECK(getDeviceId() == NULL); /* what was set before IOTA_Init is gone */
    CHECK_INT(IOTA_Connect(), IOTA_PARAMETER_EMPTY);
    CHECK_INT(IOTA_ConfigSetStr(EN_IOTA_CFG_MQTT_ADDR, g_args.address), 0);
    CHECK_INT(IOTA_Connect(), IOTA_PARAMETER_EMPTY);
    CHECK_INT(IOTA_ConfigSetStr(EN_IOTA_CFG_MQTT_PORT, g_args.port), 0);
    CHECK_INT(IOTA_Connect(), IOTA_PARAMETER_EMPTY);
    CHECK_INT(IOTA_ConfigSetStr(EN_IOTA_CFG_DEVICEID, g_args.id), 0);
    CHECK_INT(IOTA_Connect(), IOTA_SECRET_ENCRYPT_FAILED);
    CHECK_INT(IOTA_ConfigSetStr(EN_IOTA_CFG_BS_GROUP_SECRET, "Z3JvdXA="), 0);
    CHECK_INT(IOTA_Connect(), IOTA_FAILURE);
    CHECK_INT(IOTA_ConfigSetStr(EN_IOTA_CFG_BS_GROUP_SECRET, ""), 0);
    CHECK_INT(IOTA_ConfigSetStr(EN_IOTA_CFG_DEVICESECRET, g_args.secret), 0);

    CHECK_INT(IOTA_ConfigSetStr(EN_IOTA_CFG_MQTT_PORT, "9999"), 0);
    CHECK_INT(IOTA_Connect(), IOTA_MQTT_CONNECT_FAILED);
    CHECK_INT(IOTA_ConfigSetUint(EN_IOTA_CFG_MQTT_PORT, 9999), 0);
    CHECK_INT(IOTA_Connect(), IOTA_MQTT_CONNECT_FAILED);
    CHECK_INT(IOTA_ConfigSetStr(EN_IOTA_CFG_MQTT_PORT, g_args.port), 0);
    CHECK_INT(IOTA_ConfigSetStr(EN_IOTA_CFG_DEVICEID, "not\xff\xfeutf8"), 0);
    CHECK_INT(IOTA_Connect(), IOTA_MQTT_CONNECT_FAILED);
    CHECK_INT(Count(SUCCESS) + Count(FAILURE), 0);
    CHECK_INT(IOTA_Destroy(), 0);
}

static void CertificatesMissing(void)
{
    char *noFiles = Option("empty-dir", "/");

    CHECK_INT(IOTA_Init(noFiles), 0);
    CHECK_INT(IOTA_ConnectConfigSet(g_args.address, "8883", g_args.id, g_args.secret), 0);
    LogForget();
    CHECK_INT(IOTA_Connect(), IOTA_CERTIFICATE_NOT_FOUND);
    CHECK(LogHas("rootcert.pem"));
    CHECK_INT(IOTA_Destroy(), 0);

    CHECK_INT(IOTA_Init(Option("ca-dir", "/")), 0);
    CHECK_INT(IOTA_ConnectConfigSet(g_args.address, "8883", g_args.id, NULL), 0);
    CHECK_INT(IOTA_ConfigSetUint(EN_IOTA_CFG_AUTH_MODE, EN_IOTA_CFG_AUTH_MODE_CERT), 0);
    LogForget();
    CHECK_INT(IOTA_Connect(), IOTA_CERTIFICATE_NOT_FOUND);
    CHECK(LogHas("deviceCert"));
    CHECK_INT(IOTA_Destroy(), 0);
}

static void Connecting(void)
{
    int pending;

    ForgetProtocol();
    CHECK_INT(IOTA_Init(g_args.workDir), 0);
    CHECK_INT(IOTA_ConnectConfigSet(Option("silent-address", NULL), Option("silent-port", NULL), g_args.id, g_args.secret), 0);
    CHECK_INT(IOTA_Connect(), 0);
    CHECK_INT(IOTA_IsConnected(), 0);
    CHECK_INT(IOTA_Init(g_args.workDir), IOTA_INITIALIZATION_REPEATED);
    CHECK_INT(IOTA_Connect(), 0);
    CHECK_INT(SubscribeCommand(), IOTA_FAILURE);
    for (pending = 0; pending < 4; pending++) {
        CHECK_INT(Report(&pending), 0);
    }
    CHECK_INT(IOTA_DisConnect(), IOTA_MQTT_DISCONNECT_FAILED); /* the attempt goes on, further reports are refused */
    CHECK_INT(Report(&pending), IOTA_FAILURE);
    CHECK_INT(IOTA_Destroy(), 0);
    CHECK_INT(Count(UNPUBLISHED), pending);
    CHECK_INT(LastCode(UNPUBLISHED), -11);
    CHECK(LastContext(UNPUBLISHED) == &pending);
    CHECK_INT(Count(FAILURE), 0);
    CHECK_INT(IOTA_Connect(), IOTA_FAILURE);

    ForgetProtocol();
    CHECK_INT(IOTA_Init(g_args.workDir), 0);
    CHECK_INT(IOTA_ConnectConfigSet(Option("silent-address", NULL), Option("silent-port", NULL), g_args.id, g_args.secret), 0);
    CHECK_INT(IOTA_ConfigSetUint(EN_IOTA_CFG_CONNECT_TIMEOUT, 1), 0);
    CHECK_INT(IOTA_Connect(), 0);
    CHECK_SOON(Count(FAILURE) == 1, 6000);
    CHECK_INT(LastCode(FAILURE), -1);
    CHECK(LastMessageIs(FAILURE, "TCP connect timeout"));
    CHECK_INT(IOTA_ConfigSetUint(EN_IOTA_CFG_CONNECT_TIMEOUT, 30), 0);
    CHECK_INT(IOTA_Destroy(), 0);
}

static void Failed(void)
{
    ForgetProtocol();
    CHECK_INT(IOTA_Init(g_args.workDir), 0);
    CHECK_INT(IOTA_ConnectConfigSet(Option("refusing-address", NULL), Option("refusing-port", NULL), g_args.id, g_args.secret), 0);
    LogForget();
    CHECK_INT(IOTA_Connect(), 0);
    CHECK_SOON(Count(FAILURE) == 1, 5000);
    CHECK_INT(LastCode(FAILURE), -1);
    CHECK(LastMessageIs(FAILURE, "TCP/TLS connect failure"));
    CHECK(LogHas("refused"));
    CHECK_INT(IOTA_IsConnected(), 0);
    CHECK_INT(IOTA_Init(g_args.workDir), IOTA_INITIALIZATION_REPEATED);
    CHECK_INT(IOTA_DisConnect(), IOTA_MQTT_DISCONNECT_FAILED);
    CHECK_INT(SubscribeCommand(), IOTA_FAILURE);
    CHECK_INT(Report(NULL), IOTA_FAILURE); /* IOTA_DisConnect stopped the buffering */
    CHECK_INT(IOTA_Connect(), 0);
    CHECK_SOON(Count(FAILURE) == 2, 5000);
    CHECK_INT(Report(NULL), 0);
    SleepMs(300);
    CHECK_INT(Count(FAILURE), 2); /* one attempt, one callback */

    /* a corrected configuration takes effect at the next attempt, and what was held is sent */
    CHECK_INT(IOTA_ConnectConfigSet(g_args.address, g_args.port, g_args.id, g_args.secret), 0);
    CHECK_INT(IOTA_Connect(), 0);
    CHECK_SOON(Count(SUCCESS) == 1, 10000);
    CHECK_SOON(Count(PUBLISHED) == 1, 5000);
    CHECK_INT(IOTA_Destroy(), 0);
    CHECK_INT(Count(DISCONNECTED), 1);
    CHECK_INT(Count(UNPUBLISHED), 0);
}

static void WrongSecret(void)
{
    ForgetProtocol();
    CHECK_INT(IOTA_Init(g_args.workDir), 0);
    CHECK_INT(IOTA_ConnectConfigSet(g_args.address, g_args.port, g_args.id, "some-other-secret"), 0);
    CHECK_INT(IOTA_Connect(), 0);
    CHECK_SOON(Count(FAILURE) == 1, 10000);
    CHECK(LastCode(FAILURE) == 4 || LastCode(FAILURE) == 5);
    CHECK(LastMessageIs(FAILURE, "CONNACK return code"));
    CHECK(!LogHas("some-other-secret"));
    CHECK_INT(IOTA_Destroy(), 0);
}

static void Connected(void)
{
    static int context;
    int id;

    ForgetProtocol();
    if (!ConnectNow()) {
        return;
    }
    CHECK_SOON(Count(SUCCESS) == 1, 1000);
    CHECK_INT(LastCode(SUCCESS), 0);
    CHECK(LastMessageIs(SUCCESS, NULL));
    CHECK_INT(IOTA_Init(g_args.workDir), IOTA_INITIALIZATION_REPEATED);
    CHECK_INT(IOTA_Init("/no/such/directory"), IOTA_INITIALIZATION_REPEATED);
    CHECK_INT(IOTA_IsConnected(), 1);
    CHECK_INT(IOTA_Connect(), 0);
    CHECK_INT(IOTA_ConfigSetUint(EN_IOTA_CFG_KEEP_ALIVE_TIME, 60), 0);

    CHECK_INT(Report(&context), 0);
    CHECK_SOON(Count(PUBLISHED) == 1, 5000);
    CHECK(LastContext(PUBLISHED) == &context);
    CHECK(LastMessageId(PUBLISHED) > 0);
    id = SubscribeUserTopic("lifecycle");
    CHECK(id >= 1);
    CHECK_SOON(Count(EN_IOTA_CALLBACK_SUBSCRIBE_SUCCESS) == 1, 5000);
    CHECK_INT(LastMessageId(EN_IOTA_CALLBACK_SUBSCRIBE_SUCCESS), id);
    id = IOTA_RawTopicMessageReport(Option("raw-topic", NULL), "raw", 1, NULL);
    CHECK(id >= 1);
    CHECK_SOON(Count(PUBLISHED) == 2, 5000);
    CHECK_INT(LastMessageId(PUBLISHED), id);
    CHECK_INT(Count(SUCCESS), 1);

    CHECK_INT(IOTA_DisConnect(), 0);
    CHECK_SOON(Count(DISCONNECTED) == 1, 5000);
    CHECK_INT(IOTA_IsConnected(), 0);
    CHECK_INT(IOTA_DisConnect(), IOTA_MQTT_DISCONNECT_FAILED);
    CHECK_INT(Report(NULL), IOTA_FAILURE);
    CHECK_INT(SubscribeCommand(), IOTA_FAILURE);
    CHECK_INT(Count(LOST), 0);
    CHECK_INT(IOTA_Init(g_args.workDir), IOTA_INITIALIZATION_REPEATED);
    CHECK_INT(IOTA_Connect(), 0);
    CHECK_SOON(Count(SUCCESS) == 2, 10000);
    CHECK_INT(IOTA_Destroy(), 0);
    CHECK_INT(Count(DISCONNECTED), 2);
}

static void WhileLost(void)
{
    CHECK_INT(IOTA_IsConnected(), 0);
    CHECK_INT(Report(NULL), 0);
    CHECK_INT(SubscribeCommand(), IOTA_FAILURE);
    CHECK_INT(IOTA_Init(g_args.workDir), IOTA_INITIALIZATION_REPEATED);
    CHECK_INT(IOTA_ConfigSetUint(EN_IOTA_CFG_QOS, 1), 0);
}

static void WhileLostStop(void)
{
    CHECK_INT(IOTA_IsConnected(), 0);
    CHECK_INT(IOTA_DisConnect(), IOTA_MQTT_DISCONNECT_FAILED);
}

static void Lost(void)
{
    ForgetProtocol();
    if (!ConnectNow()) {
        return;
    }
    CHECK_SOON(Count(SUCCESS) == 1, 1000);
    InsideProtocol(LOST, WhileLost);
    CHECK(Ask("drop"));
    CHECK_SOON(Count(LOST) == 1, 5000);
    CHECK_INT(LastCode(LOST), -1);
    CHECK(LastMessageIs(LOST, NULL));
    CHECK_SOON(Count(SUCCESS) == 2, 10000); /* one automatic attempt, as the callback did not connect */
    CHECK_SOON(Count(PUBLISHED) == 1, 5000); /* what was reported meanwhile */

    InsideProtocol(LOST, WhileLostStop);
    CHECK(Ask("drop"));
    CHECK_SOON(Count(LOST) == 2, 5000);
    SleepMs(500);
    CHECK_INT(Count(SUCCESS), 2); /* IOTA_DisConnect in the callback: no automatic attempt */
    CHECK_INT(Count(FAILURE), 0);
    CHECK_INT(Report(NULL), IOTA_FAILURE);
    CHECK_INT(IOTA_Connect(), 0);
    CHECK_SOON(Count(SUCCESS) == 3, 10000);
    CHECK_INT(IOTA_Destroy(), 0);
}

static void DefaultCallbacks(void)
{
    ForgetProtocol();
    CHECK_INT(InitAndConfigure(), 0);
    IOTA_DefaultCallbackInit();
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_PUBLISH_SUCCESS, NULL);
    CHECK_INT(IOTA_Connect(), 0);
    CHECK_SOON(IOTA_IsConnected() == 1, 10000);
    CHECK(Ask("drop"));
    CHECK_SOON(IOTA_IsConnected() == 0, 2000);
    CHECK_SOON(IOTA_IsConnected() == 1, 10000); /* back-off of 2.6 to 2.8 s */
    CHECK_INT(IOTA_Destroy(), 0);
    RecordProtocol();
}

static void Again(void)
{
    for (int i = 1; i <= 3; i++) {
        ForgetProtocol();
        CHECK(ConnectNow());
        CHECK_SOON(Count(SUCCESS) == 1, 1000);
        CHECK_INT(IOTA_Destroy(), 0);
        CHECK_INT(IOTA_Destroy(), 0);
        CHECK_INT(IOTA_IsConnected(), 0);
        CHECK_INT(IOTA_DisConnect(), IOTA_MQTT_DISCONNECT_FAILED);
    }
}

int main(int argc, char **argv)
{
    Start(argc, argv);
    RecordProtocol();
    Uninitialised();
    Initialised();
    CertificatesMissing();
    Connecting();
    Failed();
    WrongSecret();
    Connected();
    Lost();
    DefaultCallbacks();
    Again();
    return Finish();
}
