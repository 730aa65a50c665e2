/* Standard input, output and error are closed before IOTA_Init, as daemons do: nothing that the library opens (sockets, the spool,
 * the near link and its finding) takes their place, where what anybody prints would go. */
#include "field.h"
#include "dconncaseone_interface.h"
static bool Any(const char *text) { return text != NULL; }
static char *Key(const char *id) { return id != NULL ? "0123456789abcdef0123" : NULL; }
static char *Id(void) { return "dev1"; }
static void Result(const char *id, uint32_t result) {
    (void)id;
    (void)result;
}
static void Data(const char *id, const char *data, uint32_t length) {
    (void)id;
    (void)data;
    (void)length;
}
static int Taken(void) {
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            return 10 + fd;
    return 0;
}
int main(void) {
    CallbackParam near_link = {Result, Data, Any, Any, Key, Id};
    char spool[256], refused[64] = "";

    Env();
    snprintf(spool, sizeof spool, "%s/spool", W);
    for (int fd = 0; fd < 3; fd++)
        close(fd);
    IOTA_Init(W);
    Callbacks();
    IOTA_SetPrintLogCallback(NULL);
    Config();
    IOTA_ConfigSetStr(EN_IOTA_CFG_EXT_SPOOL_DIRECTORY, spool);
    IOTA_Connect();
    if (!Till(&g_up, 1, 8000))
        return 2;
    if (Rep("kept on the disk until it is acknowledged", NULL) != 0 || !Till(&g_ok, 1, 5000))
        return 3;
    RegisterCallback(&near_link);
    if (InitDConnCaseOne(INIT_SERVICE, "127.0.0.1", refused) != 0)
        return 4;
    Ms(1500);
    int taken = Taken();
    CloseDConnCaseOne();
    IOTA_Destroy();
    return taken;
}
