/* Commands: one that the device knows and one that it refuses. */
#include "session.h"

static int g_commands;

static void OnCommand(EN_IOTA_COMMAND *command)
{
    cJSON *paras = cJSON_Parse(command->paras);
    const cJSON *on = cJSON_GetObjectItem(paras, "on");

    Say("command %s of service %s: %s", command->command_name, command->service_id, Text(command->paras));
    if (Same(command->command_name, "switch") && cJSON_IsBool(on)) {
        char *answer = cJSON_IsTrue(on) ? "{\"state\":\"on\"}" : "{\"state\":\"off\"}";
        (void)IOTA_CommandResponse(command->request_id, 0, "switched", answer, NULL);
    } else {
        (void)IOTA_CommandResponse(command->request_id, 1, "refused", NULL, NULL);
    }
    cJSON_Delete(paras);
    Count(&g_commands);
}

int main(int argc, char **argv)
{
    if (!ReadArguments(argc, argv, 0, "")) {
        return 2;
    }
    bool ok = Prepare();
    IOTA_SetCmdCallback(OnCommand);

    ok = ok && Connect();
    Say("ready for commands");
    ok = ok && WaitFor(&g_commands, 2) && WaitFor(&g_delivered, 2);
    return Finish(ok);
}
