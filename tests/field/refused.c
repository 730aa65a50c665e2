/*
 * A day's work while one allocation fails (preloaded: refuse.c): connect over what the port says, reports small and large, plain
 * and packed, a batch, a large command and its answer, a large soft bus answer, a near link with messages both ways, a spool.
 * What was accepted is delivered. Arg "peer ADDRESS": the other end of the near link, until its standard input ends.
 */
#include "field.h"
#include "dconncaseone_interface.h"
#include "iota_softbus_ext.h"
#include "soft_bus_datatrans.h"
extern void refuse_arm(void) __attribute__((weak));
extern long refuse_rest(void) __attribute__((weak));
static char g_large[200001], g_property[60001], g_answer[40001];
static int g_commands, g_buses, g_results, g_got, g_accepted;
static bool g_peer;
static bool Any(const char *text) { return text != NULL; }
static char *Key(const char *id) { return id != NULL ? "0123456789abcdef0123" : NULL; }
static char *Id(void) { return g_peer ? "dev2" : "dev1"; }
static void Result(const char *id, uint32_t result) {
    (void)id;
    __sync_fetch_and_add(&g_results, 1);
    if (result != 0)
        Say("near link: result %u", result);
}
static void Data(const char *id, const char *data, uint32_t length) {
    __sync_fetch_and_add(&g_got, 1);
    if (g_peer)
        DConnSendData(id, data, length);
}
static void Kit(void) {
    CallbackParam p = {Result, Data, Any, Any, Key, Id};
    RegisterCallback(&p);
}
static void Command(EN_IOTA_COMMAND *c) {
    __sync_fetch_and_add(&g_commands, 1);
    if (IOTA_CommandResponse(c->request_id, 0, "answer", g_answer, NULL) == 0)
        __sync_fetch_and_add(&g_accepted, 1);
}
static void Event(EN_IOTA_EVENT *e) {
    (void)e;
    __sync_fetch_and_add(&g_buses, 1);
    IOTA_SoftBusFreeSnapshot(IOTA_SoftBusGetSnapshot());
}
static void Count(int result) {
    if (result == 0)
        __sync_fetch_and_add(&g_accepted, 1);
}
static void Reports(void) {
    ST_IOTA_SERVICE_DATA_INFO s = {"service", NULL, g_property};
    static ST_IOTA_DEVICE_DATA_INFO d;
    int lengths[1] = {1};
    d.device_id = "child";
    d.services[0] = s;
    for (int i = 0; i < 3; i++) {
        Count(Rep("small", NULL));
        Count(Rep(g_large, NULL));
        Count(IOTA_MessageReport(NULL, "n", "1", g_large, NULL, 1, NULL));
        Count(IOTA_MessageReport(NULL, "n", "1", g_large, "topic", 0, NULL));
        Count(IOTA_PropertiesReport(&s, 1, i % 2, NULL));
        Count(IOTA_BatchPropertiesReport(&d, 1, lengths, 0, NULL));
    }
}
int main(int c, char **v) {
    Env();
    if (c > 2 && strcmp(v[1], "peer") == 0) {
        g_peer = true;
        Kit();
        char bad[64] = "";
        uint32_t r = InitDConnCaseOne(INIT_SERVICE, v[2], bad);
        Say("peer listens: %u %s", r, bad);
        while (getchar() != EOF)
            ;
        CloseDConnCaseOne();
        return 0;
    }
    memset(g_large, 'x', sizeof g_large - 1);
    snprintf(g_property, sizeof g_property, "{\"a\":\"%0*d\"}", 59000, 7);
    snprintf(g_answer, sizeof g_answer, "{\"a\":\"%0*d\"}", 39000, 7);
    if (refuse_arm != NULL)
        refuse_arm();
    if (IOTA_Init(W) != 0)
        return 3;
    Callbacks();
    Config();
    IOTA_SetCmdCallback(Command);
    IOTA_SetEventCallback(Event);
    IOTA_ConfigSetUint(EN_IOTA_CFG_EXT_AUTO_RECONNECT, 1);
    if (getenv("FIELD_SPOOL") != NULL)
        IOTA_ConfigSetStr(EN_IOTA_CFG_EXT_SPOOL_DIRECTORY, getenv("FIELD_SPOOL"));
    int tries = 0;
    do {
        IOTA_Connect();
        Till(&g_up, 1, 4000);
    } while (g_up == 0 && ++tries < 5);
    SubscribeAll();
    Reports();
    if (c > 1) {
        Kit();
        char bad[64] = "";
        uint32_t r = 1;
        for (int i = 0; i < 5 && r != 0; i++)
            r = InitDConnCaseOne(INIT_CLIENT, v[1], bad);
        static char data[DCONN_DATA_BODY_LEN];
        memset(data, 'd', sizeof data);
        int sent = 0;
        for (int i = 0; i < 30; i++)
            sent += DConnSendData("dev2", data, sizeof data) == 0;
        Till(&g_results, sent, 12000);
        Till(&g_got, sent, 2000);
        Say("near link %u: %d sent, %d results, %d back", r, sent, g_results, g_got);
    }
    Till(&g_commands, 1, 3000);
    Till(&g_buses, 1, 1000);
    Reports();
    for (int i = 0; i < 300 && g_ok + g_bad < g_accepted; i++)
        Ms(50);
    int up = IOTA_IsConnected();
    long seen = refuse_rest != NULL ? refuse_rest() : -1;
    IOTA_Destroy();
    Say("RESULT up %d commands %d buses %d accepted %d delivered %d failed %d allocations %ld", up, g_commands, g_buses, g_accepted,
        g_ok, g_bad, seen);
    return !(up && g_ok == g_accepted);
}
