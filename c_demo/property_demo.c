/* Properties: reports of two services; the platform's set and get are answered. */
#include "session.h"

static int g_brightness = 40;
static int g_set;
static int g_get;

static void Describe(char *out, size_t size)
{
    (void)snprintf(out, size, "{\"on\":true,\"brightness\":%d}", __atomic_load_n(&g_brightness, __ATOMIC_SEQ_CST));
}

static bool Report(void)
{
    char lamp[64];
    ST_IOTA_SERVICE_DATA_INFO services[2];

    Describe(lamp, sizeof(lamp));
    memset(services, 0, sizeof(services));
    services[0].service_id = "lamp";
    services[0].properties = lamp;
    services[1].service_id = "climate";
    services[1].event_time = "20240601T081500Z";
    services[1].properties = "{\"temperature\":21.5}";
    return IOTA_PropertiesReport(services, 2, 0, NULL) == 0;
}

static void OnSet(EN_IOTA_PROPERTY_SET *set)
{
    int code = 1;

    for (int i = 0; i < set->services_count; i++) {
        const char *properties = set->services[i].properties;
        cJSON *root = cJSON_Parse(properties);
        const cJSON *brightness = cJSON_GetObjectItem(root, "brightness");
        Say("set of service %s: %s", set->services[i].service_id, Text(properties));
        if (Same(set->services[i].service_id, "lamp") && cJSON_IsNumber(brightness)) {
            __atomic_store_n(&g_brightness, brightness->valueint, __ATOMIC_SEQ_CST);
            code = 0;
        }
        cJSON_Delete(root);
    }
    (void)IOTA_PropertiesSetResponse(set->request_id, code, code == 0 ? "success" : "unknown property", NULL);
    Count(&g_set);
}

static void OnGet(EN_IOTA_PROPERTY_GET *get)
{
    char lamp[64];
    ST_IOTA_SERVICE_DATA_INFO service = {"lamp", NULL, lamp};

    Describe(lamp, sizeof(lamp));
    Say("get of service %s", get->service_id);
    (void)IOTA_PropertiesGetResponse(get->request_id, &service, 1, NULL);
    Count(&g_get);
}

int main(int argc, char **argv)
{
    if (!ReadArguments(argc, argv, 0, "")) {
        return 2;
    }
    bool ok = Prepare();
    IOTA_SetPropSetCallback(OnSet);
    IOTA_SetPropGetCallback(OnGet);

    ok = ok && Connect();
    ok = ok && Report() && WaitFor(&g_delivered, 1);
    Say("ready for set and get");
    ok = ok && WaitFor(&g_set, 1) && Report();
    ok = ok && WaitFor(&g_get, 1) && WaitFor(&g_delivered, 4);
    return Finish(ok);
}
