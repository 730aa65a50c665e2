/*
 * Bridge: one connection for many devices. It logs a device in, reports for it, answers its command, gives it a new secret and
 * logs it out; the platform cuts the second device.
 */
#include "session.h"

#include "iota_bridge.h"

static int g_login;
static int g_logout;
static int g_reset;
static int g_cut;
static int g_commands;

static void OnLogin(EN_IOTA_BRIDGES_LOGIN *login)
{
    Say("login of %s: %d", Text(login->bridge_device_id), login->result_code);
    if (login->result_code == 0) {
        Count(&g_login);
    }
}

static void OnLogout(EN_IOTA_BRIDGES_LOGOUT *logout)
{
    Say("logout of %s: %d", Text(logout->bridge_device_id), logout->result_code);
    if (logout->result_code == 0) {
        Count(&g_logout);
    }
}

static void OnReset(EN_IOTA_BRIDGES_RESET_SECRET *reset)
{
    Say("new secret of %s: %d, %zu characters", Text(reset->bridge_device_id), reset->result_code,
        strlen(Text(reset->new_secret)));
    if (reset->result_code == 0) {
        Count(&g_reset);
    }
}

static void OnCut(EN_IOTA_BRIDGES_PALLET_DISCONNECT *cut)
{
    Say("the platform cut %s", Text(cut->bridge_device_id));
    Count(&g_cut);
}

static void OnCommand(EN_IOTA_COMMAND *command)
{
    Say("command %s for %s", command->command_name, Text(command->bridge_device_id));
    (void)IOTA_BridgeDeviceCommandResponse(command->bridge_device_id, command->request_id, 0, NULL, "{\"done\":true}", NULL);
    Count(&g_commands);
}

static bool Report(char *device)
{
    ST_IOTA_SERVICE_DATA_INFO service = {"climate", NULL, "{\"temperature\":7}"};

    return IOTA_BridgeDevicePropertiesReport(device, &service, 1, NULL) == 0
        && IOTA_BridgeDeviceMessagesReport(device, NULL, "note", "1", "hello through the bridge", NULL) == 0;
}

int main(int argc, char **argv)
{
    if (!ReadArguments(argc, argv, 4, " DEVICE SECRET DEVICE SECRET")) {
        return 2;
    }
    char *first = argv[4];
    char *firstSecret = argv[5];
    char *second = argv[6];
    char *secondSecret = argv[7];
    bool ok = Prepare();
    IOTA_SetBridgesDeviceLoginCallback(OnLogin);
    IOTA_SetBridgesDeviceLogoutCallback(OnLogout);
    IOTA_SetBridgesDeviceResetSecretCallback(OnReset);
    IOTA_SetBridgesDeviceDisConnCallback(OnCut);
    IOTA_SetCmdCallback(OnCommand);

    ok = ok && IOTA_BridgeConnect() == 0 && WaitFor(&g_connected, 1);
    ok = ok && IOTA_BridgeDeviceLogin(first, firstSecret, NULL, NULL) == 0 && WaitFor(&g_login, 1);
    ok = ok && IOTA_BridgeDeviceLogin(second, secondSecret, "second", NULL) == 0 && WaitFor(&g_login, 2);
    ok = ok && Report(first);
    Say("ready for commands");
    ok = ok && WaitFor(&g_commands, 1);
    ok = ok && IOTA_BridgeDeviceResetSecret(first, firstSecret, "0123456789abcdef", NULL, NULL) == 0 && WaitFor(&g_reset, 1);
    ok = ok && IOTA_BridgeDeviceLogout(first, NULL, NULL) == 0 && WaitFor(&g_logout, 1);
    Say("ready to be cut");
    ok = ok && WaitFor(&g_cut, 1);
    return Finish(ok);
}
