/*
 * Messages: to the platform plain, compressed and on a topic of the user's own; from the platform in the standard form, as raw
 * bytes and on that topic.
 */
#include "session.h"

#define USER_TOPIC "line/1"
#define REPORTS 3

static int g_messages;
static int g_rawMessages;
static int g_userMessages;
static int g_subscribed;

static void OnMessage(EN_IOTA_MESSAGE *message, void *mqttv5)
{
    (void)mqttv5;
    Say("message \"%s\", id %s: %s", Text(message->name), Text(message->id), Text(message->content));
    Count(&g_messages);
}

/* Runs for every message, in the standard form or not. */
static void OnRawMessage(EN_IOTA_RAW_MESSAGE *message, void *mqttv5)
{
    (void)mqttv5;
    Say("raw message of %d bytes", message->payloadLength);
    Count(&g_rawMessages);
}

static void OnUserMessage(EN_IOTA_USER_TOPIC_RAW_MESSAGE *message)
{
    Say("message on user topic %s: %s", message->topicPara, message->payload);
    Count(&g_userMessages);
}

static void OnSubscribed(EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    (void)rsp;
    Count(&g_subscribed);
}

static bool Report(void)
{
    bool ok = IOTA_MessageReport(NULL, "greeting", "1", "hello, platform", NULL, 0, NULL) == 0;
    ok = IOTA_MessageReport(NULL, "measurements", "2", "{\"samples\":[1,2,3]}", NULL, 1, NULL) == 0 && ok;
    ok = IOTA_MessageReport(NULL, NULL, NULL, "on the line", USER_TOPIC, 0, NULL) == 0 && ok;
    return ok && WaitFor(&g_delivered, REPORTS);
}

int main(int argc, char **argv)
{
    if (!ReadArguments(argc, argv, 0, "")) {
        return 2;
    }
    bool ok = Prepare();
    IOTA_SetMessageCallback(OnMessage);
    IOTA_SetRawMessageCallback(OnRawMessage);
    IOTA_SetUserTopicRawMsgCallback(OnUserMessage);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_SUBSCRIBE_SUCCESS, OnSubscribed);

    ok = ok && Connect();
    ok = ok && IOTA_SubscribeUserTopic(USER_TOPIC) > 0 && WaitFor(&g_subscribed, 1);
    ok = ok && Report();
    Say("ready for messages");
    ok = ok && WaitFor(&g_messages, 1) && WaitFor(&g_rawMessages, 2) && WaitFor(&g_userMessages, 1);
    return Finish(ok);
}
