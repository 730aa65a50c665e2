/*
 * Provisioning: asks the provisioning service where to connect, then connects there. With a scope, the device belongs to a group
 * and logs in with the group's secret; it is registered by that and gets a secret of its own.
 */
#include "session.h"

static int g_provisioned;
static int g_subscribed;
static char g_address[256];
static char g_secret[256];

static void OnProvisioned(EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    (void)snprintf(g_address, sizeof(g_address), "%s", Text(rsp->message));
    (void)snprintf(g_secret, sizeof(g_secret), "%s", Text(rsp->deviceSecret));
    Say("provisioned: address %s, %s secret", g_address, Same(g_secret, "-1") ? "no new" : "a new");
    Count(&g_provisioned);
}

static void OnSubscribed(EN_IOTA_MQTT_PROTOCOL_RSP *rsp)
{
    (void)rsp;
    Count(&g_subscribed);
}

static bool AskForAddress(char *scope)
{
    bool ok = Prepare();

    IOTA_SetBootstrapCallback(OnProvisioned);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_SUBSCRIBE_SUCCESS, OnSubscribed);
    if (scope != NULL) {
        (void)IOTA_ConfigSetUint(EN_IOTA_CFG_BS_MODE, EN_IOTA_CFG_BS_SELF_REG);
        (void)IOTA_ConfigSetStr(EN_IOTA_CFG_BS_SCOPE_ID, scope);
        (void)IOTA_ConfigSetStr(EN_IOTA_CFG_BS_GROUP_SECRET, g_session.secret);
    }
    ok = ok && Connect();
    ok = ok && IOTA_SubscribeBoostrap() > 0 && WaitFor(&g_subscribed, 1);
    ok = ok && IOTA_Bootstrap(NULL) > 0 && WaitFor(&g_provisioned, 1);
    (void)IOTA_DisConnect();
    (void)IOTA_Destroy();
    return ok;
}

int main(int argc, char **argv)
{
    char *scope = argc == 5 ? argv[4] : NULL;

    if (!ReadArguments(argc, argv, scope != NULL ? 1 : 0, " [SCOPE]")) {
        return 2;
    }
    if (!AskForAddress(scope)) {
        Say("failed");
        return EXIT_FAILURE;
    }
    char *colon = strrchr(g_address, ':');
    if (colon != NULL) {
        *colon = '\0';
        g_session.host = g_address;
        g_session.port = colon + 1;
    }
    if (!Same(g_secret, "-1")) {
        g_session.secret = g_secret;
    }
    g_connected = 0;
    g_delivered = 0;
    bool ok = colon != NULL && Prepare() && Connect();
    ok = ok && IOTA_MessageReport(NULL, NULL, NULL, "provisioned", NULL, 0, NULL) == 0 && WaitFor(&g_delivered, 1);
    return Finish(ok);
}
