/*
 * A device with the old functions only and no platform: group data, roles and messages come as lines on standard input.
 *   group PARAS     group data as the platform would send them (JSON of bus_infos on one line)
 *   server ADDRESS, client ADDRESS    DestroyKit, then the role
 *   send ID TEXT, quit
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cJSON.h"
#include "dconncaseone_interface.h"
#include "hw_type.h"
#include "iota_init.h"
#include "log_util.h"
#include "soft_bus_datatrans.h"
#include "soft_bus_init.h"

static char *g_id;

static char *OwnId(void)
{
    return g_id;
}

static void OnResult(const char *id, uint32_t code)
{
    printf("result %s 0x%x\n", id, (unsigned)code);
    (void)fflush(stdout);
}

static void OnReceive(const char *id, const char *data, uint32_t length)
{
    printf("received %s %.*s\n", id, (int)length, data);
    (void)fflush(stdout);
}

static char *BusKey(const char *target)
{
    (void)target;
    return getSoftBusTotal()->count > 0 ? getSoftBusTotal()->g_soft_bus_info[0].bus_key : NULL;
}

static void OnLog(int level, char *format, va_list args)
{
    (void)level;
    (void)vfprintf(stdout, format, args);
    (void)fputc('\n', stdout);
    (void)fflush(stdout);
}

int main(int argc, char **argv)
{
    static char line[65536];
    CallbackParam param = {.sendDataResultCb = OnResult, .onReceiveDataCb = OnReceive, .isValidIP = isValidIP,
                           .isValidDeviceID = isValidDeviceID, .getAuthKey = BusKey, .getDeviceID = OwnId};

    if (argc != 3 || IOTA_Init(argv[2]) != 0) {
        return 2;
    }
    g_id = argv[1];
    IOTA_SetPrintLogCallback(OnLog);
    RegisterCallback(&param);
    while (fgets(line, sizeof(line), stdin) != NULL) {
        char error[64] = "";
        line[strcspn(line, "\n")] = '\0';
        char *rest = strchr(line, ' ');
        if (rest == NULL) {
            break;
        }
        *rest++ = '\0';
        if (strcmp(line, "group") == 0) {
            JSON *paras = cJSON_Parse(rest);
            printf("group %d\n", softBusParasToTotal(paras));
            cJSON_Delete(paras);
        } else if (strcmp(line, "server") == 0 || strcmp(line, "client") == 0) {
            DestroyKit();
            int code = line[0] == 's' ? InitServerKit(rest, error) : InitClientKit(rest, error);
            printf("%s 0x%x %s\n", line, (unsigned)code, error);
        } else if (strcmp(line, "send") == 0) {
            char *text = strchr(rest, ' ');
            if (text != NULL) {
                *text++ = '\0';
                printf("sent 0x%x\n", (unsigned)DConnSendData(rest, text, (uint32_t)strlen(text)));
            }
        }
        (void)fflush(stdout);
    }
    return IOTA_Destroy() == 0 ? 0 : 1;
}
