/* A program that defines the near-field functions itself, as when it is linked with a vendor's object. */
#include <stddef.h>
#include <string.h>

#include "dconncaseone_interface.h"
#include "service/soft_bus_init.h"

static int closed;

uint32_t InitDConnCaseOne(uint32_t type, const char *list, char *errorIp)
{
    (void)errorIp;
    return type == INIT_CLIENT && strcmp(list, "list") == 0 ? 0x77 : 0x78;
}

void CloseDConnCaseOne(void)
{
    closed++;
}

int main(void)
{
    int ok = InitClientKit("list", NULL) == 0x77 && InitServerKit("list", NULL) == 0x78 && InitServerKit(NULL, NULL) == -1;
    DestroyKit();
    return ok && closed == 1 ? 0 : 1;
}
