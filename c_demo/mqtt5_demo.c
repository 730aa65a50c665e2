/*
 * MQTT 5: properties of messages in both directions. The program is compiled with -DMQTTV5, which is all that chooses the
 * version.
 */
#include "session.h"

static int g_messages;
static int g_properties;

static void OnMessage(EN_IOTA_RAW_MESSAGE *message, void *mqttv5)
{
    const MQTTV5_DATA *data = mqttv5;

    Say("message: %s", message->payload);
    for (const MQTTV5_USER_PRO *one = data->properties; one != NULL; one = one->nex) {
        Say("  user property %s = %s", one->key, one->Value);
        Count(&g_properties);
    }
    Say("  content type %s, response topic %s, correlation data %s", Text(data->contnt_type), Text(data->response_topic),
        Text(data->correlation_data));
    Count(&g_messages);
}

static bool Report(void)
{
    MQTTV5_USER_PRO second = {"line", "1", NULL};
    MQTTV5_USER_PRO first = {"shift", "night", &second};
    MQTTV5_DATA data = mqttv5_initializer;
    ST_IOTA_MESS_REP_INFO message;

    memset(&message, 0, sizeof(message));
    message.name = "greeting";
    message.content = "hello, platform";
    data.properties = &first;
    data.contnt_type = "text/plain";
    data.response_topic = "answers/here";
    data.correlation_data = "42";
    return IOTA_MessageReportV5(message, 0, NULL, &data) == 0 && WaitFor(&g_delivered, 1);
}

int main(int argc, char **argv)
{
    if (!ReadArguments(argc, argv, 0, "")) {
        return 2;
    }
    bool ok = Prepare();
    IOTA_SetRawMessageCallback(OnMessage);

    ok = ok && Connect();
    ok = ok && Report();
    Say("ready for messages");
    ok = ok && WaitFor(&g_messages, 1) && WaitFor(&g_properties, 2);
    return Finish(ok);
}
