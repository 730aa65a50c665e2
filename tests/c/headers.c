/* Every public header in one program, in C99, and a call into each group of functions: all of it links. */
#include <sys/time.h>

#include "harness.h"

#include "cJSON.h"
#include "dconncaseone_interface.h"
#include "iota_defaultCallback.h"
#include "iota_softbus_ext.h"
#include "iota_stats_ext.h"
#include "iota_why_ext.h"
#include "json_util.h"
#include "mqttv5_util.h"
#include "soft_bus_init.h"
#include "string_util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    char *text;
    cJSON *object;

    Start(argc, argv);
    CHECK_INT(IOTA_IsConnected(), 0);
    CHECK(getSoftBusTotal() != NULL);
    CHECK(GetDConnVersion() == NULL || strlen(GetDConnVersion()) > 0);
    CHECK_INT(StringLength("four"), 4);
    text = CombineStrings(3, "one", "two", "three");
    CHECK_TEXT(text, "onetwothree");
    free(text);
    object = cJSON_Parse("{\"a\":[1,2,3]}");
    CHECK(object != NULL);
    text = JSON_Print(object);
    CHECK(text != NULL);
    cJSON_free(text);
    cJSON_Delete(object);
    IOTA_SoftBusFreeSnapshot(IOTA_SoftBusGetSnapshot());
    DestroyKit();
    CHECK_INT(IOTA_Destroy(), 0);
    return Finish();
}
