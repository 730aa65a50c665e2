/* Device to device over the platform: one asks, the other answers. Start the one that answers first. */
#include "session.h"

static int g_received;
static int g_subscribed;
static bool g_asks;

static void OnM2m(EN_IOTA_M2M_MESSAGE *message)
{
    Say("%s says: %s", Text(message->from), Text(message->content));
    if (!g_asks && message->from != NULL) {
        (void)IOTA_M2MSendMsg(message->from, g_session.id, "all is well", message->request_id, NULL);
    }
    Count(&g_received);
}

static void OnSubscribed(EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    (void)rsp;
    Count(&g_subscribed);
}

int main(int argc, char **argv)
{
    char topic[256];

    if (!ReadArguments(argc, argv, argc == 5 ? 1 : 0, " [DEVICE_ID of the one to ask]")) {
        return 2;
    }
    g_asks = argc == 5;
    bool ok = Prepare();
    IOTA_SetM2mCallback(OnM2m);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_SUBSCRIBE_SUCCESS, OnSubscribed);

    ok = ok && Connect();
    (void)snprintf(topic, sizeof(topic), "$oc/m2m/to/%s/#", g_session.id);
    ok = ok && IOTA_SubscribeTopic(topic, 1) > 0 && WaitFor(&g_subscribed, 1);
    Say("ready for messages");
    if (g_asks) {
        ok = ok && IOTA_M2MSendMsg(argv[4], g_session.id, "how are you?", "1", NULL) > 0;
    }
    ok = ok && WaitFor(&g_received, 1) && WaitFor(&g_delivered, 1);
    return Finish(ok);
}
