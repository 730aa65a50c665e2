/*
 * Remote login: at a notice of the platform the program opens the tunnel through which the platform can log in on this machine.
 * Compile it with -DSSH_SWITCH, against a library with the cargo feature "tunnel". Runs until the end of its input.
 */
#include "session.h"

#include "iota_defaultCallback.h"
#include "wss_client.h"

/* With SSH_SWITCH the default callback does the same; a program that wants to decide itself has its own. */
static void OnTunnel(char *objectDeviceId, EN_IOTA_MQTT_MSG_INFO *mqttMsgInfo, EN_IOTA_SERVICE_EVENT *message)
{
    URL_INFO info = {NULL, NULL, NULL, NULL};
    const EN_IOTA_TUNNEL_MGR_PARAS *paras = message->tunnel_mgr_paras;

    (void)objectDeviceId;
    (void)mqttMsgInfo;
    if (message->event_type != EN_IOTA_EVENT_TUNNEL_NOTIFY || paras == NULL) {
        return;
    }
    if (WssClientSplitUrl(&info, paras->tunnel_url, paras->tunnel_access_token) != 0) {
        Say("the notice has no usable URL");
        return;
    }
    Say("remote login through %s, port %s", info.site, info.port);
    WssClientCreate(&info);
    free(info.site);
    free(info.port);
    free(info.path);
    free(info.token);
}

int main(int argc, char **argv)
{
    if (!ReadArguments(argc, argv, 0, "")) {
        return 2;
    }
    bool ok = Prepare();
    IOTA_DefaultCallbackInit();
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_CONNECT_SUCCESS, OnConnected);
    if (getenv("OWN_CALLBACK") != NULL) {
        IOTA_SetEvenTunnelManagerCallback(OnTunnel);
    }

    ok = ok && Connect();
    Say("ready for remote login");
    while (ok && getchar() != EOF) {
        /* whatever is typed */
    }
    return Finish(ok);
}
