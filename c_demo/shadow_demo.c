/*
 * Device shadow: the platform wanted something while the device was offline. The device learns it with a property set when it
 * connects, reports what it has done, and reads the shadow: desired and reported are the same, and the version has grown.
 */
#include "session.h"

static int g_set;
static int g_shadow;
static int g_version;

static void OnSet(EN_IOTA_PROPERTY_SET *set)
{
    for (int i = 0; i < set->services_count; i++) {
        ST_IOTA_SERVICE_DATA_INFO now = {set->services[i].service_id, NULL, set->services[i].properties};
        Say("desired of service %s: %s", now.service_id, Text(now.properties));
        (void)IOTA_PropertiesReport(&now, 1, 0, NULL);
    }
    (void)IOTA_PropertiesSetResponse(set->request_id, 0, "success", NULL);
    Count(&g_set);
}

static void OnShadow(EN_IOTA_DEVICE_SHADOW *shadow)
{
    for (int i = 0; i < shadow->shadow_data_count; i++) {
        const EN_IOTA_SHADOW_DATA *data = &shadow->shadow[i];
        Say("shadow of service %s, version %d", data->service_id, data->version);
        Say("  desired at %s: %s", Text(data->desired_event_time), Text(data->desired_properties));
        Say("  reported at %s: %s", Text(data->reported_event_time), Text(data->reported_properties));
        if (Same(data->desired_properties, data->reported_properties)) {
            __atomic_store_n(&g_version, data->version, __ATOMIC_SEQ_CST);
        }
    }
    Count(&g_shadow);
}

int main(int argc, char **argv)
{
    if (!ReadArguments(argc, argv, 0, "")) {
        return 2;
    }
    bool ok = Prepare();
    IOTA_SetPropSetCallback(OnSet);
    IOTA_SetShadowGetCallback(OnShadow);

    ok = ok && Connect();
    ok = ok && WaitFor(&g_set, 1) && WaitFor(&g_delivered, 2);
    ok = ok && IOTA_GetDeviceShadow("first-look", NULL, "lamp", NULL) == 0;
    ok = ok && WaitFor(&g_shadow, 1) && __atomic_load_n(&g_version, __ATOMIC_SEQ_CST) >= 2;
    return Finish(ok);
}
