/* Standard input, output and error are closed before IOTA_Init, as daemons do: no socket of the library takes their place. */
#include "field.h"
int main(void) {
    Env();
    for (int fd = 0; fd < 3; fd++)
        close(fd);
    IOTA_Init(W);
    Callbacks();
    IOTA_SetPrintLogCallback(NULL);
    Config();
    IOTA_Connect();
    if (!Till(&g_up, 1, 8000))
        return 2;
    for (int fd = 0; fd < 3; fd++) {
        char path[32], to[128] = "";
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        if (readlink(path, to, sizeof to - 1) > 0 && strncmp(to, "socket:", 7) == 0)
            return 3;
    }
    IOTA_Destroy();
    return 0;
}
