/* What IOTA_GetLastError and IOTA_WhyOffline say of a fault. args: fault address port id secret */
#include "field.h"
#include "iota_why_ext.h"
static void Last(const char *what, int result) {
    char why[1024] = "";
    int length = IOTA_GetLastError(why, sizeof why);
    Say("%s: %d; %s", what, result, length > 0 ? why : "(nothing)");
}
static void Offline(void) {
    char why[2048] = "", little[8];
    int length = IOTA_WhyOffline(why, sizeof why);
    if (IOTA_WhyOffline(NULL, 0) <= 0 || IOTA_WhyOffline(little, sizeof little) <= 7 || strlen(little) > 7)
        exit(4);
    Say("why offline (%d): %s", length, why);
}
int main(int c, char **v) {
    const char *fault = v[1];

    Env();
    if (c < 6)
        return 2;
    g_minlevel = 9;
    H = v[2], P = v[3], D = v[4], S = v[5];
    if (strcmp(fault, "early") == 0) {
        Last("report", Rep("x", NULL));
        Offline();
        return 0;
    }
    Last("nothing yet", 0);
    IOTA_Init(W);
    Callbacks();
    if (strcmp(fault, "twice") == 0)
        Last("init again", IOTA_Init(W));
    Config();
    IOTA_ConfigSetUint(EN_IOTA_CFG_EXT_AUTO_RECONNECT, strcmp(fault, "once") != 0);
    if (strcmp(fault, "range") == 0)
        Last("qos", IOTA_ConfigSetUint(EN_IOTA_CFG_QOS, 3));
    if (strcmp(fault, "item") == 0)
        Last("item", IOTA_ConfigSetUint(99, 3));
    if (strcmp(fault, "null") == 0)
        Last("null", IOTA_PropertiesReport(NULL, 1, 0, NULL));
    if (strcmp(fault, "full") == 0) {
        IOTA_ConfigSetUint(EN_IOTA_CFG_EXT_QUEUE_MESSAGES, 2);
        Last("connect", IOTA_Connect());
        for (int i = 0; i < 3; i++)
            Last("report", Rep("x", NULL));
        return 0;
    }
    if (strcmp(fault, "payload") == 0) {
        static char large[2001];
        memset(large, 'x', 2000);
        IOTA_ConfigSetUint(EN_IOTA_CFG_EXT_MAX_PAYLOAD, 1000);
        IOTA_Connect();
        Last("report", Rep(large, NULL));
        return 0;
    }
    if (strcmp(fault, "utf8") == 0) {
        IOTA_Connect();
        Last("topic", IOTA_MessageReport(NULL, "n", "1", "x", "a\xff", 0, NULL));
        return 0;
    }
    if (strcmp(fault, "wildcard") == 0) {
        IOTA_Connect();
        Last("topic", IOTA_MessageReport(NULL, "n", "1", "x", "a/#", 0, NULL));
        return 0;
    }
    if (strcmp(fault, "disconnect") == 0) {
        Last("disconnect", IOTA_DisConnect());
        return 0;
    }
    if (strcmp(fault, "certificate") == 0)
        IOTA_ConfigSetUint(EN_IOTA_CFG_AUTH_MODE, EN_IOTA_CFG_AUTH_MODE_CERT);
    if (strcmp(fault, "group") == 0) {
        IOTA_ConfigSetUint(EN_IOTA_CFG_BS_MODE, 1);
        IOTA_ConfigSetStr(EN_IOTA_CFG_BS_SCOPE_ID, "scope");
        IOTA_ConfigSetStr(EN_IOTA_CFG_BS_GROUP_SECRET, "no base64 !");
    }
    if (strcmp(fault, "keep-alive") == 0)
        IOTA_ConfigSetUint(EN_IOTA_CFG_KEEP_ALIVE_TIME, 10);
    if (strcmp(fault, "no name") == 0)
        IOTA_ConfigSetStr(EN_IOTA_CFG_EXT_SERVER_NAME, "another.example");
    Last("connect", IOTA_Connect());
    Till(&g_up, 1, 800);
    if (strcmp(fault, "twice at once") == 0)
        Last("answer", IOTA_CommandResponse(NULL, 0, "x", "{}", NULL));
    if (strcmp(fault, "lost") == 0)
        Till(&g_lost, 1, 5000);
    Offline();
    IOTA_Destroy();
    return 0;
}
