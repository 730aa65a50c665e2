/* Children of a process whose other threads are inside the library when it forks, and children of a callback.
 *
 *   forked busy CHILDREN     threads log, set callbacks, initialise and destroy meanwhile; no child may hang
 *   forked callback          forks inside a callback: the child is told so, starts afresh and connects; the parent goes on
 */
#include "field.h"

static volatile int g_over;

static void Nothing(int level, char *format, va_list args) { (void)level; (void)format; (void)args; }

static void *Logs(void *unused) {
    while (!g_over)
        PrintfLog(EN_LOG_LEVEL_INFO, "a line %d\n", 1);
    return unused;
}
static void *Sets(void *unused) {
    while (!g_over) {
        IOTA_SetPrintLogCallback(Nothing);
        char *now = GetClientTimesStampWithSec();
        free(now);
        IOTA_ConfigSetUint(9999, 1); /* refused, with a line */
    }
    return unused;
}
static void *Begins(void *unused) {
    while (!g_over) {
        IOTA_Init(W);
        IOTA_ConnectConfigSet(H, P, D, S);
        IOTA_Destroy();
    }
    return unused;
}
static void Child(void) {
    alarm(10);
    PrintfLog(EN_LOG_LEVEL_INFO, "a line of the child\n");
    IOTA_SetPrintLogCallback(Nothing);
    PrintfLog(EN_LOG_LEVEL_INFO, "another one\n");
    IOTA_IsConnected();
    Rep("x", NULL);
    IOTA_Init(W);
    IOTA_ConnectConfigSet(H, P, D, S);
    IOTA_Destroy();
    _exit(0);
}
static int Busy(int children) {
    pthread_t threads[6];
    void *(*bodies[])(void *) = {Logs, Sets, Begins, Logs, Sets, Begins};
    int hung = 0;

    IOTA_SetPrintLogCallback(Nothing);
    for (int i = 0; i < 6; i++)
        pthread_create(&threads[i], NULL, bodies[i], NULL);
    for (int i = 0; i < children; i++) {
        int status = -1;
        pid_t child = fork();
        if (child == 0)
            Child();
        waitpid(child, &status, 0);
        hung += status != 0;
    }
    g_over = 1;
    for (int i = 0; i < 6; i++)
        pthread_join(threads[i], NULL);
    printf("children %d, hung or crashed %d\n", children, hung);
    return hung != 0;
}

static int g_told = -9, g_began = -9;
static volatile pid_t g_child;

static void InCallback(void) {
    g_on_up = NULL;
    g_child = fork();
    if (g_child != 0)
        return;
    alarm(20);
    g_up = 0;
    g_told = Rep("of the child", NULL);
    g_began = IOTA_Init(W);
    Callbacks();
    D = "dev2";
    Config();
    int connecting = IOTA_Connect();
    bool up = Till(&g_up, 1, 8000);
    Say("child: report %d, init %d, connect %d, up %d", g_told, g_began, connecting, up);
    _exit(g_told < 0 && g_began == 0 && connecting == 0 && up ? 0 : 1);
}
static int Callback(void) {
    int status = -1;

    IOTA_Init(W);
    Callbacks();
    Config();
    g_on_up = InCallback;
    IOTA_Connect();
    if (!Till(&g_up, 1, 8000))
        return 2;
    while (g_child == 0)
        Ms(10);
    waitpid(g_child, &status, 0);
    int report = Rep("of the parent", NULL);
    bool done = Till(&g_ok, 1, 5000);
    Say("parent: child's status %d, report %d, delivered %d, lost %d", status, report, done, g_lost);
    IOTA_Destroy();
    return status == 0 && report >= 0 && done && g_lost == 0 ? 0 : 1;
}

int main(int argc, char **argv) {
    Env();
    if (argc == 3 && strcmp(argv[1], "busy") == 0)
        return Busy(atoi(argv[2]));
    return argc == 2 ? Callback() : 2;
}
