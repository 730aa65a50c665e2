/* The older V3 topics: a report, a command with its answer, and binary data both ways. */
#include "session.h"

static int g_commands;
static int g_subscribed;

static void OnCommand(EN_IOTA_COMMAND_V3 *command)
{
    ST_IOTA_COMMAND_RSP_V3 answer = {command->mid, 0, "{\"result\":\"done\"}"};

    if (command->mid == -1) {
        Say("binary command");
    } else {
        Say("command %s of service %s, number %d: %s", command->cmd, command->serviceId, command->mid, Text(command->paras));
        (void)IOTA_CmdRspV3(&answer, NULL);
    }
    Count(&g_commands);
}

static void OnSubscribed(EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    (void)rsp;
    Count(&g_subscribed);
}

int main(int argc, char **argv)
{
    ST_IOTA_SERVICE_DATA_INFO service = {"lamp", NULL, "{\"on\":true}"};

    if (!ReadArguments(argc, argv, 0, "")) {
        return 2;
    }
    bool ok = Prepare();
    IOTA_SetCmdCallbackV3(OnCommand);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_SUBSCRIBE_SUCCESS, OnSubscribed);

    ok = ok && Connect();
    ok = ok && IOTA_SubscribeJsonCmdV3() > 0 && IOTA_SubsrcibeBinaryCmdV3() > 0 && WaitFor(&g_subscribed, 2);
    ok = ok && IOTA_PropertiesReportV3(&service, 1, NULL) == 0 && IOTA_BinaryReportV3("\x01\x02", NULL) == 0;
    ok = ok && WaitFor(&g_delivered, 2);
    Say("ready for commands");
    ok = ok && WaitFor(&g_commands, 2) && WaitFor(&g_delivered, 3);
    return Finish(ok);
}
