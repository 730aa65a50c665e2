/* A program on an image that has cJSON and libboundscheck itself, with a libHWMQTT that was built without them: a tree made by the
 * image's cJSON is consumed by a call, and the image's strcpy_s is the one that is called. */
#include <stdio.h>

#include "agentlite/iota_datatrans.h"
#include "agentlite/iota_init.h"
#include "third_party/cjson/cJSON.h"

int strcpy_s(char *to, size_t room, const char *from);

int main(void)
{
    char id[8];
    char folder[] = ".";
    cJSON *list = cJSON_CreateArray();

    if (strcpy_s(id, sizeof(id), "device") != 0 || strcpy_s(id, 2, "device") == 0) {
        return 1;
    }
    cJSON_AddItemToArray(list, cJSON_CreateString("product"));
    if (IOTA_Init(folder) != 0) {
        return 2;
    }
    /* Refused, since there is no connection, but consumed. */
    if (IOTA_SubDeviceProductGetReport(list, NULL) >= 0) {
        return 3;
    }
    return IOTA_Destroy() == 0 ? 0 : 4;
}
