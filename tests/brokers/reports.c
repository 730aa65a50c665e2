/* Reports to somebody else's broker: every accepted one must end in exactly one callback. reports COUNT BYTES [WEBSOCKET] */
#include "field.h"

static unsigned char *ends;
static int count, twice;

static void End(EN_IOTA_MQTT_PROTOCOL_RSP *r, int delivered)
{
    long n = (long)r->mqtt_msg_info->context;

    if (n < 1 || n > count) {
        return;
    }
    if (ends[n] != 0) {
        __sync_fetch_and_add(&twice, 1);
    }
    ends[n] = 1;
    __sync_fetch_and_add(delivered ? &g_ok : &g_bad, 1);
}

static void Delivered(EN_IOTA_MQTT_PROTOCOL_RSP *r) { End(r, 1); }
static void Failed(EN_IOTA_MQTT_PROTOCOL_RSP *r) { End(r, 0); }

int main(int argc, char **argv)
{
    int bytes = argc > 2 ? atoi(argv[2]) : 100;
    char *text;
    long n;

    count = argc > 1 ? atoi(argv[1]) : 2000;
    ends = calloc((size_t)count + 1, 1);
    text = calloc((size_t)bytes + 1, 1);
    memset(text, 'x', (size_t)bytes);
    Env();
    IOTA_Init(W);
    Callbacks();
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_PUBLISH_SUCCESS, Delivered);
    IOTA_SetProtocolCallback(EN_IOTA_CALLBACK_PUBLISH_FAILURE, Failed);
    Config();
    IOTA_ConfigSetUint(EN_IOTA_CFG_EXT_HOST_NAME_CHECK, 0);
    IOTA_ConfigSetUint(EN_IOTA_CFG_EXT_TRANSPORT, argc > 3 ? 1 : 0);
    IOTA_ConfigSetUint(EN_IOTA_CFG_EXT_AUTO_RECONNECT, 1);
    IOTA_Connect();
    if (!Till(&g_up, 1, 15000)) {
        puts("RESULT not connected");
        return 1;
    }
    for (n = 1; n <= count; n++) {
        int tries = 0;

        while (Rep(text, (void *)n) < 0) {
            Ms(2); /* the queue is full, or the broker takes no such report */
            if (++tries == 2000) {
                printf("RESULT refused, connected %d losses %d\n", IOTA_IsConnected(), g_lost);
                IOTA_Destroy();
                return 3;
            }
        }
    }
    for (int i = 0; i < 6000 && g_ok + g_bad < count; i++) {
        Ms(10);
    }
    printf("RESULT delivered %d failed %d twice %d losses %d\n", g_ok, g_bad, twice, g_lost);
    n = g_ok + g_bad;
    IOTA_Destroy();
    return n == count && twice == 0 ? 0 : 1;
}
