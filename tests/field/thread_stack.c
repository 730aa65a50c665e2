/* The stack of the thread that runs callbacks, with item 119 or without it; arg: KiB, 0 for the default. */
#include "field.h"
static size_t g_stack;
static void Up(void) {
    pthread_attr_t attr;
    if (pthread_getattr_np(pthread_self(), &attr) == 0) {
        pthread_attr_getstacksize(&attr, &g_stack);
        pthread_attr_destroy(&attr);
    }
}
int main(int c, char **v) {
    Env();
    int kib = c > 1 ? atoi(v[1]) : 0;
    g_on_up = Up;
    IOTA_Init(W);
    Callbacks();
    Config();
    if (kib)
        Say("set %d", IOTA_ConfigSetUint(EN_IOTA_CFG_EXT_THREAD_STACK, kib));
    IOTA_Connect();
    bool ok = Till(&g_up, 1, 8000);
    Ms(100);
    int same = kib ? IOTA_ConfigSetUint(EN_IOTA_CFG_EXT_THREAD_STACK, kib) : 0;
    int later = IOTA_ConfigSetUint(EN_IOTA_CFG_EXT_THREAD_STACK, 777);
    IOTA_Destroy();
    Say("connected %d, stack %zu KiB, the same again %d, another later %d", ok, g_stack / 1024, same, later);
    return !ok;
}
